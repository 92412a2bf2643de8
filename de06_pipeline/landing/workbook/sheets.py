"""Which sheet of a workbook holds the table: the one whose header is the expected one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from de06_pipeline.landing import refusals
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.table.header_rows import ROWS_SEARCHED, Heading, find_heading, first_row
from de06_pipeline.landing.table.other_rows import RecordFilter
from de06_pipeline.landing.text.cleaning import clean
from de06_pipeline.landing.workbook.cells import Cell, record_of_cells
from de06_pipeline.landing.workbook.facts import SheetFacts
from de06_pipeline.landing.workbook.sheet import Sheet

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook, SheetMetadata

_NO_FACTS = SheetFacts()
_FEW_TEXTS = frozenset({ColumnKind.AREA, ColumnKind.CHOICE})
_FIRST_ROWS = 5
_FEWEST_NAMED = 2


@dataclass(frozen=True, slots=True)
class ChosenSheet:
    """The sheet that is read.

    Attributes:
        rows_above: empty rows above the first filled one.
        top: the first rows from there on, cleaned, the header among them.
        others: further sheets that are not empty.
        fits: every column is there without which the file is refused.
        lacks_one: all of these are there but one.
        has_rows: something stands below the header.
    """

    sheet: Sheet
    position: int
    rows_above: int
    top: list[tuple[str, ...]]
    heading: Heading
    fits: bool
    lacks_one: bool
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

    Two visible sheets with all columns and with rows are not chosen between; nor is one chosen
    where another one lacks a column, as this month's does beside last month's, or goes on with its
    rows. A hidden sheet comes behind a visible one that lacks a column.

    Args:
        facts: what the sheets say about their cells, in their order; None where it is not known.

    Raises:
        UnreadableFile: ``empty``: all sheets are; ``several_sheets``; ``corrupt``: the workbook
        contradicts itself about its sheets.
    """
    from python_calamine import SheetTypeEnum

    looked_at: list[ChosenSheet] = []
    if facts is not None and len(facts) != len(workbook.sheets_metadata):
        raise refusals.corrupt(name)
    for position, metadata in enumerate(workbook.sheets_metadata, start=1):
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = Sheet(
            workbook.get_sheet_by_name(metadata.name),
            _NO_FACTS if facts is None else facts[position - 1],
        )
        if filled := _look_at(sheet, position, metadata, expected):
            looked_at.append(filled)
    if not looked_at:
        raise refusals.empty(name)
    visible = [sheet for sheet in looked_at if not sheet.is_hidden]
    rivals = [sheet.position for sheet in visible if sheet.fits and sheet.has_rows]
    if len(rivals) > 1:
        raise refusals.several_sheets(name, rivals)
    best = max(looked_at, key=lambda sheet: sheet.rank)
    almost = [sheet for sheet in visible if sheet.lacks_one and sheet.has_rows]
    if best.is_hidden and almost:
        best = almost[0]
    elif best.fits:
        _refuse_parts_elsewhere(name, best, visible, almost, expected)
    return replace(best, others=len(looked_at) - 1)


def _refuse_parts_elsewhere(
    name: str,
    best: ChosenSheet,
    visible: Sequence[ChosenSheet],
    almost: Sequence[ChosenSheet],
    expected: ExpectedTable,
) -> None:
    """Refuse a workbook in which the table, or more of it, stands on a further visible sheet.

    Raises:
        UnreadableFile: ``several_sheets``.
    """
    if almost:
        raise refusals.sheet_lacks_column(name, best.position, almost[0].position)
    if further := next(
        (sheet for sheet in visible if sheet is not best and _goes_on(best, sheet, expected)), None
    ):
        raise refusals.rows_on_further_sheet(name, best.position, further.position)


def _goes_on(best: ChosenSheet, further: ChosenSheet, expected: ExpectedTable) -> bool:
    """Whether a sheet holds further records of a table, without its header, as programs write what
    one sheet does not hold: in its first rows stands one that fills all needed columns, with areas
    and choices that the table has too.
    """
    heading, records = best.heading, RecordFilter(best.heading, expected)
    same = [
        position
        for position in records.positions
        if expected.kinds.get(heading.fields[position] or "") in _FEW_TEXTS
    ]
    if not same or records.digits_at is None or best.sheet.left != further.sheet.left:
        return False
    seen = {(position, row[position]) for row in best.top[heading.after :] for position in same}
    return any(
        len(row) > records.positions[-1]
        and all(row[position] for position in records.positions)
        and any(map(str.isdigit, row[records.digits_at]))
        and all((position, row[position]) in seen for position in same)
        for row in further.top[:_FIRST_ROWS]
    )


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
        lacks_one=len(heading.known_fields & expected.columns) >= _FEWEST_NAMED
        and len(expected.columns - heading.known_fields) == 1,
        has_rows=sheet.last_row > blank + len(top)
        or any(
            any(row) and records.is_record(row, number)
            for number, row in enumerate(top[heading.after :], start=blank + heading.after + 1)
        ),
        is_hidden=metadata.visible != SheetVisibleEnum.Visible,
    )
