"""Where the header of a table is, among the first rows of a file: below titles, in one to three
rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from de06_pipeline.landing.expected import ExpectedTable

ROWS_SEARCHED = 30
"""So many rows from the top that are not blank are looked at.

Titles take up to five; some portals add a list of criteria.
"""
_MOST_HEADER_ROWS = 3
_FEWEST_FIELDS = 2
"""One known text alone may be a title."""
_MOST_FILLED = 1_000
"""A row with more texts is no header of ours, and too long to be looked at in every way."""

RowTexts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """A header found among rows.

    Attributes:
        first: index of its first row.
        rows: its rows, cleaned; one, or up to three where headers stand below each other.
        names: one header text a column; '' for an unnamed column.
        fields: the field each column stands for, or None.
    """

    first: int
    rows: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    fields: tuple[str | None, ...]

    @property
    def after(self) -> int:
        """Index of the first row below."""
        return self.first + len(self.rows)

    @property
    def known_fields(self) -> frozenset[str]:
        """The fields it has a column for."""
        return frozenset(field for field in self.fields if field)

    @property
    def rank(self) -> tuple[int, int]:
        """More fields, then fewer rows."""
        return len(self.known_fields), -len(self.rows)

    def positions(self, fields: frozenset[str]) -> tuple[int, ...]:
        """The first column of each of the fields that it has, in order."""
        return tuple(
            p
            for p, field in enumerate(self.fields)
            if field in fields and field not in self.fields[:p]
        )


def find_heading(rows: Sequence[RowTexts], expected: ExpectedTable) -> Heading | None:
    """The rows that name most of the expected fields: fewer rows before more, then upper before
    lower.

    A further row belongs to a header only if it names fields that the rows above it do not, and
    none gets lost by it.

    Args:
        rows: cleaned rows from the top; blank ones too.

    Returns:
        None where no rows name two fields, or the only expected one.
    """
    best: Heading | None = None
    widest = max(map(len, rows), default=0)
    if widest < _FEWEST_FIELDS and len(expected.columns) != 1:
        return None
    for first in range(len(rows)):
        # One row that names a field in every column: no other can name more, or in fewer rows.
        if best is not None and len(best.rows) == 1 and len(best.known_fields) == widest:
            break
        if sum(map(bool, rows[first])) > _MOST_FILLED:
            continue
        tallest: Heading | None = None
        for last in range(first, min(first + _MOST_HEADER_ROWS, len(rows))):
            heading = _read(first, rows[first : last + 1], expected)
            if tallest is not None and not tallest.known_fields < heading.known_fields:
                continue
            tallest = heading
            if best is None or heading.rank > best.rank:
                best = heading
            if len(tallest.known_fields) == widest:
                break  # it names a field in every column: further rows can add none
    return best if best is not None and _is_enough(best, expected) else None


def first_row(rows: Sequence[RowTexts]) -> Heading | None:
    """The first row that is not blank as header, whatever it says; None where all are blank."""
    for index, row in enumerate(rows):
        if any(row):
            return Heading(index, (tuple(row),), tuple(row), (None,) * len(row))
    return None


def _is_enough(heading: Heading, expected: ExpectedTable) -> bool:
    return len(heading.known_fields) >= _FEWEST_FIELDS or bool(
        heading.known_fields and heading.known_fields == expected.columns
    )


def _read(first: int, rows: Sequence[RowTexts], expected: ExpectedTable) -> Heading:
    """The header that rows make together; rows may be of different lengths."""
    columns = max(len(row) for row in rows)
    filled = [(*row, *("",) * (columns - len(row))) for row in rows]
    from_left = [tuple(accumulate(row, _later)) for row in filled[:-1]]
    names = tuple(_name(filled, from_left, column, expected) for column in range(columns))
    return Heading(
        first,
        tuple(filled),
        names,
        tuple(expected.field_of(name) if name else None for name in names),
    )


def _later(left: str, text: str) -> str:
    return text or left


def _name(
    rows: Sequence[RowTexts], from_left: Sequence[RowTexts], column: int, expected: ExpectedTable
) -> str:
    """The header text of one column.

    ``from_left``: the rows above the last with each empty cell filled from the left.

    A cell merged over several columns, or rows, is filled in the first of them only. So a column's
    header is the lowest text of its own where that is known ("Quận/Huyện" below "Địa bàn"); else
    its texts joined from above, one merged from the left included ("Ngày" over "nộp"); else an
    upper text of its own. Where none is known it is the lowest.
    """
    own = [row[column] for row in rows if row[column]]
    if not own:
        return ""
    upper = [row[column] for row in from_left if row[column]]
    stack = [*upper, rows[-1][column]] if rows[-1][column] else upper
    joined = [" ".join(stack[depth:]) for depth in range(len(stack) - 2, -1, -1)]
    return next(
        (text for text in (own[-1], *joined, *reversed(own[:-1])) if expected.field_of(text)),
        own[-1],
    )
