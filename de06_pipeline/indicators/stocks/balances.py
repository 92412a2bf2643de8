"""Where a cumulative figure of an area starts: opening balances, and populations, which are looked
up the same way.

An area's own record wins, with those of the areas it took in since. Without one it is made from the
areas it took in, or a province from its units (districts, then communes): from all of them, or not
at all. Where both are known, the later records hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.sql_types import stored_columns
from de06_pipeline.indicators.cells.accepted_rows import unit_level, whole_rows
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.periods import Month
from de06_pipeline.registry.breakdowns import breakdown_text, breakdown_values
from de06_pipeline.registry.model import OPENING_BALANCES, POPULATION, TOTAL

Series = tuple[str, str]
"""Indicator code (or field of the population) and breakdown."""


@dataclass(frozen=True, slots=True)
class StockComponent:
    """A record that an area's base is made from: of which area, at the end of which day, and how
    much.
    """

    area_id: int
    as_of: date
    value: int


class Records:
    """Values of series by area and day.

    Args:
        values: by series and area, what held at the end of each day.
    """

    def __init__(
        self, areas: AreaBook, values: Mapping[tuple[Series, int], Mapping[date, int]]
    ) -> None:
        self._areas = areas
        self._values = values
        self._took_in = _took_in(areas)
        self._listed: dict[tuple[str, int, str], set[str]] = defaultdict(set)
        for (code, breakdown), area_id in values:
            for name in breakdown_values(breakdown):
                self._listed[code, area_id, name].add(breakdown)

    def breakdowns(self, code: str) -> set[str]:
        """The breakdowns, besides the total, that have a record for some area."""
        return {
            breakdown
            for (stored_code, breakdown), _ in self._values
            if stored_code == code and breakdown
        }

    def days(self, code: str) -> set[date]:
        """The days that the records of a code speak of."""
        return {
            day
            for ((stored_code, _), _), by_day in self._values.items()
            if stored_code == code
            for day in by_day
        }

    def base(
        self, code: str, breakdown: str, area_id: int, day: date
    ) -> tuple[StockComponent, ...]:
        """The latest records at or before the end of ``day`` that an area's base is made from;
        empty where it is not known.
        """
        own = self._own(code, breakdown, area_id, day)
        if own:
            return self._all(code, breakdown, self._joined(area_id, own.as_of, day), day, (own,))
        units = self._all(code, breakdown, self._units(area_id, day), day)
        made_from = self._made_from(area_id)
        if not made_from:
            return units
        before = self._all(code, breakdown, [*made_from, *self._joined(area_id, None, day)], day)
        return max(before, units, key=_known_at)

    def _all(
        self,
        code: str,
        breakdown: str,
        parts: list[int],
        day: date,
        own: tuple[StockComponent, ...] = (),
    ) -> tuple[StockComponent, ...]:
        """The components of all parts, beside one's own; nothing where one of the parts has none."""
        whole = list(own)
        for part in parts:
            components = self.base(code, breakdown, part, day)
            if not components:
                return ()
            whole += components
        return tuple(whole)

    def _made_from(self, area_id: int) -> list[int]:
        """The areas that an area was made from on its first day."""
        begins = self._areas.get(area_id).valid_from
        return [
            part
            for part in self._took_in.get(area_id, ())
            if begins and (self._areas.get(part).valid_to or begins) < begins
        ]

    def _joined(self, area_id: int, as_of: date | None, day: date) -> list[int]:
        """The areas that joined an existing one after ``as_of`` (None: its first day) and by
        ``day``.

        A record of the area does not contain them; but one that is older than the area itself was
        written for the ground it has now.
        """
        begins = self._areas.get(area_id).valid_from
        if as_of is None or (begins and as_of < begins):
            as_of = begins
        took_in = self._took_in.get(area_id, ())
        joined = [(part, self._areas.get(part).valid_to) for part in took_in]
        return [
            part
            for part, until in joined
            if until and until < day and (as_of is None or as_of <= until)
        ]

    def _own(self, code: str, breakdown: str, area_id: int, day: date) -> StockComponent | None:
        given = self._values.get(((code, breakdown), area_id), {})
        last = max((each for each in given if each <= day), default=None)
        zero = self._zero_of_complete_list(code, breakdown, area_id, last, day)
        if zero or last is None:
            return zero
        return StockComponent(area_id, last, given[last])

    def _zero_of_complete_list(
        self, code: str, breakdown: str, area_id: int, after: date | None, day: date
    ) -> StockComponent | None:
        """Zero for a value that is not listed, where the listed ones of its dimension add up to the
        area's total of the same day.

        Args:
            after: the day of the value's own latest record, which only a later list overrides.
        """
        total = self._values.get(((code, TOTAL), area_id))
        names = list(breakdown_values(breakdown))
        if not total or len(names) != 1:
            return None
        days = [each for each in total if each <= day and (after is None or each > after)]
        for at in sorted(days, reverse=True):
            listed = [
                self._values[(code, part), area_id].get(at)
                for part in self._listed[code, area_id, names[0]]
            ]
            present = [value for value in listed if value is not None]
            if present and sum(present) == total[at]:
                return StockComponent(area_id, at, 0)
        return None

    def _units(self, area_id: int, day: date) -> list[int]:
        """The districts of a province, or its communes from when there are no districts any more."""
        area = self._areas.get(area_id)
        if area.level != "province":
            return []
        month = Month.of(min(day, area.valid_to) if area.valid_to else day)
        level = unit_level(self._areas, month)
        return [unit.area_id for unit in self._areas.children(area_id, level, month)]


