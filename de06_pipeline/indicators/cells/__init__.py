"""A month's cells: the finest groups that any figure needs, counted in SQL from accepted rows.

A pure function of the month's own rows. Not here: snapshots that may be carried from an earlier
month, windows, areas above the finest; these are joined when figures are made.
"""
