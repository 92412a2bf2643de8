"""Is a number believable?

Robust bands, relations between figures, and the reviewed list of what looks odd and is right. Not
here: reading figures or recording findings (``monthly``, ``warehouse``), and rules about single rows
(``quality``).
"""
