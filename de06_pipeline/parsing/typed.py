"""View ``parsed``: the typed values and states of every record of a delivery.

All work is SQL; Python arranges it.

A view, so that typing, units and derived columns go into the rows that are judged in one pass: to
write the typed rows on the way took as much time again (measured: 1 million dossiers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.duck.quoting import identifier, literal
from de06_pipeline.errors import AccountingError
from de06_pipeline.parsing.derived import derived_columns, with_derived
from de06_pipeline.parsing.fields import Named, cell, parsed_columns, steps
from de06_pipeline.parsing.macros import create_macros

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "TypedInput",
    "account_for",
    "create_parsed",
    "derived_columns",
    "reading_records",
    "with_derived",
]

UNIT_SEPARATOR = "\x1f"
MAX_LINE_BYTES = 16 << 20
"""Longest record DuckDB takes.

A delivered line has at most 1 MiB, its UTF-8 three times that; a row of a workbook may be longer.
"""


@dataclass(frozen=True)
class TypedInput:
    """A file as the landing part hands it over.

    Attributes:
        file_no: the file's number in the delivery.
        records: one file or more; UTF-8 text of cleaned cells, one record a line, ``\\x1f`` between
            cells, no quoting, no header; before the first cell stands the record's row number.
        columns_in_file: cells of every record, the row number not counted.
        positions: position in the file, from 0, of each field it has.
    """

    file_no: int
    records: tuple[Path, ...]
    record_count: int
    columns_in_file: int
    positions: Mapping[str, int]


def create_parsed(con: DuckDBPyConnection, contract: Contract, files: Sequence[TypedInput]) -> str:
    """Create the view ``parsed`` (docs/architecture.md, 2) over the records of a delivery's files.

    Its rows come in any order. Whoever writes them does so inside :func:`reading_records` and calls
    :func:`account_for`.

    Returns:
        the SQL that ran, for people to read: with ``$records`` for the paths.
    """
    macros = create_macros(con)
    by_layout: dict[tuple[int, frozenset[tuple[str, int]]], list[TypedInput]] = {}
    for file in files:
        by_layout.setdefault((file.columns_in_file, frozenset(file.positions.items())), []).append(
            file
        )
    layouts = list(by_layout.values())
    shown = _union(
        [typed_sql(contract, alike, "$records", "$file_no") for alike in layouts]
    ) or _no_rows(contract)
    view = _union(
        [typed_sql(contract, alike, _paths(alike), _file_no(alike)) for alike in layouts]
    ) or _no_rows(contract)
    con.execute(f"CREATE VIEW parsed AS\n{view}")
    return f"{macros}\nCREATE VIEW parsed AS\n{shown}"


@contextmanager
def reading_records() -> Iterator[None]:
    """Around statements that read ``parsed``.

    Raises:
        AccountingError: DuckDB rejects a record that reading had accepted; without DuckDB's
        message, which quotes the record.
    """
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        raise AccountingError("DuckDB rejects a record that reading had accepted.") from None


def account_for(con: DuckDBPyConnection, files: Sequence[TypedInput], table: str) -> None:
    """See that ``table`` has each record of the files once, as far as their numbers tell.

    Raises:
        AccountingError: it has more or fewer rows of a file than the file has records.
    """
    typed = dict(con.execute(f"SELECT file_no, count(*) FROM {table} GROUP BY file_no").fetchall())
    for file in files:
        count = typed.get(file.file_no, 0)
        if count != file.record_count:
            raise AccountingError(
                f"file {file.file_no}: {file.record_count} records were read, {count} were typed."
            )


def typed_sql(contract: Contract, alike: Sequence[TypedInput], records: str, file_no: str) -> str:
    """The SELECT that types files of one layout.

    Args:
        records: SQL for their paths.
        file_no: SQL for the number of the file that a row is of.
    """
    layout = alike[0]
    present = [field for field in contract.delivered_fields if field.name in layout.positions]
    ctes = [
        "WITH cells AS ("
        + _select(_cells(present, layout, file_no), _read_csv(layout, records))
        + ")"
    ]
    source = "cells"
    for depth, step in enumerate(zip_longest(*(steps(field) for field in present)), start=1):
        ctes.append(
            f"step_{depth} AS ("
            + _select([("", "*"), *(named for named in step if named)], source)
            + ")"
        )
        source = f"step_{depth}"
    columns = [
        (
            identifier(column.name),
            f"TRY_CAST({column.sql if field.name in layout.positions else column.sql_if_missing} AS {column.sql_type})",
        )
        for field in contract.delivered_fields
        for column in parsed_columns(field)
    ]
    return (
        ",\n".join(ctes) + "\n" + _select([("", "file_no"), ("", "row_number"), *columns], source)
    )


def _union(selects: Sequence[str]) -> str:
    return (
        selects[0]
        if len(selects) == 1
        else "\nUNION ALL\n".join(f"(\n{select}\n)" for select in selects)
    )


def _no_rows(contract: Contract) -> str:
    columns = [column for field in contract.delivered_fields for column in parsed_columns(field)]
    typed = [("file_no", "NULL::SMALLINT"), ("row_number", "NULL::BIGINT")]
    typed += [(identifier(column.name), f"NULL::{column.sql_type}") for column in columns]
    return _select(typed, "(SELECT 1) WHERE false")


def _cells(present: Sequence[Field], layout: TypedInput, file_no: str) -> list[Named]:
    cells = [
        (identifier(f"{field.name}__cell"), cell(field, _file_column(layout.positions[field.name])))
        for field in present
    ]
    return [("file_no", f"{file_no}::SMALLINT"), ("", "row_number"), *cells]


def _read_csv(layout: TypedInput, records: str) -> str:
    columns = ", ".join(
        f"{_file_column(position)}: 'VARCHAR'" for position in range(layout.columns_in_file)
    )
    return (
        f"read_csv({records}, delim = chr({ord(UNIT_SEPARATOR)}), quote = '', escape = '', header = false, auto_detect = false,"
        f" strict_mode = true, max_line_size = {MAX_LINE_BYTES}, buffer_size = {2 * MAX_LINE_BYTES}, filename = true,\n"
        f"    columns = {{row_number: 'BIGINT', {columns}}})"
    )


def _paths(alike: Sequence[TypedInput]) -> str:
    return "[" + ", ".join(literal(str(path)) for file in alike for path in file.records) + "]"


def _file_no(alike: Sequence[TypedInput]) -> str:
    if len(alike) == 1:
        return str(alike[0].file_no)
    return (
        "CASE filename"
        + "".join(
            f" WHEN {literal(str(path))} THEN {file.file_no}"
            for file in alike
            for path in file.records
        )
        + " END"
    )


def _file_column(position: int) -> str:
    return f"column_{position + 1}"


def _select(named: Sequence[Named], source: str) -> str:
    columns = ",\n  ".join(
        sql if not name or sql == name else f"{sql} AS {name}" for name, sql in named
    )
    return f"SELECT\n  {columns or '1'}\nFROM {source}"
