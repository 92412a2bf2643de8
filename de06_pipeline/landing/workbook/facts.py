"""What a sheet says about its cells that the reader of values (calamine) leaves out.

calamine gives an error (``#N/A``), and a formula whose value was never computed, as an empty cell:
an unknown value would pass for one that was left out. It gives a number without its format. So each
format of workbook is looked into for these by a module of its own, and the cells that calamine
gives are corrected by what was found.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from de06_pipeline.landing.said_at import Beside
from de06_pipeline.landing.workbook.number_formats import DAY_ZERO, DayFormat, NumberFormat

NOT_COMPUTED = "#FORMULA!"
"""Read for a formula without a value: the file was made by a program and never calculated."""
UNKNOWN_ERROR = "#ERROR!"
"""Read for an error that does not say which."""
ERROR_TEXT = re.compile(r"^(?:#N/A|#[A-Z0-9/_]+[!?]|Err:\d{3})$")
"""The text of an error as programs write it that have no other way to say it."""

_LETTERS = 26


@dataclass(frozen=True, slots=True, order=True)
class Merge:
    """A rectangle of cells that shows the value of its first one; rows from 1, columns from 0, all
    inclusive.
    """

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def address(self) -> str:
        return f"{address(self.first_row, self.first_column)}:{address(self.last_row, self.last_column)}"


@dataclass(frozen=True, slots=True)
class Aside:
    """A text of a sheet that stands in no cell: a comment, a printed header, a text box."""

    place: Beside
    text: str


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """Of one sheet; rows from 1, columns from 0.

    Attributes:
        errors: by row, the cells to be read as an error, and as which text.
        texts: by row, the texts of cells that calamine passes over.
        formats: by row, the cells whose number shows as another, or as a day that calamine does not see.
        spans: array formulas and data tables that were never computed: whatever is empty in them
            was not computed either.
        merges: None where calamine knows them.
        day_zero: the day with the number 0.
        asides: what a person reads beside the cells.
    """

    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    formats: dict[int, dict[int, NumberFormat | DayFormat]] = field(default_factory=dict)
    spans: list[Merge] = field(default_factory=list)
    merges: list[Merge] | None = None
    day_zero: dt.date = DAY_ZERO
    asides: list[Aside] = field(default_factory=list)

    def add_error(self, row: int, column: int, text: str) -> None:
        self.errors.setdefault(row, {})[column] = text

    def add_text(self, row: int, column: int, text: str) -> None:
        self.texts.setdefault(row, {})[column] = text

    def add_format(self, row: int, column: int, shown: NumberFormat | DayFormat) -> None:
        self.formats.setdefault(row, {})[column] = shown


def address(row: int, column: int) -> str:
    """A cell as a person finds it: row from 1, column from 0.

    >>> address(5, 27)
    'AB5'
    """
    return f"{letters(column)}{row}"


def letters(column: int) -> str:
    """The letters above a column, numbered from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text


def position(text: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of an address such as ``AB5`` or ``$AB$5``.

    Raises:
        ValueError: it is none.
    """
    bare = text.replace("$", "").upper()
    name = bare.rstrip("0123456789")
    if not name.isascii() or not name.isalpha():
        raise ValueError("no address of a cell")
    column = 0
    for letter in name:
        column = _LETTERS * column + ord(letter) - ord("A") + 1
    return int(bare[len(name) :]), column - 1


def merge_of(text: str) -> Merge:
    """The rectangle ``A1:B3``, or a single cell.

    Raises:
        ValueError: it is none.
    """
    first, _, last = text.partition(":")
    return Merge(*position(first), *position(last or first))


def first_places(cells: Iterable[tuple[int, int]], most: int) -> tuple[str, ...]:
    """The addresses of the first cells."""
    return tuple(address(row, column) for row, column in sorted(cells)[:most])
