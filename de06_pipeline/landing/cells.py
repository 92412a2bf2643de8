"""Typed cells as text that the parser reads back exactly."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

_MOST_DIGITS = 40
"""Beyond this a number is written with its exponent: it is no count, code or sum of money any more."""


def text_of_cell(cell: object) -> str:
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
        return f"{_to_second(cell):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, dt.time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return "" if cell is None else str(cell)


def text_of_number(number: float) -> str:
    """Digits, or the shortest decimal that reads back as the same double, with a comma; '' for NaN."""
    if number != number:
        return ""
    if number in (float("inf"), float("-inf")):
        return str(number)
    number += 0  # no minus before zero
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
