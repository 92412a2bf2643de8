"""What the worksheets of an XLSB file (Excel binary workbook, BIFF12) say about their cells
(MS-XLSB 2.4).

A date without a time is a whole number in short form, which calamine gives as the number it is;
text with formats of its own in a cell it gives as an empty one.

A formula always has a value there. One that was never computed is known only where the workbook
asks to be computed when it is opened: then 0 stands for it, as in XLSX.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from xml.parsers import expat

from de06_pipeline.landing.said_at import Beside
from de06_pipeline.landing.workbook.asides import of_parts, page_text
from de06_pipeline.landing.workbook.facts import (
    ERROR_TEXT,
    NOT_COMPUTED,
    UNKNOWN_ERROR,
    Aside,
    Merge,
    SheetFacts,
)
from de06_pipeline.landing.workbook.facts_xls import ERROR_TEXTS
from de06_pipeline.landing.workbook.number_formats import (
    BUILT_IN,
    DAY_ZERO,
    DAY_ZERO_1904,
    DayFormat,
    NumberFormat,
    number_format,
    shows_days,
)
from de06_pipeline.landing.workbook.package import NotReadable, relations

WORKBOOK_BINARY = "xl/workbook.bin"

_ROW, _SHORT_NUMBER, _ERROR, _NUMBER, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_FORMULA_TEXT, _RICH_TEXT = 8, 62
_FORMAT, _CELL_FORMAT, _CELL_FORMATS, _CELL_FORMATS_END = 44, 47, 617, 618
_WORKBOOK, _SHEET, _CALCULATION, _MERGE = 153, 156, 157, 176
_PAGE, _COMMENT_TEXT = 479, 637
_PAGE_TEXTS_AT = 2
_VALUE_AT = 8
"""Behind a cell's column and format."""
_COMPUTE_ON_LOAD = 24
_NO_TEXT = 0xFFFFFFFF
# Runs of the records in which nothing is looked for, by their kind and fixed size: empty cells,
# shared texts; and numbers, where no format matters. A sheet is mostly these.
_TEXTS = re.compile(rb"(?:\x07\x0c.{12}|\x01\x08.{8})*+", re.DOTALL)
_TEXTS_AND_NUMBERS = re.compile(
    rb"(?:\x07\x0c.{12}|\x01\x08.{8}|\x02\x0c.{12}|\x05\x10.{16})*+", re.DOTALL
)


