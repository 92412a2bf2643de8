"""The ground under the units: atomic areas that no change of boundaries since 2022 has cut, each with its
residents of the 2019 census.

Every district, commune and province of any month since 2022-01 is a sum of whole atomic areas. So the
part of one unit that lies in another one, of another month, is a question of which atomic areas they
share, and a population is a sum over atomic areas; nothing else has to know the history of boundaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from de06_pipeline.areas.book import AreaBook, content_hash
from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.tables import TERRITORY_FILE, csv_rows
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


@dataclass(frozen=True, slots=True)
class AtomicArea:
    """Ground that one district held in 2022, one district on 2025-06-30, and one commune since
    2025-07-01.

    Attributes:
        changed_on: the day it went from the first district to the second; None where they are the
            same.
        population, population_14_plus: residents on 2019-04-01.
    """

    district_2022: str
    district_2025: str
    changed_on: date | None
    commune: str
    population: int
    population_14_plus: int

    def district_code(self, month: Month) -> str:
        """The code of the district that held the atomic area on a month's last day."""
        return (
            self.district_2022
            if self.changed_on and month.last_day < self.changed_on
            else self.district_2025
        )

    @property
    def weight(self) -> int:
        """What the atomic area counts in a share.

        Ground where the census counted nobody (Hoàng Sa) still belongs to somebody.
        """
        return self.population or 1


class Territory:
    """All atomic areas, and who held them when. Immutable; remembers what it has looked up."""

    def __init__(self, atomic_areas: tuple[AtomicArea, ...], areas: AreaBook) -> None:
        self.atomic_areas = atomic_areas
        self._areas = areas
        self._holders: dict[tuple[Level, int], tuple[int, ...]] = {}

    @classmethod
    def load(cls, reference: Path, areas: AreaBook) -> Territory:
        """Read ``area_ground.csv``; once per process and content.

        Raises:
            ContractError: the table is missing, cannot be read, or contradicts the units of
            ``areas.csv``.
        """
        return _load(reference, areas, content_hash(reference, (TERRITORY_FILE,)))

    def unit_level(self, month: Month) -> Level:
        """The level below the province that figures are kept for."""
        return Level.COMMUNE if month >= FIRST_COMMUNES else Level.DISTRICT

    def holders(self, level: Level, month: Month) -> tuple[int, ...]:
        """The ``area_id`` that held each atomic area in a month, in the order of ``atomic_areas``.

        Args:
            level: ``province``, or the month's unit level.
        """
        key = (level, self._areas.boundary_version(month))
        if key not in self._holders:
            units = self._units(month)
            if level is not self.unit_level(month):
                provinces = self._by_code(Level.PROVINCE, month)
                units = [provinces[unit.province_code] for unit in units]
            self._holders[key] = tuple(unit.area_id for unit in units)
        return self._holders[key]

    def _units(self, month: Month) -> list[Area]:
        """The district or commune that held each atomic area."""
        by_code = self._by_code(self.unit_level(month), month)
        if self.unit_level(month) is Level.DISTRICT:
            provinces = [by_code.get(atom.district_code(month)) for atom in self.atomic_areas]
        else:
            first = self._by_code(Level.COMMUNE, FIRST_COMMUNES)
            now = {
                code: self._areas.successor_in(area.area_id, month) for code, area in first.items()
            }
            provinces = [now.get(atom.commune) for atom in self.atomic_areas]
        units = [unit for unit in provinces if unit is not None]
        if len(units) < len(provinces):
            lost = self.atomic_areas[provinces.index(None)]
            raise ContractError(
                f"{TERRITORY_FILE}: the area of district {lost.district_2025} and commune {lost.commune} lies in no unit of {month}; "
                f"areas.csv and the table must agree for every month from {FIRST_MONTH} on."
            )
        return units

    def _by_code(self, level: Level, month: Month) -> dict[str, Area]:
        """The units of a level in force; without the book's index, whose names cost far more than
        these codes.
        """
        day = month.last_day
        return {
            area.code: area
            for area in self._areas.all_of(level)
            if (not area.valid_from or area.valid_from <= day)
            and (not area.valid_to or day <= area.valid_to)
        }


@lru_cache(maxsize=4)
def _load(reference: Path, areas: AreaBook, version: str) -> Territory:
    atomic_areas = tuple(
        _atom(row, f"{TERRITORY_FILE}:{line}")
        for line, row in csv_rows(reference / TERRITORY_FILE, _COLUMNS)
    )
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


def _atom(row: Mapping[str, str], place: str) -> AtomicArea:
    try:
        changed_on = date.fromisoformat(row["changed_on"]) if row["changed_on"] else None
        numbers = int(row["population_2019"]), int(row["population_14_plus_2019"])
    except ValueError:
        raise ContractError(
            f"{place}: a date is YYYY-MM-DD and a population a whole number."
        ) from None
    if (changed_on is None) != (row["district_2022"] == row["district_2025"]) or not 0 <= numbers[
        1
    ] <= numbers[0]:
        raise ContractError(
            f"{place}: changed_on belongs to a change of district, and those aged 14 or more to all residents."
        )
    return AtomicArea(
        row["district_2022"], row["district_2025"], changed_on, row["commune"], *numbers
    )
