"""How many people live in a unit where nobody has delivered a population: the census of 2019,
scaled by the country's growth since.

The scaled number of each atomic area is rounded, not that of units: so the units of every level
and of any boundaries add up to the same country. Movements between provinces since 2019 are not in
it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

from de06_pipeline.areas.book import AreaBook, content_hash
from de06_pipeline.areas.model import Level
from de06_pipeline.areas.tables import NATIONAL_POPULATION_FILE, csv_rows
from de06_pipeline.areas.territory import AtomicArea, Territory
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month

FIELDS: Mapping[str, Callable[[AtomicArea], int]] = {
    "population": attrgetter("population"),
    "population_14_plus": attrgetter("population_14_plus"),
}
"""The fields of the dataset ``population`` that the census gives too."""


@dataclass(frozen=True, slots=True)
class NationalTotal:
    """The country's population on a day."""

    as_of: date
    population: int


class CensusPopulation:
    """Estimates by unit and month. Immutable; remembers what it has added up."""

    def __init__(self, territory: Territory, totals: Sequence[NationalTotal]) -> None:
        self._territory = territory
        self._totals = tuple(totals)
        self._known: dict[tuple[str, Month], Mapping[int, int]] = {}

    @classmethod
    def load(cls, reference: Path, areas: AreaBook) -> CensusPopulation:
        """Read ``area_ground.csv`` and ``national_population.csv``; once per process and content.

        Raises:
            ContractError: a table is missing or cannot be read.
        """
        return _load(
            reference,
            Territory.load(reference, areas),
            content_hash(reference, (NATIONAL_POPULATION_FILE,)),
        )

    def of(self, field: str, month: Month) -> Mapping[int, int]:
        """Residents at the month's end by ``area_id``: provinces, and districts or communes; empty
        for a field the census lacks.
        """
        if field not in FIELDS:
            return {}
        if (field, month) not in self._known:
            self._known[field, month] = self._estimate(field, month)
        return self._known[field, month]

    def _estimate(self, field: str, month: Month) -> Mapping[int, int]:
        now, then = self._scale(month.last_day)
        counted = FIELDS[field]
        by_area: dict[int, int] = defaultdict(int)
        levels = [
            self._territory.holders(level, month)
            for level in (Level.PROVINCE, self._territory.unit_level(month))
        ]
        for atom, *holders in zip(self._territory.atomic_areas, *levels, strict=True):
            residents = _rounded(counted(atom) * now, then)
            for area_id in holders:
                by_area[area_id] += residents
        return dict(by_area)

    def _scale(self, day: date) -> tuple[int, int]:
        """The country's population on a day over that of the census, as a fraction of whole
        numbers.

        Between two known days it grows evenly; after the last one it stays, rather than be guessed.
        """
        census = self._totals[0].population
        for before, after in pairwise(self._totals):
            if before.as_of <= day < after.as_of:
                span, passed = (after.as_of - before.as_of).days, (day - before.as_of).days
                return before.population * span + (
                    after.population - before.population
                ) * passed, census * span
        last = self._totals[-1] if day >= self._totals[-1].as_of else self._totals[0]
        return last.population, census


def _rounded(numerator: int, denominator: int) -> int:
    """Half up."""
    return (2 * numerator + denominator) // (2 * denominator)


@lru_cache(maxsize=4)
def _load(reference: Path, territory: Territory, version: str) -> CensusPopulation:
    totals = [
        _total(row, f"{NATIONAL_POPULATION_FILE}:{line}")
        for line, row in csv_rows(reference / NATIONAL_POPULATION_FILE, ("as_of", "population"))
    ]
    if not totals or any(before.as_of >= after.as_of for before, after in pairwise(totals)):
        raise ContractError(
            f"{NATIONAL_POPULATION_FILE}: the days must follow each other, the census first."
        )
    return CensusPopulation(territory, totals)


def _total(row: Mapping[str, str], place: str) -> NationalTotal:
    try:
        return NationalTotal(date.fromisoformat(row["as_of"]), int(row["population"]))
    except ValueError:
        raise ContractError(
            f"{place}: as_of is YYYY-MM-DD and population a whole number."
        ) from None
