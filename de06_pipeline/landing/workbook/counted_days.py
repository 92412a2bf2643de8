"""Numbers in columns of dates, in a workbook that counts days from another day than Excel's usual one.

A date without a date's format is the number of its day. Excel for Mac counted from 1904, and a
workbook says so; whoever reads its numbers by the usual count is four years early, which no cell
shows. So such numbers become the days they stand for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from de06_pipeline.landing.workbook.cells import Cell
from de06_pipeline.landing.workbook.facts import SheetFacts
from de06_pipeline.landing.workbook.number_formats import DAY_ZERO

_EARLIEST, _LATEST = dt.datetime(1927, 5, 18), dt.datetime(2101, 1, 1)
"""What is read as the number of a day, as ``vi_is_serial`` of parsing/macros/dates.sql has it: not
years, nor days written as yyyyMMdd."""
_SERIAL_TEXT = re.compile(r"\s*[1-7][0-9]{4}(?:[.,][0-9]+)?\s*")


class CountedDays:
    """Puts days into the records of one table.

    Attributes:
        cells: the places of the numbers that became days, rows from 1 and columns from 0.
    """

    def __init__(self, facts: SheetFacts, left: int, columns: Collection[int]) -> None:
        """
        Args:
            left: the first column of the table, from 0.
            columns: positions of the columns of dates.
        """
        self.cells: set[tuple[int, int]] = set()
        self._day_zero = facts.day_zero
        self._left = left
        self._columns = columns if facts.day_zero != DAY_ZERO else ()

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._columns)

    def put(self, row: int, cells: list[Cell]) -> None:
        """Put days for the numbers of a record.

        A text that looks like such a number gets a word that no date has: by which count it was
        made, nothing tells.
        """
        for column in self._columns:
            cell = cells[column]
            if isinstance(cell, str):
                if _SERIAL_TEXT.fullmatch(cell):
                    cells[column] = f"{cell.strip()} ({self._day_zero.year})"
            elif (day := self._day(cell)) is not None:
                cells[column] = day
                self.cells.add((row, self._left + column))

    def _day(self, number: Cell) -> dt.date | None:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return None
        midnight = dt.datetime.combine(self._day_zero, dt.time())
        try:
            moment = midnight + dt.timedelta(days=number)
        except (OverflowError, ValueError):
            return None
        if not _EARLIEST <= moment < _LATEST:
            return None
        return moment if number != int(number) else moment.date()
