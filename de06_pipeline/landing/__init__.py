"""From the landing zone to records: which files are a delivery, what they really are, and their rows
as clean text, one record a line.

* :mod:`~de06_pipeline.landing.csv`, :mod:`~de06_pipeline.landing.workbook`, ``parquet_file``: a
  reader a format
* :mod:`~de06_pipeline.landing.table`: telling records from titles, totals and signatures, in any
  format
* :mod:`~de06_pipeline.landing.text`: encodings and cleaning
* :mod:`~de06_pipeline.landing.process`: opening files in a process that may die

Readers know the headers they look for, never a contract. Not here: what a cell means (``parsing``),
whether a row is right (``quality``).
"""
