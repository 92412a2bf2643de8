"""Work in processes of their own: with a limit of memory and time, or side by side.

Not here: what is done in them.
"""
