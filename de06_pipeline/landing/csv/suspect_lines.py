"""Which complete lines of a CSV block may be no records, found with whole-array operations: nearly
always none.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Collection
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.landing.csv.complete_lines import lay_out
from de06_pipeline.landing.csv.header import CsvHeader
from de06_pipeline.landing.table.other_rows import as_written

_MOST_BYTES = 255


class CompleteLines(Protocol):
    """The complete lines of a block: a ``Layout``, or a ``ParsedBlock``."""

    def lengths(
        self, columns: int, wanted: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]: ...

    def beginnings(
        self, columns: int, lines: NDArray[np.intp], field: int, lengths: NDArray[np.intp]
    ) -> NDArray[np.uint64]: ...

    def edge_bytes(
        self, columns: int, lines: NDArray[np.intp], field: int, *, last: bool
    ) -> NDArray[np.uint8]: ...


def _lengths_of(texts: Collection[str]) -> NDArray[np.bool_]:
    """Length of a field → whether a text of a header has it, alone or in quotes."""
    table = np.zeros(_MOST_BYTES + 1, np.bool_)
    for text in texts:
        if (length := len(text.encode())) + 2 < _MOST_BYTES:
            table[[length, length + 2]] = True
    return table


def _beginnings_of(texts: Collection[str]) -> NDArray[np.uint64]:
    """The first eight bytes of each text as a number, as :meth:`Layout.beginnings` gives them."""
    beginnings = b"".join(text.encode()[:8].ljust(8, b"\0") for text in texts)
    return np.unique(np.frombuffer(beginnings, np.uint64))


def _are_in(beginnings: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    # What np.isin does, which sorts both sides at every block.
    nearest = np.searchsorted(known[:-1], beginnings)
    is_known: NDArray[np.bool_] = known[nearest] == beginnings
    return is_known


def _is_digit(letters: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return letters - np.uint8(ord("0")) < 10  # what is below it wraps round


class SuspectLines:
    """Finds lines that leave a needed field empty, or are as long in every one of them as a line of
    the header, or whose first needed field may be a text of a header, or that begin without a digit
    in the field of digits and like such a text in any.

    Args:
        delimiter: the byte between two fields.
        positions: the needed fields, numbered from 0; without any no line is odd.
        texts: of headers, known by their length and first eight bytes.
        digits_at: one of the needed fields, or None.
    """

    def __init__(
        self,
        header: CsvHeader,
        delimiter: bytes,
        positions: tuple[int, ...],
        texts: Collection[str] = (),
        digits_at: int | None = None,
    ) -> None:
        self._columns = len(header.names)
        self._positions = np.array(positions, np.intp)[:, None]
        self._first = positions[0] if positions else 0
        self._digits_at = digits_at
        self._written = _beginnings_of(as_written(texts)) if digits_at is not None else None
        self._text_lengths, self._beginnings = _lengths_of(texts), _beginnings_of(texts)
        # Files joined by `copy /b` have the second one's mark before its header.
        laid_out = (
            lay_out(mark + line + b"\n", delimiter[0], self._columns)
            for line in header.written
            for mark in (b"", BOM_UTF8)
        )
        self._headers = [
            lengths[:, :1]
            for layout in laid_out
            for lines, lengths in [self._lengths(layout)]
            if len(lines)
        ]

    def of(self, layout: CompleteLines) -> list[int]:
        """The odd lines of a block, ascending."""
        if not len(self._positions):
            return []
        lines, lengths = self._lengths(layout)
        suspect = (lengths == 0).any(axis=0)
        likely = np.flatnonzero(self._text_lengths[np.minimum(lengths[0], _MOST_BYTES)])
        if len(likely):
            beginnings = layout.beginnings(
                self._columns, lines[likely], self._first, lengths[0, likely]
            )
            suspect[likely] |= _are_in(beginnings, self._beginnings)
        if self._digits_at is not None:
            likely = self._without_digits(layout, lines, lengths, self._digits_at)
            suspect[self._with_text(layout, lines, lengths, likely)] = True
        for header in self._headers:
            suspect |= (lengths == header).all(axis=0)
        return lines[suspect].tolist() if suspect.any() else []

    def _without_digits(
        self,
        layout: CompleteLines,
        lines: NDArray[np.intp],
        lengths: NDArray[np.intp],
        at: int,
    ) -> NDArray[np.intp]:
        """Which of the lines have no digit among the first eight bytes of a needed field, nor at its
        end.
        """
        # Nearly all begin or end with one, which is quickly seen.
        others = np.flatnonzero(~_is_digit(layout.edge_bytes(self._columns, lines, at, last=False)))
        if len(others):
            ends = layout.edge_bytes(self._columns, lines[others], at, last=True)
            others = others[~_is_digit(ends)]
        if not len(others):
            return others
        of_field = lengths[self._positions[:, 0].tolist().index(at), others]
        beginnings = layout.beginnings(self._columns, lines[others], at, of_field)
        return others[~_is_digit(beginnings[:, None].view(np.uint8)).any(axis=1)]

    def _with_text(
        self,
        layout: CompleteLines,
        lines: NDArray[np.intp],
        lengths: NDArray[np.intp],
        likely: NDArray[np.intp],
    ) -> NDArray[np.intp]:
        """Which of the likely lines begin like a text of a header in a needed field."""
        if not len(likely) or self._written is None:
            return likely
        is_like = np.zeros(len(likely), np.bool_)
        for position, of_field in zip(self._positions[:, 0].tolist(), lengths, strict=True):
            beginnings = layout.beginnings(self._columns, lines[likely], position, of_field[likely])
            is_like |= _are_in(beginnings, self._written)
        return likely[is_like]

    def _lengths(self, layout: CompleteLines) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return layout.lengths(self._columns, self._positions)
