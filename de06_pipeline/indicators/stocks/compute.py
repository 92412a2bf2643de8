"""Cumulative figures: the latest opening balance at or before the month's end, plus the flows
since.

A month that was not delivered leaves a hole in the chain, and an area without an opening balance
has no start: the figure is then ``incomplete`` and has no number, never a smaller one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import duckdb

from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.request import DeliveredField, FiguresRequest
from de06_pipeline.indicators.needed_fields import fields_needed
from de06_pipeline.indicators.stocks.balances import Records, StockComponent, read_balances
from de06_pipeline.indicators.stocks.figures import (
    Key,
    StockPlace,
    StockValues,
    insert_basis,
    insert_rows,
    ratio_rows,
    stock_rows,
)
from de06_pipeline.indicators.stocks.flows import Cut, Flows, Source
from de06_pipeline.indicators.stocks.gaps import DeliveryHistory, successors
from de06_pipeline.indicators.stocks.population import Populations
from de06_pipeline.registry.breakdowns import breakdown_values
from de06_pipeline.registry.model import TOTAL, Indicator, Kind


class Stocks:
    """The stocks of a request; balances, populations and flows are read once for all its months."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, request: FiguresRequest, labels: Labels
    ) -> None:
        self._con = con
        self._request = request
        self._labels = labels
        self._balances: Records | None = None
        self._flows: dict[str, Flows] = {}
        self._populations = Populations(con, request)

    def add(self, calc: Calculation) -> None:
        """Add the stocks of the calc's month, and the ratios made from them, to table ``figure``."""
        every = self._request.source.indicators.values()
        stocks = {
            stock.code: self._stock(calc, stock) for stock in every if stock.kind is Kind.STOCK
        }
        for indicator in calc.indicators:
            places = stock_places(calc, indicator.datasets)
            if indicator.kind is Kind.STOCK:
                rows = stock_rows(indicator, stocks[indicator.code], places)
            else:
                assert indicator.stock is not None
                below = indicator.stock_denominator
                denominators = (
                    stocks[below.code]
                    if below
                    else self._populations.of(indicator.population, calc, places)
                )
                insert_basis(calc, indicator, denominators.basis)
                rows = ratio_rows(indicator, stocks[indicator.stock.code], denominators, places)
            insert_rows(calc, rows)

    def _stock(self, calc: Calculation, indicator: Indicator) -> StockValues:
        if self._balances is None:
            self._balances = read_balances(self._con, self._request)
        balances, flows = self._balances, self._flows_of(indicator, self._balances)
        places = stock_places(calc, indicator.datasets)
        last_day = calc.last_day
        sources = flows.sources(last_day)
        within = _sources_by_area(calc, sources)
        labels = {
            dimension.label
            for dimension in self._request.source.cells[indicator.cells].dimensions
            if dimension.name in indicator.breakdowns
        }
        breakdowns = sorted(_breakdowns(indicator, labels, balances, sources))
        histories = self._histories(calc, indicator, breakdowns)
        bases: dict[Key, tuple[StockComponent, ...]] = {}
        cuts: list[Cut] = []
        for place in places[1:]:
            for breakdown in breakdowns:
                components = balances.base(indicator.code, breakdown, place.area_id, last_day)
                if components and histories[breakdown].is_complete(
                    place.area_id, place.province_id, components
                ):
                    bases[place.area_id, breakdown] = components
                    cuts += [
                        (place.area_id, breakdown, source, _counted_after(calc, components, source))
                        for source in within.get(place.area_id, ())
                        if breakdown in sources[source]
                    ]
        events = flows.sums(cuts, last_day)
        values: dict[Key, int | None] = {}
        for place in places[1:]:
            for breakdown in breakdowns:
                key = (place.area_id, breakdown)
                base = sum(component.value for component in bases.get(key, ()))
                values[key] = base + events.get(key, 0) if key in bases else None
        occurring = {
            (area_id, breakdown)
            for area_id, given in within.items()
            for source in given
            for breakdown in sources[source]
            if breakdown in breakdowns
        }
        occurring |= {key for key, value in values.items() if value or key[1] == TOTAL}
        _add_country(places, breakdowns, values, occurring)
        return StockValues(values, frozenset(occurring))

    def _histories(
        self, calc: Calculation, indicator: Indicator, breakdowns: Sequence[str]
    ) -> Mapping[str, DeliveryHistory]:
        """The deliveries behind each breakdown, as the figures show it: those that need the same of the
        columns that are missing somewhere share one.
        """
        request = self._request
        lacking = request.fields_lacking({month for _, month in request.reporting})
        cells = request.source.cells[indicator.cells]
        histories: dict[str, DeliveryHistory] = {}
        shared: dict[frozenset[DeliveredField], DeliveryHistory] = {}
        for breakdown in breakdowns:
            names = (
                ";".join(d.name for d in cells.dimensions if d.label in breakdown_values(breakdown))
                if breakdown
                else TOTAL
            )
            needed = (
                fields_needed(request.source, request.contracts, indicator, names) & lacking
                if lacking
                else lacking
            )
            if needed not in shared:
                shared[needed] = DeliveryHistory(
                    request, indicator.datasets[0], calc.crosswalk, needed
                )
            histories[breakdown] = shared[needed]
        return histories

    def _flows_of(self, indicator: Indicator, balances: Records) -> Flows:
        if indicator.cells not in self._flows:
            cells = self._request.source.cells[indicator.cells]
            codes = [
                other.code
                for other in self._request.source.indicators.values()
                if other.cells == indicator.cells
            ]
            cut_days = {day for code in codes for day in balances.days(code)}
            self._flows[indicator.cells] = Flows(
                self._con, self._request, cells, self._labels, cut_days
            )
        return self._flows[indicator.cells]


