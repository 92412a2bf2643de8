"""Physical row numbers of a file's records.

``row_number() OVER ()`` while reading would give the ordinal, but keeps DuckDB to one thread (twice the time). An UPDATE by
``rowid`` afterwards costs a twentieth of a second a million rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from de06_pipeline.errors import AccountingError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ONE_STRETCH = """
UPDATE parsed SET row_number = rowid - $first_rowid + $first_number
WHERE rowid >= $first_rowid AND rowid < $end_rowid"""

_STRETCHES = """
CREATE OR REPLACE TEMP TABLE stretch AS
SELECT unnest($ordinals::BIGINT[]) + $first_rowid AS first_rowid, unnest($numbers::BIGINT[]) AS first_number"""

_MANY_STRETCHES = """
UPDATE parsed SET row_number = numbered.row_number
FROM (
  SELECT records.id, records.id - stretch.first_rowid + stretch.first_number AS row_number
  FROM range($first_rowid, $end_rowid) AS records(id) ASOF JOIN stretch ON records.id >= stretch.first_rowid
) AS numbered
WHERE parsed.rowid = numbered.id"""


def number_rows(con: DuckDBPyConnection, file_no: int, first_rowid: int, record_count: int, numbering: Sequence[tuple[int, int]]) -> None:
    """Fill ``row_number`` of the file's records, which are the rows of ``parsed`` from ``first_rowid`` on.

    Raises:
        AccountingError: a record is left without a number.
    """
    if record_count == 0:
        return
    records = {"first_rowid": first_rowid, "end_rowid": first_rowid + record_count}
    if len(numbering) == 1 and numbering[0][0] == 0:
        numbered = con.execute(_ONE_STRETCH, {**records, "first_number": numbering[0][1]}).fetchone()
    else:
        ordinals, numbers = [ordinal for ordinal, _ in numbering], [number for _, number in numbering]
        con.execute(_STRETCHES, {"ordinals": ordinals, "numbers": numbers, "first_rowid": first_rowid})
        numbered = con.execute(_MANY_STRETCHES, records).fetchone()
        con.execute("DROP TABLE stretch")
    if not numbered or numbered[0] != record_count:
        raise AccountingError(f"file {file_no}: not every record has a row number.")
