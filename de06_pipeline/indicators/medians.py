"""Medians, from how often each value occurs. They cannot be put together from parts, so every level and window counts again."""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.indicators.engine import quoted
from de06_pipeline.indicators.labels import Labels
from de06_pipeline.indicators.model import TOTAL, Indicator
from de06_pipeline.indicators.rollup import breakdown_queries, create_base, figure_levels
from de06_pipeline.indicators.step import Step


def add_medians(step: Step, indicator: Indicator, labels: Labels) -> None:
    """Add an indicator's medians to ``raw_figure``: the median itself, and how many values there were.

    Of an even number of values it is the midpoint of the middle two, rounded half up to a whole unit.
    """
    cells = step.request.source.cells[indicator.cells]
    breakdowns = indicator.breakdowns_in(step.window)
    names = {name for breakdown in breakdowns for name in breakdown.split(";")}
    dimensions = [dimension for dimension in cells.dimensions if dimension.name in names]
    create_base(step, cells, dimensions, [], kept=("value", "row_count"))
    for dimension in dimensions:
        labels.create_table(step.con, dimension, cells.rows.dataset, "base")
    levels = figure_levels(step, indicator)
    for breakdown in (TOTAL, *breakdowns):
        for frequencies in breakdown_queries(step, breakdown, dimensions, ["value", "SUM(row_count) AS frequency"]):
            step.con.execute(f"INSERT INTO raw_figure {median_sql(frequencies, indicator.code, levels)}")


def median_sql(frequencies: str, code: str, levels: Sequence[str]) -> str:
    """The median of ``value`` for each (area, breakdown) of a query with ``level, area_id, breakdown, value, frequency``."""
    return f"""
WITH frequencies AS ({frequencies}),
counted AS (
  SELECT area_id, breakdown, value,
    SUM(frequency) OVER (PARTITION BY area_id, breakdown ORDER BY value) AS up_to,
    SUM(frequency) OVER (PARTITION BY area_id, breakdown) AS total
  FROM frequencies WHERE level IN ({", ".join(quoted(level) for level in levels)})
),
middle AS (
  SELECT area_id, breakdown, MIN(total) AS total,
    MIN(CASE WHEN 2 * up_to >= total THEN value END) AS lower_value,
    MIN(CASE WHEN 2 * up_to > total THEN value END) AS upper_value
  FROM counted GROUP BY area_id, breakdown
)
SELECT area_id, '{code}', breakdown, TRY_CAST(FLOOR((lower_value + upper_value + 1) * 0.5) AS BIGINT), TRY_CAST(total AS BIGINT) FROM middle
"""
