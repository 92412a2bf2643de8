"""What is counted: indicators, rows, cells, forms and their formulas, as plain values read from YAML.

Also the checks that need nothing but the registry. Not here: counting (``indicators``), contracts
of datasets (``contracts``).
"""
