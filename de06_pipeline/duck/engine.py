"""The DuckDB connection of a cells or figures step."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How much a step may use.

    Attributes:
        memory_limit: DuckDB's own limit; beyond it DuckDB spills to ``scratch``.
        threads: 0 means one for each core.
        scratch: folder for spilled data; the system's temporary folder where it is None.
    """

    memory_limit: str = "1GB"
    threads: int = 0
    scratch: Path | None = None


@contextmanager
def open_engine(settings: EngineSettings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fresh in-memory database whose spilled data are gone when it closes."""
    if settings.scratch is not None:
        settings.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="indicators-", dir=settings.scratch) as folder:
        con = duckdb.connect(":memory:")
        try:
            con.execute(f"SET temp_directory = {quoted(folder)}")
            con.execute(f"SET memory_limit = {quoted(settings.memory_limit)}")
            con.execute("SET TimeZone = 'Asia/Ho_Chi_Minh'")
            if settings.threads:
                con.execute(f"SET threads = {settings.threads}")
            yield con
        finally:
            con.close()


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def parquet_sql(paths: Iterable[str]) -> str:
    """SQL that reads some Parquet files as one relation."""
    return (
        f"read_parquet([{', '.join(quoted(path) for path in sorted(paths))}], union_by_name = true)"
    )


def create_table(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Create a small temporary table from Python values.

    Args:
        columns: names and SQL types.
    """
    import pyarrow as pa

    types = {
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "VARCHAR": pa.string(),
        "DATE": pa.date32(),
        "BOOLEAN": pa.bool_(),
    }
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [
        pa.array(values, types[sql_type])
        for values, (_, sql_type) in zip(by_column, columns, strict=True)
    ]
    con.register("incoming", pa.table(arrays, names=[column for column, _ in columns]))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
    con.unregister("incoming")


def number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The single integer that a query gives."""
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])
