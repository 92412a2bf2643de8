"""Areas through time: which area of a later month took in all of an earlier one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.indicators.cells.accepted_rows import unit_level
from de06_pipeline.indicators.computation.relations import SNAPSHOT_CROSSWALK, UNIT_CROSSWALK
from de06_pipeline.periods import Month


class Crosswalk:
    """Earlier areas carried to those in force in one month; remembers what it has looked up."""

    def __init__(self, areas: AreaBook, month: Month) -> None:
        self.areas = areas
        self.month = month
        self.unit_level = unit_level(areas, month)
        self._origins: dict[Month, dict[int, set[int]]] = {}
        self._units: dict[Month, dict[int, int | None]] = {}
        self._present: dict[Month, frozenset[int | None]] = {}
        self._of_snapshots: dict[Month, list[tuple[int, int]]] = {}

    @classmethod
    def to(cls, areas: AreaBook, month: Month) -> Crosswalk:
        """The crosswalk to a month, made once a process: most windows of a backfill ask for the
        same ones.
        """
        return _crosswalk(areas, month)

    def province(self, area_id: int) -> int | None:
        """The province in force in the month that took in all of this one."""
        successor = self.areas.successor_in(area_id, self.month)
        return successor.area_id if successor else None

    def unit(self, area_id: int) -> int | None:
        """The same for a district or commune; None too where the level itself has changed."""
        successor = self.areas.successor_in(area_id, self.month)
        return successor.area_id if successor and successor.level == self.unit_level else None

    def origins(self, province_id: int, month: Month) -> set[int]:
        """The provinces in force in ``month`` that have become this one."""
        if month not in self._origins:
            predecessors: dict[int, set[int]] = defaultdict(set)
            for province in self.areas.in_force("province", month):
                if (now := self.province(province.area_id)) is not None:
                    predecessors[now].add(province.area_id)
            self._origins[month] = dict(predecessors)
        return self._origins[month].get(province_id, set())

    def units(self, month: Month) -> dict[int, int | None]:
        """The units kept in ``month``, each with the unit it has become."""
        if month not in self._units:
            level = unit_level(self.areas, month)
            self._units[month] = {
                unit.area_id: self.unit(unit.area_id) for unit in self.areas.in_force(level, month)
            }
        return self._units[month]

    def present(self, month: Month) -> frozenset[int | None]:
        """The units of now that were kept in ``month``, or took in whole some that were."""
        if month not in self._present:
            self._present[month] = frozenset(self.units(month).values())
        return self._present[month]

    def has_origin(self, unit_id: int, month: Month) -> bool:
        """Whether a unit is among :meth:`present`."""
        return unit_id in self.present(month)

    def keeps_units(self, month: Month) -> bool:
        """Whether the units kept in ``month`` are of the level kept now."""
        return unit_level(self.areas, month) == self.unit_level

    def create_unit_crosswalk(
        self, con: duckdb.DuckDBPyConnection, months: Iterable[Month]
    ) -> None:
        """Create :data:`UNIT_CROSSWALK` for the units kept in some months."""
        rows = [
            (first_day, before, now)
            for month in months
            for first_day in (month.first_day,)
            for before, now in self.units(month).items()
            if now is not None
        ]
        UNIT_CROSSWALK.create(con, rows)

    def create_snapshot_crosswalk(
        self, con: duckdb.DuckDBPyConnection, months: Iterable[Month]
    ) -> None:
        """Create :data:`SNAPSHOT_CROSSWALK` for some months' snapshots."""
        rows = [
            (first_day, before, now)
            for month in months
            for first_day in (month.first_day,)
            for before, now in self._from_snapshot(month)
        ]
        SNAPSHOT_CROSSWALK.create(con, rows)

    def _from_snapshot(self, month: Month) -> list[tuple[int, int]]:
        if month not in self._of_snapshots:
            carried = [
                (area.area_id, self.unit(area.area_id))
                for area in self.areas.in_force(self.unit_level, month)
            ]
            carried += [
                (area.area_id, self.province(area.area_id))
                for area in self.areas.in_force("province", month)
            ]
            self._of_snapshots[month] = [
                (before, now) for before, now in carried if now is not None
            ]
        return self._of_snapshots[month]


@lru_cache(maxsize=64)
def _crosswalk(areas: AreaBook, month: Month) -> Crosswalk:
    return Crosswalk(areas, month)
