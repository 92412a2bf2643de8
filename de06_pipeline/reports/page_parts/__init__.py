"""Templates that pages have in common: the frame of a page of tables in two languages, its styles,
its words.

Not here: what a page says, which is its own template's, and how templates are read (``templates.py``).
"""
