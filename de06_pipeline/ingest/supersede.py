"""One winner for each key.

The order of the accounting is the documented one: a record whose key cannot be read is judged but
never competes; among all others of a delivery the winner of each key stays and the losers are
superseded.
"""

from __future__ import annotations

import duckdb

from de06_pipeline.contracts.model import Contract
from de06_pipeline.ingest.judged import ALL_ROWS, JUDGED
from de06_pipeline.quality.marks import RuleMarks

SUPERSEDED = "superseded"
"""Table ``(file_no, row_number, kept_file_no, kept_row_number)``."""


def supersede(con: duckdb.DuckDBPyConnection, contract: Contract, marks: RuleMarks) -> int:
    """Take the losers of repeated keys out of :data:`JUDGED` and into :data:`SUPERSEDED`.

    The latest ``supersede_by`` wins (empty is older than any), then the later file by name, then
    the later row.

    Returns:
        how many rows lost.
    """
    con.execute(
        f"CREATE TABLE {SUPERSEDED} (file_no SMALLINT, row_number BIGINT, kept_file_no SMALLINT, kept_row_number BIGINT)"
    )
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
        SELECT hash({keys}) AS key_hash FROM {ALL_ROWS} WHERE {readable} GROUP BY ALL HAVING count(*) > 1""")
    con.execute(f"""
        INSERT INTO {SUPERSEDED}
        SELECT file_no, row_number, kept_file_no, kept_row_number FROM (
          SELECT file_no, row_number,
            row_number() OVER best AS place,
            first_value(file_no) OVER best AS kept_file_no, first_value(row_number) OVER best AS kept_row_number
          FROM {ALL_ROWS}
          WHERE {readable} AND hash({keys}) IN (SELECT key_hash FROM repeated)
          WINDOW best AS (PARTITION BY {keys} ORDER BY {latest}file_no DESC, row_number DESC)
        ) WHERE place > 1""")
    row = con.execute(f"SELECT count(*) FROM {SUPERSEDED}").fetchone()
    losers = int(row[0]) if row else 0
    if losers:
        con.execute(
            f"CREATE OR REPLACE VIEW {JUDGED} AS SELECT * FROM {ALL_ROWS} ANTI JOIN {SUPERSEDED} USING (file_no, row_number)"
        )
    return losers


def _key_column(name: str, is_area: bool) -> str:
    return f"{name}_id" if is_area else name
