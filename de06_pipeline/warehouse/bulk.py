"""Many rows into one table, as fast as each engine takes them: COPY on PostgreSQL, ``executemany``
with many rows a statement on SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 100_000
"""Rows to insert at a time, so that not all of them are Python objects at once."""

_STATEMENT_VALUES = (3_000, 500)
"""As many as there are rows for. Half a million figures of twelve columns: 0.58 s of processor time
with 3,000 values a statement, 0.71 with 500; small tables have no 250 rows.
"""


def insert_batch(
    connection: Connection,
    table: Table,
    batch: pa.RecordBatch,
    constants: Mapping[str, int] | None = None,
) -> None:
    """Insert a batch whose column names are columns of ``table``.

    Only integers, text and nulls: dates go in as ISO text, which both engines take, so that no
    driver's adapters matter.

    Args:
        constants: further columns, with the value that all rows have.
    """
    constants = constants or {}
    if batch.num_rows == 0:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, batch, constants)
        return
    names = [*batch.schema.names, *constants]
    values = [*("?" for _ in batch.schema.names), *(str(int(v)) for v in constants.values())]
    insert = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES "
    row = f"({', '.join(values)})"
    width, begin = batch.num_columns, 0
    flat = _row_by_row(batch)
    limit = _most_values(connection)
    for values_at_once in (*_STATEMENT_VALUES, 1):
        size = max(min(values_at_once, limit) // len(names), 1)
        end = batch.num_rows - (batch.num_rows - begin) % size
        if begin < end:
            connection.exec_driver_sql(
                insert + ", ".join([row] * size),
                _cut(flat[begin * width : end * width], size * width),
            )
            begin = end


def _most_values(connection: Connection) -> int:
    """How many values a statement may have: 999 in an SQLite before 3.32, unless it was built with
    more.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


def _row_by_row(batch: pa.RecordBatch) -> list[Any]:
    """All values of a batch, row after row; put there column by column, which takes half as long as
    rows that are put together.
    """
    width = batch.num_columns
    flat: list[Any] = [None] * (batch.num_rows * width)
    for place, column in enumerate(batch.columns):
        flat[place::width] = _python_values(column)
    return flat


def _cut(values: Sequence[Any], size: int) -> list[tuple[Any, ...]]:
    return [tuple(values[start : start + size]) for start in range(0, len(values), size)]


def _python_values(column: pa.Array) -> list[Any]:
    """A column's values; of numbers without nulls by way of numpy, several times as fast."""
    import pyarrow as pa

    if column.null_count or not pa.types.is_integer(column.type):
        return list(column.to_pylist())
    return list(column.to_numpy().tolist())


def _copy(
    connection: Connection, table: Table, batch: pa.RecordBatch, constants: Mapping[str, int]
) -> None:
    import pyarrow as pa
    from pyarrow.csv import WriteOptions, write_csv

    for name, value in constants.items():
        batch = batch.append_column(name, pa.repeat(pa.scalar(value, pa.int64()), batch.num_rows))
    # "all_valid" quotes everything but nulls, which is how COPY tells an empty text from NULL.
    content = BytesIO()
    write_csv(batch, content, WriteOptions(include_header=False, quoting_style="all_valid"))
    driver = connection.connection.driver_connection
    assert driver is not None
    with (
        driver.cursor() as cursor,
        cursor.copy(
            f"COPY {table.name} ({', '.join(batch.schema.names)}) FROM STDIN (FORMAT csv)"
        ) as copy,
    ):
        copy.write(content.getbuffer())
