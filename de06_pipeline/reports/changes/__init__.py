"""The pages of figures that were revised: a page and a table for each month that has some.

Not here: how their content is found (``monthly/find_changes.py``).
"""
