"""Typed cells as text that the parser reads back exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

_MOST_DIGITS = 40
"""Beyond this a number is written with its exponent: it is no count, code or sum of money any more."""
_EXACT = 1 << 53
"""Below this every whole number has a double of its own."""


Cell = str | bool | int | float | dt.date | dt.time | dt.timedelta | None


def record_of_cells(cells: Sequence[Cell]) -> str:
    """One row of a workbook as one record, not yet cleaned: fields with ``\\x1f`` between them, ended by a line feed."""
    # Nearly all cells are text. The characters that separate are looked for once a row, not once a cell.
    record = "\x1f".join([cell if cell.__class__ is str else text_of_cell(cell) for cell in cells])
    if "\n" in record or "\r" in record or record.count("\x1f") != len(cells) - 1:
        record = "\x1f".join(map(text_of_cell, cells))
    return record + "\n"


def text_of_cell(cell: Cell) -> str:
    """One cell of a workbook as the text of one field, not yet cleaned.

    Numbers: whole ones as digits, others shortest with a decimal comma. Dates ``YYYY-MM-DD``, times of a day ``HH:MM:SS``,
    both joined by a space; a workbook does not tell midnight from a date, so midnight is a date. Booleans ``true`` and ``false``.
    """
    if isinstance(cell, str):
        return one_line(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return text_of_number(cell)
    if isinstance(cell, dt.datetime):
        return str(_to_second(cell) if cell.microsecond else cell)
    if isinstance(cell, dt.time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return "" if cell is None else str(cell)


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


def one_line(text: str) -> str:
    """The text without the characters that separate records and fields; a line break within a cell is a space."""
    if "\n" in text or "\r" in text:
        text = text.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
    return text.replace("\x1f", "") if "\x1f" in text else text


def _to_second(moment: dt.datetime) -> dt.datetime:
    # Excel keeps a moment as a fraction of a day: 10:30:00 may come out as 10:29:59.999999.
    return (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)
