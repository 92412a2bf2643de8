"""What the worksheets of an XLS file (Excel 97-2003, BIFF) say about their cells (MS-XLS 2.4).

A formula always has a value there. One that was never computed is known by what programs write for it
that compute nothing: an empty text in a workbook that does not say which version computed it (xlwt),
or a zero that is to be computed when the workbook is opened (Apache POI).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from de06_pipeline.landing.said_at import Beside
from de06_pipeline.landing.workbook.asides import page_text
from de06_pipeline.landing.workbook.compound_file import stream_of
from de06_pipeline.landing.workbook.facts import NOT_COMPUTED, UNKNOWN_ERROR, Aside, SheetFacts
from de06_pipeline.landing.workbook.number_formats import (
    BUILT_IN,
    DAY_ZERO,
    DAY_ZERO_1904,
    NumberFormat,
    number_format,
)
from de06_pipeline.landing.workbook.package import NotReadable

_BEGIN, _END, _SHEET = 0x0809, 0x000A, 0x0085
_FORMAT, _CELL_FORMAT = 0x041E, 0x00E0
_ERROR_CELL, _FORMULA, _NUMBER, _SHORT_NUMBER, _SHORT_NUMBERS = (
    0x0205,
    0x0006,
    0x0203,
    0x027E,
    0x00BD,
)
_COMPUTED_BY = 0x01C1
_VALUE_AT, _OPTIONS_AT = 6, 14
"""Of a formula's cell, behind its row, column and format (2.4.127)."""
_ON_LOAD = 0x0002
_DATE_MODE, _PAGE_HEADER, _PAGE_FOOTER = 0x0022, 0x0014, 0x0015
_OBJECT, _OBJECT_TEXT, _CONTINUED = 0x005D, 0x01B6, 0x003C
_OBJECT_KIND_AT, _NOTE = 4, 0x0019
_BIFF8 = 0x0600

ERROR_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


