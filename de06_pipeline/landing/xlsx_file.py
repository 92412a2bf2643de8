"""One XLSX workbook to records: the first sheet that is not empty, its first row that is not blank being the header."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from de06_pipeline.landing import refusals
from de06_pipeline.landing.cells import text_of_cell
from de06_pipeline.landing.content import kind_of
from de06_pipeline.landing.sink import RecordSink
from de06_pipeline.landing.text import clean

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_ROWS_AT_ONCE = 5_000
MOST_UNPACKED_GIB = 4
"""A workbook that unpacks to more is refused: it would be read into memory whole."""


def read_xlsx(path: Path, name: str, workdir: Path, stem: str) -> tuple[tuple[str, ...], RecordSink]:
    """Write the records of a workbook; returns the header and where they went.

    All rows have as many cells as the sheet has columns; columns to the right of the header's last are unnamed.
    The row number of a record is its row in the sheet.

    Raises:
        UnreadableFile: ``empty``, ``content``, ``corrupt``, ``protected`` or ``too_large``.
    """
    _check_archive(path, name)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheet = _first_filled_sheet(workbook, name)
            rows = _numbered_rows(sheet)
            header_row, header = _find_header(rows, name)
            with RecordSink(workdir, stem, len(header)) as sink:
                sink.count_blank(header_row - 1)
                while batch := list(islice(rows, _ROWS_AT_ONCE)):
                    block = "".join("\x1f".join(map(text_of_cell, cells)) + "\n" for _, cells in batch)
                    sink.write(block.encode(), np.array([row for row, _ in batch], np.int64))
            return header, sink
    except PasswordError:
        raise refusals.protected(name) from None
    except CalamineError:
        raise refusals.corrupt(name) from None


def _check_archive(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        raise refusals.empty(name)
    kind = kind_of(head)
    if kind not in ("xlsx", "zip"):
        raise refusals.wrong_content(name, ".xlsx", kind)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError):
        raise refusals.corrupt(name) from None
    if not any(member.filename.startswith("xl/") for member in members):
        raise refusals.wrong_content(name, ".xlsx", "zip")
    if sum(member.file_size for member in members) > MOST_UNPACKED_GIB << 30:
        raise refusals.too_large(name, MOST_UNPACKED_GIB)


def _first_filled_sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    """Visible sheets come before hidden ones, where lists for drop-downs are kept."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    for metadata in sorted(sheets, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible):
        sheet = workbook.get_sheet_by_name(metadata.name)
        if sheet.start is not None:
            return sheet
    raise refusals.empty(name)


def _numbered_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """The rows with their numbers in the sheet: calamine begins with row 1, filling rows above the first filled one."""
    return enumerate(sheet.iter_rows(), start=1)


def _find_header(rows: Iterator[tuple[int, list[Any]]], name: str) -> tuple[int, tuple[str, ...]]:
    for row, cells in rows:
        header = tuple(clean(text_of_cell(cell)) for cell in cells)
        if any(header):
            return row, header
    raise refusals.empty(name)