def stock_places(calc: Calculation, datasets: Sequence[str]) -> list[StockPlace]:
    """The country, the provinces that should have delivered or did, and the units of those that
    did.
    """
    areas, month = calc.request.areas, calc.month
    delivered = frozenset[int]().union(
        *(calc.request.delivered(dataset, month) for dataset in datasets)
    )
    expected = frozenset[int]().union(
        *(
            reporting.expected
            for dataset in datasets
            if (reporting := calc.request.reporting.get((dataset, month)))
        )
    )
    places = [StockPlace(areas.country.area_id, "country", 0)]
    for province in areas.in_force("province", month):
        if province.area_id in expected | delivered:
            places.append(StockPlace(province.area_id, "province", province.area_id))
        if province.area_id in delivered:
            units = areas.children(province.area_id, calc.crosswalk.unit_level, month)
            places += [
                StockPlace(unit.area_id, calc.crosswalk.unit_level, province.area_id)
                for unit in units
            ]
    return places


def _sources_by_area(calc: Calculation, sources: Iterable[Source]) -> dict[int, list[Source]]:
    """The cells' areas that lie in each province and unit of the calc's month."""
    by_area: dict[int, list[Source]] = defaultdict(list)
    for province_id, unit_id in sources:
        if (province := calc.crosswalk.province(province_id)) is not None:
            by_area[province].append((province_id, unit_id))
        if unit_id is not None and (unit := calc.crosswalk.unit(unit_id)) is not None:
            by_area[unit].append((province_id, unit_id))
    return by_area


def _breakdowns(
    indicator: Indicator,
    labels: Iterable[str],
    balances: Records,
    sources: Mapping[Source, set[str]],
) -> set[str]:
    """The total and the values that occur, of the dimensions that the indicator is broken down by."""
    breakdowns = set().union(*sources.values(), balances.breakdowns(indicator.code))
    return {TOTAL} | {
        text
        for text in breakdowns
        if len(names := breakdown_values(text)) == 1 and set(names) <= set(labels)
    }


def _counted_after(
    calc: Calculation, components: tuple[StockComponent, ...], source: Source
) -> date:
    """The day after which some cells of an area count: that of the balance that stands for their
    ground.

    Cells without a unit, or of a later unit, belong to none of several districts' balances: they
    count from the earliest.
    """
    as_of = {component.area_id: component.as_of for component in components}
    for area_id in (source[1], source[0]):
        if area_id is not None:
            for successor in successors(calc.request.areas, area_id):
                if successor in as_of:
                    return as_of[successor]
    return min(as_of.values())


def _add_country(
    places: Sequence[StockPlace],
    breakdowns: Iterable[str],
    values: dict[Key, int | None],
    occurring: set[Key],
) -> None:
    """Add the country's values: the sum over its provinces, not known where one of them is not."""
    country = places[0].area_id
    provinces = [place.area_id for place in places if place.level == "province"]
    for breakdown in breakdowns:
        parts = [values[province, breakdown] for province in provinces]
        known = [part for part in parts if part is not None]
        values[country, breakdown] = sum(known) if parts and len(known) == len(parts) else None
        if breakdown == TOTAL or any((province, breakdown) in occurring for province in provinces):
            occurring.add((country, breakdown))
