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

_MOST_BYTES = 255


class CompleteLines(Protocol):
    """The complete lines of a block: a ``Layout``, or a ``ParsedBlock``."""

    def lengths(
        self, columns: int, wanted: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]: ...

    def beginnings(
        self, columns: int, lines: NDArray[np.intp], field: int, lengths: NDArray[np.intp]
    ) -> NDArray[np.uint64]: ...


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


class SuspectLines:
    """Finds lines that leave a needed field empty, or are as long in every one of them as a line of
    the header, or whose first needed field may be a text of a header.

    Args:
        delimiter: the byte between two fields.
        positions: the needed fields, numbered from 0; without any no line is odd.
        texts: of headers, known by their length and first eight bytes.
    """

    def __init__(
        self,
        header: CsvHeader,
        delimiter: bytes,
        positions: tuple[int, ...],
        texts: Collection[str] = (),
    ) -> None:
        self._columns = len(header.names)
        self._positions = np.array(positions, np.intp)[:, None]
        self._first = positions[0] if positions else 0
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
            # What np.isin does, which sorts both sides at every block.
            nearest = np.searchsorted(self._beginnings[:-1], beginnings)
            suspect[likely] |= self._beginnings[nearest] == beginnings
        for header in self._headers:
            suspect |= (lengths == header).all(axis=0)
        return lines[suspect].tolist() if suspect.any() else []

    def _lengths(self, layout: CompleteLines) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return layout.lengths(self._columns, self._positions)
