"""The page of an area and month that says what its figures were made from: one of a monthly
report's files, beside it.

Not here: finding the files and causes (``monthly/find_basis.py``), and the report itself.
"""
