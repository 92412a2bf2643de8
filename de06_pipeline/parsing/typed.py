"""Rows ``parsed``: the typed values and states of every record of a delivery.

All work is SQL; Python arranges it.

Nothing is stored, so that typing, units and derived columns go into the rows that are judged in one
pass: to write the typed rows on the way took as much time again (measured: 1 million dossiers). And
a text of SQL, neither view nor macro: DuckDB binds either when it is made and again wherever it is
used, which for small deliveries cost more than their rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.duck.quoting import NamedSql, identifier, literal
from de06_pipeline.errors import AccountingError
from de06_pipeline.landing import packed
from de06_pipeline.parsing.derived import derived_columns, with_derived
from de06_pipeline.parsing.few_texts import (
    keep_lists,
    looked_up,
    place_column,
    place_in_list,
    text_column,
)
from de06_pipeline.parsing.fields import cell, cell_column, parsed_columns, steps
from de06_pipeline.parsing.macros import create_macros

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "CELLS",
    "TypedInput",
    "account_for",
    "cell_columns",
    "create_cells",
    "derived_columns",
    "reading_records",
    "typed_sql",
    "with_derived",
]

UNIT_SEPARATOR = "\x1f"
MAX_LINE_BYTES = 16 << 20
"""Longest record DuckDB takes.

A delivered line has at most 1 MiB, its UTF-8 three times that; a row of a workbook may be longer.
"""


CELLS = "delivered_cells()"
"""``delivery_no``, ``file_no``, ``row_number`` and one text a delivered field, as ``<name>__cell``; of
fields with few texts the text's place in their list, as ``<name>__place``.
"""


@dataclass(frozen=True)
class TypedInput:
    """A file as the landing part hands it over.

    Attributes:
        file_no: the file's number, unique among all files that are typed together.
        records: one file or more; UTF-8 text of cleaned cells, one record a line, ``\\x1f`` between
            cells, no quoting, no header; before the first cell stands the record's row number. Or
            Parquet, where they end in ``.parquet``: ``row_number``, then ``column_1`` onwards.
        columns_in_file: cells of every record, the row number not counted.
        positions: position in the file, from 0, of each field it has.
        delivery_no: the number of the delivery that the file is part of.
        texts: all texts of columns that have few, by position.
    """

    file_no: int
    records: tuple[Path, ...]
    record_count: int
    columns_in_file: int
    positions: Mapping[str, int]
    delivery_no: int = 1
    texts: Mapping[int, frozenset[str]] = dataclasses.field(default_factory=dict)

    @property
    def is_packed(self) -> bool:
        """Whether the records are Parquet."""
        return any(path.suffix == packed.SUFFIX for path in self.records)


def create_cells(
    con: DuckDBPyConnection,
    contract: Contract,
    files: Sequence[TypedInput],
    few: Mapping[str, Sequence[str]],
) -> str:
    """Create the table macro :data:`CELLS` (docs/architecture.md, 2) over the records of some files.

    Its rows come in any order. Whoever writes them calls :func:`account_for`.

    Args:
        few: of :func:`texts_of_fields`.

    Returns:
        the SQL that ran, for people to read: with ``$records`` for the paths.
    """
    macros = create_macros(con)
    by_layout: dict[tuple[int, frozenset[tuple[str, int]], bool], list[TypedInput]] = {}
    for file in files:
        layout = (file.columns_in_file, frozenset(file.positions.items()), file.is_packed)
        by_layout.setdefault(layout, []).append(file)
    layouts = list(by_layout.values())
    delivered = contract.delivered_fields
    _type_texts(con, contract, few)
    shown = _union(
        [
            _cells(delivered, alike[0], "$records", "$delivery_no", "$file_no", few)
            for alike in layouts
        ]
    )
    cells = _union(
        [
            _cells(
                delivered,
                alike[0],
                _paths(alike),
                _number_of_file(alike, "delivery_no"),
                _number_of_file(alike, "file_no"),
                few,
            )
            for alike in layouts
        ]
    )
    con.execute(f"CREATE OR REPLACE MACRO {CELLS} AS TABLE\n{cells or _no_cells(delivered)}")
    return f"{macros}\nCREATE MACRO {CELLS} AS TABLE\n{shown or _no_cells(delivered)}"


def texts_of_fields(files: Sequence[TypedInput]) -> dict[str, list[str]]:
    """All texts of each field that has few of them in every file."""
    texts: dict[str, list[str]] = {}
    for name in {name for file in files for name in file.positions}:
        of_files = [file.texts.get(file.positions.get(name, -1)) for file in files]
        known = [of_file for of_file in of_files if of_file is not None]
        if len(known) == len(files):
            texts[name] = sorted(frozenset().union(*known))
    return texts


def _type_texts(
    con: DuckDBPyConnection, contract: Contract, texts: Mapping[str, Sequence[str]]
) -> None:
    """Type the texts of some fields and keep what came of them, a list each."""
    fields = [field for field in contract.delivered_fields if field.name in texts]
    if not fields:
        return
    rows = max(len(texts[field.name]) for field in fields)
    given = ", ".join(
        f"unnest(?::VARCHAR[]) AS {identifier(text_column(field.name))}" for field in fields
    )
    # Lists that are shorter than the longest end in nulls.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE few_texts AS SELECT 0::SMALLINT AS delivery_no, 0::SMALLINT AS file_no, "
        f"unnest(range({rows})) AS row_number, {given}",
        [texts[field.name] for field in fields],
    )
    cells = [
        (cell_column(field), cell(field, identifier(text_column(field.name)))) for field in fields
    ]
    of_texts = _select([("", "*"), *cells], "few_texts")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE typed_texts AS\n{typed_sql(contract, f'({of_texts})', texts)}"
    )
    lengths = {field.name: len(texts[field.name]) for field in fields}
    keep_lists(con, "few_texts", {text_column(name): rows for name, rows in lengths.items()})
    keep_lists(con, "typed_texts", {f"{name}__cell": rows for name, rows in lengths.items()})
    for field in fields:
        columns = [column.name for column in parsed_columns(field)]
        keep_lists(con, "typed_texts", dict.fromkeys(columns, lengths[field.name]))


def cell_columns(contract: Contract) -> list[str]:
    """The columns of :data:`CELLS` that hold the delivered texts, in the order of the contract."""
    return [cell_column(field) for field in contract.delivered_fields]


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


def typed_sql(
    contract: Contract,
    cells: str,
    only: Collection[str] | None = None,
    few: Collection[str] = (),
) -> str:
    """The SELECT of ``parsed``: it types delivered texts, keeping them beside what was read from them.

    No macro or view has it: to create one, DuckDB plans all of it, which takes a tenth of a small
    delivery.

    Args:
        cells: a relation with the columns of :data:`CELLS`.
        only: the fields to type; None for all.
        few: the fields whose texts were typed before (:mod:`de06_pipeline.parsing.few_texts`).
    """
    fields = [field for field in contract.delivered_fields if only is None or field.name in only]
    by_row = [field for field in fields if field.name not in few]
    ctes = []
    source = cells
    for depth, step in enumerate(zip_longest(*(steps(field) for field in by_row)), start=1):
        ctes.append(
            f"step_{depth} AS ("
            + _select([("", "*"), *(named for named in step if named)], source)
            + ")"
        )
        source = f"step_{depth}"
    columns = [
        (
            identifier(column.name),
            looked_up(column.name, identifier(place_column(field.name)))
            if field.name in few
            else f"TRY_CAST({column.sql} AS {column.sql_type})",
        )
        for field in fields
        for column in parsed_columns(field)
    ]
    kept = [("", name) for name in (*_PLACE, *(kept_column(field, few) for field in fields))]
    with_steps = "WITH " + ",\n".join(ctes) + "\n" if ctes else ""
    return with_steps + _select([*kept, *columns], source)


_PLACE = ("delivery_no", "file_no", "row_number")


def kept_column(field: Field, few: Collection[str]) -> str:
    """The column of :data:`CELLS` by which the field's text is known."""
    return identifier(place_column(field.name)) if field.name in few else cell_column(field)


