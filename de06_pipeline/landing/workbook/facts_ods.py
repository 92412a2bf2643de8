"""What the sheets of an OpenDocument spreadsheet say about their cells (OpenDocument 1.3 part 3,
9.1 and 19).

A cell carries its value and also the text that a person sees, so both are compared: an error is the
text of a cell whose value says nothing of it, and a number's format shows in its text. A cell whose
kind of value is not said holds its text, where calamine sees nothing. Whether ``105,000`` has three
decimals, or digits that its format writes beside it, the text does not tell: the formats do.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from xml.parsers import expat

from de06_pipeline.landing.workbook.asides_ods import LONGEST_SIGN, SIGNS, of_tables
from de06_pipeline.landing.workbook.facts import (
    ERROR_TEXT,
    NOT_COMPUTED,
    UNKNOWN_ERROR,
    Merge,
    SheetFacts,
)
from de06_pipeline.landing.workbook.number_formats import DAY_ZERO, NumberFormat, number_format
from de06_pipeline.landing.workbook.package import NotReadable, blocks, new_parser

_CONTENT, _STYLES = "content.xml", "styles.xml"
# calamine knows the elements by these prefixes, which every known writer uses; under others it
# finds no sheet.
_TABLE, _ROW, _NULL_DATE = "table:table", "table:table-row", "table:null-date"
_CELLS = {"table:table-cell", "table:covered-table-cell"}
_PARAGRAPH, _BODY, _LITERAL = "text:p", "office:body", "number:text"
_SPACES = {"text:s", "text:tab", "text:line-break"}
_TYPE, _FORMULA = "office:value-type", "table:formula"
_PLAIN = {_TYPE, "calcext:value-type", "table:style-name", "office:date-value"}
_PLAIN_TYPES = {"string", "date"}
_LOOKED_AT = {"", "float", "percentage", "currency", "error"}
_VALUES = {
    "office:value",
    "office:string-value",
    "office:date-value",
    "office:time-value",
    "office:boolean-value",
}
_ZEROS = re.compile(r"^0\d+$")
_WITH_WORDS = re.compile(r"^(?P<before>\D*?)[-−]?(?P<number>\d[\d.,\s]*)(?P<behind>.*)$")
_EXPONENT = re.compile(r"E[+-]?\d")
_DIGIT = re.compile("[0-9]")
_HIDDEN_THOUSANDS = {f"0{',' * times}": 1_000**times for times in (1, 2, 3)}
_PERCENT = number_format("0%")


def facts_of_ods(path: Path) -> tuple[SheetFacts, ...]:
    """Look into all sheets, in the order of the workbook.

    Raises:
        NotReadable: the content is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            scan = _OdsScan(_digits_beside(archive))
            has_asides, tail = False, b""
            for block in blocks(archive, _CONTENT):
                scan.parser.Parse(block, False)
                has_asides = has_asides or any(sign in tail + block for sign in SIGNS)
                tail = block[-LONGEST_SIGN:]
            scan.parser.Parse(b"", True)
            asides = of_tables(archive, _CONTENT, _STYLES, has_asides)
            for facts, texts in zip(scan.sheets, asides, strict=bool(asides)):
                facts.asides.extend(texts)
    except (zipfile.BadZipFile, ValueError, KeyError, OSError, EOFError, expat.ExpatError) as error:
        raise NotReadable(type(error).__name__) from None
    return tuple(scan.sheets)


def _digits_beside(archive: zipfile.ZipFile) -> frozenset[str]:
    """The texts with digits that number formats write beside a number (``,000``)."""
    literals: set[str] = set()
    text: list[str] = []
    is_body = False

    def start(name: str, _given: Mapping[str, str]) -> None:
        nonlocal is_body
        is_body = is_body or name == _BODY
        text.clear()
        parser.CharacterDataHandler = text.append if name == _LITERAL else None

    def end(name: str) -> None:
        if name == _LITERAL and _DIGIT.search(literal := "".join(text).strip()):
            literals.add(literal)
        parser.CharacterDataHandler = None

    for part in {_STYLES, _CONTENT}.intersection(archive.namelist()):
        parser, is_body = new_parser(), False
        parser.StartElementHandler, parser.EndElementHandler = start, end
        for block in blocks(archive, part):
            parser.Parse(block, False)
            if is_body:
                break
    return frozenset(literals)


