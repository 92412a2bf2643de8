"""Which complete lines of a CSV block may be no records, found with whole-array operations: nearly
always none.
"""

from __future__ import annotations

from codecs import BOM_UTF8

import numpy as np

from de06_pipeline.landing.csv.complete_lines import Layout, lay_out
from de06_pipeline.landing.csv.header import CsvHeader


class SuspectLines:
    """Finds lines that leave a needed field empty, or are as long in every one of them as a line of
    the header.

    Args:
        delimiter: the byte between two fields.
        positions: the needed fields, numbered from 0; without any no line is odd.
    """

    def __init__(self, header: CsvHeader, delimiter: bytes, positions: tuple[int, ...]) -> None:
        self._columns = len(header.names)
        self._positions = np.array(positions, np.intp)[:, None]
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

    def of(self, layout: Layout) -> list[int]:
        """The odd lines of a block, ascending."""
        if not len(self._positions):
            return []
        lines, lengths = self._lengths(layout)
        suspect = (lengths == 0).any(axis=0)
        for header in self._headers:
            suspect |= (lengths == header).all(axis=0)
        return lines[suspect].tolist() if suspect.any() else []

    def _lengths(
        self, layout: Layout
    ) -> tuple[
        np.ndarray[tuple[int], np.dtype[np.intp]], np.ndarray[tuple[int, int], np.dtype[np.intp]]
    ]:
        return layout.lengths(self._columns, self._positions)
