"""The population that a coverage is measured against: what was delivered, and the scaled census
where nothing was.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from de06_pipeline.areas.population import CensusPopulation
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.stocks.balances import Records, read_population
from de06_pipeline.indicators.stocks.figures import Key, StockPlace, StockValues
from de06_pipeline.registry.model import TOTAL

DELIVERED, CENSUS, MIXED = "population dataset", "census 2019 × national growth", "mixed"
"""What a denominator rests on; ``mixed`` where parts of the country rest on different ones."""


class Populations:
    """Populations of a request, each field read once for all its months."""

    def __init__(self, con: duckdb.DuckDBPyConnection, request: FiguresRequest) -> None:
        self._con = con
        self._request = request
        self._delivered: dict[str, Records] = {}

    def of(self, field: str, calc: Calculation, places: Sequence[StockPlace]) -> StockValues:
        """The population of each place at the end of the step's period, with what it rests on.

        A delivered one wins, an area's own or that of all the areas it was made from or a province
        consists of; the census stands in for the others. The country is the sum of its provinces.
        """
        if field not in self._delivered:
            self._delivered[field] = read_population(self._con, self._request, field)
        census = CensusPopulation.load(self._request.reference, self._request.areas).of(
            field, calc.month
        )
        last_day = calc.last_day
        values: dict[Key, int | None] = {}
        basis: dict[int, str] = {}
        for place in places[1:]:
            components = self._delivered[field].base(field, TOTAL, place.area_id, last_day)
            if components:
                values[place.area_id, TOTAL], basis[place.area_id] = (
                    sum(part.value for part in components),
                    DELIVERED,
                )
            elif place.area_id in census:
                values[place.area_id, TOTAL], basis[place.area_id] = census[place.area_id], CENSUS
        provinces = [place.area_id for place in places if place.level == "province"]
        known = [
            value for area_id in provinces if (value := values.get((area_id, TOTAL))) is not None
        ]
        country = places[0].area_id
        if known and len(known) == len(provinces):
            bases = {basis[area_id] for area_id in provinces}
            values[country, TOTAL], basis[country] = (
                sum(known),
                bases.pop() if len(bases) == 1 else MIXED,
            )
        return StockValues(values, frozenset((place.area_id, TOTAL) for place in places), basis)
