"""XLSX, XLSB, XLS and ODS files: which kind a file is, which sheet holds the table, its cells as text, and the
error cells that the library does not show.

Not here: which rows are records (``table``), and the process it runs in (``process``).
"""
