"""Merged cells below the header, read as a person reads them.

A workbook keeps the value of merged cells in the first of them, and the others are empty: a
district merged over three rows would name it for one and leave the other two to the province. So a
value that says what rows are about is put into all rows of its rectangle. Where that would say a
thing twice that was said once, there is no reading and the file is refused: a number over several
records, a key that makes two records the same, a value over columns of different meaning, a header
that reaches into the records.
"""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.landing import refusals
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.table.header_rows import Heading
from de06_pipeline.landing.workbook.cells import Cell
from de06_pipeline.landing.workbook.facts import Merge

_SAME_IN_ALL_COLUMNS = {ColumnKind.DATE, ColumnKind.CHOICE, ColumnKind.TEXT}


class _Rectangle:
    """A merge over columns of the table, and what has been seen of it."""

    def __init__(self, merge: Merge, columns: Sequence[int]) -> None:
        self.merge = merge
        self.columns = columns
        self.value: Cell = ""
        self.records = 0
        self.is_told = False
        self.keys: set[tuple[Cell, ...]] = set()

    @property
    def is_tall(self) -> bool:
        return self.merge.first_row < self.merge.last_row


class MergedCells:
    """Fills the merged cells of a table, from the first row below its header on.

    Attributes:
        filled: how many cells were filled in records.
        addresses: the rectangles they were filled from.
    """

    def __init__(
        self,
        merges: Sequence[Merge],
        left: int,
        heading: Heading,
        expected: ExpectedTable,
        name: str,
    ) -> None:
        """
        Args:
            merges: of the sheet, in the order of their rows.
            left: the first column of the table, from 0.
            name: of the file, for messages.
        """
        self.filled = 0
        self.addresses: list[str] = []
        self._left = left
        self._name = name
        self._kinds = [expected.kinds.get(field or "") for field in heading.fields]
        self._keys = heading.positions(expected.keys)
        self._first_row = 0
        waiting = []
        for merge in merges:
            columns = [
                column - left
                for column in range(merge.first_column, merge.last_column + 1)
                if 0 <= column - left < len(self._kinds) and self._kinds[column - left]
            ]
            if columns and (merge.first_row, columns[0]) != (merge.last_row, columns[-1]):
                waiting.append(_Rectangle(merge, columns))
        self._waiting = waiting[::-1]
        self._open: list[_Rectangle] = []

    @property
    def any_left(self) -> bool:
        """Whether a rectangle is open or to come."""
        return bool(self._waiting or self._open)

    def begin(self, first_row: int) -> None:
        """Say which row is the first below the header."""
        self._first_row = first_row

    def down(self, row: int, cells: list[Cell]) -> bool:
        """Put values from the rows above into the first column of their rectangle.

        Returns:
            whether the row lies in a rectangle, so that :meth:`across` has to see it if it is a
            record.
        """
        while self._waiting and self._waiting[-1].merge.first_row <= row:
            self._open.append(self._waiting.pop())
        self._open = [seen for seen in self._open if seen.merge.last_row >= row]
        is_blank = all(cell == "" for cell in cells)
        for seen in self._open:
            at = max(seen.merge.first_column - self._left, 0)
            if row == seen.merge.first_row:
                seen.value = cells[at]
            elif seen.value != "" and not is_blank:
                cells[at] = seen.value
        return bool(self._open)

    @property
    def in_header(self) -> bool:
        """Whether a cell of the header reaches into the row."""
        return any(seen.merge.first_row < self._first_row for seen in self._open)

    def across(self, row: int, cells: list[Cell]) -> None:
        """Put values into the further columns of their rectangles in a record.

        Raises:
            UnreadableFile: ``merged_cells``: a rectangle has no reading.
        """
        for seen in self._open:
            if seen.merge.first_row < self._first_row:
                raise self._refusal(seen)
            if seen.value == "":
                continue
            kinds = {self._kinds[column] for column in seen.columns}
            seen.records += 1
            is_wide = len(seen.columns) > 1
            if (seen.records > 1 and ColumnKind.NUMBER in kinds) or (
                is_wide
                and not (
                    kinds == {ColumnKind.AREA}
                    or (len(kinds) == 1 and kinds <= _SAME_IN_ALL_COLUMNS)
                )
            ):
                raise self._refusal(seen)
            # Over province, district and commune a value speaks of the whole of the first.
            columns = seen.columns[:1] if kinds == {ColumnKind.AREA} else seen.columns
            for column in columns:
                cells[column] = seen.value
            new = len(columns) - (row == seen.merge.first_row)
            if new and not seen.is_told:
                seen.is_told = True
                self.addresses.append(seen.merge.address)
            self.filled += new
        for seen in self._open:
            if (
                seen.is_tall
                and seen.value != ""
                and not seen.keys.isdisjoint(self._key(cells, seen))
            ):
                raise self._refusal(seen)
            seen.keys |= self._key(cells, seen)

    def _key(self, cells: list[Cell], seen: _Rectangle) -> set[tuple[Cell, ...]]:
        """The record's key, where it rests on the rectangle."""
        if not set(self._keys) & set(seen.columns):
            return set()
        return {tuple(cells[position] for position in self._keys)}

    def _refusal(self, seen: _Rectangle) -> Exception:
        return refusals.merged_cells(self._name, seen.merge.address)
