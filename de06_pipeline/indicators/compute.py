"""Figures of months and windows, from cells, snapshots and the ledger of who reported."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from de06_pipeline.duck.connection import memory_database
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import create_table
from de06_pipeline.errors import AccountingError, no_values_leave
from de06_pipeline.indicators.computation.coverage import places
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.moves import Moves
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.computation.step import RAW_COLUMNS, Step
from de06_pipeline.indicators.computation.windows import year_to
from de06_pipeline.indicators.methods import METHODS
from de06_pipeline.indicators.rollup.medians import add_medians
from de06_pipeline.indicators.rollup.sums import create_rollup, figure_levels
from de06_pipeline.indicators.stocks.compute import Stocks
from de06_pipeline.indicators.stocks.figures import BASIS_COLUMNS
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import (
    Identity,
    Indicator,
    Kind,
    Measure,
    PeriodType,
    SourceRegistry,
    Window,
)

if TYPE_CHECKING:
    import pyarrow as pa

PERIOD_TYPE = PeriodType.MONTH.value
"""Calendar months."""

FIGURE_COLUMNS = (
    "month DATE, period_type VARCHAR, time_window VARCHAR, area_id INTEGER, indicator_code VARCHAR, breakdown VARCHAR, numerator BIGINT, "
    "denominator BIGINT, status VARCHAR, bound VARCHAR, areas_expected INTEGER, areas_reported INTEGER"
)


_WITH_BASIS = """
SELECT f.*, CASE WHEN f.denominator IS NULL THEN '' ELSE COALESCE(b.basis, '') END AS basis FROM figure AS f
LEFT JOIN figure_basis AS b ON b.month = f.month AND b.area_id = f.area_id AND b.indicator_code = f.indicator_code ORDER BY ALL
"""


def compute_figures(request: FiguresRequest) -> pa.Table:
    """Compute the figures of ``request.months``.

    Returns:
        A pyarrow table, ordered by its first columns: month (date32, first day), period_type,
        time_window, area_id (int32), indicator_code, breakdown, numerator and denominator (int64 or
        null), status, bound, areas_expected, areas_reported (int32), basis. What the value is made
        of numerator and denominator: :func:`de06_pipeline.registry.dimension.dim_rows`.

    Raises:
        ContractError: cells were built with an older registry, or snapshots accepted under an older
        contract. AccountingError: an identity of the registry does not hold in some area.
    """
    with no_values_leave(f"figures {request.source.source}"), memory_database(request.duck) as con:
        con.execute(f"CREATE TEMP TABLE figure ({FIGURE_COLUMNS})")
        con.execute(f"CREATE TEMP TABLE figure_basis ({BASIS_COLUMNS})")
        labels = Labels(request.contracts, request.reference)
        stocks = Stocks(con, request, labels)
        for month, windows in sorted(request.months):
            moves = Moves(request.areas, request.boundaries or month)
            if not request.has_data(month):
                continue
            for window in sorted(Window(window) for window in windows):
                step = Step(con, request, month, window, moves)
                if window is Window.STOCK:
                    stocks.add(step)
                else:
                    _add_window(step, labels)
        return con.execute(_WITH_BASIS).to_arrow_table()


def _add_window(step: Step, labels: Labels) -> None:
    """Add the figures of one month and window to table ``figure``."""
    step.con.execute(f"CREATE OR REPLACE TEMP TABLE raw_figure ({RAW_COLUMNS})")
    by_cells: dict[str, list[Indicator]] = defaultdict(list)
    for indicator in step.indicators:
        if indicator.method:
            METHODS[indicator.method].add(step, indicator, labels)
        elif indicator.kind is Kind.MEDIAN:
            add_medians(step, indicator, labels)
        else:
            by_cells[indicator.cells].append(indicator)
    for name, indicators in by_cells.items():
        rollup = create_rollup(step, step.request.source.cells[name], indicators, labels)
        step.con.execute(
            f"INSERT INTO raw_figure {' UNION ALL '.join(_from_rollup(step, indicator, rollup) for indicator in indicators)}"
        )
    by_need: dict[tuple[tuple[str, tuple[Month, ...]], ...], list[Indicator]] = defaultdict(list)
    for indicator in step.indicators:
        if not (indicator.method and METHODS[indicator.method].has_status):
            by_need[_needs(step, indicator)].append(indicator)
    for needs, indicators in by_need.items():
        _create_places(step, needs)
        _create_wanted(step, indicators)
        step.con.execute(f"INSERT INTO figure {_with_status(step)}")
    # Across two deliveries an identity holds only as far as they agree about what was open between
    # them.
    if step.window is Window.MONTH and step.request.period is PeriodType.MONTH:
        check_identities(step)


def _needs(step: Step, indicator: Indicator) -> tuple[tuple[str, tuple[Month, ...]], ...]:
    """The datasets that must have been delivered for an indicator, each with its months.

    A snapshot is a state: one month.
    """
    over_year = indicator.method and METHODS[indicator.method].over_year
    months = year_to(step.month) if over_year else step.months
    return tuple(
        (dataset, (step.month,) if step.is_snapshot(dataset) else months)
        for dataset in indicator.datasets
    )


def _create_places(step: Step, needs: tuple[tuple[str, tuple[Month, ...]], ...]) -> None:
    columns = [
        ("area_id", "INTEGER"),
        ("level", "VARCHAR"),
        ("expected", "INTEGER"),
        ("reported", "INTEGER"),
    ]
    columns += [("has_data", "BOOLEAN"), ("is_whole", "BOOLEAN")]
    found = places(step.request, step.moves, needs)
    rows = [
        (place.area_id, place.level, place.expected, place.reported, place.has_data, place.is_whole)
        for place in found
    ]
    create_table(step.con, "place", columns, rows)


def _from_rollup(step: Step, indicator: Indicator, rollup: str) -> str:
    numerator = _sum(indicator.numerator)
    denominator = _sum(indicator.denominator) if indicator.denominator else "CAST(NULL AS BIGINT)"
    wanted = ", ".join(literal(one) for one in ("", *step.breakdowns_of(indicator)))
    levels = ", ".join(literal(level) for level in figure_levels(step, indicator))
    return (
        f"SELECT area_id, '{indicator.code}', breakdown, {numerator}, {denominator} FROM {rollup} "
        f"WHERE dimensions IN ({wanted}) AND level IN ({levels}) "
        # A value that occurs only among rows this indicator does not count has no row of its own.
        f"AND (dimensions = '' OR {numerator} <> 0 OR COALESCE({denominator}, 0) <> 0)"
    )


def _sum(measures: tuple[Measure, ...]) -> str:
    return "(" + " + ".join(measure.window_column for measure in measures) + ")"


def _create_wanted(step: Step, indicators: list[Indicator]) -> None:
    """Create ``wanted(indicator_code, level, has_denominator, zero)``; ``zero`` is the numerator
    where nothing was counted.
    """
    columns = [
        ("indicator_code", "VARCHAR"),
        ("level", "VARCHAR"),
        ("has_denominator", "BOOLEAN"),
        ("zero", "BIGINT"),
    ]
    rows = [
        # A median of no values is not zero.
        (one.code, level, one.has_denominator, None if one.kind is Kind.MEDIAN else 0)
        for one in indicators
        for level in figure_levels(step, one)
    ]
    create_table(step.con, "wanted", columns, rows)


def _with_status(step: Step) -> str:
    """Figures of the wanted indicators with their status, from ``raw_figure`` and ``place``.

    Totals exist for every place with data, zero where nothing was counted; and, not reported, for
    every province (and the country) that was expected and delivered nothing.
    """
    return f"""
