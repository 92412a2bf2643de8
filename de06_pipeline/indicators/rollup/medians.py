"""Medians.

They cannot be put together from parts, so every level and window looks at all values again.
"""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.duck.quoting import literal
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.relations import RAW_FIGURE
from de06_pipeline.indicators.rollup.sums import breakdown_queries, create_base, figure_levels
from de06_pipeline.registry.model import TOTAL, Indicator

MIDDLE = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY value)"
"""Of an even number of values the midpoint of the middle two, exact for whole numbers below 2^53."""


def add_medians(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """Add an indicator's medians to :data:`RAW_FIGURE`: the median itself, and how many values there
    were.

    Of an even number of values it is the midpoint of the middle two, rounded half up to a whole
    unit.
    """
    cells = calc.request.source.cells[indicator.cells]
    breakdowns = calc.breakdowns_of(indicator)
    names = {name for breakdown in breakdowns for name in breakdown.split(";")}
    dimensions = [dimension for dimension in cells.dimensions if dimension.name in names]
    base = create_base(calc, cells, dimensions, [], kept=("value", "row_count"))
    # Each value as often as it occurs: picking the middle ones takes a fifth of the time of adding
    # frequencies up in order.
    calc.con.execute(
        f"CREATE OR REPLACE TEMP TABLE {base} AS "
        f"SELECT b.* EXCLUDE (row_count) FROM {base} AS b, range(b.row_count)"
    )
    for dimension in dimensions:
        labels.create(calc.con, dimension, cells.rows.dataset, base)
    levels = figure_levels(calc, indicator)
    for breakdown in (TOTAL, *breakdowns):
        for medians in breakdown_queries(
            calc, base, breakdown, dimensions, [f"{MIDDLE} AS middle", "COUNT(value) AS total"]
        ):
            calc.con.execute(
                f"INSERT INTO {RAW_FIGURE} {median_sql(medians, indicator.code, levels)}"
            )


def median_sql(medians: str, code: str, levels: Sequence[str]) -> str:
    """The rows of :data:`RAW_FIGURE` from a query with ``level, area_id, breakdown, middle, total``."""
    return (
        f"SELECT area_id, '{code}', breakdown, TRY_CAST(FLOOR(middle + 0.5) AS BIGINT), total "
        f"FROM ({medians}) AS medians WHERE level IN ({', '.join(literal(level) for level in levels)})"
    )
