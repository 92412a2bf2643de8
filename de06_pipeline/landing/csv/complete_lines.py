"""Which lines of a block are complete records by themselves, found with whole-array operations.

A line is a *complete record* when it has exactly the header's number of fields, every quote in it
opens, closes or is doubled as RFC 4180 says, and none is open at its end. Such a line is always a
record of its own: whatever stands before it cannot swallow it. All other lines (a quoted line
break, a stray quote, a wrong number of fields, nothing at all) are left to
:mod:`de06_pipeline.landing.csv.quoted`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.landing.csv.lines import MAX_LINE

_LINE_END, _QUOTE, _UNIT = 0x0A, 0x22, 0x1F


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of one block.

    Attributes:
        ends: position of each line's ``\\n``.
        complete: for each line, whether it is a complete record.
        content: the block with ``\\x1f`` for each delimiter outside quotes.
        kept: for each byte, whether it belongs to a field or separates two (False: an enclosing or
            doubled quote); None where all do.
        borders: position of each delimiter outside quotes and of each line end.
        end_borders: index in ``borders`` of each line's end.
    """

    ends: NDArray[np.intp]
    complete: NDArray[np.bool_]
    content: NDArray[np.uint8]
    kept: NDArray[np.bool_] | None
    borders: NDArray[np.intp]
    end_borders: NDArray[np.intp]

    def start(self, line: int) -> int:
        return int(self.ends[line - 1]) + 1 if line else 0

    def records(self, first: int, after: int) -> bytes:
        """The complete lines ``first`` to ``after - 1`` as records."""
        part = slice(self.start(first), self.start(after))
        content = self.content[part]
        return (content if self.kept is None else content[self.kept[part]]).tobytes()

    def lengths(
        self, columns: int, wanted: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The complete lines, and how many bytes each of the wanted fields has in them, a row a
        field; 0 for ``""`` too.

        Args:
            wanted: fields numbered from 0, as a column of shape (n, 1).
        """
        lines = np.flatnonzero(self.complete)
        if not len(lines):
            return lines, np.empty((len(wanted), 0), np.intp)
        at = self.end_borders[lines] - (columns - 1) + wanted
        before = self.borders.take(at - 1)
        before[at == 0] = -1  # nothing stands before the first field of the block
        lengths = self.borders.take(at) - before - 1
        if self.kept is not None:
            lengths[(lengths == 2) & (self.content.take(before + 1) == _QUOTE)] = 0
        return lines, lengths

    def beginnings(
        self, columns: int, lines: NDArray[np.intp], field: int, lengths: NDArray[np.intp]
    ) -> NDArray[np.uint64]:
        """The first eight bytes of a field of some complete lines as one number, without its quotes;
        zeros behind its end.

        Args:
            lengths: of the field in each line, its quotes counted.
        """
        starts = self._starts(columns, lines, field)
        quoted = (self.content.take(starts) == _QUOTE) & (lengths >= 2)
        starts, lengths = starts + quoted, lengths - 2 * quoted
        places = np.arange(8, dtype=np.intp)
        taken = self.content.take(starts[:, None] + places, mode="clip")
        taken[places >= lengths[:, None]] = 0
        return np.ascontiguousarray(taken).view(np.uint64)[:, 0]

    def edge_bytes(
        self, columns: int, lines: NDArray[np.intp], field: int, *, last: bool
    ) -> NDArray[np.uint8]:
        """The first or last byte of a field of some complete lines, within its quotes; anything for
        an empty one.
        """
        at = self._starts(columns, lines, field)
        if last:
            at = self.borders.take(self.end_borders[lines] - (columns - 1) + field) - 1
        edge = self.content.take(at)
        quoted = edge == _QUOTE
        if quoted.any():
            edge[quoted] = self.content.take(at[quoted] + (-1 if last else 1), mode="clip")
        return edge

    def _starts(self, columns: int, lines: NDArray[np.intp], field: int) -> NDArray[np.intp]:
        at = self.end_borders[lines] - (columns - 1) + field
        starts = self.borders.take(at - 1) + 1
        starts[at == 0] = 0
        return starts


def lay_out(block: bytes, delimiter: int, columns: int) -> Layout:
    """Find the lines and the complete records of a block that ends in ``\\n`` and holds no ``\\r``
    and no ``\\x1f``.
    """
    data = np.frombuffer(block, np.uint8)
    if _QUOTE in block:
        return _with_quotes(data, delimiter, columns)
    marks = np.flatnonzero((data == delimiter) | (data == _LINE_END))
    end_marks = np.flatnonzero(data[marks] == _LINE_END)
    ends = marks[end_marks]
    complete = (np.diff(end_marks, prepend=-1) == columns) & _short_enough(ends)
    content = data.copy()
    content[marks] = _UNIT
    content[ends] = _LINE_END
    return Layout(ends, complete, content, None, marks, end_marks)


def _with_quotes(data: NDArray[np.uint8], delimiter: int, columns: int) -> Layout:
    marks = np.flatnonzero((data == delimiter) | (data == _LINE_END) | (data == _QUOTE))
    kinds = data[marks]
    is_quote = kinds == _QUOTE
    end_marks = np.flatnonzero(kinds == _LINE_END)
    ends = marks[end_marks]

    # The n-th quote of its line opens where n is odd and closes where it is even; between the two
    # lies quoted text. (Only odd or even matters, so the counts may wrap at 256.)
    quotes_so_far = np.cumsum(is_quote, dtype=np.uint8)
    quotes_before_line = np.concatenate(
        ([0], quotes_so_far[end_marks[:-1]]), dtype=np.uint8, casting="unsafe"
    )
    marks_of_line = np.diff(end_marks, prepend=-1)
    in_quotes = ((quotes_so_far - np.repeat(quotes_before_line, marks_of_line)) & 1).view(np.bool_)

    is_border = ~(is_quote | in_quotes)
    is_border[end_marks] = True
    border_marks = np.flatnonzero(is_border)
    borders, end_borders = marks[border_marks], np.searchsorted(border_marks, end_marks)

    opening, closing = marks[is_quote & in_quotes], marks[is_quote & ~in_quotes]
    before = np.where(opening > 0, data[opening - 1], _LINE_END)
    after = data[closing + 1]  # the block ends in a line feed: there is a byte after every quote
    misplaced = np.concatenate(
        (
            opening[(before != delimiter) & (before != _LINE_END) & (before != _QUOTE)],
            closing[(after != delimiter) & (after != _LINE_END) & (after != _QUOTE)],
        )
    )
    complete = (
        (np.diff(end_borders, prepend=-1) == columns) & ~in_quotes[end_marks] & _short_enough(ends)
    )
    complete[np.searchsorted(ends, misplaced)] = False

    content = data.copy()
    content[borders] = _UNIT
    content[ends] = _LINE_END
    kept = np.ones(len(data), bool)
    kept[closing] = False
    kept[opening[before != _QUOTE]] = False
    return Layout(ends, complete, content, kept, borders, end_borders)


def _short_enough(ends: NDArray[np.intp]) -> NDArray[np.bool_]:
    return np.diff(ends, prepend=-1) - 1 <= MAX_LINE
