"""Columns of few texts, as nearly half of those of a large export are: each text is typed once, and a
row looks up what came of it, by its place in the list of texts.

The lists are variables of the connection, which DuckDB takes for constants. A function of constants
and of one column with a dictionary, as Parquet has it, is computed once for each text of that; a
CASE or a comparison is computed for each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from de06_pipeline.duck.quoting import identifier, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PREFIX = "few_"


def place_in_list(field: str, file_column: str) -> str:
    """SQL for the place of a delivered text in its field's list, from 1."""
    return f"list_position({_variable(text_column(field))}, {file_column})"


def looked_up(column: str, place: str) -> str:
    """SQL for what a column of ``parsed`` or ``cells`` has for the text at a place."""
    return f"list_extract({_variable(column)}, {place})"


def text_column(field: str) -> str:
    """Name of a field's delivered texts."""
    return f"{field}__text"


def place_column(field: str) -> str:
    """Name of the column that holds the place of a row's text."""
    return f"{field}__place"


def keep_lists(con: DuckDBPyConnection, table: str, lengths: Mapping[str, int]) -> None:
    """Make a list of the first rows of each column of a table, in the order of its ``row_number``.

    Args:
        lengths: column → how many rows: DuckDB makes each list anew for every two thousand rows that
            it looks up, so a list is no longer than it must be.
    """
    con.execute(
        ";\n".join(
            f"SET VARIABLE {identifier(_PREFIX + column)} = (SELECT list({identifier(column)} "
            f"ORDER BY row_number) FROM {table} WHERE row_number < {length})"
            for column, length in lengths.items()
        )
    )


def _variable(column: str) -> str:
    return f"getvariable({literal(_PREFIX + column)})"
