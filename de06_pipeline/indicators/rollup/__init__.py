"""From cells to sums and medians, by area, breakdown and window, for all measures at once.

Not here: stocks (``stocks``), and what a sum means as a figure (``computation``).
"""
