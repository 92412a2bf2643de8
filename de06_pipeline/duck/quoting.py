"""Spelling of names and texts in SQL."""

from __future__ import annotations

NamedSql = tuple[str, str]
"""A column and the SQL that fills it."""


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier, always quoted."""
    return '"' + name.replace('"', '""') + '"'
