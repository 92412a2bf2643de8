"""Rows of one key that one file gives twice with different values, neither the newer: one of them is
wrong, or lacks a part of its key (a district that was written only once for three rows).
"""

from __future__ import annotations

import duckdb

from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.relations import Relation
from de06_pipeline.ingest.information import Information, contradicting

_ROWS_NAMED = 10


def contradictions(
    con: duckdb.DuckDBPyConnection, contract: Contract, rows: Relation, superseded: Relation
) -> dict[int, Information]:
    """What to say of each file with such rows, by its number.

    Rows that another file of the delivery replaces, or a later state of the same record, are no
    contradiction.

    Args:
        rows: all marked rows, those that others replaced included.
        superseded: like :data:`~de06_pipeline.ingest.supersede.SUPERSEDED`.
    """
    compared = [
        f"{field.name}_id" if field.is_area else field.name
        for field in contract.stored_fields
        if not field.key and field.name != contract.supersede_by
    ]
    if not compared:
        return {}
    differ = " OR ".join(f"lost.{name} IS DISTINCT FROM kept.{name}" for name in compared)
    same_age = (
        f"lost.{contract.supersede_by} IS NOT DISTINCT FROM kept.{contract.supersede_by}"
        if contract.supersede_by
        else "true"
    )
    counted = con.execute(f"""
        SELECT s.file_no, count(*), min_by(s.row_number, s.row_number, {_ROWS_NAMED})
        FROM {superseded} AS s
        JOIN {rows} AS lost USING (file_no, row_number)
        JOIN {rows} AS kept
          ON kept.file_no = s.kept_file_no AND kept.row_number = s.kept_row_number
        WHERE s.file_no = s.kept_file_no AND {same_age} AND ({differ})
        GROUP BY s.file_no""").fetchall()
    return {file_no: contradicting(count, lost) for file_no, count, lost in counted}