def facts_of_xlsb(path: Path) -> tuple[SheetFacts, ...]:
    """Look into all sheets, in the order of the workbook.

    Raises:
        NotReadable: a part is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _facts(archive)
    except (
        zipfile.BadZipFile,
        ValueError,
        KeyError,
        IndexError,
        OSError,
        EOFError,
        struct.error,
        expat.ExpatError,
    ) as error:
        raise NotReadable(type(error).__name__) from None


def _facts(archive: zipfile.ZipFile) -> tuple[SheetFacts, ...]:
    members = relations(archive, WORKBOOK_BINARY)
    names = set(archive.namelist())
    parts: list[str] = []
    left_to_compute = is_1904 = False
    for kind, content in _records(archive.read(WORKBOOK_BINARY)):
        if kind == _SHEET and (relation := _text(content, 8)) is not None:
            parts.append(members.get(relation, ""))
        elif kind == _WORKBOOK:
            is_1904 = bool(content[0] & 1)
        elif kind == _CALCULATION and len(content) > _COMPUTE_ON_LOAD:
            left_to_compute = bool(content[_COMPUTE_ON_LOAD] & 1)
    styles = next((part for part in members.values() if part.endswith("styles.bin")), "")
    shown = _formats(archive.read(styles), is_1904) if styles in names else []
    day_zero = DAY_ZERO_1904 if is_1904 else DAY_ZERO
    sheets = []
    for part in parts:
        facts = SheetFacts(merges=[], day_zero=day_zero)
        if part in names:
            _read_sheet(archive.read(part), shown, left_to_compute, facts)
            facts.asides.extend([*of_parts(archive, part, names), *_comments(archive, part, names)])
        sheets.append(facts)
    return tuple(sheets)


def _comments(archive: zipfile.ZipFile, sheet: str, names: Collection[str]) -> Iterator[Aside]:
    folder, _, name = sheet.rpartition("/")
    if f"{folder}/_rels/{name}.rels" not in names:
        return
    for part in relations(archive, sheet).values():
        if part.endswith(".bin") and part in names and "comments" in part:
            for kind, content in _records(archive.read(part)):
                if kind == _COMMENT_TEXT:
                    yield Aside(Beside.COMMENT, _text(content, 1) or "")


def _page_headers(content: bytes) -> Iterator[Aside]:
    """The texts of the record, each none or with its length before it."""
    at = _PAGE_TEXTS_AT
    while at + 4 <= len(content):
        text = _text(content, at)
        at += 4 + (0 if text is None else 2 * struct.unpack_from("<I", content, at)[0])
        if text:
            yield Aside(Beside.PAGE_HEADER, page_text(text))


def _formats(styles: bytes, is_1904: bool) -> list[NumberFormat | DayFormat | None]:
    """What each cell format makes of numbers."""
    codes = dict(BUILT_IN)
    shown: list[NumberFormat | DayFormat | None] = []
    days = DayFormat(is_1904)
    inside = False
    for kind, content in _records(styles):
        if kind == _FORMAT:
            codes[str(struct.unpack_from("<H", content)[0])] = _text(content, 2) or ""
        elif kind in (_CELL_FORMATS, _CELL_FORMATS_END):
            inside = kind == _CELL_FORMATS
        elif kind == _CELL_FORMAT and inside:
            (number,) = struct.unpack_from("<H", content, 2)
            code = codes.get(str(number), "")
            shown.append(days if shows_days(code, number) else number_format(code))
    return shown


def _text(content: bytes, at: int) -> str | None:
    """A text with the number of its UTF-16 units before it; None for one that is not there."""
    (length,) = struct.unpack_from("<I", content, at)
    if length == _NO_TEXT:
        return None
    return content[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace")


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, begin, at = _record(content, at)
        yield kind, content[begin:at]


def _record(content: bytes, at: int) -> tuple[int, int, int]:
    """Kind, begin and end of the record that starts there (2.1.4): kind and size in groups of seven
    bits, as long as the eighth is set.
    """
    kind = content[at]
    at += 1
    if kind & 0x80:
        kind = kind & 0x7F | (content[at] & 0x7F) << 7
        at += 1
    size = shift = 0
    while True:
        byte = content[at]
        at += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 or shift > 21:
            break
    if at + size > len(content):
        raise NotReadable("a record beyond the end")
    return kind, at, at + size


def _read_sheet(
    content: bytes,
    shown: Sequence[NumberFormat | DayFormat | None],
    left_to_compute: bool,
    facts: SheetFacts,
) -> None:
    merges = facts.merges if facts.merges is not None else []
    dull = _TEXTS if any(shown) else _TEXTS_AND_NUMBERS
    row, at, end = 0, 0, len(content)
    while True:
        run = dull.match(content, at)
        at = run.end() if run else at
        if at >= end:
            break
        kind, begin, at = _record(content, at)
        if kind == _ROW:
            row = struct.unpack_from("<I", content, begin)[0] + 1
        elif kind in (_ERROR, _FORMULA_ERROR):
            (column,) = struct.unpack_from("<I", content, begin)
            error = ERROR_TEXTS.get(content[begin + _VALUE_AT], UNKNOWN_ERROR)
            facts.add_error(row, column, error)
        elif kind in (_SHORT_NUMBER, _NUMBER, _FORMULA_NUMBER):
            column, style = struct.unpack_from("<II", content, begin)
            style &= 0xFFFFFF
            if (
                left_to_compute
                and kind == _FORMULA_NUMBER
                and struct.unpack_from("<d", content, begin + _VALUE_AT)[0] == 0
            ):
                facts.add_error(row, column, NOT_COMPUTED)
            elif style < len(shown) and (said := shown[style]) is not None:
                facts.add_format(row, column, said)
        elif kind == _FORMULA_TEXT:
            text = _text(content, begin + _VALUE_AT) or ""
            if ERROR_TEXT.match(text):
                facts.add_error(row, struct.unpack_from("<I", content, begin)[0], text)
        elif kind == _RICH_TEXT:
            (column,) = struct.unpack_from("<I", content, begin)
            facts.add_text(row, column, _text(content, begin + _VALUE_AT + 1) or "")
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", content, begin)
            merges.append(Merge(top + 1, left, bottom + 1, right))
        elif kind == _PAGE:
            facts.asides.extend(_page_headers(content[begin:at]))
