"""Whether every month since an opening balance was delivered."""

from __future__ import annotations

from datetime import date, timedelta

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.indicators.cells.accepted_rows import unit_level
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.request import DeliveredField, FiguresRequest
from de06_pipeline.indicators.stocks.balances import StockComponent
from de06_pipeline.periods import Month


class DeliveryHistory:
    """The chains of one dataset's months up to one month.

    A month delivered without the column of one of ``fields`` is missing; for the units of a
    province also one without the column that names the unit.
    """

    def __init__(
        self,
        request: FiguresRequest,
        dataset: str,
        crosswalk: Crosswalk,
        fields: frozenset[DeliveredField] = frozenset(),
    ) -> None:
        self._request = request
        self._dataset = dataset
        self._crosswalk = crosswalk
        self._fields = fields
        # Asked for every breakdown; and for all areas of a province of every month since the balance.
        self._of_areas: dict[tuple[int, int, int, date], bool] = {}
        self._known: dict[tuple[int, int, Month, bool], bool] = {}

    def is_complete(
        self, area_id: int, province_id: int, components: tuple[StockComponent, ...]
    ) -> bool:
        """Whether nothing is missing between the components of an area's base and the month's end.

        Args:
            province_id: the area's province in the month, or the area itself.
        """
        for component in components:
            key = (area_id, province_id, component.area_id, component.as_of)
            is_complete = self._of_areas.get(key)
            if is_complete is None:
                is_complete = self._is_complete(area_id, province_id, component)
                self._of_areas[key] = is_complete
            if not is_complete:
                return False
        return True

    def _is_complete(self, area_id: int, province_id: int, component: StockComponent) -> bool:
        first = Month.of(component.as_of + timedelta(days=1))
        if area_id != province_id and not self._same_territory(area_id, first):
            return False
        owner = province_of(self._request.areas, component.area_id)
        is_unit = area_id != province_id
        key = (province_id, owner, first, is_unit)
        if key not in self._known:
            self._known[key] = all(
                self._delivered(province_id, owner, month, is_unit)
                for month in months_between(first, self._crosswalk.month)
            )
        return self._known[key]

    def _same_territory(self, area_id: int, first: Month) -> bool:
        return all(
            self._crosswalk.has_origin(area_id, month)
            for month in months_between(first, self._crosswalk.month)
        )

    def _delivered(self, province_id: int, owner: int, month: Month, is_unit: bool) -> bool:
        """Whether the provinces of ``month`` that hold the component's ground all delivered."""
        origins = self._crosswalk.origins(province_id, month)
        areas = self._request.areas
        holders = {
            origin
            for origin in origins
            if owner in successors(areas, origin) or origin in successors(areas, owner)
        }
        reporting = self._request.reporting.get((self._dataset, month))
        if not reporting:
            return False
        there = reporting.delivered
        if reporting.lacking:
            unit = [(self._dataset, unit_level(areas, month))] if is_unit else []
            there -= self._request.lacking(month, [*self._fields, *unit])
        return bool(holders) and holders <= there


def successors(areas: AreaBook, area_id: int) -> tuple[int, ...]:
    """An area and those that took in all of it, one after another."""
    followers = [area_id]
    while (following := areas.get(followers[-1]).successor_id) is not None:
        followers.append(following)
    return tuple(followers)


def province_of(areas: AreaBook, area_id: int) -> int:
    """The province that an area was in on its first day; a province's own number."""
    province = areas.province_of(area_id)
    return province.area_id if province else area_id


def months_between(first: Month, last: Month) -> list[Month]:
    """From ``first`` to ``last``, both included; empty where ``first`` is later."""
    months = []
    while first <= last:
        months.append(first)
        first = first.plus(1)
    return months
