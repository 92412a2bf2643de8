"""Many rows into one table, as fast as each engine takes them: COPY on PostgreSQL, ``executemany``
on SQLite.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    import pyarrow as pa


def insert_batch(connection: Connection, table: Table, batch: pa.RecordBatch) -> None:
    """Insert a batch whose column names are columns of ``table``.

    Only integers, text and nulls: dates go in as ISO text, which both engines take, so that no
    driver's adapters matter.
    """
    if batch.num_rows == 0:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, batch)
        return
    names = batch.schema.names
    statement = (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})"
    )
    connection.exec_driver_sql(
        statement, list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    )


def _copy(connection: Connection, table: Table, batch: pa.RecordBatch) -> None:
    from pyarrow.csv import WriteOptions, write_csv

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
