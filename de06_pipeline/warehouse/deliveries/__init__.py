"""What was delivered: every attempt, file, rule count and quarantined row, and the pointers to what is
in force in the lake.

Not here: figures, and reading a file.
"""
