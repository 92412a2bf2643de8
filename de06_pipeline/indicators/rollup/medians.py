"""Medians.

They cannot be put together from parts, so every level and window looks at all values again.
"""

from __future__ import annotations

from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import number
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.relations import RAW_FIGURE, medians_of
from de06_pipeline.indicators.rollup.sums import breakdown_query, create_base, figure_levels
from de06_pipeline.indicators.rollup.window import what_is_added_up
from de06_pipeline.registry.model import TOTAL, Indicator

MIDDLE = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY value)"
"""Of an even number of values the midpoint of the middle two, exact for whole numbers below 2^53."""

_COUNTS = [f"{MIDDLE} AS middle", "COUNT(value) AS total"]
_VALUES_AT_ONCE = 5_000_000
"""So many values are grouped by all levels in one pass, each of which holds eight bytes a value; of
more, one level at a time.
"""


def add_medians(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """Add an indicator's medians to :data:`RAW_FIGURE`: the median itself, and how many values there
    were.

    Of an even number of values it is the midpoint of the middle two, rounded half up to a whole
    unit.
    """
    medians = _create_medians(calc, indicator, labels)
    named = ", ".join(literal(each) for each in (TOTAL, *calc.breakdowns_of(indicator)))
    calc.con.execute(
        f"INSERT INTO {RAW_FIGURE} "
        + median_sql(f"SELECT * FROM {medians} WHERE dimensions IN ({named})", indicator.code)
    )


def _create_medians(calc: Calculation, indicator: Indicator, labels: Labels) -> Relation:
    """Create :func:`medians_of` an indicator, or find that those of an earlier window of the month
    are the same.
    """
    cells = calc.request.source.cells[indicator.cells]
    breakdowns = calc.breakdowns_of(indicator)
    medians = medians_of(indicator.code)
    if calc.covers(medians.name, what_is_added_up(calc, cells.rows), frozenset(breakdowns)):
        return medians
    names = {name for breakdown in breakdowns for name in breakdown.split(";")}
    dimensions = [dimension for dimension in cells.dimensions if dimension.name in names]
    base = create_base(calc, cells, dimensions, [], kept=("value",))
    for dimension in dimensions:
        labels.create(calc.con, dimension, cells.rows.dataset, base)
    levels = figure_levels(calc, indicator)
    medians.create(calc.con, [])
    is_small = number(calc.con, f"SELECT COUNT(*) FROM {base}") <= _VALUES_AT_ONCE
    for breakdown in (TOTAL, *breakdowns):
        for together in [levels] if is_small else [(level,) for level in levels]:
            query = breakdown_query(calc, base, breakdown, dimensions, _COUNTS, together)
            if query:
                calc.con.execute(
                    f"INSERT INTO {medians} SELECT {literal(breakdown)}, area_id, breakdown, middle, total "
                    f"FROM ({query}) AS middles"
                )
    return medians


def median_sql(medians: str, code: str) -> str:
    """The rows of :data:`RAW_FIGURE` from a query with ``area_id, breakdown, middle, total``."""
    return (
        f"SELECT area_id, '{code}', breakdown, TRY_CAST(FLOOR(middle + 0.5) AS BIGINT), total "
        f"FROM ({medians}) AS medians"
    )
