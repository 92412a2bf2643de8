"""Figures of months and windows, from cells, snapshots and the ledger of who reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from de06_pipeline.duck.connection import memory_database
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import arrow_table
from de06_pipeline.errors import no_values_leave
from de06_pipeline.indicators.computation import finished
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.coverage import places
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.relations import (
    FIGURE,
    FIGURE_BASIS,
    PLACE,
    RAW_FIGURE,
    WANTED,
)
from de06_pipeline.indicators.computation.request import DeliveredField, FiguresRequest
from de06_pipeline.indicators.computation.windows import year_to
from de06_pipeline.indicators.identities import check_identities
from de06_pipeline.indicators.methods import METHODS
from de06_pipeline.indicators.needed_fields import fields_needed
from de06_pipeline.indicators.rollup.medians import add_medians
from de06_pipeline.indicators.rollup.sums import create_rollup, figure_levels
from de06_pipeline.indicators.stocks.compute import Stocks
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import (
    TOTAL,
    Indicator,
    Kind,
    Measure,
    PeriodType,
    Window,
)

if TYPE_CHECKING:
    import pyarrow as pa

PERIOD_TYPE = PeriodType.MONTH.value
"""Calendar months."""

_WITH_BASIS = f"""
SELECT f.*, CASE WHEN f.denominator IS NULL THEN '' ELSE COALESCE(b.basis, '') END AS basis FROM {FIGURE} AS f
LEFT JOIN {FIGURE_BASIS} AS b ON b.month = f.month AND b.area_id = f.area_id AND b.indicator_code = f.indicator_code
"""


def compute_figures(request: FiguresRequest) -> pa.Table:
    """Compute the figures of ``request.months``.

    Returns:
        A pyarrow table, its rows in no order: month (date32, first day), period_type,
        time_window, area_id (int32), indicator_code, breakdown, numerator and denominator (int64 or
        null), status, bound, areas_expected, areas_reported (int32), basis. What the value is made
        of numerator and denominator: :func:`de06_pipeline.registry.dimension.dim_rows`.

    Raises:
        ContractError: cells were built with an older registry, or snapshots accepted under an older
        contract. AccountingError: an identity of the registry does not hold in some area.
    """
    with no_values_leave(f"figures {request.source.source}"), memory_database(request.duck) as con:
        FIGURE.create(con, [])
        FIGURE_BASIS.create(con, [])
        labels = Labels(request.contracts, request.reference)
        stocks = Stocks(con, request, labels)
        tables: dict[str, Hashable] = {}
        for month, windows in sorted(request.months):
            crosswalk = Crosswalk.to(request.areas, request.boundaries or month)
            if not request.has_data(month):
                continue
            added = []
            for window in sorted(Window(window) for window in windows):
                calc = Calculation(con, request, month, window, crosswalk, tables=tables)
                if window is Window.STOCK:
                    stocks.add(calc)
                else:
                    _add_window(calc, labels)
                    added.append(calc)
            check_identities(added)
        return arrow_table(con, _WITH_BASIS)


@dataclass(frozen=True, slots=True)
class _Part:
    """An indicator with some of its figures: the total or not, and some of its breakdowns."""

    indicator: Indicator
    has_total: bool = True


def _add_window(calc: Calculation, labels: Labels) -> None:
    """Add the figures of one month and window to table ``figure``."""
    for fields, parts in _by_fields(calc).items():
        _add_parts(replace(calc, needed=fields), labels, parts)
    finished.store(calc)


def _by_fields(calc: Calculation) -> Mapping[frozenset[DeliveredField], list[_Part]]:
    """The calc's indicators by those of their fields that some province has no column for.

    Nearly always no column is missing, and all are in one part.
    """
    lacking = calc.request.fields_lacking({*calc.months, *year_to(calc.month)})
    if not lacking:
        return {frozenset(): [_Part(indicator) for indicator in calc.indicators]}
    parts: dict[frozenset[DeliveredField], list[_Part]] = defaultdict(list)
    for indicator in calc.indicators:
        breakdowns: dict[frozenset[DeliveredField], list[str]] = defaultdict(list)
        for breakdown in (TOTAL, *calc.breakdowns_of(indicator)):
            breakdowns[_needed(calc, indicator, breakdown) & lacking].append(breakdown)
        for needed, those in breakdowns.items():
            named = tuple(part for part in those if part != TOTAL)
            only = replace(
                indicator, breakdowns=named, ytd_breakdowns=named, report_breakdowns=named
            )
            parts[needed].append(_Part(only, TOTAL in those))
    return parts


def _needed(calc: Calculation, indicator: Indicator, breakdown: str) -> frozenset[DeliveredField]:
    """The delivered fields that an indicator is made from in the calc's month."""
    request = calc.request
    needed = fields_needed(request.source, request.contracts, indicator, breakdown)
    if indicator.method and METHODS[indicator.method].counts_units:
        needed |= {(dataset, calc.crosswalk.unit_level) for dataset in indicator.datasets}
    return needed


