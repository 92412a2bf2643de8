"""Which sheet of a workbook holds the table: the one whose header is the expected one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from de06_pipeline.landing import refusals
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.table.header_rows import ROWS_SEARCHED, Heading, find_heading, first_row
from de06_pipeline.landing.table.other_rows import RecordFilter
from de06_pipeline.landing.text.cleaning import clean
from de06_pipeline.landing.workbook.cells import Cell, record_of_cells
from de06_pipeline.landing.workbook.facts import SheetFacts
from de06_pipeline.landing.workbook.sheet import Sheet

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook, SheetMetadata

_NO_FACTS = SheetFacts()


@dataclass(frozen=True, slots=True)
class ChosenSheet:
    """The sheet that is read.

    Attributes:
        rows_above: empty rows above the first filled one.
        top: the first rows from there on, cleaned, the header among them.
        others: further sheets that are not empty.
        fits: every column is there without which the file is refused.
        has_rows: something stands below the header.
    """

    sheet: Sheet
    position: int
    rows_above: int
    top: list[tuple[str, ...]]
    heading: Heading
    fits: bool
    has_rows: bool
    is_hidden: bool
    others: int = 0

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """Lists for drop-downs and last year's tables are kept on hidden sheets, so a visible one
        comes first.
        """
        return self.fits, not self.is_hidden, self.has_rows, len(self.heading.known_fields)


def choose_sheet(
    workbook: CalamineWorkbook,
    name: str,
    expected: ExpectedTable,
    facts: Sequence[SheetFacts] | None,
) -> ChosenSheet:
    """The sheet that fits best, the first of equals.

    Two visible sheets with all columns and with rows are not chosen between.

    Args:
        facts: what the sheets say about their cells, in their order; None where it is not known.

    Raises:
        UnreadableFile: ``empty``: all sheets are; ``several_sheets``; ``corrupt``: the workbook
        contradicts itself about its sheets.
    """
    from python_calamine import SheetTypeEnum

    best: ChosenSheet | None = None
    rivals: list[int] = []
    filled = 0
    if facts is not None and len(facts) != len(workbook.sheets_metadata):
        raise refusals.corrupt(name)
    for position, metadata in enumerate(workbook.sheets_metadata, start=1):
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = Sheet(
            workbook.get_sheet_by_name(metadata.name),
            _NO_FACTS if facts is None else facts[position - 1],
        )
        looked_at = _look_at(sheet, position, metadata, expected)
        if looked_at is None:
            continue
        filled += 1
        if looked_at.fits and looked_at.has_rows and not looked_at.is_hidden:
            rivals.append(position)
        if best is None or looked_at.rank > best.rank:
            best = looked_at
    if best is None:
        raise refusals.empty(name)
    if len(rivals) > 1:
        raise refusals.several_sheets(name, rivals)
    return replace(best, others=filled - 1)


def clean_cells(cells: list[Cell]) -> tuple[str, ...]:
    """A row as it will be compared and stored."""
    return tuple(clean(record_of_cells(cells)[:-1]).split("\x1f"))


def _look_at(
    sheet: Sheet, position: int, metadata: SheetMetadata, expected: ExpectedTable
) -> ChosenSheet | None:
    """None for a sheet without content."""
    from python_calamine import SheetVisibleEnum

    if sheet.is_empty:
        return None
    blank = sheet.first_row - 1
    top = [clean_cells(cells) for _, cells in islice(sheet.rows(), blank, blank + ROWS_SEARCHED)]
    heading = find_heading(top, expected) or first_row(top)
    if heading is None:
        return None
    records = RecordFilter(heading, expected)
    return ChosenSheet(
        sheet=sheet,
        position=position,
        rows_above=blank,
        top=top,
        heading=heading,
        fits=bool(expected.columns) and expected.columns <= heading.known_fields,
        has_rows=sheet.last_row > blank + len(top)
        or any(
            any(row) and records.is_record(row, number)
            for number, row in enumerate(top[heading.after :], start=blank + heading.after + 1)
        ),
        is_hidden=metadata.visible != SheetVisibleEnum.Visible,
    )
