"""Reading one value.

Every function takes cleaned, non-empty text and raises `Unreadable` when it is none of the known
forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from de06_pipeline_tests.naive.texts import folded

_DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y%m%d")
_DATED = re.compile(
    r"^(\d{2}/\d{2}/\d{4}|\d{2}-\d{2}-\d{4}|\d{4}-\d{2}-\d{2}|\d{8})(?: (\d{2}:\d{2}(?::\d{2})?))?$"
)
_COMPACT = re.compile(r"^\d{14}$")
_ZONED = re.compile(r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\+07:00$")
_SERIAL = re.compile(r"^\d{5}([.,]\d+)?$")
_NUMBER = re.compile(r"^-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$")

_YES = {"1", "có", "c", "x", "true"}
_NO = {"0", "không", "k", "false"}


class Unreadable(ValueError):
    """A value is in none of the forms that are known."""


def moment(text: str) -> tuple[datetime, bool]:
    """A date or time, and whether a time of day was given."""
    if match := _DATED.match(text):
        return _day(match[1]) + _clock(match[2]), match[2] is not None
    if _COMPACT.match(text):
        return _parsed(text, "%Y%m%d%H%M%S"), True
    if match := _ZONED.match(text):
        return _parsed(match[1], "%Y-%m-%dT%H:%M:%S"), True
    if _SERIAL.match(text):
        serial = Decimal(text.replace(",", "."))
        # Day 60 of Excel is a day that never was (29 February 1900); all later ones count from this
        # date.
        seconds = round(serial % 1 * 86400)
        return datetime(1899, 12, 30) + timedelta(
            days=int(serial), seconds=seconds
        ), serial % 1 != 0
    raise Unreadable


def _day(text: str) -> datetime:
    for form in _DAYS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise Unreadable


def _clock(text: str | None) -> timedelta:
    if text is None:
        return timedelta()
    hours, minutes, seconds = (*map(int, text.split(":")), 0)[:3]
    if hours > 23 or minutes > 59 or seconds > 59:
        raise Unreadable
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _parsed(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        raise Unreadable from None


def decimal(text: str) -> Decimal:
    """A number in Vietnamese form: dots between thousands, a comma before decimals."""
    if not _NUMBER.match(text):
        raise Unreadable
    return Decimal(text.replace(".", "").replace(",", "."))


def integer(text: str) -> int:
    """A whole number in Vietnamese form."""
    if "," in text:
        raise Unreadable
    return int(decimal(text))


def yes_no(text: str) -> bool:
    """Có or Không, in any of their forms."""
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise Unreadable


def choice(text: str, labels: Mapping[str, str]) -> str:
    """The code of a coded value given as code, text, or `code - text`, in any letter case."""
    wanted = folded(text)
    for code, label in labels.items():
        if wanted in (folded(code), folded(label), folded(f"{code} - {label}")):
            return code
    raise Unreadable
