"""What the worksheets of an XLSX file say about their cells, from their own XML (ECMA-376 part 1,
18.3).

A sheet in which nothing can be found is not parsed: its unpacked bytes are searched for what every
such cell needs (:func:`_signs`), which costs a quarter of calamine's time where parsing costs more
than all of it. Of a sheet that is parsed, rows without such a sign are left out for the same reason
(:func:`_pieces`): one error in the last of 300,000 rows is no reason to parse them all.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from de06_pipeline.landing.workbook.asides import BelowRows, of_parts
from de06_pipeline.landing.workbook.facts import (
    ERROR_TEXT,
    NOT_COMPUTED,
    UNKNOWN_ERROR,
    SheetFacts,
    merge_of,
    position,
)
from de06_pipeline.landing.workbook.number_formats import DAY_ZERO, DAY_ZERO_1904, NumberFormat
from de06_pipeline.landing.workbook.package import (
    WORKBOOK,
    NotReadable,
    blocks,
    elements,
    is_utf_16,
    local,
    new_parser,
    relations,
    sheet_formats,
)

_KNOWN_TO_CALAMINE = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
_ERROR = re.compile(r"^[#A-Za-z][A-Za-z0-9/!?_:. ]{1,19}$")
_MOST_SIGNS = 24
_TRUE = {"1", "true", "on"}
_SLICE_BYTES = 1 << 16
_LONGEST_MARK = len(b"extLst")
_ROW, _NUMBERED_ROW, _ROW_END = b"<row ", b'<row r="', b"</row>"
_NUMBER_TYPES = {"n", ""}


@dataclass(frozen=True, slots=True)
class XlsxFacts:
    """Of a workbook.

    Attributes:
        sheets: in the order of the workbook; also of those that are no worksheets.
        to_rewrite: parts that calamine cannot read as they are → where in their bytes (recoded to
            UTF-8) the cells begin that it takes for damage.
    """

    sheets: tuple[SheetFacts, ...]
    to_rewrite: Mapping[str, tuple[int, ...]]


def facts_of_xlsx(path: Path) -> XlsxFacts:
    """Look into all worksheets.

    Raises:
        NotReadable: a part is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _facts(archive)
    except (zipfile.BadZipFile, ValueError, KeyError, OSError, EOFError, expat.ExpatError) as error:
        raise NotReadable(type(error).__name__) from None


def _facts(archive: zipfile.ZipFile) -> XlsxFacts:
    index = elements(archive, WORKBOOK)
    members = relations(archive, WORKBOOK)
    # A workbook whose values a program left to be computed when it is opened: XlsxWriter writes 0
    # for each of them.
    left_to_compute = any(
        element.name == "calcPr" and element.attributes.get("fullCalcOnLoad") in _TRUE
        for element in index
    )
    counts_from_1904 = any(
        element.name == "workbookPr" and element.attributes.get("date1904") in _TRUE
        for element in index
    )
    day_zero = DAY_ZERO_1904 if counts_from_1904 else DAY_ZERO
    names = set(archive.namelist())
    formats = sheet_formats(archive, _styles(members))
    signs = _signs(formats)
    to_rewrite: dict[str, tuple[int, ...]] = {
        name: () for name in names if name.endswith((".xml", ".rels")) and is_utf_16(archive, name)
    }
    sheets: list[SheetFacts] = []
    for element in index:
        if element.name != "sheet":
            continue
        part = members.get(element.attributes.get("id", ""), "")
        scan = _XlsxScan(formats, left_to_compute, day_zero)
        if part in names:
            content = BelowRows(blocks(archive, part))
            if part in to_rewrite or _has_any(content, signs):
                content = BelowRows(blocks(archive, part))
                scan.read(content, () if part in to_rewrite else signs)
            scan.facts.asides.extend([*content.page_headers(), *of_parts(archive, part, names)])
        if scan.unknown_errors:
            to_rewrite[part] = tuple(scan.unknown_errors)
        sheets.append(scan.facts)
    return XlsxFacts(tuple(sheets), to_rewrite)


def _styles(members: Mapping[str, str]) -> str:
    return next((part for part in members.values() if part.endswith("styles.xml")), "")


def _signs(formats: Mapping[str, NumberFormat]) -> tuple[bytes, ...]:
    """What stands in the bytes of every sheet with a cell that matters: an attribute whose value is
    ``e``, an element ``f`` (under any prefix), a cell format that shows another number, or an
    attribute that may hide one of them behind a character reference. Empty: the sheet is to be
    parsed in any case.
    """
    # A cell that names no format has the first.
    if "0" in formats or len(formats) > _MOST_SIGNS // 2:
        return ()
    values = ["e", *formats]
    quoted = [f"{quote}{value}{quote}" for value in values for quote in "\"'"]
    return tuple(sign.encode() for sign in (*quoted, "<f", ":f", '="&#', "='&#"))


