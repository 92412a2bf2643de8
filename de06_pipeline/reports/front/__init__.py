"""The front page of all reports: what arrived, what needs attention, what changed, and where the
reports are.

Not here: how its content is found (``monthly/write_front_page.py``).
"""
