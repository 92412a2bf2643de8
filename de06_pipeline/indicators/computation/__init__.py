"""What all ways of computing a figure share: the request, windows and the months in them, who reported,
areas carried through time, labels of breakdowns, status and bound.

Values and small tables. Not here: the sums themselves (``rollup``, ``stocks``, ``methods``).
"""