def _has_any(content: Iterable[bytes], signs: tuple[bytes, ...]) -> bool:
    if not signs:
        return True
    tail = b""
    for block in content:
        data = tail + block
        if any(sign in data for sign in signs):
            return True
        tail = block[-16:]
    return False


def _pieces(content: Iterable[bytes], signs: tuple[bytes, ...]) -> Iterator[tuple[int, bytes]]:
    """A sheet without most of the rows that have no sign: where each piece begins in it, and its
    bytes. Of the rows left out between two pieces the last is given, so that rows that do not say
    their number are still counted from one that does.

    From the first comment, CDATA section, processing instruction or extension on all is given: what
    looks like a row may be something else in it.
    """
    at, rest, tail = 0, b"", b""
    may_leave_out = bool(signs)
    for block in _slices(content):
        data = rest + block
        may_leave_out = may_leave_out and not _hides(tail + data, is_first=at == 0)
        end = data.rfind(_ROW_END) + len(_ROW_END) if may_leave_out and _ROW_END in data else 0
        if not end:
            yield at, data
            at, rest, tail = at + len(data), b"", data[-_LONGEST_MARK:]
            continue
        rows, rest, tail = data[:end], data[end:], b""
        begin = rows.rfind(_ROW) if _is_without(rows, signs) else 0
        yield at + begin, rows[begin:]
        at += end
    yield at, rest


def _slices(content: Iterable[bytes]) -> Iterator[bytes]:
    """So small that a sign here and there does not have most rows parsed."""
    for block in content:
        for begin in range(0, len(block), _SLICE_BYTES):
            yield block[begin : begin + _SLICE_BYTES]


def _hides(data: bytes, is_first: bool) -> bool:
    declaration = is_first and b"<?xml" in data[:8]
    return b"<!" in data or b"extLst" in data or data.count(b"<?") > declaration


def _is_without(rows: bytes, signs: tuple[bytes, ...]) -> bool:
    """Whether these bytes up to the end of a row are whole rows, each with its number as nearly every
    writer puts it, and no sign among them.
    """
    return (
        rows[:64].lstrip().startswith(_ROW)
        and rows.count(_ROW) == rows.count(_NUMBERED_ROW)
        and rows.count(b"<row") == rows.count(_ROW)
        and not any(sign in rows for sign in signs)
    )


