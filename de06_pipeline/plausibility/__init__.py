"""Is a number believable?

Robust bands, relations between figures, and the reviewed list of what looks odd and is right. No
data access.
"""
