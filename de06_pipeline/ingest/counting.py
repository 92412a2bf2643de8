"""Where every row of a delivery went, and what was put right in its values, file by file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from de06_pipeline.contracts.model import Contract, Field, FieldType
from de06_pipeline.duck.quoting import identifier
from de06_pipeline.ingest.information import (
    PADDED,
    SCIENTIFIC,
    SERIAL,
    SUFFIX,
    Information,
    of_field,
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one file after judging. Broken records are not in here: they never became rows."""

    accepted: int = 0
    quarantined: int = 0
    superseded: int = 0


def count_files(con: duckdb.DuckDBPyConnection) -> dict[int, Counts]:
    """Count the rows of ``judged``, ``violation`` and ``superseded`` by file number.

    The three counts are independent of each other, so that their sum can disagree with what was
    read.
    """
    rows = con.execute("""
        SELECT file_no, sum(accepted), sum(quarantined), sum(superseded) FROM (
          SELECT file_no, count(*) AS accepted, 0 AS quarantined, 0 AS superseded
          FROM judged ANTI JOIN violation USING (file_no, row_number) GROUP BY file_no
          UNION ALL
          SELECT file_no, 0, count(DISTINCT row_number), 0 FROM violation GROUP BY file_no
          UNION ALL
          SELECT file_no, 0, 0, count(*) FROM superseded GROUP BY file_no
        ) GROUP BY file_no""").fetchall()
    return {
        file_no: Counts(int(accepted), int(quarantined), int(superseded))
        for file_no, accepted, quarantined, superseded in rows
    }


def count_put_right(
    con: duckdb.DuckDBPyConnection, contract: Contract
) -> dict[int, tuple[Information, ...]]:
    """Count, in ``judged``, values that were put right (or could not be) after what spreadsheets do
    to them, by file number.

    One pass over columns of few distinct values, before repeats are taken out: it counts what
    arrived.
    """
    watched = list(_put_right(contract))
    if not watched:
        return {}
    sums = ",\n  ".join(f"count_if({sql})" for _, _, sql in watched)
    rows = con.execute(f"SELECT file_no,\n  {sums}\nFROM judged GROUP BY file_no").fetchall()
    return {
        file_no: tuple(
            of_field(field, what, count)
            for (field, what, _), count in zip(watched, counts, strict=True)
            if count
        )
        for file_no, *counts in rows
    }


def _put_right(contract: Contract) -> Iterator[tuple[Field, str, str]]:
    """What can happen to which field, with the SQL predicate over ``judged`` that says so."""
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
