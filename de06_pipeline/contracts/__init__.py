"""What a dataset looks like when it arrives and when it is right, as plain values read from YAML:
fields, headers, types, rules, terms, versions.

Reading of the YAML, its errors with file and line, and the linter that checks what a single value
cannot show. Not here: anything that looks at delivered data (``landing``, ``parsing``, ``quality``),
and what is counted of them (``registry``).
"""