WITH wanted_place AS (
  SELECT p.area_id, w.indicator_code, w.has_denominator, w.zero, p.has_data, p.is_whole, p.expected, p.reported
  FROM place AS p JOIN wanted AS w ON w.level = p.level
),
known AS (
  SELECT p.area_id, p.indicator_code, COALESCE(r.breakdown, '') AS breakdown, COALESCE(r.numerator, p.zero) AS numerator,
    CASE WHEN p.has_denominator THEN COALESCE(r.denominator, 0) END AS denominator, p.is_whole, p.expected, p.reported
  FROM (SELECT * FROM wanted_place WHERE has_data) AS p
  LEFT JOIN raw_figure AS r ON r.area_id = p.area_id AND r.indicator_code = p.indicator_code
)
SELECT DATE '{step.month.first_day}', '{step.request.period}', '{step.window}', area_id, indicator_code, breakdown, numerator, denominator,
  CASE
    WHEN denominator = 0 THEN 'no_denominator'
    WHEN NOT is_whole THEN 'partial'
    WHEN numerator = 0 THEN 'reported_zero'
    ELSE 'reported'
  END, '', expected, reported
FROM known
UNION ALL
SELECT DATE '{step.month.first_day}', '{step.request.period}', '{step.window}', area_id, indicator_code, '', NULL, NULL,
  'not_reported', '', expected, reported
FROM wanted_place WHERE NOT has_data
"""


def check_identities(step: Step) -> None:
    """See that the identities of the registry hold in every area of the step's month, and in every
    breakdown that all their counts have.

    Raises:
        AccountingError: one does not; always a fault of this program or of the registry, since they
        hold by definition.
    """
    for identity in step.request.source.identities:
        labels = ", ".join(
            literal(label) for label in ("", *_shared_labels(step.request.source, identity))
        )
        sides = []
        for codes in (identity.left, identity.right):
            listed = ", ".join(literal(code) for code in codes)
            sides.append(
                f"COALESCE(SUM(CASE WHEN indicator_code IN ({listed}) THEN numerator END), 0)"
            )
        broken = step.con.execute(
            f"SELECT area_id, breakdown FROM figure WHERE month = DATE '{step.month.first_day}' AND time_window = 'month' "
            f"AND split_part(breakdown, '=', 1) IN ({labels}) GROUP BY ALL HAVING {sides[0]} <> {sides[1]} ORDER BY ALL LIMIT 3"
        ).fetchall()
        if broken:
            where = ", ".join(
                f"{step.request.areas.get(area_id).full_name} {breakdown}".strip()
                for area_id, breakdown in broken
            )
            raise AccountingError(
                f"{step.month}: {' + '.join(identity.left)} differs from {' + '.join(identity.right)} in {where}."
            )


def _shared_labels(source: SourceRegistry, identity: Identity) -> list[str]:
    """The names, in a breakdown's text, of the dimensions that all counts of an identity are broken
    down by.
    """
    indicators = [source.indicators[code] for code in (*identity.left, *identity.right)]
    shared = set(indicators[0].breakdowns).intersection(*(one.breakdowns for one in indicators))
    return [
        dimension.label
        for dimension in source.cells[indicators[0].cells].dimensions
        if dimension.name in shared
    ]