class _XlsxScan:
    """One pass over the rows of a worksheet.

    Every cell calls the handler of starting elements two to four times, so what is rare has
    handlers of its own that are set only while they are needed.
    """

    def __init__(
        self,
        formats: Mapping[str, NumberFormat],
        left_to_compute: bool,
        day_zero: dt.date = DAY_ZERO,
    ) -> None:
        self.facts = SheetFacts(day_zero=day_zero)
        self.unknown_errors: list[int] = []
        self._formats = formats
        self._left_to_compute = left_to_compute
        self._parser = new_parser()
        self._parser.ordered_attributes = True
        self._names = _Names("")
        self._usual: Callable[[str, list[str]], None] = self._above_the_rows
        # Of the cell that is looked at more closely.
        self._place = (0, 0)
        self._attributes: dict[str, str] = {}
        self._begins_at = 0
        self._left_out = 0  # bytes before what is parsed now
        self._formula: dict[str, str] | None = None
        self._inside = ""
        self._value = ""
        self._has_value = False

    def read(self, content: Iterable[bytes], signs: tuple[bytes, ...]) -> None:
        """Read the bytes of a sheet; ``signs``: as of :func:`_signs`.

        Raises:
            NotReadable, expat.ExpatError: the sheet is damaged.
        """
        self._parser.StartElementHandler = self._usual
        parsed = 0
        for begins_at, piece in _pieces(content, signs):
            self._left_out = begins_at - parsed
            self._parser.Parse(piece, False)
            parsed += len(piece)
        self._parser.Parse(b"", True)

    def _above_the_rows(self, name: str, _attributes: list[str]) -> None:
        if local(name) == "sheetData":
            self._names = _Names(name.removesuffix("sheetData"))
            self._usual = self._rows()
            self._parser.StartElementHandler = self._usual

    def _rows(self) -> Callable[[str, list[str]], None]:
        """The handler of rows and cells: names with the prefix of the sheet, since other
        vocabularies have elements of the same local names.
        """
        a_cell, a_row, a_formula = self._names.cell, self._names.row, self._names.formula
        formats = self._formats
        styles = formats.keys()
        unstyled_matters = "0" in formats
        row = 0
        # The last cell of the row that says where it is, and how many have come since: positions
        # are counted where they are not said (18.3.1.4).
        said: str | None = None
        since = 0
        attributes: list[str] = []

        def start(name: str, given: list[str]) -> None:
            nonlocal row, said, since, attributes
            if name == a_cell:
                attributes = given
                if given and given[0] == "r":  # where nearly every writer puts it
                    said, since = given[1], 0
                elif "r" in given[::2]:
                    said, since = _said(given)["r"], 0
                else:
                    since += 1
                if "e" in given and _said(given).get("t") == "e":
                    self._look_closer(_place(row, said, since), given)
                if (
                    unstyled_matters or (styles and not styles.isdisjoint(given))
                ) and self._shows_its_number(_said(given)):
                    self.facts.add_format(
                        *_place(row, said, since), formats[_said(given).get("s", "0")]
                    )
            elif name == a_formula:
                self._look_closer(_place(row, said, since), attributes)
                self._starts_within(name, given)
            elif name == a_row:
                said, since = None, 0
                row = int(given[given.index("r") + 1]) if "r" in given else row + 1

        return start

    def _shows_its_number(self, attributes: Mapping[str, str]) -> bool:
        return (
            attributes.get("s", "0") in self._formats and attributes.get("t", "n") in _NUMBER_TYPES
        )

    def _look_closer(self, place: tuple[int, int], attributes: list[str]) -> None:
        """From here to the end of the cell: what value does it hold?"""
        self._place, self._attributes = place, _said(attributes)
        self._begins_at = self._parser.CurrentByteIndex + self._left_out
        self._formula, self._inside, self._value, self._has_value = None, "", "", False
        self._parser.StartElementHandler = self._starts_within
        self._parser.EndElementHandler = self._ends_within
        self._parser.CharacterDataHandler = self._text_within

    def _starts_within(self, name: str, given: list[str]) -> None:
        self._inside = name
        self._has_value |= name == self._names.value
        if name == self._names.formula:
            self._formula = _said(given)

    def _text_within(self, text: str) -> None:
        if self._inside != self._names.formula:
            self._value += text

    def _ends_within(self, name: str) -> None:
        if name != self._names.cell:
            self._inside = ""
            return
        self._parser.StartElementHandler = self._usual
        self._parser.EndElementHandler = self._parser.CharacterDataHandler = None
        value = self._value.strip()
        if self._attributes.get("t") == "e":
            if value not in _KNOWN_TO_CALAMINE:
                self.unknown_errors.append(self._begins_at)
            self.facts.add_error(*self._place, value if _ERROR.match(value) else UNKNOWN_ERROR)
        elif self._formula is not None and ERROR_TEXT.match(value):
            # Writers that do not know an error give it as the text of the formula's value.
            self.facts.add_error(*self._place, value)
        elif self._formula is not None and self._was_not_computed(value):
            self.facts.add_error(*self._place, NOT_COMPUTED)
            if self._formula.get("t") in ("array", "dataTable") and "ref" in self._formula:
                self.facts.spans.append(merge_of(self._formula["ref"]))

    def _was_not_computed(self, value: str) -> bool:
        """An empty text is a value (``=IF(A1="";"";…)``): then the cell says that it is one, and has
        an element for it.
        """
        if self._attributes.get("t") == "str":
            return not self._has_value
        return not value or (
            self._left_to_compute
            and value == "0"
            and self._attributes.get("t", "n") in _NUMBER_TYPES
        )


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of the elements of a sheet, under its prefix (``x:`` or none)."""

    prefix: str

    @property
    def cell(self) -> str:
        return f"{self.prefix}c"

    @property
    def row(self) -> str:
        return f"{self.prefix}row"

    @property
    def formula(self) -> str:
        return f"{self.prefix}f"

    @property
    def value(self) -> str:
        return f"{self.prefix}v"


def _said(attributes: list[str]) -> dict[str, str]:
    return dict(zip(attributes[::2], attributes[1::2], strict=True))


def _place(row: int, said: str | None, since: int) -> tuple[int, int]:
    """Where a cell is: the last place that was said in its row, and how many cells come after it."""
    if said is None:
        return row, since - 1
    said_row, column = position(said)
    return said_row, column + since
