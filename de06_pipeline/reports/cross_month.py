"""The records that do not fit between two months, for the supplier: by file and row, so that no
identifier needs to be written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from de06_pipeline.reports.whole import whole_file

COLUMNS = (
    "rule_id",
    "previous_month",
    "previous_file",
    "previous_row",
    "month",
    "file",
    "row",
    "column",
    "previous_value",
    "value",
)

_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
"""A spreadsheet takes a text beginning with one of these for a formula; an apostrophe before it
makes it a text.
"""


def write_cross_month(path: Path, records: Iterable[Sequence[object]]) -> int:
    """Write the records as CSV that a spreadsheet opens as it is (UTF-8 with a mark); returns how
    many.

    A file left from an earlier look is removed where nothing is found any more.

    Args:
        records: tuples of :data:`COLUMNS`; None is an empty cell.
    """
    count = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in records:
            writer.writerow(map(_cell, row))
            count += 1
    if not count:
        path.unlink(missing_ok=True)
    return count


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
