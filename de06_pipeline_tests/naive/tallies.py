"""Adding up: a measure per area and breakdown, months into years to date, measures into figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

COUNTRY = ("country", "")
UNKNOWN = "Không rõ"

Place = tuple[str, str]
"""A level and a code."""


@dataclass(frozen=True)
class Indicator:
    """A figure made of measures. ``breakdowns``: the names it must be there for, besides the total."""

    code: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    breakdowns: tuple[str, ...] = ()


@dataclass
class Tally:
    """Measures of one month: (measure, level, area code, breakdown) → number."""

    numbers: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def add(
        self, measure: str, amount: int, places: Iterable[Place], breakdowns: Iterable[str]
    ) -> None:
        breakdowns = list(breakdowns)
        for level, code in places:
            for breakdown in breakdowns:
                self.numbers[measure, level, code, breakdown] += amount

    def breakdowns(self) -> dict[tuple[str, Place], set[str]]:
        """The breakdowns with which each measure occurs in each area, not at zero."""
        by_place: dict[tuple[str, Place], set[str]] = {}
        for (measure, level, code, breakdown), number in self.numbers.items():
            if number:
                by_place.setdefault((measure, (level, code)), set()).add(breakdown)
        return by_place


def places_of(values: Mapping[str, Any]) -> list[Place]:
    """The areas that a row counts for."""
    places = [COUNTRY, ("province", values["province"])]
    return [*places, ("district", values["district"])] if values["district"] else places


def labelled(**values: str | None) -> list[str]:
    """The total, and one breakdown for every value.

    Reading: what a row does not say is a value too.
    """
    return ["", *(f"{name}={escaped(value or UNKNOWN)}" for name, value in values.items())]


def escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace(";", "\\;").replace("=", "\\=")


def year_to_date(tallies: Sequence[Tally], first: Iterable[str], last: Iterable[str]) -> Tally:
    """Measures of the months of a year so far: the first month's, the last month's, or the sum.

    Args:
        tallies: the delivered months, in order.
    """
    first, last = set(first), set(last)
    total = Tally()
    for position, tally in enumerate(tallies):
        for key, number in tally.numbers.items():
            if (key[0] in first and position > 0) or (
                key[0] in last and position < len(tallies) - 1
            ):
                continue
            total.numbers[key] += number
    return total


def figure(
    indicator: Indicator, tally: Tally, place: Place, breakdown: str
) -> tuple[int, int | None]:
    """Numerator and denominator (None for a count)."""
    numerator = sum(tally.numbers[m, *place, breakdown] for m in indicator.numerator)
    denominator = (
        sum(tally.numbers[m, *place, breakdown] for m in indicator.denominator)
        if indicator.denominator
        else None
    )
    return numerator, denominator