def kept_text(field: Field, few: Collection[str]) -> str:
    """SQL for the text over that column."""
    kept = kept_column(field, few)
    return looked_up(f"{field.name}__cell", kept) if field.name in few else kept


def _union(selects: Sequence[str]) -> str:
    return (
        selects[0]
        if len(selects) == 1
        else "\nUNION ALL\n".join(f"(\n{select}\n)" for select in selects)
    )


def _no_cells(fields: Sequence[Field]) -> str:
    columns = [("delivery_no", "NULL::SMALLINT"), ("file_no", "NULL::SMALLINT")]
    columns += [("row_number", "NULL::BIGINT")]
    columns += [(cell_column(field), "NULL::VARCHAR") for field in fields]
    return _select(columns, "(SELECT 1) WHERE false")


def _cells(
    fields: Sequence[Field],
    layout: TypedInput,
    records: str,
    delivery_no: str,
    file_no: str,
    few: Collection[str],
) -> str:
    """The cells of files of one layout; NULL in the columns that they lack."""
    cells: list[NamedSql] = []
    for field in fields:
        if field.name not in layout.positions:
            cells.append((cell_column(field), "NULL::VARCHAR"))
            continue
        column = packed.column_name(layout.positions[field.name])
        if field.name in few:
            cells.append((kept_column(field, few), place_in_list(field.name, column)))
        else:
            cells.append((cell_column(field), cell(field, column)))
    place = [("delivery_no", f"{delivery_no}::SMALLINT"), ("file_no", f"{file_no}::SMALLINT")]
    return _select([*place, ("", "row_number"), *cells], _read_records(layout, records))


def _read_records(layout: TypedInput, records: str) -> str:
    if layout.is_packed:
        return f"read_parquet({records}, filename = true)"
    return _read_csv(layout, records)


def _read_csv(layout: TypedInput, records: str) -> str:
    columns = ", ".join(
        f"{packed.column_name(position)}: 'VARCHAR'" for position in range(layout.columns_in_file)
    )
    return (
        f"read_csv({records}, delim = chr({ord(UNIT_SEPARATOR)}), quote = '', escape = '', header = false, auto_detect = false,"
        f" strict_mode = true, max_line_size = {MAX_LINE_BYTES}, buffer_size = {2 * MAX_LINE_BYTES}, filename = true,\n"
        f"    columns = {{{packed.ROW_NUMBER}: 'BIGINT', {columns}}})"
    )


def _paths(alike: Sequence[TypedInput]) -> str:
    return "[" + ", ".join(literal(str(path)) for file in alike for path in file.records) + "]"


def _number_of_file(alike: Sequence[TypedInput], number: str) -> str:
    """SQL for the ``file_no`` or ``delivery_no`` of the file that a record is in."""
    numbers = {getattr(file, number) for file in alike}
    if len(numbers) == 1:
        return str(numbers.pop())
    return (
        "CASE filename"
        + "".join(
            f" WHEN {literal(str(path))} THEN {getattr(file, number)}"
            for file in alike
            for path in file.records
        )
        + " END"
    )


def _select(named: Sequence[NamedSql], source: str) -> str:
    columns = ",\n  ".join(
        sql if not name or sql == name else f"{sql} AS {name}" for name, sql in named
    )
    return f"SELECT\n  {columns or '1'}\nFROM {source}"
