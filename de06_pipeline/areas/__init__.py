"""Administrative units through time: which unit a code or a name means in a month, what became of it,
how much of its ground and how many of its residents are where, and which suppliers cover it.

Codes mean something only together with a date, so nearly everything here takes a month. Not here:
how an area column is read from text (``parsing`` keeps its text), what a figure of a unit is
(``indicators``), and the shares as they are stored (``warehouse``).
"""
