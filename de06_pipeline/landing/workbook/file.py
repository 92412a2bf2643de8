"""One workbook (XLSX, or Excel 97-2003 XLS) to records: the sheet with the expected header, its
records below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path

import numpy as np

from de06_pipeline.landing import information, refusals
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.sink import RecordSink
from de06_pipeline.landing.table.other_rows import RecordFilter
from de06_pipeline.landing.text.mojibake import mojibake_in
from de06_pipeline.landing.workbook.cells import Cell, record_of_cells
from de06_pipeline.landing.workbook.facts import SheetFacts
from de06_pipeline.landing.workbook.facts_xls import facts_of_xls
from de06_pipeline.landing.workbook.facts_xlsx import facts_of_xlsx
from de06_pipeline.landing.workbook.kind import XLSX, workbook_kind
from de06_pipeline.landing.workbook.package import NotReadable
from de06_pipeline.landing.workbook.rewrite import rewrite
from de06_pipeline.landing.workbook.sheet import Sheet
from de06_pipeline.landing.workbook.sheets import ChosenSheet, choose_sheet, clean_cells

_ROWS_AT_ONCE = 5_000
_TEXTS_LOOKED_AT = 3_000


@dataclass(frozen=True, slots=True)
class WorkbookContent:
    """What a workbook held.

    Attributes:
        format: ``xlsx`` or ``xls``, by the content.
        information: how often what was left out or put right, by code.
    """

    format: str
    header: tuple[str, ...]
    sink: RecordSink
    information: Mapping[str, int]


def read_workbook(
    path: Path, name: str, workdir: Path, stem: str, expected: ExpectedTable
) -> WorkbookContent:
    """Write the records of a workbook.

    All rows have as many cells as the sheet has columns; columns to the right of the header's last
    are unnamed. The row number of a record is its row in the sheet. Hidden rows are read like
    others: a filter hides rows and takes none out of the table. Of formulas the value is read that
    was stored with them.

    Raises:
        UnreadableFile: ``empty``, ``content``, ``corrupt``, ``protected``, ``too_large``,
        ``several_sheets`` or ``damaged_text``.
    """
    kind = workbook_kind(path, name)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        facts, path = _look_into(path, kind, workdir, stem)
        # By the open file and not by its path: from a path calamine would take the name's word for
        # what it is.
        with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
            chosen = choose_sheet(workbook, name, expected, facts)
            refusals.check_columns(name, len(chosen.heading.names))
            if mojibake := mojibake_in(_beginning(chosen.sheet)):
                raise refusals.damaged_text(name, mojibake)
            records = RecordFilter(chosen.heading, expected.filled)
            with RecordSink(workdir, stem, len(chosen.heading.names)) as sink:
                titles = _count_above(chosen, sink)
                _write_records(chosen, records, sink)
    except PasswordError:
        raise refusals.protected(name) from None
    except (CalamineError, NotReadable):
        raise refusals.corrupt(name) from None
    counted = records.counted | {
        information.TITLE_ROWS: titles,
        information.ERROR_CELLS: len(chosen.sheet.error_cells),
        information.OTHER_SHEETS: chosen.others,
        information.HIDDEN_SHEET: int(chosen.is_hidden),
    }
    return WorkbookContent(kind, chosen.heading.names, sink, counted)


def _look_into(
    path: Path, kind: str, workdir: Path, stem: str
) -> tuple[tuple[SheetFacts, ...] | None, Path]:
    """What the sheets say about their cells, and the file that calamine can read: this one, or a
    copy in ``workdir``.
    """
    if kind != XLSX:
        return facts_of_xls(path), path
    facts = facts_of_xlsx(path)
    if not facts.to_rewrite:
        return facts.sheets, path
    copy = workdir / f"{stem}.rewritten"
    rewrite(path, copy, facts.to_rewrite)
    return facts.sheets, copy


def _beginning(sheet: Sheet) -> str:
    """The first texts of a sheet as they stand there: cleaning takes characters out that only
    damaged text has.
    """
    texts = (cell for _, cells in sheet.rows() for cell in cells if isinstance(cell, str))
    return "\n".join(islice(texts, _TEXTS_LOOKED_AT))


def _count_above(chosen: ChosenSheet, sink: RecordSink) -> int:
    """Count the rows above the header: blank ones in the sink; returns how many titles there are."""
    titles = sum(any(row) for row in chosen.top[: chosen.heading.first])
    sink.count_blank(chosen.rows_above + chosen.heading.first - titles)
    return titles


def _write_records(chosen: ChosenSheet, records: RecordFilter, sink: RecordSink) -> None:
    rows = islice(chosen.sheet.rows(), chosen.rows_above + chosen.heading.first, None)
    is_odd = _oddness(
        records.positions, [cells for _, cells in islice(rows, len(chosen.heading.rows))]
    )
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        lines: list[str] = []
        numbers: list[int] = []
        for row, cells in batch:
            if records.below_header or is_odd(cells):
                if not records.is_record(clean_cells(cells)):
                    continue
            else:
                records.pass_record()
            lines.append(record_of_cells(cells))
            numbers.append(row)
        if lines:
            sink.write("".join(lines).encode("utf-8", "surrogatepass"), np.array(numbers, np.int64))
            sink.flush_broken()


def _oddness(positions: tuple[int, ...], header: list[list[Cell]]) -> Callable[[list[Cell]], bool]:
    """A quick test for rows that may be no records: a needed column is empty, or says what the
    header says.
    """
    if not positions:
        return lambda _cells: False
    # Two positions at least, so that itemgetter gives a tuple.
    needed = itemgetter(*positions, positions[0])
    headers = {needed(cells) for cells in header}

    def is_odd(cells: list[Cell]) -> bool:
        values = needed(cells)
        return "" in values or values in headers

    return is_odd
