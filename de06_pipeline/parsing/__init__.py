"""Text to typed values, in SQL: dates, numbers, codes, choices, stated numbers; derived fields; and
which column of a file is which field.

A value that cannot be read becomes NULL with the state ``bad``, never an error. Not here: whether a
value is allowed (``quality``), areas (``areas``), the files (``landing``).
"""
