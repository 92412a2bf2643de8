"""One file a command of ``de06``: read the settings, call the parts, print for people.

Not here: anything a step of a month does too (``monthly``), and pages or tables that people keep
(``reports``).
"""
