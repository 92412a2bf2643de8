"""Stocks: the latest opening balance, and what came since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from de06_pipeline_tests.naive.places import last_day
from de06_pipeline_tests.naive.tallies import Place


@dataclass(frozen=True)
class Balance:
    """A stock at the end of a day."""

    indicator: str
    breakdown: str
    place: Place
    as_of: date
    value: int


@dataclass(frozen=True)
class Flow:
    """One thing that adds to a stock: when, where, and under which breakdowns (the total among them)."""

    indicator: str
    day: date
    places: tuple[Place, ...]
    breakdowns: tuple[str, ...]


def stock(
    indicator: str, place: Place, breakdown: str, month: str, balances: Iterable[Balance], flows: Iterable[Flow], parts: Sequence[Place]
) -> int | None:
    """A stock at a month's end. None where no balance says where it began.

    Args:
        parts: the areas below this one, whose balances are added up where it has none of its own.
    """
    end = last_day(month)
    own = [b for b in balances if (b.indicator, b.place, b.breakdown) == (indicator, place, breakdown) and b.as_of <= end]
    if own:
        latest = max(own, key=lambda b: b.as_of)
        return latest.value + _since(latest.as_of, end, indicator, place, breakdown, flows)
    below = {
        part: max(
            (b for b in balances if (b.indicator, b.place, b.breakdown) == (indicator, part, breakdown) and b.as_of <= end),
            key=lambda b: b.as_of,
            default=None,
        )
        for part in parts
    }
    known = [b for b in below.values() if b]
    if not known:
        return None
    # The parts begin on one day here: rows of the area without a part of it count from that day too.
    assert len({b.as_of for b in known}) == 1
    return sum(b.value for b in known) + _since(known[0].as_of, end, indicator, place, breakdown, flows)


def _since(begin: date, end: date, indicator: str, place: Place, breakdown: str, flows: Iterable[Flow]) -> int:
    return sum(f.indicator == indicator and begin < f.day <= end and place in f.places and breakdown in f.breakdowns for f in flows)
