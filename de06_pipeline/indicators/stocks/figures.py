"""Stocks, and ratios of stocks, as rows of table ``figure``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from de06_pipeline.duck.relations import Relation
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.relations import FIGURE, FIGURE_BASIS, STOCK_FIGURE
from de06_pipeline.registry.model import TOTAL, Indicator

_MONTH_BASIS = Relation("month_basis", FIGURE_BASIS.columns)

Key = tuple[int, str]
"""Area and breakdown."""

Row = tuple[int, str, str, int | None, int | None, str, int, int]
"""Area, code, breakdown, numerator, denominator, status, areas expected, areas reported."""


@dataclass(frozen=True, slots=True)
class StockPlace:
    """An area of a month's stocks; ``province_id`` is 0 for the country."""

    area_id: int
    level: str
    province_id: int


@dataclass(frozen=True, slots=True)
class StockValues:
    """One series of a month.

    Attributes:
        values: None where it is not known.
        occurring: the keys that have a figure.
        basis: of populations, what an area's rests on.
    """

    values: dict[Key, int | None]
    occurring: frozenset[Key]
    basis: Mapping[int, str] = field(default_factory=dict)


def stock_rows(indicator: Indicator, stock: StockValues, places: Sequence[StockPlace]) -> list[Row]:
    """The figures of a stock."""
    rows: list[Row] = []
    for place, breakdown in _figures(indicator, stock.occurring, places):
        value = stock.values.get((place.area_id, breakdown))
        status = "incomplete" if value is None else "reported" if value else "reported_zero"
        counts = _counts(places, place, stock.values, breakdown)
        rows.append((place.area_id, indicator.code, breakdown, value, None, status, *counts))
    return rows


def ratio_rows(
    indicator: Indicator, top: StockValues, below: StockValues, places: Sequence[StockPlace]
) -> list[Row]:
    """The figures of a ratio of stocks, or of a stock to a population.

    A term with a breakdown of its own (first issues, level 2) is the same in every figure. A stock
    that is not known makes the ratio incomplete; a population that is not known leaves it without a
    denominator.
    """
    assert indicator.stock is not None
    fixed_top = indicator.stock.breakdown
    fixed_below = indicator.stock_denominator.breakdown if indicator.stock_denominator else TOTAL
    occurring = {
        key for key in top.occurring | below.occurring if indicator.breakdowns or key[1] == TOTAL
    }
    rows: list[Row] = []
    for place, breakdown in _figures(indicator, occurring, places):
        numerator = top.values.get((place.area_id, fixed_top or breakdown))
        denominator = below.values.get((place.area_id, fixed_below or breakdown))
        if numerator is None or (denominator is None and not indicator.population):
            numerator, denominator, status = None, None, "incomplete"
        elif not denominator:
            status = "no_denominator"
        else:
            status = "reported" if numerator else "reported_zero"
        counts = _counts(places, place, top.values, fixed_top or breakdown)
        rows.append(
            (place.area_id, indicator.code, breakdown, numerator, denominator, status, *counts)
        )
    return rows


def insert_rows(calc: Calculation, rows: Sequence[Row]) -> None:
    """Add rows to table ``figure`` as stocks of the step's month."""
    STOCK_FIGURE.create(calc.con, rows)
    calc.con.execute(
        f"INSERT INTO {FIGURE} SELECT DATE '{calc.month.first_day}', '{calc.request.period}', 'stock', area_id, indicator_code, breakdown, "
        f"numerator, denominator, status, '', areas_expected, areas_reported FROM {STOCK_FIGURE}"
    )


def insert_basis(calc: Calculation, indicator: Indicator, basis: Mapping[int, str]) -> None:
    """Note for an indicator's figures of the step's month what their population rests on."""
    rows = [
        (calc.month.first_day, area_id, indicator.code, population)
        for area_id, population in sorted(basis.items())
    ]
    _MONTH_BASIS.create(calc.con, rows)
    calc.con.execute(f"INSERT INTO {FIGURE_BASIS} FROM {_MONTH_BASIS}")


def _figures(
    indicator: Indicator, occurring: Iterable[Key], places: Sequence[StockPlace]
) -> list[tuple[StockPlace, str]]:
    by_area = {place.area_id: place for place in places if place.level in indicator.levels}
    return [
        (by_area[area_id], breakdown)
        for area_id, breakdown in sorted(occurring)
        if area_id in by_area
    ]


def _counts(
    places: Sequence[StockPlace],
    place: StockPlace,
    values: Mapping[Key, int | None],
    breakdown: str,
) -> tuple[int, int]:
    """How many suppliers' areas at or below the place were expected, and have a whole chain."""
    if place.province_id:
        return 1, int(values.get((place.area_id, breakdown)) is not None)
    provinces = [place.area_id for place in places if place.level == "province"]
    return len(provinces), sum(
        values.get((area_id, breakdown)) is not None for area_id in provinces
    )