def facts_of_xls(path: Path) -> tuple[SheetFacts, ...] | None:
    """Look into all sheets, in the order of the workbook.

    None where the file cannot be followed: calamine says what is wrong with it.

    Raises:
        NotReadable: a sheet does not end, so rows of it are missing.
    """
    stream = stream_of(path.read_bytes(), "Workbook", "Book")
    if stream is None:
        return None
    sheets: list[int] = []
    codes = dict(BUILT_IN)
    of_cells: list[str] = []
    is_biff8, is_1904, was_computed = True, False, False
    try:
        for kind, at, length in _records(stream, 0):
            if kind == _BEGIN:
                is_biff8 = struct.unpack_from("<H", stream, at)[0] == _BIFF8
            elif kind == _SHEET:
                sheets.append(struct.unpack_from("<I", stream, at)[0])
            elif kind == _FORMAT:
                code = _text(stream, at + 2, at + length, is_biff8)
                codes[str(struct.unpack_from("<H", stream, at)[0])] = code
            elif kind == _COMPUTED_BY:
                was_computed = True
            elif kind == _DATE_MODE:
                is_1904 = stream[at : at + 1] == b"\x01"
            elif kind == _CELL_FORMAT:
                of_cells.append(str(struct.unpack_from("<H", stream, at + 2)[0]))
        shown = [number_format(codes.get(number, "")) for number in of_cells]
        day_zero = DAY_ZERO_1904 if is_1904 else DAY_ZERO
        facts = []
        for begin in sheets:
            of_sheet = SheetFacts(day_zero=day_zero)
            _look_at_cells(stream, begin, shown, was_computed or not is_biff8, of_sheet)
            of_sheet.asides.extend(_asides(stream, begin, is_biff8))
            facts.append(of_sheet)
        return tuple(facts)
    except struct.error:
        return None


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of the content of each record of a part of the stream; charts within a
    sheet are parts of their own.

    Raises:
        NotReadable: it has a beginning and no end, or zeros where a record should be (calamine reads
        what there is of it).
    """
    at, depth = start, 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 0:
            return
        if not kind or at + 4 + length > len(stream):
            break
        if depth == 1:
            yield kind, at + 4, length
        at += 4 + length
    if depth:
        raise NotReadable("a part without an end")


def _text(stream: bytes, at: int, end: int, is_biff8: bool) -> str:
    """The text of a number format, its length before it: two bytes, in BIFF5 one; in BIFF8 also
    whether it is compressed (2.5.294).
    """
    length = struct.unpack_from("<H" if is_biff8 else "<B", stream, at)[0]
    at += 2 if is_biff8 else 1
    if not is_biff8:
        return stream[at : min(at + length, end)].decode("cp1252", "replace")
    is_utf_16 = stream[at] & 1
    at += 1
    size = 2 * length if is_utf_16 else length
    return stream[at : min(at + size, end)].decode(
        "utf-16-le" if is_utf_16 else "latin-1", "replace"
    )


def _look_at_cells(
    stream: bytes,
    begin: int,
    shown: list[NumberFormat | None],
    was_computed: bool,
    facts: SheetFacts,
) -> None:
    for kind, at, length in _records(stream, begin):
        error = _error_code(stream, kind, at)
        if error is not None:
            row, column = struct.unpack_from("<HH", stream, at)
            facts.add_error(row + 1, column, ERROR_TEXTS.get(error, UNKNOWN_ERROR))
        elif kind == _FORMULA and _is_not_computed(stream, at, was_computed):
            row, column = struct.unpack_from("<HH", stream, at)
            facts.add_error(row + 1, column, NOT_COMPUTED)
        elif kind in (_FORMULA, _NUMBER, _SHORT_NUMBER):
            row, column, index = struct.unpack_from("<HHH", stream, at)
            _add_format(facts, row, column, index, shown)
        elif kind == _SHORT_NUMBERS:
            row, column = struct.unpack_from("<HH", stream, at)
            for number in range((length - 6) // 6):
                (index,) = struct.unpack_from("<H", stream, at + 4 + 6 * number)
                _add_format(facts, row, column + number, index, shown)


def _is_not_computed(stream: bytes, at: int, was_computed: bool) -> bool:
    value = stream[at + _VALUE_AT : at + _OPTIONS_AT]
    if value[:1] == b"\x03" and value[-2:] == b"\xff\xff":
        return not was_computed
    (options,) = struct.unpack_from("<H", stream, at + _OPTIONS_AT)
    return not any(value) and bool(options & _ON_LOAD)


def _asides(stream: bytes, begin: int, is_biff8: bool) -> Iterator[Aside]:
    """Printed headers and footers; comments and text boxes, whose text stands in the record behind
    that of the object (2.4.329). Before BIFF8 objects have another form, and are not looked into.
    """
    place, has_text = Beside.TEXT_BOX, False
    for kind, at, length in _records(stream, begin):
        if kind in (_PAGE_HEADER, _PAGE_FOOTER) and length:
            text = _text(stream, at, at + length, is_biff8)
            yield Aside(Beside.PAGE_HEADER, page_text(text))
        elif kind == _OBJECT and length >= _OBJECT_KIND_AT + 2:
            (which,) = struct.unpack_from("<H", stream, at + _OBJECT_KIND_AT)
            place = Beside.COMMENT if which == _NOTE else Beside.TEXT_BOX
        elif kind == _CONTINUED and has_text and is_biff8 and length:
            encoding = "utf-16-le" if stream[at] & 1 else "latin-1"
            yield Aside(place, stream[at + 1 : at + length].decode(encoding, "replace"))
        has_text = kind == _OBJECT_TEXT


def _add_format(
    facts: SheetFacts, row: int, column: int, index: int, shown: list[NumberFormat | None]
) -> None:
    if index < len(shown) and (said := shown[index]) is not None:
        facts.add_format(row + 1, column, said)


def _error_code(stream: bytes, kind: int, at: int) -> int | None:
    if kind == _ERROR_CELL and stream[at + 7 : at + 8] == b"\x01":
        return stream[at + 6]
    if (
        kind == _FORMULA
        and stream[at + 6 : at + 7] == b"\x02"
        and stream[at + 12 : at + 14] == b"\xff\xff"
    ):
        return stream[at + 8]
    return None
