"""One sheet as its workbook means it: the cells that calamine gives, corrected by what the sheet
says about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from de06_pipeline.landing.workbook.cells import Cell
from de06_pipeline.landing.workbook.facts import NOT_COMPUTED, Merge, SheetFacts

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


class Sheet:
    """The rows of a sheet, all as wide as the widest.

    Attributes:
        merges: in the order of their rows.
        error_cells: places of the cells read as errors, rows from 1 and columns from 0; those in
            formulas over several cells are added while rows are read.
        percent_cells: places of the numbers shown as percent in the rows that were read.
    """

    def __init__(self, sheet: CalamineSheet, facts: SheetFacts) -> None:
        self._sheet = sheet
        self._facts = facts
        self.merges = sorted(
            facts.merges
            if facts.merges is not None
            else map(_merge, sheet.merged_cell_ranges or ())
        )
        self.error_cells = {
            (row, column) for row, cells in facts.errors.items() for column in cells
        }
        self.percent_cells: set[tuple[int, int]] = set()
        self._has_facts = bool(facts.errors or facts.formats or facts.spans)
        end = sheet.end or (-1, -1)
        self.last_row = max(end[0] + 1, *facts.errors, 0)
        self._width = max(
            end[1] + 1, *(column + 1 for cells in facts.errors.values() for column in cells), 0
        )

    @property
    def is_empty(self) -> bool:
        return not self.last_row

    @property
    def first_row(self) -> int:
        """The first row that is not empty, from 1."""
        start = self._sheet.start
        filled = self._facts.errors.keys() | ({start[0] + 1} if start else set())
        return min(filled, default=1)

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row with its number, from the first row of the sheet on."""
        row = 0
        for row, cells in enumerate(self._sheet.iter_rows(), start=1):
            if len(cells) < self._width:
                cells += [""] * (self._width - len(cells))
            if self._has_facts:
                self._correct(row, cells)
            yield row, cells
        for below in range(row + 1, self.last_row + 1):
            cells = [""] * self._width
            self._correct(below, cells)
            yield below, cells

    def _correct(self, row: int, cells: list[Cell]) -> None:
        facts = self._facts
        for column, shown in facts.formats.get(row, {}).items():
            number = cells[column] if column < len(cells) else ""
            if isinstance(number, int | float) and not isinstance(number, bool):
                cells[column] = shown.shown(number)
                if shown.is_percent(number):
                    self.percent_cells.add((row, column))
        for span in facts.spans:
            if span.first_row <= row <= span.last_row:
                for column in range(span.first_column, min(span.last_column + 1, len(cells))):
                    if cells[column] == "":
                        cells[column] = NOT_COMPUTED
                        self.error_cells.add((row, column))
        for column, error in facts.errors.get(row, {}).items():
            cells[column] = error


def _merge(merged: tuple[tuple[int, int], tuple[int, int]]) -> Merge:
    (first_row, first_column), (last_row, last_column) = merged
    return Merge(first_row + 1, first_column, last_row + 1, last_column)