class _OdsScan:
    """One pass over all tables. Ends of elements and texts are listened to only within a cell that
    may hold something.
    """

    def __init__(self, digits_beside: frozenset[str]) -> None:
        self._digits_beside = digits_beside
        self.sheets: list[SheetFacts] = []
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self._merges: list[Merge] = []
        self._facts = SheetFacts(merges=self._merges)
        self._day_zero = DAY_ZERO
        # Rows from 1 and columns from 0, and how often each stands there.
        self._row, self._rows, self._column = 1, 0, 0
        # Of the cell that is looked at more closely.
        self._cell: Mapping[str, str] = {}
        self._place, self._columns = 0, 1
        self._depth = 0
        self._text: list[str] = []
        self._has_text = False

    def _start(self, name: str, given: Mapping[str, str]) -> None:
        if name in _CELLS:
            # Nearly all cells: a text or a date, and nothing that says more.
            if given.keys() <= _PLAIN and given.get(_TYPE) in _PLAIN_TYPES:
                self._column += 1
                return
            columns = _count(given, "table:number-columns-repeated")
            self._place, self._columns = self._column, columns
            self._column += columns
            self._see(given)
        elif name == _ROW:
            self._row, self._column = self._row + self._rows, 0
            self._rows = _count(given, "table:number-rows-repeated")
        elif name == _NULL_DATE:
            self._day_zero = dt.date.fromisoformat(
                given.get("table:date-value", str(DAY_ZERO))[:10]
            )
        elif name == _TABLE:
            self._merges = []
            self._facts = SheetFacts(merges=self._merges, day_zero=self._day_zero)
            self._row, self._rows = 1, 0
            # calamine passes over tables without a name: copies of what a link leads to.
            if "table:name" in given:
                self.sheets.append(self._facts)

    def _see(self, given: Mapping[str, str]) -> None:
        tall = _count(given, "table:number-rows-spanned")
        wide = _count(given, "table:number-columns-spanned")
        if tall > 1 or wide > 1:
            self._merges.append(self._rectangle(tall, wide))
        if (
            _FORMULA in given
            or given.get(_TYPE, "") in _LOOKED_AT
            or given.get("calcext:value-type") == "error"
        ):
            self._cell, self._depth, self._text, self._has_text = given, 1, [], False
            self.parser.StartElementHandler = self._start_within
            self.parser.EndElementHandler = self._end_within

    def _start_within(self, name: str, _given: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 2 and name == _PARAGRAPH:  # not that of a remark
            if self._has_text:
                self._text.append("\n")
            self._has_text = True
            self.parser.CharacterDataHandler = self._text.append
        elif name in _SPACES:
            self._text.append(" ")

    def _end_within(self, _name: str) -> None:
        self._depth -= 1
        if self._depth == 1:
            self.parser.CharacterDataHandler = None
        elif not self._depth:
            self.parser.StartElementHandler = self._start
            self.parser.EndElementHandler = None
            self._note("".join(self._text).strip())

    def _note(self, text: str) -> None:
        """Take note of the cell whose text a person sees as ``text``."""
        cell, facts = self._cell, self._facts
        if ERROR_TEXT.match(text) or cell.get("calcext:value-type") == "error":
            self._everywhere(text if ERROR_TEXT.match(text) else UNKNOWN_ERROR)
        elif _FORMULA in cell and not self._has_text and _VALUES.isdisjoint(cell):
            self._everywhere(NOT_COMPUTED)
            tall = _count(cell, "table:number-matrix-rows-spanned")
            wide = _count(cell, "table:number-matrix-columns-spanned")
            if tall > 1 or wide > 1:
                facts.spans.append(self._rectangle(tall, wide))
        elif _TYPE not in cell:
            if text:
                for row, column in self._places():
                    facts.add_text(row, column, text)
        elif shown := _shown(cell, text, self._digits_beside):
            for row, column in self._places():
                facts.add_format(row, column, shown)

    def _rectangle(self, tall: int, wide: int) -> Merge:
        row, column = self._row, self._place
        return Merge(row, column, row + tall - 1, column + wide - 1)

    def _everywhere(self, error: str) -> None:
        for row, column in self._places():
            self._facts.add_error(row, column, error)

    def _places(self) -> Iterator[tuple[int, int]]:
        """The cell stands once for all of its repetitions."""
        return product(
            range(self._row, self._row + self._rows),
            range(self._place, self._place + self._columns),
        )


def _count(given: Mapping[str, str], name: str) -> int:
    return int(given[name]) if name in given else 1


def _shown(
    cell: Mapping[str, str], text: str, digits_beside: frozenset[str]
) -> NumberFormat | None:
    """What the format makes of the cell's number, as far as its text tells.

    ``digits_beside``: as :func:`_digits_beside` has them.
    """
    if cell[_TYPE] == "percentage":
        return _PERCENT
    if text.endswith("%"):
        # A sign that is but written behind the number (``0.0"%"``) makes nothing of it.
        number = float(cell.get("office:value", "nan"))
        return None if _is_same(text.strip("% \u00a0"), number) else _PERCENT
    if _ZEROS.match(text):
        return number_format("0" * len(text))
    number = float(cell.get("office:value", "nan"))
    for literal in digits_beside:
        if text.endswith(literal) and not _is_digits(text, number):
            return number_format(f'0"{literal}"')
        if text.startswith(literal) and not _is_digits(text, number):
            return number_format(f'"{literal}"0')
    worded = _WITH_WORDS.match(text)
    if worded is None or _EXPONENT.match(worded["behind"]):
        return None
    if _is_same(worded["number"], number):
        before, behind = (
            "" if _DIGIT.search(said) else said.replace('"', "")
            for said in (worded["before"], worded["behind"])
        )
        return number_format(f'"{before}"0"{behind}"')
    return next(
        (
            number_format(code)
            for code, hidden in _HIDDEN_THOUSANDS.items()
            if _is_same(worded["number"], number / hidden)
        ),
        None,
    )


def _is_digits(text: str, number: float) -> bool:
    """Whether the text has the digits of a whole number, and no others."""
    return re.sub(r"\D", "", text) == f"{abs(number):.0f}"


def _is_same(text: str, number: float) -> bool:
    """Whether the text shows the number itself, rounded, with any signs for thousands and decimals;
    a format may also show the millions of it.
    """
    digits = re.sub(r"\D", "", text)
    return any(
        abs(int(digits) / 10**decimals - abs(number)) <= 0.500001 / 10**decimals
        for decimals in range(len(digits))
    )
