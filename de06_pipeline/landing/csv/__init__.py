"""CSV files: delimiter and header, records by the block, quoted ones by the line, large files in parts.

Not here: encodings (``text``), and which rows are no records (``table``).
"""