def _known_at(components: tuple[StockComponent, ...]) -> date:
    """The earliest day that a base rests on."""
    return min((component.as_of for component in components), default=date.min)


@lru_cache(maxsize=4)
def _took_in(areas: AreaBook) -> Mapping[int, Sequence[int]]:
    """By area, those whose exact successor it is."""
    took_in: dict[int, list[int]] = defaultdict(list)
    for area in areas.areas:
        if area.successor_id is not None:
            took_in[area.successor_id].append(area.area_id)
    return dict(took_in)


def read_balances(con: duckdb.DuckDBPyConnection, request: FiguresRequest) -> Records:
    """The opening balances, the later delivery winning where two give the same one."""
    values: dict[tuple[Series, int], dict[date, int]] = defaultdict(dict)
    columns = (
        "indicator_code, COALESCE(breakdown, ''), COALESCE(district_id, province_id), as_of, value"
    )
    for code, breakdown, area_id, as_of, value in _rows(con, request, OPENING_BALANCES, columns):
        series = (code, breakdown_text(breakdown_values(breakdown)))
        values[series, area_id][as_of] = value
    return Records(request.areas, values)


def read_population(con: duckdb.DuckDBPyConnection, request: FiguresRequest, field: str) -> Records:
    """One field of the populations. A value applies from its ``as_of`` until the next."""
    values: dict[tuple[Series, int], dict[date, int]] = defaultdict(dict)
    columns = f"COALESCE(commune_id, district_id, province_id), as_of, {field}"
    for area_id, as_of, value in _rows(con, request, POPULATION, columns):
        values[(field, TOTAL), area_id][as_of] = value
    return Records(request.areas, values)


def _rows(
    con: duckdb.DuckDBPyConnection, request: FiguresRequest, dataset: str, columns: str
) -> list[tuple[Any, ...]]:
    """Rows of a reference dataset in the order of their months; rows without a value or area are
    left out.
    """
    complete: list[tuple[Any, ...]] = []
    files = request.references.get(dataset, ())
    for month in sorted({file.month for file in files}):
        contract = request.contracts[dataset].in_force(month)
        relation = whole_rows(con, contract, (file.path for file in files if file.month == month))
        ordered = ", ".join(stored_columns(contract))
        rows = con.execute(f"SELECT {columns} FROM {relation} ORDER BY {ordered}").fetchall()
        complete += [row for row in rows if None not in row]
    return complete
