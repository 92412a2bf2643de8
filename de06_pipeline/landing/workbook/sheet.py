"""One sheet as its workbook means it: the cells that calamine gives, corrected by what the sheet
says about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from de06_pipeline.landing.workbook.cells import Cell
from de06_pipeline.landing.workbook.facts import NOT_COMPUTED, Merge, SheetFacts
from de06_pipeline.landing.workbook.number_formats import UnclearNumber

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


class Sheet:
    """The rows of a sheet, all as wide as the widest, from the first column with anything in it.

    Attributes:
        left: that column, from 0.
        merges: in the order of their rows.
        error_cells: places of the cells read as errors, rows from 1 and columns from 0; those in
            formulas over several cells are added while rows are read.
        facts: what it says about its cells.
        percent_cells: places of the numbers shown as percent in the rows that were read.
        unclear_cells: by row, the columns of the numbers there of which their format leaves open what
            they are.
    """

    def __init__(self, sheet: CalamineSheet, facts: SheetFacts) -> None:
        self._sheet = sheet
        self.name = sheet.name
        self.facts = facts
        self.merges = sorted(
            facts.merges
            if facts.merges is not None
            else map(_merge, sheet.merged_cell_ranges or ())
        )
        self.error_cells = {
            (row, column) for row, cells in facts.errors.items() for column in cells
        }
        self.percent_cells: set[tuple[int, int]] = set()
        self.unclear_cells: dict[int, dict[int, UnclearNumber]] = {}
        self._has_facts = bool(facts.errors or facts.texts or facts.formats or facts.spans)
        # Where calamine sees an empty cell, the table may reach further than it knows.
        added = (*facts.errors.values(), *facts.texts.values())
        columns = [column for cells in added for column in cells]
        start, end = sheet.start or (0, min(columns, default=0)), sheet.end or (-1, -1)
        self.left = min(start[1], *columns) if columns else start[1]
        self._padding: list[Cell] = [""] * (start[1] - self.left)
        self._width = max(end[1] + 1, *(column + 1 for column in columns), 0) - self.left
        self.last_row = max(end[0] + 1, *facts.errors, *facts.texts, 0)

    @property
    def is_empty(self) -> bool:
        return not self.last_row

    @property
    def first_row(self) -> int:
        """The first row that is not empty, from 1."""
        start = self._sheet.start
        added = self.facts.errors.keys() | self.facts.texts.keys()
        filled = added | ({start[0] + 1} if start else set())
        return min(filled, default=1)

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row with its number, from the first row of the sheet on."""
        row = 0
        for row, cells in enumerate(self._sheet.iter_rows(), start=1):
            if len(cells) < self._width:
                cells = self._padding + cells
                cells += [""] * (self._width - len(cells))
            if self._has_facts:
                self._correct(row, cells)
            yield row, cells
        for below in range(row + 1, self.last_row + 1):
            cells = [""] * self._width
            self._correct(below, cells)
            yield below, cells

    def _correct(self, row: int, cells: list[Cell]) -> None:
        facts, left = self.facts, self.left
        for column, shown in facts.formats.get(row, {}).items():
            number = cells[column - left] if left <= column < left + len(cells) else ""
            if isinstance(number, int | float) and not isinstance(number, bool):
                if (value := shown.shown(number)) is not None:
                    cells[column - left] = value
                if shown.is_percent(number):
                    self.percent_cells.add((row, column))
                if unclear := shown.unclear(number):
                    self.unclear_cells.setdefault(row, {})[column] = unclear
        for span in facts.spans:
            if span.first_row <= row <= span.last_row:
                after = min(span.last_column + 1, left + len(cells))
                for column in range(max(span.first_column, left), after):
                    if cells[column - left] == "":
                        cells[column - left] = NOT_COMPUTED
                        self.error_cells.add((row, column))
        for column, text in facts.texts.get(row, {}).items():
            cells[column - left] = text
        for column, error in facts.errors.get(row, {}).items():
            cells[column - left] = error


def _merge(merged: tuple[tuple[int, int], tuple[int, int]]) -> Merge:
    (first_row, first_column), (last_row, last_column) = merged
    return Merge(first_row + 1, first_column, last_row + 1, last_column)
