"""What one step of a month does: reads pointers from the warehouse, calls the parts, records the
outcome. No Dagster.

``defs`` wraps these functions in assets; tests and scripts can call them directly.
"""
