"""Handles for tables that functions hand to each other: what is in them is said once, beside their
name, and a call shows which it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from de06_pipeline.duck.rows import create_table, insert_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view of one database. In a text of SQL it stands for its name.

    Attributes:
        columns: names with their DuckDB types, in order.
    """

    name: str
    columns: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.name

    def create_empty(self, con: DuckDBPyConnection, *, keep: bool = False) -> None:
        """Create it (or make it anew) as a table without rows, which :meth:`insert` adds.

        Args:
            keep: one that is there stays as it is.
        """
        listed = ", ".join(f"{name} {sql_type}" for name, sql_type in self.columns)
        create = "CREATE TABLE IF NOT EXISTS" if keep else "CREATE OR REPLACE TABLE"
        con.execute(f"{create} {self.name} ({listed})")

    def insert(self, con: DuckDBPyConnection, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, without loading Arrow for them."""
        insert_rows(con, self.name, rows)

    def create(self, con: DuckDBPyConnection, rows: Sequence[Sequence[Any]]) -> None:
        """Create it (or make it anew) as a temporary table of these rows."""
        create_table(con, self.name, self.columns, rows)

    def create_as(self, con: DuckDBPyConnection, query: str) -> None:
        """Create it as a temporary table of a query's rows.

        The types are the handle's: a query that gives others than it says is converted, or fails.
        """
        listed = ", ".join(
            f"CAST({name} AS {sql_type}) AS {name}" for name, sql_type in self.columns
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE {self.name} AS SELECT {listed} FROM ({query})")
