"""Values that were put right (or could not be) after what spreadsheets do to them, counted file by
file.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from de06_pipeline.contracts.model import Contract, Field, FieldType
from de06_pipeline.duck.quoting import NamedSql, identifier
from de06_pipeline.duck.relations import Relation
from de06_pipeline.ingest.information import (
    PADDED,
    SCIENTIFIC,
    SERIAL,
    SUFFIX,
    Information,
    of_field,
)

_COLUMN = "put_right"


def put_right_column(contract: Contract) -> NamedSql | None:
    """The column that marks what happened to a typed row's values, a bit each; None where nothing
    can.
    """
    bits = [
        f"(CASE WHEN {sql} THEN {1 << bit} ELSE 0 END)::UBIGINT"
        for bit, (_, _, sql) in enumerate(_can_happen(contract))
    ]
    anything = " OR ".join(f"({sql})" for _, _, sql in _can_happen(contract))
    return (
        (_COLUMN, f"CASE WHEN {anything} THEN {' | '.join(bits)} ELSE 0 END::UBIGINT")
        if bits
        else None
    )


def count_put_right(
    con: duckdb.DuckDBPyConnection, contract: Contract, marked: Relation
) -> dict[int, tuple[Information, ...]]:
    """What was put right, by file number.

    Args:
        marked: the rows as they arrived, with the column of :func:`put_right_column`.
    """
    watched = list(_can_happen(contract))
    if not watched:
        return {}
    counts: dict[int, list[int]] = {}
    for file, marks, rows in con.execute(
        f"SELECT file_no, {_COLUMN}, count(*) FROM {marked} WHERE {_COLUMN} <> 0 GROUP BY ALL"
    ).fetchall():
        of_file = counts.setdefault(file, [0] * len(watched))
        for bit in range(len(watched)):
            if int(marks) >> bit & 1:
                of_file[bit] += rows
    return {
        file: tuple(
            of_field(field, what, count)
            for (field, what, _), count in zip(watched, of_file, strict=True)
            if count
        )
        for file, of_file in counts.items()
    }


def _can_happen(contract: Contract) -> Iterator[tuple[Field, str, str]]:
    """What can happen to which field, with the SQL predicate over typed rows that says so."""
    for field in contract.delivered_fields:
        state = identifier(f"{field.name}_state")
        if field.pad_to:
            yield field, PADDED, f"{state} = 'padded'"
        if field.strip_suffix:
            yield field, SUFFIX, f"{identifier(f'{field.name}_suffix')} IS NOT NULL"
        if field.type in (FieldType.DATE, FieldType.TIMESTAMP):
            yield field, SERIAL, f"{state} = 'serial'"
        if field.type is FieldType.CODE:
            yield field, SCIENTIFIC, f"vi_is_scientific({identifier(f'{field.name}_raw')})"
