"""Dates and times of one form, ``yyyy-MM-dd HH:mm:ss``, read while records are packed.

Databases write nearly every date so. Arrow reads one in a fifth of the time that DuckDB takes to
tell this form from all others (``parsing/macros/dates.sql``), and eight bytes of it are written and
read again in place of nineteen. All other texts stay, and with them what is only nearly a date.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.duck.quoting import literal

if TYPE_CHECKING:
    import pyarrow as pa

_BYTES = 19
_SPACE_AT = 10
_ROWS_AT_ONCE = 16_384
"""Arrow reads all of some texts or none, so one wrong day leaves so many rows to DuckDB."""

_FIRST, _BEFORE = (
    int(np.datetime64(day, "us").astype(np.int64)) for day in ("1900-01-02", "2101-01-01")
)
"""Microseconds. Outside of these a date is bad, or stands for none: parsing needs its text (``dates.sql``)."""


def moment_column(column: str) -> str:
    """Name of the column with the moments of a column of texts."""
    return f"{column}_moment"


def text_of_moment(moment: datetime) -> str:
    """What a moment was read from."""
    return moment.isoformat(sep=" ")


def text_sql(column: str, moments: str | None = None) -> str:
    """SQL for the texts of a column.

    Args:
        moments: the column with those that were told apart, if there is one.
    """
    if moments is None:
        return column
    return f"coalesce({column}, strftime({moments}, {literal('%Y-%m-%d %H:%M:%S')}))"


def moments_told_apart(texts: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The texts that are no plain moments, and the moments of the others; null in place of those in
    the other one.

    Args:
        texts: strings without nulls.
    """
    import pyarrow as pa

    together = texts.combine_chunks()
    pieces = [
        _told_apart(_piece(together, first)) for first in range(0, len(together), _ROWS_AT_ONCE)
    ]
    return (
        pa.chunked_array([text for text, _ in pieces], pa.string()),
        pa.chunked_array([moment for _, moment in pieces], pa.timestamp("us")),
    )


def _piece(texts: pa.StringArray, first: int) -> pa.StringArray:
    """Some rows as an array of their own, over the same bytes."""
    import pyarrow as pa

    _, borders, data = texts.buffers()
    begin = (texts.offset + first) * np.dtype(np.int32).itemsize
    rows = min(_ROWS_AT_ONCE, len(texts) - first)
    return pa.StringArray.from_buffers(rows, borders.slice(begin), data)


def _told_apart(texts: pa.StringArray) -> tuple[pa.StringArray, pa.TimestampArray]:
    import pyarrow as pa

    of_form = _has_form(texts)
    if of_form.any():
        try:
            moments = _only(texts, of_form).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:
            pass
        else:
            micros = np.frombuffer(moments.buffers()[1], np.int64, len(texts))
            in_range = of_form & (micros >= _FIRST) & (micros < _BEFORE)
            return _only(texts, ~in_range), _only(moments, in_range)
    return texts, pa.nulls(len(texts), pa.timestamp("us"))


def _only(array: pa.Array, valid: NDArray[np.bool_]) -> pa.Array:
    """An array without nulls with all but some values null; nothing is copied.

    Args:
        array: begins where its buffers do.
    """
    import pyarrow as pa

    _, *buffers = array.buffers()
    bits = pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(array.type, len(array), [bits, *buffers])


def _has_form(texts: pa.StringArray) -> NDArray[np.bool_]:
    """Which texts have the length of the form and its space. Of those Arrow takes no others: with
    another length it would take a day alone, with a T a time of its own form.
    """
    _, offsets, data = texts.buffers()
    borders = np.frombuffer(offsets, np.int32, len(texts) + 1)
    of_form: NDArray[np.bool_] = np.diff(borders) == _BYTES
    spaces = np.frombuffer(data or b"", np.uint8)
    of_form[of_form] = spaces[borders[:-1][of_form] + _SPACE_AT] == ord(" ")
    return of_form
