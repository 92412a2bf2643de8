"""Pages, workbooks and tables for people: what a supplier gets back, templates to fill in, agreement
with published figures.

Everything shown is given to these functions. Not here: queries (``warehouse``), and when a report is
written (``monthly``, ``defs``).
"""
