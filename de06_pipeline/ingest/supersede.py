"""One winner for each key.

The order of the accounting is the documented one: a record whose key cannot be read is judged but
never competes; among all others of a delivery the winner of each key stays and the losers are
superseded.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.relations import Relation
from de06_pipeline.ingest.judged import JUDGED
from de06_pipeline.quality.marks import RuleMarks

SUPERSEDED = Relation(
    "superseded",
    (
        ("file_no", "SMALLINT"),
        ("row_number", "BIGINT"),
        ("kept_file_no", "SMALLINT"),
        ("kept_row_number", "BIGINT"),
    ),
)
"""Rows that another one of their key replaced, and that one."""


@dataclass(frozen=True, slots=True)
class Winners:
    """What is left after repeats were taken out.

    Attributes:
        rows: :data:`~de06_pipeline.ingest.judged.JUDGED`.
        superseded: :data:`SUPERSEDED`.
        lost: how many rows that has.
    """

    rows: Relation
    superseded: Relation
    lost: int


def supersede(
    con: duckdb.DuckDBPyConnection, contract: Contract, marks: RuleMarks, rows: Relation
) -> Winners:
    """Take the losers of repeated keys out of marked rows.

    The latest ``supersede_by`` wins (empty is older than any), then the later file by name, then
    the later row.
    """
    SUPERSEDED.create_empty(con)
    keys = ", ".join(
        ["delivery_no", *(_key_column(f.name, f.is_area) for f in contract.key_fields)]
    )
    latest = f"{contract.supersede_by} DESC NULLS LAST, " if contract.supersede_by else ""
    key_rules = [rule for rule in marks.rules if rule.is_key]
    readable = f"NOT ({marks.breaks_any(key_rules)})" if key_rules else "true"
    # Two passes: hashes first, because repeats are rare and eight bytes a row fit in memory where
    # keys would not.
    con.execute(f"""
        CREATE TEMP TABLE repeated AS
        SELECT hash({keys}) AS key_hash FROM {rows} WHERE {readable} GROUP BY ALL HAVING count(*) > 1""")
    con.execute(f"""
        INSERT INTO {SUPERSEDED}
        SELECT file_no, row_number, kept_file_no, kept_row_number FROM (
          SELECT file_no, row_number,
            row_number() OVER best AS place,
            first_value(file_no) OVER best AS kept_file_no, first_value(row_number) OVER best AS kept_row_number
          FROM {rows}
          WHERE {readable} AND hash({keys}) IN (SELECT key_hash FROM repeated)
          WINDOW best AS (PARTITION BY {keys} ORDER BY {latest}file_no DESC, row_number DESC)
        ) WHERE place > 1""")
    row = con.execute(f"SELECT count(*) FROM {SUPERSEDED}").fetchone()
    lost = int(row[0]) if row else 0
    without = f" ANTI JOIN {SUPERSEDED} USING (file_no, row_number)" if lost else ""
    con.execute(f"CREATE OR REPLACE VIEW {JUDGED} AS SELECT * FROM {rows}{without}")
    return Winners(JUDGED, SUPERSEDED, lost)


def _key_column(name: str, is_area: bool) -> str:
    return f"{name}_id" if is_area else name
