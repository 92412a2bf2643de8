"""Typed cells as text that the parser reads back exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

_MOST_DIGITS = 40
"""Beyond this a number is written with its exponent: it is no count, code or sum of money any more."""
_EXACT = 1 << 53
"""Below this every whole number has a double of its own."""
LONG = 10**15
"""A spreadsheet keeps fifteen digits of a number and writes zeros for the others."""


Cell = str | bool | int | float | dt.date | dt.time | dt.timedelta | None


def record_of_cells(cells: Sequence[Cell]) -> str:
    """One row of a workbook as one record, not yet cleaned: fields with ``\\x1f`` between them,
    ended by a line feed.
    """
    # Nearly all cells are text. The characters that separate are looked for once a row, not once a
    # cell.
    record = "\x1f".join([cell if cell.__class__ is str else text_of_cell(cell) for cell in cells])
    if "\n" in record or "\r" in record or record.count("\x1f") != len(cells) - 1:
        record = "\x1f".join(map(text_of_cell, cells))
    return record + "\n"


def text_of_cell(cell: Cell) -> str:
    """One cell of a workbook as the text of one field, not yet cleaned.

    Numbers: whole ones as digits, others shortest with a decimal comma. Dates ``YYYY-MM-DD``, times
    of a day ``HH:MM:SS``, both joined by a space; a workbook does not tell midnight from a date, so
    midnight is a date. Booleans ``true`` and ``false``.
    """
    write = _WRITERS.get(cell.__class__)
    return write(cell) if write else str(cell)


def _text_of_moment(moment: dt.datetime) -> str:
    # Excel keeps a moment as a fraction of a day: 10:30:00 may come out as 10:29:59.999999.
    return str(
        (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)
        if moment.microsecond
        else moment
    )


def _text_of_duration(duration: dt.timedelta) -> str:
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def text_of_number(number: float) -> str:
    """Digits, or the shortest decimal that reads back as the same double, with a comma; '' for NaN."""
    if -_EXACT < number < _EXACT and number == int(number):
        return str(int(number))
    if number != number:
        return ""
    if number in (float("inf"), float("-inf")):
        return str(number)
    text = f"{Decimal(repr(number)):f}"
    if number == int(number):
        text = text.partition(".")[0]
    return (text if len(text) <= _MOST_DIGITS else repr(number)).replace(".", ",")


def code_of_cell(cell: Cell) -> Cell:
    """A cell of a column of codes. A number of more than fifteen digits is no code any more: codes
    that differ in the last of them have become one. It is written as a spreadsheet shows it,
    ``2,02406000123450E+15``, so that the field's rule refuses it.
    """
    if isinstance(cell, int | float) and LONG <= cell < float("inf"):
        return f"{cell:.14E}".replace(".", ",")
    return cell


def one_line(text: str) -> str:
    """The text without the characters that separate records and fields; a line break within a cell
    is a space.
    """
    if "\n" in text or "\r" in text:
        text = text.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
    return text.replace("\x1f", "") if "\x1f" in text else text


# By the exact type: a workbook has nine million cells, and a chain of questions would be asked for
# each.
_WRITERS: dict[type, Callable[[Any], str]] = {
    str: one_line,
    bool: lambda cell: "true" if cell else "false",
    int: text_of_number,
    float: text_of_number,
    dt.datetime: _text_of_moment,
    dt.date: str,
    dt.time: lambda cell: cell.isoformat(timespec="seconds"),
    dt.timedelta: _text_of_duration,
    type(None): lambda _cell: "",
}
