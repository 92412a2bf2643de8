"""The records of the chosen sheet: its rows without those that are none, merged cells filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from itertools import islice
from operator import itemgetter

import numpy as np

from de06_pipeline.landing import information, refusals
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.said_at import Said
from de06_pipeline.landing.sink import RecordSink
from de06_pipeline.landing.table.other_rows import RecordFilter, as_written
from de06_pipeline.landing.table.units import fields_under, refuse_scale, scale_beside
from de06_pipeline.landing.workbook.cells import Cell, code_of_cell, record_of_cells
from de06_pipeline.landing.workbook.counted_days import CountedDays
from de06_pipeline.landing.workbook.facts import address
from de06_pipeline.landing.workbook.merged import MergedCells
from de06_pipeline.landing.workbook.sheets import ChosenSheet, clean_cells
from de06_pipeline.landing.workbook.swapped_dates import SwappedDates

_ROWS_AT_ONCE = 5_000
_DIGIT_SOON = re.compile(r".{0,7}[0-9]|.*[0-9]\Z", re.DOTALL)


class SheetTable:
    """Writes the records of a sheet.

    Attributes:
        records: what told them from the other rows.
        merged: what was filled in them.
        days: what was counted from another day than usual.
        under_unit: column of numbers → address and format of the first record's that a unit must not
            multiply, since it shows thousands.
    """

    def __init__(self, chosen: ChosenSheet, expected: ExpectedTable, name: str) -> None:
        heading, sheet = chosen.heading, chosen.sheet
        self.records = RecordFilter(heading, expected)
        self.merged = MergedCells(sheet.merges, sheet.left, heading, expected, name)
        dates = {
            position: heading.names[position]
            for position, field in enumerate(heading.fields)
            if field and expected.kinds.get(field) is ColumnKind.DATE
        }
        self.days = CountedDays(sheet.facts, sheet.left, dates)
        self._dates = SwappedDates(dates)
        self._numbers = {
            sheet.left + position: position
            for position, field in enumerate(heading.fields)
            if field and expected.kinds.get(field) is ColumnKind.NUMBER
        }
        self._codes = [
            position
            for position, field in enumerate(heading.fields)
            if field and expected.kinds.get(field) is ColumnKind.CODE
        ]
        self.under_unit: dict[int, tuple[str, str]] = {}
        self._chosen, self._expected, self._name = chosen, expected, name

    def write(self, sink: RecordSink) -> None:
        """Write all rows below the header that are records.

        Raises:
            UnreadableFile: ``merged_cells``, ``unit_of_all``, ``other_header``, ``swapped_dates`` or
            ``number_format``.
        """
        chosen, records = self._chosen, self.records
        rows = islice(chosen.sheet.rows(), chosen.rows_above + chosen.heading.first, None)
        header = list(islice(rows, len(chosen.heading.rows)))
        self.merged.begin(header[-1][0] + 1)
        is_odd = _oddness(
            records.positions,
            [cells for _, cells in header],
            records.header_texts,
            records.digits_at,
        )
        while batch := list(islice(rows, _ROWS_AT_ONCE)):
            lines: list[str] = []
            numbers: list[int] = []
            for row, cells in batch:
                is_merged = self.merged.any_left and self.merged.down(row, cells)
                if is_merged and self.merged.in_header and records.is_sparse(clean_cells(cells)):
                    records.left_out.add(information.HEADER_AGAIN_ROWS, row)
                    continue
                if records.below_header or is_odd(cells):
                    if not records.is_record(clean_cells(cells), row):
                        continue
                else:
                    records.pass_record()
                if is_merged:
                    self.merged.across(row, cells)
                if self.days.any:
                    self.days.put(row, cells)
                for position in self._codes:
                    if cells[position].__class__ is not str:
                        cells[position] = code_of_cell(cells[position])
                if row in chosen.sheet.unclear_cells:
                    self._see_unclear(row)
                if self._dates.watches:
                    self._dates.see(cells)
                lines.append(record_of_cells(cells))
                numbers.append(row)
            if lines:
                sink.write(
                    "".join(lines).encode("utf-8", "surrogatepass"), np.array(numbers, np.int64)
                )
                sink.flush_broken()
        refuse_scale(self._name, chosen.heading, records.left_out.scale, self._expected)
        refusals.check_one_header(self._name, records.left_out.other_header)
        if swapped := self._dates.headers():
            raise refusals.swapped_dates(self._name, swapped)

    def _see_unclear(self, row: int) -> None:
        """Take note of the numbers of a record of which their format leaves open what they are.

        Raises:
            UnreadableFile: ``number_format``.
        """
        for column, unclear in self._chosen.sheet.unclear_cells[row].items():
            if (position := self._numbers.get(column)) is None:
                continue
            place = address(row, column)
            if not unclear.only_under_unit:
                raise refusals.number_format(self._name, place, unclear.code)
            self.under_unit.setdefault(position, (place, unclear.code))

    def check_units(self, scale: Said | None) -> None:
        """Refuse a unit, of the whole table or in a header, over numbers that show thousands.

        Raises:
            UnreadableFile: ``number_format``.
        """
        heading = self._chosen.heading
        under = fields_under(scale[0], heading.known_fields, self._expected) if scale else ()
        for position, (place, code) in self.under_unit.items():
            if heading.fields[position] in under or scale_beside(heading.names[position]):
                raise refusals.number_format(self._name, place, code)


def _oddness(
    positions: tuple[int, ...],
    header: list[list[Cell]],
    texts: Collection[str],
    digits_at: int | None,
) -> Callable[[list[Cell]], bool]:
    """A quick test for rows that may be no records: a needed column is empty, or says what the
    header says, or the first of them says a text of headers; or the one of digits begins without,
    and one like such a text: cells are not cleaned here, which would cost more than all else.
    """
    if not positions:
        return lambda _cells: False
    # Two positions at least, so that itemgetter gives a tuple.
    needed = itemgetter(*positions, positions[0])
    headers = {needed(cells) for cells in header}

    def is_odd(cells: list[Cell]) -> bool:
        values = needed(cells)
        return "" in values or values in headers or values[0] in texts

    if digits_at is None:
        return is_odd

    beginnings = {text[:8] for text in as_written(texts)}

    def is_odd_or_like_a_header(cells: list[Cell]) -> bool:
        cell = cells[digits_at]
        if isinstance(cell, str) and not _DIGIT_SOON.match(cell):
            return is_odd(cells) or any(
                isinstance(value, str) and value[:8] in beginnings for value in needed(cells)
            )
        return is_odd(cells)

    return is_odd_or_like_a_header