def _add_parts(calc: Calculation, labels: Labels, parts: Sequence[_Part]) -> None:
    """Add the figures that need the same of the columns that are missing somewhere."""
    RAW_FIGURE.create(calc.con, [])
    by_cells: dict[str, list[Indicator]] = defaultdict(list)
    for indicator in (part.indicator for part in parts):
        if indicator.method:
            METHODS[indicator.method].add(calc, indicator, labels)
        elif indicator.kind is Kind.MEDIAN:
            add_medians(calc, indicator, labels)
        else:
            by_cells[indicator.cells].append(indicator)
    for name, indicators in by_cells.items():
        rollup = create_rollup(calc, calc.request.source.cells[name], indicators, labels)
        calc.con.execute(f"INSERT INTO {RAW_FIGURE} {_from_rollup(calc, indicators, rollup)}")
    by_need: dict[tuple[tuple[str, tuple[Month, ...]], ...], list[_Part]] = defaultdict(list)
    for part in parts:
        method = part.indicator.method
        if not (method and METHODS[method].has_status):
            by_need[_needs(calc, part.indicator)].append(part)
    if by_need:
        places, wanted = _create_places(calc, [*by_need]), _create_wanted(calc, [*by_need.values()])
        calc.con.execute(f"INSERT INTO {FIGURE} {_with_status(calc, places, wanted)}")


def _needs(calc: Calculation, indicator: Indicator) -> tuple[tuple[str, tuple[Month, ...]], ...]:
    """The datasets that must have been delivered for an indicator, each with its months.

    A snapshot is a state: one month.
    """
    over_year = indicator.method and METHODS[indicator.method].over_year
    months = year_to(calc.month) if over_year else calc.months
    return tuple(
        (dataset, (calc.month,) if calc.is_snapshot(dataset) else months)
        for dataset in indicator.datasets
    )


def _create_places(
    calc: Calculation, needs: Sequence[tuple[tuple[str, tuple[Month, ...]], ...]]
) -> Relation:
    """Create :data:`PLACE` for the figures with each of some needs."""
    rows = [
        (
            number,
            *(place.area_id, place.level, place.expected, place.reported),
            *(place.has_data, place.is_whole),
        )
        for number, need in enumerate(needs)
        for place in places(calc.request, calc.crosswalk, need, calc.needed)
    ]
    PLACE.create(calc.con, rows)
    return PLACE


def _from_rollup(calc: Calculation, indicators: Sequence[Indicator], rollup: Relation) -> str:
    """The rows of :data:`RAW_FIGURE` of the indicators of one cell set.

    A row of sums becomes those of all indicators that have its breakdown and level at once: to plan
    a query for each indicator took longer than a small month's rows.
    """
    together: dict[tuple[str, tuple[str, ...]], list[Indicator]] = defaultdict(list)
    for indicator in indicators:
        for breakdown in (TOTAL, *calc.breakdowns_of(indicator)):
            together[breakdown, figure_levels(calc, indicator)].append(indicator)
    return " UNION ALL ".join(
        _from_breakdown(rollup, breakdown, levels, those)
        for (breakdown, levels), those in together.items()
    )


