"""The views that dashboards read, as SQL for SQLite and PostgreSQL.

They hold no data and are made anew by every migration. Not here: tables (``schema``).
"""
