"""Reporting months and the clock of Vietnam, and nothing else that knows a calendar.

A month is the unit of everything the pipeline does. Its boundaries are local times in
Vietnam (``Asia/Ho_Chi_Minh``, no daylight saving), kept without a zone, as the exports are.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from de06_pipeline.errors import UsageError

TIMEZONE = "Asia/Ho_Chi_Minh"
FIRST_MONTH = "2022-01"

LAST_REPORTED_DAY = 14
"""An administrative month (kỳ báo cáo) runs from the 15th of the month before through the 14th: NĐ
09/2019/NĐ-CP.
"""

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_YEAR_FIRST = re.compile(r"^(\d{4})[-/. ]?(0?[1-9]|1[0-2])(?:[-/.]\d{1,2})?$")
_MONTH_FIRST = re.compile(r"^(?:\d{1,2}[-/.])?(0?[1-9]|1[0-2])[-/. ](\d{4})$")


def _meant(text: str) -> str:
    """The month that another way of writing it means (2024-6, 202406, 06/2024), as ``YYYY-MM``."""
    if match := _YEAR_FIRST.match(text):
        year, month = match[1], match[2]
    elif match := _MONTH_FIRST.match(text):
        year, month = match[2], match[1]
    else:
        return ""
    return f"{year}-{int(month):02d}"


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month. Orders and prints as ``YYYY-MM``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``YYYY-MM`` (a Dagster partition key ``YYYY-MM-01`` is taken too).

        Raises:
            UsageError: the text is neither.
        """
        text = text.strip()
        match = _MONTH.match(text[:-3] if len(text) == 10 and text.endswith("-01") else text)
        if not match:
            meant = _meant(text)
            raise UsageError(
                f"'{text}' is not a month; write it as YYYY-MM, for example 2024-06."
                + (f" Do you mean {meant}?" if meant else ""),
                vi=f"“{text}” không phải tháng; ghi theo dạng YYYY-MM, ví dụ 2024-06."
                + (f" Có phải {meant}?" if meant else ""),
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    def plus(self, months: int) -> Month:
        ordinal = self.year * 12 + self.month - 1 + months
        return Month(ordinal // 12, ordinal % 12 + 1)

    @property
    def first_day(self) -> date:
        return _days_of(self.year, self.month)[0]

    @property
    def last_day(self) -> date:
        """The day that decides which administrative units are in force in the month."""
        return _days_of(self.year, self.month)[1]

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.month, 1)

    @property
    def end(self) -> datetime:
        """The first instant that is no longer in the month."""
        return self.plus(1).start

    @property
    def partition_key(self) -> str:
        """The key Dagster gives the month's partition."""
        return f"{self}-01"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def vietnam_today() -> date:
    """The day it is in Vietnam now, wherever the machine's clock is set to."""
    return datetime.now(ZoneInfo(TIMEZONE)).date()


def vietnam_time(moment: datetime) -> datetime:
    """A recorded moment as clocks in Vietnam show it."""
    return moment.astimezone(ZoneInfo(TIMEZONE))


@lru_cache(maxsize=4096)  # whether a unit is in force asks for it, of thousands of units a month
def _days_of(year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


class TimeRange(Protocol):
    """A stretch of time: its first instant, and the first one that is no longer in it."""

    @property
    def start(self) -> datetime: ...

    @property
    def end(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Span:
    """A :class:`TimeRange` by its two ends."""

    start: datetime
    end: datetime


def report_month(month: Month) -> Span:
    """The administrative month named after a calendar month: from the 15th of the month before
    through its own 14th.
    """
    cut = timedelta(days=LAST_REPORTED_DAY)
    return Span(month.plus(-1).start + cut, month.start + cut)


def month_range(text: str) -> list[Month]:
    """Read ``A`` or ``A..B`` (both ends included), in calendar order.

    Raises:
        UsageError: an end is not a month, or B lies before A.
    """
    first_text, _, last_text = text.partition("..")
    first = Month.parse(first_text)
    last = Month.parse(last_text) if last_text else first
    if last < first:
        raise UsageError(
            f"'{text}': the range ends before it begins; write the earlier month first."
        )
    months = [first]
    while months[-1] < last:
        months.append(months[-1].plus(1))
    return months
