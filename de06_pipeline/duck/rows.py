"""Small tables of Python values in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def insert_rows(con: DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a table column by column: one statement, where one for each row would take
    milliseconds each.
    """
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(
            f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns
        )
