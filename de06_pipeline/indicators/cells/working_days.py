"""The working-day calendar: Monday to Friday without the public holidays of
``data_contracts/reference/holidays.csv``.

The table is frozen in the repository with its source, so that a library release never changes a
published figure.
"""

from __future__ import annotations

import csv
import hashlib
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import duckdb

from de06_pipeline.duck.relations import Relation
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month
from de06_pipeline.registry.formulas import WORKING_DAYS
from de06_pipeline.registry.model import SourceRegistry

CALENDAR = Relation("working_calendar", (("calendar_day", "DATE"), ("working_ordinal", "INTEGER")))
"""The number of working days up to and including each day: the difference of two ordinals is the
number of working days after the first day up to and including the second.
"""
_YEARS_BEFORE = 15
"""A card can have been waiting for years; before the table's first year only week-ends are known
not to be working days.
"""
_SATURDAY = 5
_HOLIDAYS = "holidays.csv"


def create_calendar(con: duckdb.DuckDBPyConnection, reference: Path, month: Month) -> None:
    """Create :data:`CALENDAR` up to the end of a month.

    Raises:
        ContractError: the holidays of the month's year are not in the table.
    """
    path = reference / _HOLIDAYS
    try:
        with path.open(encoding="utf-8", newline="") as file:
            holidays = frozenset(date.fromisoformat(row["date"]) for row in csv.DictReader(file))
    except FileNotFoundError:
        raise ContractError(
            f"{path}: is missing; it is part of the project's reference tables."
        ) from None
    if not any(day.year == month.year for day in holidays):
        raise ContractError(
            f"{path}: has no holidays of {month.year}; add that year's, with their source."
        )
    CALENDAR.create(con, _ordinals(holidays, month))


def counts_working_days(source: SourceRegistry) -> bool:
    """Whether cells of a source may depend on :data:`CALENDAR`."""
    return any(WORKING_DAYS in formula.lower() for formula in source.formulas)


def calendar_version(reference: Path) -> str:
    """What changes whenever the calendar may have; empty where there is no table."""
    try:
        with (reference / _HOLIDAYS).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except FileNotFoundError:
        return ""


@lru_cache(maxsize=16)  # five thousand days each
def _ordinals(holidays: frozenset[date], month: Month) -> tuple[tuple[date, int], ...]:
    """Rows of :data:`CALENDAR`."""
    day, last_day = date(month.year - _YEARS_BEFORE, 1, 1), month.last_day
    rows: list[tuple[date, int]] = []
    ordinal = 0
    while day <= last_day:
        ordinal += day.weekday() < _SATURDAY and day not in holidays
        rows.append((day, ordinal))
        day += timedelta(days=1)
    return tuple(rows)
