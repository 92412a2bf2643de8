"""Dates whose day and month a spreadsheet has swapped.

An Excel set to the United States takes ``05/06/2024`` for 6 May when it opens a CSV file, and
leaves ``22/06/2024``, which is no date to it, as text. Saved as a workbook, the column then holds
dates whose day is never above 12, and texts whose day always is. Nothing else makes such a column.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping

from de06_pipeline.landing.workbook.cells import Cell

_DAY_FIRST = re.compile(r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}\b")
_LAST_MONTH = 12
_DAYS_LIKE_A_MONTH, _OTHER_DAYS = 12 / 30.4, 18.4 / 30.4
_LEAST_EVIDENCE = math.log(100)
"""A column with both kinds is taken for swapped where chance would make it one in a hundred times:
from three dates and four texts on."""


class SwappedDates:
    """Watches the columns of dates of one table.

    A column is watched until a date or a text contradicts the pattern: in most files, for a few
    rows.
    """

    def __init__(self, columns: Mapping[int, str]) -> None:
        """
        Args:
            columns: position → header of each column of dates.
        """
        self._headers = columns
        self._watched = {column: [0, 0] for column in columns}

    @property
    def watches(self) -> bool:
        return bool(self._watched)

    def see(self, cells: list[Cell]) -> None:
        """Take note of a record."""
        contradicted = []
        for column, counts in self._watched.items():
            cell = cells[column]
            if isinstance(cell, dt.date):
                counts[0] += 1
                if cell.day > _LAST_MONTH:
                    contradicted.append(column)
            elif isinstance(cell, str) and cell:
                day = _DAY_FIRST.match(cell)
                if day:
                    counts[1] += 1
                    if int(day[1]) <= _LAST_MONTH:
                        contradicted.append(column)
        for column in contradicted:
            del self._watched[column]

    def headers(self) -> tuple[str, ...]:
        """The headers of the columns that show the pattern."""
        return tuple(
            self._headers[column]
            for column, (dates, texts) in self._watched.items()
            if dates
            and texts
            and -dates * math.log(_DAYS_LIKE_A_MONTH) - texts * math.log(_OTHER_DAYS)
            >= _LEAST_EVIDENCE
        )
