"""Small tables of Python values in DuckDB, and single values out of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from de06_pipeline.duck.quoting import literal

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


_ROWS_AS_PARAMETERS = 100
_ROWS_WITHOUT_ARROW = 2_000
"""From here on it is faster to load Arrow than to do without."""


def insert_rows(con: DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a table column by column: one statement, where one for each row would take
    milliseconds each.
    """
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(
            f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns
        )


def create_table(
    con: DuckDBPyConnection,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Create (or replace) a temporary table from Python values.

    An empty one takes 0.2 ms, one of few rows 0.5. Through Arrow it is 1.3 ms, but ten times as
    fast as :func:`insert_rows` for thousands. A figures step has pyarrow loaded; a delivery's step
    may not, and to load it takes 0.1 s.

    Args:
        columns: names and SQL types, of those in ``_arrow_types``.
    """
    if len(rows) <= (_ROWS_AS_PARAMETERS if "pyarrow" in sys.modules else _ROWS_WITHOUT_ARROW):
        _create_small(con, name, columns, rows)
        return
    import pyarrow as pa

    types = _arrow_types()
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [
        pa.array(values, types[sql_type])
        for values, (_, sql_type) in zip(by_column, columns, strict=True)
    ]
    con.register("incoming", pa.table(arrays, names=[column for column, _ in columns]))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
    con.unregister("incoming")


def _create_small(
    con: DuckDBPyConnection,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
) -> None:
    create = f"CREATE OR REPLACE TEMP TABLE {name}"
    if not rows:
        con.execute(f"{create} ({', '.join(f'{column} {type_}' for column, type_ in columns)})")
        return
    values = ", ".join(f"unnest(?::{type_}[]) AS {column}" for column, type_ in columns)
    con.execute(
        f"{create} AS SELECT {values}", [list(column) for column in zip(*rows, strict=True)]
    )


def _arrow_types() -> dict[str, Any]:
    import pyarrow as pa

    return {
        "SMALLINT": pa.int16(),
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "VARCHAR": pa.string(),
        "DATE": pa.date32(),
        "BOOLEAN": pa.bool_(),
    }


def number(con: DuckDBPyConnection, sql: str) -> int:
    """The single integer that a query gives."""
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


_COLUMNS_KEPT = 4096
_columns: dict[tuple[str, int, int], frozenset[str]] = {}
"""By path, time and size. Months in a row look at the same files of the lake again and again, which
are never changed: to ask DuckDB takes a millisecond.
"""


def parquet_columns(con: DuckDBPyConnection, path: str) -> frozenset[str]:
    """The names of the columns that a file has."""
    status = os.stat(path)
    file = (path, status.st_mtime_ns, status.st_size)
    columns = _columns.get(file)
    if columns is None:
        columns = frozenset(column_types(con, f"SELECT * FROM read_parquet({literal(path)})"))
        if len(_columns) >= _COLUMNS_KEPT:
            _columns.clear()
        _columns[file] = columns
    return columns


def parquet_sql(paths: Iterable[str]) -> str:
    """SQL that reads some Parquet files as one relation."""
    listed = ", ".join(literal(path) for path in sorted(paths))
    return f"read_parquet([{listed}], union_by_name = true)"


def arrow_table(con: DuckDBPyConnection, query: str) -> pa.Table:
    """The rows of a query, which Arrow holds as DuckDB made them: those of ``execute`` are copied."""
    # Whoever asked for one row of a statement has left its end, beside which no relation is executed.
    con.complete()
    return con.sql(query).to_arrow_table()


def column_types(con: DuckDBPyConnection, relation: object) -> dict[str, str]:
    """The columns of a relation or query, in order, and their types as DuckDB names them."""
    return {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {relation}").fetchall()}


def write_parquet(con: DuckDBPyConnection, query: str, path: Path, about: str = "") -> int:
    """Write what a query gives, compressed; returns how many rows.

    Args:
        about: what the file says of itself, under ``de06`` in its metadata.
    """
    metadata = f", KV_METADATA {{de06: {literal(about)}}}" if about else ""
    return number(
        con,
        f"COPY (\n{query}\n) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd{metadata})",
    )
