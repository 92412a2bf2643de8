"""The ground under the units: atomic areas that no change of boundaries since 2022 has cut, each with its
residents of the 2019 census.

Every district, commune and province of any month since 2022-01 is a sum of whole atomic areas. So the
part of one unit that lies in another one, of another month, is a question of which atomic areas they
share, and a population is a sum over atomic areas; nothing else has to know the history of boundaries.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from operator import itemgetter
from pathlib import Path

from de06_pipeline.areas.book import AreaBook, content_hash
from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.tables import TERRITORY_FILE, csv_records, day_or_none
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import FIRST_MONTH, Month

FIRST_COMMUNES = Month(2025, 7)
"""The first month of the present communes; the level of districts ended the day before (NQ
202/2025/QH15).
"""

_COLUMNS = (
    "district_2022",
    "district_2025",
    "changed_on",
    "commune",
    "population_2019",
    "population_14_plus_2019",
)
"""In the order of the attributes of :class:`AtomicArea`."""


@dataclass(frozen=True, slots=True)
class AtomicArea:
    """Ground that one district held in 2022, one district on 2025-06-30, and one commune since
    2025-07-01.

    Attributes:
        changed_on: the day it went from the first district to the second; None where they are the
            same.
        population, population_14_plus: residents on 2019-04-01.
        weight: what it counts in a share. Ground where the census counted nobody (Hoàng Sa) still
            belongs to somebody.
    """

    district_2022: str
    district_2025: str
    changed_on: date | None
    commune: str
    population: int
    population_14_plus: int
    weight: int

    def district_code(self, day: date) -> str:
        """The code of the district that held the atomic area on a day."""
        return (
            self.district_2022 if self.changed_on and day < self.changed_on else self.district_2025
        )


class Territory:
    """All atomic areas, and who held them when. Immutable; remembers what it has looked up."""

    def __init__(self, atomic_areas: tuple[AtomicArea, ...], areas: AreaBook) -> None:
        self.atomic_areas = atomic_areas
        self._areas = areas
        self._holders: dict[tuple[Level, int], tuple[int, ...]] = {}
        self._firsts: dict[int, int] = {}

    @classmethod
    def load(cls, reference: Path, areas: AreaBook) -> Territory:
        """Read ``area_ground.csv``; once per process and content.

        Raises:
            ContractError: the table is missing, cannot be read, or contradicts the units of
            ``areas.csv``.
        """
        return _load(reference, areas, content_hash(reference, (TERRITORY_FILE,)))

    @cached_property
    def of_districts(self) -> Territory:
        """The same ground before there were communes of today: a fifth as many atomic areas, since
        those that one district held after the other are one.
        """
        together: dict[tuple[str, str, date | None], list[AtomicArea]] = defaultdict(list)
        for atom in self.atomic_areas:
            together[atom.district_2022, atom.district_2025, atom.changed_on].append(atom)
        return Territory(
            tuple(
                AtomicArea(
                    *history,
                    commune="",
                    population=sum(atom.population for atom in atoms),
                    population_14_plus=sum(atom.population_14_plus for atom in atoms),
                    weight=sum(atom.weight for atom in atoms),
                )
                for history, atoms in together.items()
            ),
            self._areas,
        )

    def unit_level(self, month: Month) -> Level:
        """The level below the province that figures are kept for."""
        return Level.COMMUNE if month >= FIRST_COMMUNES else Level.DISTRICT

    def holders(self, level: Level, month: Month) -> tuple[int, ...]:
        """The ``area_id`` that held each atomic area in a month, in the order of ``atomic_areas``.

        Args:
            level: ``province``, or the month's unit level.
        """
        version = self._areas.boundary_version(month)
        if (level, version) not in self._holders:
            units = self._units(month)
            provinces = {
                code: area.area_id for code, area in self._by_code(Level.PROVINCE, month).items()
            }
            self._holders |= {
                (self.unit_level(month), version): tuple([unit.area_id for unit in units]),
                (Level.PROVINCE, version): tuple([provinces[unit.province_code] for unit in units]),
            }
        return self._holders[level, version]

    def first_of(self, area_id: int) -> int:
        """The ``area_id`` under which a unit began with the very ground it has: that of Thừa Thiên
        Huế for the city that it became; the unit's own where it came from anything else.
        """
        if area_id not in self._firsts:
            former = self._became.get(area_id)
            same = former is not None and self._is_same_ground(former, self._areas.get(area_id))
            self._firsts[area_id] = self.first_of(former.area_id) if former and same else area_id
        return self._firsts[area_id]

    def _is_same_ground(self, former: Area, area: Area) -> bool:
        """Whether a unit holds what the one it came from held until the month before."""
        if area.valid_from is None or former.level is not area.level:
            return False
        now = Month.of(area.valid_from)
        then = now.plus(-1)
        is_kept = area.level in (Level.PROVINCE, self.unit_level(then))
        if not is_kept or self.unit_level(then) is not self.unit_level(now):
            return False
        grounds = zip(self.holders(area.level, then), self.holders(area.level, now), strict=True)
        return all(
            (before == former.area_id) == (after == area.area_id) for before, after in grounds
        )

    @cached_property
    def _became(self) -> dict[int, Area]:
        """By unit, the one that it took in, where there was one alone."""
        came_from: dict[int, list[Area]] = defaultdict(list)
        for area in self._areas.areas:
            if area.successor_id is not None:
                came_from[area.successor_id].append(area)
        return {area_id: former[0] for area_id, former in came_from.items() if len(former) == 1}

    def _units(self, month: Month) -> list[Area]:
        """The district or commune that held each atomic area."""
        by_code = self._by_code(self.unit_level(month), month)
        if self.unit_level(month) is Level.DISTRICT:
            day = month.last_day
            held = [by_code.get(atom.district_code(day)) for atom in self.atomic_areas]
        else:
            first = self._by_code(Level.COMMUNE, FIRST_COMMUNES)
            now = {
                code: self._areas.successor_in(area.area_id, month) for code, area in first.items()
            }
            held = [now.get(atom.commune) for atom in self.atomic_areas]
        units = [unit for unit in held if unit is not None]
        if len(units) < len(held):
            lost = self.atomic_areas[held.index(None)]
            raise ContractError(
                f"{TERRITORY_FILE}: the area of district {lost.district_2025} and commune {lost.commune} lies in no unit of {month}; "
                f"areas.csv and the table must agree for every month from {FIRST_MONTH} on."
            )
        return units

    def _by_code(self, level: Level, month: Month) -> dict[str, Area]:
        return {area.code: area for area in self._areas.in_force(level, month)}


@lru_cache(maxsize=4)
def _load(reference: Path, areas: AreaBook, version: str) -> Territory:
    records = csv_records(reference / TERRITORY_FILE, _COLUMNS)
    _, names = next(records)
    values = itemgetter(*map(names.index, _COLUMNS))
    atomic_areas = tuple(_atom(line, *values(fields)) for line, fields in records)
    territory = Territory(atomic_areas, areas)
    for month in (Month.parse(FIRST_MONTH), FIRST_COMMUNES.plus(-1), FIRST_COMMUNES):
        level = territory.unit_level(month)
        if missing := {unit.area_id for unit in areas.in_force(level, month)} - set(
            territory.holders(level, month)
        ):
            raise ContractError(
                f"{TERRITORY_FILE}: {areas.get(min(missing)).full_name}, in force in {month}, has no ground."
            )
    return territory


def _atom(
    line: int,
    district_2022: str,
    district_2025: str,
    changed_on: str,
    commune: str,
    population: str,
    population_14_plus: str,
) -> AtomicArea:
    try:
        changed, residents = day_or_none(changed_on), int(population)
        aged_14_plus = int(population_14_plus)
    except ValueError:
        raise ContractError(
            f"{TERRITORY_FILE}:{line}: a date is YYYY-MM-DD and a population a whole number."
        ) from None
    if (changed is None) != (district_2022 == district_2025) or not 0 <= aged_14_plus <= residents:
        raise ContractError(
            f"{TERRITORY_FILE}:{line}: changed_on belongs to a change of district, and those aged 14 or more to all residents."
        )
    return AtomicArea(
        district_2022, district_2025, changed, commune, residents, aged_14_plus, residents or 1
    )
