"""One workbook (XLSX, XLSB, ODS, or Excel 97-2003 XLS) to records: the sheet with the expected header, its
records below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from de06_pipeline.landing import information, refusals
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.said_at import Beside, Said
from de06_pipeline.landing.sink import RecordSink
from de06_pipeline.landing.table.named_month import NamedMonth, month_of_sheet, month_of_titles
from de06_pipeline.landing.table.other_rows import MOST_NAMED
from de06_pipeline.landing.table.units import (
    one_scale,
    refuse_scale,
    scale_above,
    scale_aside,
    words_of_file,
)
from de06_pipeline.landing.text.mojibake import mojibake_in
from de06_pipeline.landing.workbook.facts import SheetFacts, first_places
from de06_pipeline.landing.workbook.facts_ods import facts_of_ods
from de06_pipeline.landing.workbook.facts_xls import facts_of_xls
from de06_pipeline.landing.workbook.facts_xlsb import facts_of_xlsb
from de06_pipeline.landing.workbook.facts_xlsx import facts_of_xlsx
from de06_pipeline.landing.workbook.kind import ODS, XLS, XLSB, XLSX, workbook_kind
from de06_pipeline.landing.workbook.package import NotReadable
from de06_pipeline.landing.workbook.rewrite import rewrite
from de06_pipeline.landing.workbook.sheet import Sheet
from de06_pipeline.landing.workbook.sheets import ChosenSheet, choose_sheet
from de06_pipeline.landing.workbook.table import SheetTable

_TEXTS_LOOKED_AT = 3_000
_FACTS: Mapping[str, Callable[[Path], tuple[SheetFacts, ...] | None]] = {
    XLS: facts_of_xls,
    XLSB: facts_of_xlsb,
    ODS: facts_of_ods,
}


@dataclass(frozen=True, slots=True)
class WorkbookContent:
    """What a workbook held.

    Attributes:
        format: ``xlsx``, ``xls``, ``xlsb`` or ``ods``, by the content.
        information: how often what was left out or put right, by code.
        places: where the first of it stood, by code.
        scale: a unit of the whole table that multiplies its numbers, which the contract allows, and
            the row that says so.
        month: the one month that titles name, or else the sheet's name.
    """

    format: str
    header: tuple[str, ...]
    sink: RecordSink
    information: Mapping[str, int]
    places: Mapping[str, tuple[str, ...]]
    scale: Said | None = None
    month: NamedMonth | None = None


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
        ``several_sheets``, ``damaged_text``, ``unit_of_all``, ``merged_cells``, ``number_format`` or
        ``swapped_dates``.
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
            around = _scale_around(chosen, expected)
            refuse_scale(name, chosen.heading, around, expected)
            aside = scale_aside(name, _asides(chosen.sheet, name), chosen.heading, expected)
            table = SheetTable(chosen, expected, name)
            with RecordSink(workdir, stem, len(chosen.heading.names)) as sink:
                titles = _count_above(chosen, sink)
                table.write(sink)
    except PasswordError:
        raise refusals.protected(name) from None
    except (CalamineError, NotReadable):
        raise refusals.corrupt(name) from None
    except OSError as error:
        if error.errno is not None:
            raise
        # calamine's word for a part of an XLSB file that ends too soon.
        raise refusals.corrupt(name) from None
    sheet, merged, left_out = chosen.sheet, table.merged, table.records.left_out
    counted = left_out.counted | {
        information.TITLE_ROWS: titles,
        information.ERROR_CELLS: len(sheet.error_cells),
        information.PERCENT_CELLS: len(sheet.percent_cells),
        information.MERGED_CELLS: merged.filled,
        information.DAYS_FROM_1904: len(table.days.cells),
        information.OTHER_SHEETS: chosen.others,
        information.HIDDEN_SHEET: int(chosen.is_hidden),
    }
    places = left_out.places | {
        information.ERROR_CELLS: first_places(sheet.error_cells, MOST_NAMED),
        information.PERCENT_CELLS: first_places(sheet.percent_cells, MOST_NAMED),
        information.MERGED_CELLS: tuple(merged.addresses[:MOST_NAMED]),
        information.DAYS_FROM_1904: first_places(table.days.cells, MOST_NAMED),
    }
    scale = one_scale(name, around, left_out.scale, aside)
    table.check_units(scale)
    month = _month(chosen)
    return WorkbookContent(kind, chosen.heading.names, sink, counted, places, scale, month)


def _look_into(
    path: Path, kind: str, workdir: Path, stem: str
) -> tuple[tuple[SheetFacts, ...] | None, Path]:
    """What the sheets say about their cells, and the file that calamine can read: this one, or a
    copy in ``workdir``.
    """
    if kind != XLSX:
        return _FACTS[kind](path), path
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


def _scale_around(chosen: ChosenSheet, expected: ExpectedTable) -> Said | None:
    """A unit for all numbers in a row above the header, or beside the first records in a column
    that has no header.
    """
    heading = chosen.heading
    numbered = list(enumerate(chosen.top, start=chosen.rows_above + 1))
    beside = [
        (row, [text for text, header in zip(cells, heading.names, strict=False) if not header])
        for row, cells in numbered[heading.first :]
    ]
    return scale_above([*numbered[: heading.first], *beside], heading, expected)


def _month(chosen: ChosenSheet) -> NamedMonth | None:
    titles = chosen.top[: chosen.heading.first]
    return month_of_titles(enumerate(titles, start=chosen.rows_above + 1)) or month_of_sheet(
        chosen.sheet.name, Beside.SHEET_NAME
    )


def _asides(sheet: Sheet, name: str) -> list[tuple[Beside, str]]:
    """What a person reads beside the cells of a sheet."""
    return [
        (Beside.FILE_NAME, words_of_file(name)),
        (Beside.SHEET_NAME, sheet.name.replace("_", " ")),
        *((aside.place, aside.text) for aside in sheet.facts.asides),
    ]


def _count_above(chosen: ChosenSheet, sink: RecordSink) -> int:
    """Count the rows above the header: blank ones in the sink; returns how many titles there are."""
    titles = sum(any(row) for row in chosen.top[: chosen.heading.first])
    sink.count_blank(chosen.rows_above + chosen.heading.first - titles)
    return titles
