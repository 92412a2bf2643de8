"""What one step of a month does: reads pointers from the warehouse, calls the parts, records the
outcome. No Dagster.

One file a step, named by its verb. ``defs`` wraps these functions in assets; tests and scripts can
call them directly. Not here: what is done with a file, a row or a figure (the parts do that), and
when a step runs (``defs``).
"""
