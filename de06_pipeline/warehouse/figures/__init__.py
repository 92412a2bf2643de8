"""Publishing figures with their revisions, reading them back, and what is kept beside them: pointers
to cells, plausibility, official figures, other boundaries.

Not here: computing a figure; views (``views``).
"""
