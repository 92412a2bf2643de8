"""Cumulative figures: the latest opening balance, the events since, the gaps between, and the
populations that coverages are measured against.

Not here: events of a window alone, which are sums (``rollup``).
"""
