"""A block of which every line is a complete record, as a table of texts; the same questions are asked
of it as of lines that were laid out byte by byte.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


class ParsedBlock:
    """Like :class:`~de06_pipeline.landing.csv.complete_lines.Layout`, of a block without quotes.

    Args:
        table: a row a line, without nulls: columns of strings or of dictionaries of them.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._columns: dict[int, _ColumnTexts] = {}

    def lengths(
        self, columns: int, wanted: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """See :meth:`~de06_pipeline.landing.csv.complete_lines.Layout.lengths`."""
        lines = np.arange(self.table.num_rows)
        return lines, np.stack([self._column(int(at)).lengths for at in wanted[:, 0]])

    def beginnings(
        self, columns: int, lines: NDArray[np.intp], field: int, lengths: NDArray[np.intp]
    ) -> NDArray[np.uint64]:
        """See :meth:`~de06_pipeline.landing.csv.complete_lines.Layout.beginnings`."""
        return self._column(field).beginnings(lines)

    def edge_bytes(
        self, columns: int, lines: NDArray[np.intp], field: int, *, last: bool
    ) -> NDArray[np.uint8]:
        """See :meth:`~de06_pipeline.landing.csv.complete_lines.Layout.edge_bytes`."""
        return self._column(field).edge_bytes(lines, last=last)

    def cells(self, line: int) -> list[str]:
        """The cells of a line."""
        return [column[line].as_py() for column in self.table.columns]

    def _column(self, at: int) -> _ColumnTexts:
        if at not in self._columns:
            self._columns[at] = _ColumnTexts(self.table.column(at))
        return self._columns[at]


class _ColumnTexts:
    """One column: its distinct texts, or all of them, and for the former which of them a line has."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        import pyarrow as pa

        array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        self._of_line: NDArray[np.int32] | None = None
        if pa.types.is_dictionary(array.type):
            self._of_line = array.indices.to_numpy()
            array = array.dictionary
        _, offsets, data = array.buffers()
        after = array.offset + len(array) + 1
        self._offsets = np.frombuffer(offsets, np.int32, after)[array.offset :].astype(np.intp)
        self._data = np.frombuffer(data or b"", np.uint8)

    @cached_property
    def lengths(self) -> NDArray[np.intp]:
        """Bytes of each line's text."""
        lengths = np.diff(self._offsets)
        return lengths if self._of_line is None else lengths[self._of_line]

    def edge_bytes(self, lines: NDArray[np.intp], *, last: bool) -> NDArray[np.uint8]:
        """The first or last byte of the texts of some lines; anything for an empty one."""
        texts = lines if self._of_line is None else self._of_line[lines]
        if not len(self._data):
            return np.zeros(len(lines), np.uint8)
        at = self._offsets[texts + 1] - 1 if last else self._offsets[texts]
        return self._data.take(at, mode="clip")

    def beginnings(self, lines: NDArray[np.intp]) -> NDArray[np.uint64]:
        """The first eight bytes of the texts of some lines, each as one number; zeros behind an end."""
        texts = lines if self._of_line is None else self._of_line[lines]
        starts, ends = self._offsets[texts], self._offsets[texts + 1]
        places = starts[:, None] + np.arange(8, dtype=np.intp)
        taken = self._data.take(places, mode="clip")
        taken[places >= ends[:, None]] = 0
        return np.ascontiguousarray(taken).view(np.uint64)[:, 0]
