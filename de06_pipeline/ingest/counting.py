"""Where every row went, file by file."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from de06_pipeline.duck.relations import Relation
from de06_pipeline.ingest.supersede import Winners


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one file after judging. Broken records are not in here: they never became rows."""

    accepted: int = 0
    quarantined: int = 0
    superseded: int = 0


def count_files(
    con: duckdb.DuckDBPyConnection, winners: Winners, violations: Relation
) -> dict[int, Counts]:
    """Count the rows of the judged, the violations and the superseded by file number.

    The three counts are independent of each other, so that their sum can disagree with what was
    read.
    """
    rows = con.execute(f"""
        SELECT file_no, sum(accepted), sum(quarantined), sum(superseded) FROM (
          SELECT file_no, count(*) AS accepted, 0 AS quarantined, 0 AS superseded
          FROM {winners.rows} ANTI JOIN {violations} USING (file_no, row_number) GROUP BY file_no
          UNION ALL
          SELECT file_no, 0, count(DISTINCT row_number), 0 FROM {violations} GROUP BY file_no
          UNION ALL
          SELECT file_no, 0, 0, count(*) FROM {winners.superseded} GROUP BY file_no
        ) GROUP BY file_no""").fetchall()
    return {
        file_no: Counts(int(accepted), int(quarantined), int(superseded))
        for file_no, accepted, quarantined, superseded in rows
    }
