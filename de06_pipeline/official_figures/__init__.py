"""Figures that offices published, and whether ours agree with them.

Reading the reviewed lists and the verdict on one figure. Not here: computing ours (``indicators``),
and going through a warehouse (``monthly``).
"""
