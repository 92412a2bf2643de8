"""Table ``parsed``: the typed values and states of every record of a delivery. All work is SQL; Python arranges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.errors import AccountingError
from de06_pipeline.parsing.derived import derived_columns, with_derived
from de06_pipeline.parsing.fields import Named, cell, parsed_columns, steps
from de06_pipeline.parsing.macros import create_macros
from de06_pipeline.parsing.row_numbers import number_rows
from de06_pipeline.parsing.sql import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["TypedInput", "create_parsed", "derived_columns", "with_derived"]

UNIT_SEPARATOR = "\x1f"
MAX_LINE_BYTES = 16 << 20
"""Longest record DuckDB takes. A delivered line has at most 1 MiB, its UTF-8 three times that; a row of a workbook may be longer."""


@dataclass(frozen=True)
class TypedInput:
    """A file as the landing part hands it over.

    Attributes:
        file_no: the file's number in the delivery.
        records: UTF-8 text of cleaned cells, one record a line, ``\\x1f`` between cells, no quoting, no header.
        numbering: sorted ``(first ordinal, row number)``; inside a stretch both count up by one. Ordinals begin with 0.
        columns_in_file: cells of every record.
        positions: position in the file, from 0, of each field it has.
    """

    file_no: int
    records: Path
    record_count: int
    numbering: Sequence[tuple[int, int]]
    columns_in_file: int
    positions: Mapping[str, int]


def create_parsed(con: DuckDBPyConnection, contract: Contract, files: Sequence[TypedInput]) -> str:
    """Create the table ``parsed`` (docs/architecture.md, 2) from a delivery's files, in the order given.

    ``rowid`` is the order of the records. Files of the same layout share one statement. The connection must not be inside a
    transaction, since only committed rows have their final ``rowid``.

    Returns:
        the SQL that ran, for people to read.

    Raises:
        AccountingError: DuckDB did not take exactly the records of a file.
    """
    macros = create_macros(con)
    table = _create_table(contract)
    con.execute(table)
    inserts: dict[str, list[int]] = {}
    first_rowid = 0
    for file in files:
        insert = insert_sql(contract, file)
        inserts.setdefault(insert, []).append(file.file_no)
        _insert(con, insert, file)
        number_rows(con, file.file_no, first_rowid, file.record_count, file.numbering)
        first_rowid += file.record_count
    used = [f"-- file {', '.join(map(str, numbers))}\n{insert}" for insert, numbers in inserts.items()]
    return ";\n\n".join((macros, table, *used))


def insert_sql(contract: Contract, file: TypedInput) -> str:
    """The statement that types the files of one layout; its parameters are ``$records`` (path) and ``$file_no``."""
    present = [field for field in contract.delivered_fields if field.name in file.positions]
    columns = [
        (column.name, column.sql if field.name in file.positions else column.sql_if_missing)
        for field in contract.delivered_fields
        for column in parsed_columns(field)
    ]
    chain = ["WITH cells AS (" + _select(_cells(present, file), _read_csv(file)) + ")"]
    source = "cells"
    for depth, step in enumerate(zip_longest(*(steps(field) for field in present)), start=1):
        chain.append(f"step_{depth} AS (" + _select([("", "*"), *(named for named in step if named)], source) + ")")
        source = f"step_{depth}"
    typed = [("file_no", "$file_no"), ("row_number", "NULL"), *((identifier(name), sql) for name, sql in columns)]
    return "INSERT INTO parsed\n" + ",\n".join(chain) + "\n" + _select(typed, source)


def _create_table(contract: Contract) -> str:
    columns = [column for field in contract.delivered_fields for column in parsed_columns(field)]
    lines = ["file_no SMALLINT", "row_number BIGINT", *(f"{identifier(column.name)} {column.sql_type}" for column in columns)]
    return "CREATE TABLE parsed (\n  " + ",\n  ".join(lines) + "\n)"


def _cells(present: Sequence[Field], file: TypedInput) -> list[Named]:
    return [(identifier(f"{field.name}__cell"), cell(field, _file_column(file.positions[field.name]))) for field in present]


def _read_csv(file: TypedInput) -> str:
    columns = ", ".join(f"{_file_column(position)}: 'VARCHAR'" for position in range(file.columns_in_file))
    return (
        f"read_csv($records, delim = chr({ord(UNIT_SEPARATOR)}), quote = '', escape = '', header = false, auto_detect = false,"
        f" strict_mode = true, max_line_size = {MAX_LINE_BYTES}, buffer_size = {2 * MAX_LINE_BYTES},\n    columns = {{{columns}}})"
    )


def _file_column(position: int) -> str:
    return f"column_{position + 1}"


def _select(named: Sequence[Named], source: str) -> str:
    columns = ",\n  ".join(sql if not name or sql == name else f"{sql} AS {name}" for name, sql in named)
    return f"SELECT\n  {columns or '1'}\nFROM {source}"


def _insert(con: DuckDBPyConnection, insert: str, file: TypedInput) -> None:
    try:
        inserted = con.execute(insert, {"records": str(file.records), "file_no": file.file_no}).fetchone()
    except duckdb.InvalidInputException:
        # DuckDB's message quotes the record.
        raise AccountingError(f"file {file.file_no}: DuckDB rejects a record that reading had accepted.") from None
    count = inserted[0] if inserted else 0
    if count != file.record_count:
        raise AccountingError(f"file {file.file_no}: {file.record_count} records were read, {count} were typed.")