def _from_breakdown(
    rollup: Relation, breakdown: str, levels: Sequence[str], indicators: Sequence[Indicator]
) -> str:
    codes = ", ".join(literal(indicator.code) for indicator in indicators)
    numerators = ", ".join(_sum(indicator.numerator) for indicator in indicators)
    denominators = ", ".join(
        _sum(indicator.denominator) if indicator.denominator else "CAST(NULL AS BIGINT)"
        for indicator in indicators
    )
    # A value that occurs only among rows an indicator does not count has no row of its own.
    counted = "true" if breakdown == TOTAL else "numerator <> 0 OR COALESCE(denominator, 0) <> 0"
    return (
        "SELECT area_id, code, breakdown, numerator, denominator FROM (SELECT area_id, breakdown, "
        f"unnest([{codes}]) AS code, unnest([{numerators}]) AS numerator, unnest([{denominators}]) AS denominator "
        f"FROM {rollup} WHERE dimensions = {literal(breakdown)} AND level IN ({', '.join(map(literal, levels))})) AS sums "
        f"WHERE {counted}"
    )


def _sum(measures: tuple[Measure, ...]) -> str:
    return "(" + " + ".join(measure.window_column for measure in measures) + ")"


def _create_wanted(calc: Calculation, parts: Sequence[Sequence[_Part]]) -> Relation:
    """Create :data:`WANTED` for some indicators, by their needs."""
    rows = [
        # A median of no values is not zero.
        (
            *(number, indicator.code, level, indicator.has_denominator),
            None if indicator.kind is Kind.MEDIAN else 0,
            has_total,
        )
        for number, those in enumerate(parts)
        for part in those
        for indicator, has_total in [(part.indicator, part.has_total)]
        for level in figure_levels(calc, indicator)
    ]
    WANTED.create(calc.con, rows)
    return WANTED


def _with_status(calc: Calculation, places: Relation, wanted: Relation) -> str:
    """Figures of the wanted indicators with their status, from :data:`RAW_FIGURE`.

    Totals exist for every place with data, zero where nothing was counted; and, not reported, for
    every province (and the country) that was expected and delivered nothing.
    """
    return f"""
WITH wanted_place AS (
  SELECT p.area_id, w.indicator_code, w.has_denominator, w.zero, w.has_total, p.has_data, p.is_whole, p.expected, p.reported
  FROM {places} AS p JOIN {wanted} AS w ON w.need = p.need AND w.level = p.level
),
known AS (
  SELECT p.area_id, p.indicator_code, COALESCE(r.breakdown, '') AS breakdown, COALESCE(r.numerator, p.zero) AS numerator,
    CASE WHEN p.has_denominator THEN COALESCE(r.denominator, 0) END AS denominator, p.is_whole, p.expected, p.reported
  FROM (SELECT * FROM wanted_place WHERE has_data) AS p
  LEFT JOIN {RAW_FIGURE} AS r ON r.area_id = p.area_id AND r.indicator_code = p.indicator_code
  WHERE p.has_total OR r.breakdown <> ''
)
SELECT DATE '{calc.month.first_day}', '{calc.request.period}', '{calc.window}', area_id, indicator_code, breakdown, numerator, denominator,
  CASE
    WHEN denominator = 0 THEN 'no_denominator'
    WHEN NOT is_whole THEN 'partial'
    WHEN numerator = 0 THEN 'reported_zero'
    ELSE 'reported'
  END, '', expected, reported
FROM known
UNION ALL
SELECT DATE '{calc.month.first_day}', '{calc.request.period}', '{calc.window}', area_id, indicator_code, '', NULL, NULL,
  'not_reported', '', expected, reported
FROM wanted_place WHERE NOT has_data AND has_total
"""
