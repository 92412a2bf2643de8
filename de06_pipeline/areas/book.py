"""Administrative units through time: the one place where area codes and names are compared.

A code means something only together with a date: 80 is Long An until 2025-06 and Tây Ninh from
2025-07. So every question takes a month, and a unit is in force in a month if it is on the month's
last day.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from de06_pipeline.areas.lookup import Aliases, AreaIndex
from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.tables import (
    ALIASES_FILE,
    AREAS_FILE,
    NATIONAL_POPULATION_FILE,
    TERRITORY_FILE,
    read_aliases,
    read_areas,
)
from de06_pipeline.periods import Month


class AreaBook:
    """All units and their versions. Immutable; lookup indexes are made when first needed."""

    def __init__(self, areas: Sequence[Area], aliases: Aliases, version: str) -> None:
        self.areas: tuple[Area, ...] = tuple(areas)
        self.version = version
        """Content hash of the area tables: months made with another one are stale."""
        self._aliases = aliases
        self._by_id = {area.area_id: area for area in areas}
        self._parents = {
            area.area_id: self._by_id[area.parent_id]
            for area in areas
            if area.parent_id is not None
        }
        self._units = {
            level: tuple(area for area in areas if area.level is level) for level in Level
        }
        self._change_days = {level: _change_days(units) for level, units in self._units.items()}
        self._all_change_days = _change_days(self.areas)
        self._indexes: dict[tuple[Level, int], AreaIndex] = {}
        self._by_month: dict[tuple[Level, Month], AreaIndex] = {}
        self._by_province: dict[tuple[Level, Month], dict[str, tuple[Area, ...]]] = {}

    @classmethod
    def load(cls, reference: Path) -> AreaBook:
        """Read the tables in ``data_contracts/reference``; once per process and content.

        Raises:
            ContractError: a table is missing or contradicts itself; the text names file and line.
        """
        return _load(
            reference,
            content_hash(
                reference, (AREAS_FILE, ALIASES_FILE, TERRITORY_FILE, NATIONAL_POPULATION_FILE)
            ),
        )

    @property
    def country(self) -> Area:
        return self._units[Level.COUNTRY][0]

    def get(self, area_id: int) -> Area:
        """The unit with this number. Raises KeyError if there is none."""
        return self._by_id[area_id]

    def in_force(self, level: Level | str, month: Month) -> tuple[Area, ...]:
        """The units of a level on the month's last day, in file order; no districts from 2025-07
        on.
        """
        return self.index(Level(level), month).areas

    def by_code(self, level: Level | str, code: str, month: Month) -> Area | None:
        """The unit a code means in a month; leading zeros may be missing."""
        level = Level(level)
        units = self.index(level, month).with_code(code.zfill(level.code_width))
        return units[0] if units else None

    def parent_of(self, area_id: int, month: Month | None = None) -> Area | None:
        """The unit one level up: as of the unit's first day, or the version of it in force in
        ``month``; None for the country.
        """
        parent = self._parents.get(area_id)
        if parent is None or month is None or parent.in_force(month):
            return parent
        return self.by_code(parent.level, parent.code, month)

    def province_of(self, area_id: int, month: Month | None = None) -> Area | None:
        """The province a unit lies in; None for the country.

        Args:
            month: the province in force in this month: the unit's own if the unit is in force, else
                the one that took in the province it last lay in. Without it, the province as of the
                unit's first day.
        """
        area = self._by_id[area_id]
        if month is not None and area.in_force(month):
            return self.by_code(Level.PROVINCE, area.province_code, month)
        while area.level in (Level.DISTRICT, Level.COMMUNE):
            area = self._parents[area.area_id]
        if area.level is Level.COUNTRY:
            return None
        return area if month is None else self.successor_in(area.area_id, month)

    def children(self, area_id: int, level: Level | str, month: Month) -> tuple[Area, ...]:
        """The units of a lower level that lie in this one in a month.

        Communes before 2025-07 are those of the list of 2025-06-30, under the district that held
        them on that day.
        """
        area = self._by_id[area_id]
        if area.level is Level.PROVINCE:
            return self._units_of_provinces(Level(level), month).get(area.code, ())
        units = self.in_force(level, month)
        if area.level is Level.COUNTRY:
            return units
        return tuple(unit for unit in units if self._parents[unit.area_id].code == area.code)

    def _units_of_provinces(self, level: Level, month: Month) -> dict[str, tuple[Area, ...]]:
        """The units of a level in force in a month, by province code."""
        if (level, month) not in self._by_province:
            by_province: dict[str, list[Area]] = defaultdict(list)
            for unit in self.in_force(level, month):
                by_province[unit.province_code].append(unit)
            self._by_province[level, month] = {
                code: tuple(units) for code, units in by_province.items()
            }
        return self._by_province[level, month]

    def successor_in(self, area_id: int, month: Month) -> Area | None:
        """The unit in force in ``month`` that took in all of this one: itself, or the end of its
        chain of exact successors.

        None where a link is missing (it was split, or its level abolished), and for a month before
        it came into force.
        """
        area: Area | None = self._by_id[area_id]
        while area is not None and not area.in_force(month):
            area = None if area.successor_id is None else self._by_id[area.successor_id]
        return area

    def index(self, level: Level, month: Month) -> AreaIndex:
        """The units of a level in force in a month, ready for lookup by text."""
        index = self._by_month.get((level, month))
        if index is None:
            version = bisect_right(self._change_days[level], month.last_day)
            index = self._index_of(level, version, month.last_day)
            self._by_month[level, month] = index
        return index

    def boundary_version(self, month: Month) -> int:
        """A number that is the same for months between which no unit of any level begins or ends."""
        return bisect_right(self._all_change_days, month.last_day)

    def ever(self, level: Level) -> AreaIndex:
        """Every version of every unit of a level, ready for lookup by text."""
        return self._index_of(level, -1, None)

    def _index_of(self, level: Level, key: int, day: date | None) -> AreaIndex:
        if (level, key) not in self._indexes:
            units = self._units[level]
            if day is not None:
                # As Area.in_force, which thirteen thousand communes would have to be asked.
                units = tuple(
                    [
                        area
                        for area in units
                        if (area.valid_from is None or area.valid_from <= day)
                        and (area.valid_to is None or day <= area.valid_to)
                    ]
                )
            self._indexes[level, key] = AreaIndex(units, self._aliases)
        return self._indexes[level, key]

    def dim_rows(self) -> list[dict[str, Any]]:
        """The units as mappings with the columns of table ``dim_area``; ``parent_id`` and
        ``successor`` hold an ``area_id``.
        """
        return [
            {
                "area_id": area.area_id,
                "level": area.level.value,
                "code": area.code,
                "name": area.name,
                "full_name": area.full_name,
                "province_code": area.province_code or None,
                "parent_id": area.parent_id,
                "valid_from": area.valid_from,
                "valid_to": area.valid_to,
                "successor": area.successor_id,
            }
            for area in self.areas
        ]


def content_hash(folder: Path, names: Iterable[str]) -> str:
    """A short hash over the bytes of files; a missing file counts as empty."""
    content = hashlib.sha256()
    for name in names:
        path = folder / name
        content.update(path.read_bytes() if path.is_file() else b"")
        content.update(b"\0")
    return content.hexdigest()[:16]


def _change_days(units: Iterable[Area]) -> list[date]:
    """The days on which a unit of a level begins, or has just ended: between two of them nothing
    changes.
    """
    begins = {unit.valid_from for unit in units if unit.valid_from}
    ended = {unit.valid_to + timedelta(days=1) for unit in units if unit.valid_to}
    return sorted(begins | ended)


@lru_cache(maxsize=4)
def _load(reference: Path, version: str) -> AreaBook:
    return AreaBook(
        read_areas(reference / AREAS_FILE), read_aliases(reference / ALIASES_FILE), version
    )
