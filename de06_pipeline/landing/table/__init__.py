"""Where a table begins and which of its rows are no records, whatever the format it came in.

Not here: anything about delimiters, sheets or types.
"""
