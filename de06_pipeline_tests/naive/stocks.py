"""Stocks: the latest opening balance, and what came since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from de06_pipeline_tests.naive.places import last_day
from de06_pipeline_tests.naive.tallies import Place

FIRST_ISSUES = ("cccd.issued_stock", "request_type=Cấp mới")
"""The stock and breakdown that cccd.coverage compares with the population."""


@dataclass(frozen=True)
class Balance:
    """A stock at the end of a day."""

    indicator: str
    breakdown: str
    place: Place
    as_of: date
    value: int


@dataclass(frozen=True)
class Population:
    """Residents aged 14 or more, from a day until the next count."""

    place: Place
    as_of: date
    aged_14: int


@dataclass(frozen=True)
class Flow:
    """One thing that adds to a stock: when, where, and under which breakdowns (the total among
    them).
    """

    indicator: str
    day: date
    places: tuple[Place, ...]
    breakdowns: tuple[str, ...]


@dataclass(frozen=True)
class Ledger:
    """Every balance and flow.

    Attributes:
        parts_of: the areas below an area in a month, whose stocks are added up where it has no
            balance of its own.
    """

    balances: Sequence[Balance]
    flows: Sequence[Flow]
    parts_of: Callable[[Place, str], Sequence[Place]]

    def stock(self, indicator: str, place: Place, breakdown: str, month: str) -> int | None:
        """A stock at a month's end; None where it is not known where all of it began."""
        end = last_day(month)
        if own := self._latest(indicator, place, breakdown, end):
            return own.value + self._since(own.as_of, end, indicator, place, breakdown)
        parts = self.parts_of(place, month)
        if place[0] == "country":
            stocks = [self.stock(indicator, part, breakdown, month) for part in parts]
            return None if None in stocks else sum(s for s in stocks if s is not None)
        begun = [b for part in parts if (b := self._latest(indicator, part, breakdown, end))]
        if not parts or len(begun) < len(parts):
            return None
        # Rows that name no district count from the districts' common day on.
        assert len({b.as_of for b in begun}) == 1
        return sum(b.value for b in begun) + self._since(
            begun[0].as_of, end, indicator, place, breakdown
        )

    def _latest(self, indicator: str, place: Place, breakdown: str, end: date) -> Balance | None:
        own = [b for b in self._begun.get((indicator, place, breakdown), ()) if b.as_of <= end]
        return max(own, key=lambda b: b.as_of, default=None)

    @cached_property
    def _begun(self) -> dict[tuple[str, Place, str], list[Balance]]:
        balances: dict[tuple[str, Place, str], list[Balance]] = {}
        for balance in self.balances:
            balances.setdefault((balance.indicator, balance.place, balance.breakdown), []).append(
                balance
            )
        return balances

    def _since(self, begin: date, end: date, indicator: str, place: Place, breakdown: str) -> int:
        return sum(begin < day <= end for day in self._days.get((indicator, place, breakdown), ()))

    @cached_property
    def _days(self) -> dict[tuple[str, Place, str], list[date]]:
        by_place: dict[tuple[str, Place, str], list[date]] = {}
        for flow in self.flows:
            for place in flow.places:
                for breakdown in flow.breakdowns:
                    by_place.setdefault((flow.indicator, place, breakdown), []).append(flow.day)
        return by_place


def population(people: Iterable[Population], place: Place, month: str) -> int:
    """The count that applies at a month's end; 0 where there is none."""
    own = [p for p in people if p.place == place and p.as_of <= last_day(month)]
    return max(own, key=lambda p: p.as_of).aged_14 if own else 0


def ratio(parts: Iterable[int | None]) -> tuple[int, int] | None:
    """Numerator and denominator where both are known."""
    numerator, denominator = parts
    return None if numerator is None or denominator is None else (numerator, denominator)
