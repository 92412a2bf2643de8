"""From cells to sums by area and breakdown, for every measure of a cell set at once."""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import create_table
from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.cells.compile import cell_columns, cells_sql
from de06_pipeline.indicators.cells.working_days import CALENDAR, create_calendar
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.rollup.snapshots import create_lookup, create_snapshot
from de06_pipeline.registry.model import (
    LEVELS,
    TOTAL,
    CellSet,
    Dimension,
    Indicator,
    Measure,
    OverTime,
)


def create_rollup(
    calc: Calculation, cells: CellSet, indicators: Sequence[Indicator], labels: Labels
) -> str:
    """Create the table ``rollup(dimensions, level, area_id, breakdown, <measures>)`` for the
    indicators of one cell set.

    ``dimensions`` is a breakdown as the registry names it, empty for totals; a measure's column is
        its ``window_column``.

    Returns:
        The table's name.
    """
    breakdowns = sorted({one for indicator in indicators for one in calc.breakdowns_of(indicator)})
    names = {name for breakdown in breakdowns for name in breakdown.split(";")}
    dimensions = [dimension for dimension in cells.dimensions if dimension.name in names]
    measures = {
        m.window_column: m
        for indicator in indicators
        for m in (*indicator.numerator, *indicator.denominator)
    }
    create_base(calc, cells, dimensions, list(measures.values()))
    for dimension in dimensions:
        labels.create_table(calc.con, dimension, cells.rows.dataset, "base")
    columns = ", ".join(f"{name} BIGINT" for name in sorted(measures))
    calc.con.execute(
        f"CREATE OR REPLACE TEMP TABLE rollup (dimensions VARCHAR, level VARCHAR, area_id INTEGER, breakdown VARCHAR, {columns})"
    )
    for breakdown in (TOTAL, *breakdowns):
        concerned = [
            one for one in indicators if breakdown == TOTAL or breakdown in calc.breakdowns_of(one)
        ]
        used = sorted(
            {m.window_column for one in concerned for m in (*one.numerator, *one.denominator)}
        )
        _add_breakdown(calc, breakdown, dimensions, used)
    return "rollup"


def _add_breakdown(
    calc: Calculation, breakdown: str, dimensions: Sequence[Dimension], measures: Sequence[str]
) -> None:
    """Add one breakdown's sums to table ``rollup``: first by unit and province, and the levels
    above from those.
    """
    levels = breakdown_levels(calc, breakdown, dimensions)
    text, joins = _breakdown_text(breakdown, dimensions)
    sums = ", ".join(f"TRY_CAST(SUM({name}) AS BIGINT) AS {name}" for name in measures)
    unit = "unit_id" if calc.crosswalk.unit_level in levels else "CAST(NULL AS INTEGER) AS unit_id"
    calc.con.execute(
        f"CREATE OR REPLACE TEMP TABLE finest AS SELECT province_id, {unit}, {text} AS breakdown, {sums} FROM base {joins} GROUP BY ALL"
    )
    by_level = [
        f"SELECT '{breakdown}', '{level}', {area}, breakdown, {sums} FROM finest WHERE {area} IS NOT NULL GROUP BY ALL"
        for level in levels
        for area in [area_column(calc, level)]
    ]
    columns = ", ".join(["dimensions", "level", "area_id", "breakdown", *measures])
    calc.con.execute(f"INSERT INTO rollup ({columns}) {' UNION ALL '.join(by_level)}")


def breakdown_levels(
    calc: Calculation, breakdown: str, dimensions: Sequence[Dimension]
) -> list[str]:
    """The levels that all dimensions of a breakdown have figures for."""
    used = [dimension for dimension in dimensions if dimension.name in breakdown.split(";")]
    return [
        level
        for level in ("country", "province", calc.crosswalk.unit_level)
        if all(level in one.levels for one in used)
    ]


def area_column(calc: Calculation, level: str) -> str:
    """The expression that gives the area of a level, over tables with ``province_id`` and
    ``unit_id``.
    """
    return {"country": str(calc.request.areas.country.area_id), "province": "province_id"}.get(
        level, "unit_id"
    )


def _breakdown_text(breakdown: str, dimensions: Sequence[Dimension]) -> tuple[str, str]:
    """The expression for a breakdown's text over table ``base``, and the joins it needs."""
    used = [dimension for dimension in dimensions if dimension.name in breakdown.split(";")]
    used.sort(key=lambda dimension: dimension.label)
    joins = " ".join(
        f"JOIN label_{one.name} AS l_{one.name} ON l_{one.name}.label_value IS NOT DISTINCT FROM TRY_CAST(base.{one.name} AS VARCHAR)"
        for one in used
    )
    return " || ';' || ".join(f"l_{one.name}.part" for one in used) or "''", joins


def breakdown_queries(
    calc: Calculation, breakdown: str, dimensions: Sequence[Dimension], counts: Sequence[str]
) -> list[str]:
    """For what cannot be added up: one query a level over table ``base`` with ``level``,
    ``area_id``, ``breakdown`` and ``counts``.
    """
    text, joins = _breakdown_text(breakdown, dimensions)
    return [
        f"SELECT '{level}' AS level, {area_column(calc, level)} AS area_id, {text} AS breakdown, {', '.join(counts)} "
        f"FROM base {joins} WHERE {area_column(calc, level)} IS NOT NULL GROUP BY ALL"
        for level in breakdown_levels(calc, breakdown, dimensions)
    ]


def create_base(
    calc: Calculation,
    cells: CellSet,
    dimensions: Sequence[Dimension],
    measures: Sequence[Measure],
    kept: Sequence[str] = (),
) -> None:
    """Create table ``base``: a window's cells put together, on the areas in force in the step's
    month.

    Args:
        kept: further columns of the cells: ``value``, ``key``, ``row_count``.
    """
    if cells.rows.snapshot:
        _create_snapshot_base(calc, cells, measures)
        return
    _create_window_province(calc, cells.rows.dataset)
    calc.crosswalk.create_unit_crosswalk(calc.con, calc.months)
    for dimension in dimensions:
        if dimension.lookup:
            create_lookup(calc, calc.request.source.lookups[dimension.lookup])
    calc.con.execute(
        f"CREATE OR REPLACE TEMP TABLE base AS {_base_sql(calc, cells, dimensions, measures, kept)}"
    )


def _create_snapshot_base(calc: Calculation, cells: CellSet, measures: Sequence[Measure]) -> None:
    create_snapshot(calc, cells.rows.dataset)
    sql = cells_sql(cells, measures, calc.month)
    if CALENDAR in sql:
        create_calendar(calc.con, calc.request.reference, calc.month)
    renamed = ", ".join(
        [
            *cell_columns(cells),
            "row_count",
            *(f"{measure.column} AS {measure.window_column}" for measure in measures),
        ]
    )
    calc.con.execute(f"CREATE OR REPLACE TEMP TABLE base AS SELECT {renamed} FROM ({sql}) AS c")


def _base_sql(
    calc: Calculation,
    cells: CellSet,
    dimensions: Sequence[Dimension],
    measures: Sequence[Measure],
    kept: Sequence[str],
) -> str:
    lookups = [
        calc.request.source.lookups[dimension.lookup]
        for dimension in dimensions
        if dimension.lookup
    ]
    stored = [dimension.name for dimension in dimensions if not dimension.lookup] + [
        one for one in kept if one != "row_count"
    ]
    looked_up = [
        f"l_{dimension.lookup}.{dimension.lookup} AS {dimension.name}"
        for dimension in dimensions
        if dimension.lookup
    ]
    joins = [
        f"LEFT JOIN lookup_{one.name} AS l_{one.name} "
        f"ON l_{one.name}.month = c.month AND l_{one.name}.province_id = c.province_id AND l_{one.name}.lookup_key = c.{one.dimension}"
        for one in lookups
    ]
    columns = sorted(
        {
            *stored,
            *kept,
            *(lookup.dimension for lookup in lookups),
            *(measure.column for measure in measures),
        }
    )
    groups = [
        "p.to_id AS province_id",
        "u.to_id AS unit_id",
        *(f"c.{name}" for name in stored),
        *looked_up,
    ]
    counts = {measure.window_column: _in_window(measure) for measure in measures}
    counts |= {"row_count": "c.row_count"} if "row_count" in kept else {}
    # The cells of one month are groups already; grouping them again was half the time of a month's
    # figures.
    one_month = len(calc.months) == 1
    sums = [
        f"{count if one_month else f'TRY_CAST(SUM({count}) AS BIGINT)'} AS {name}"
        for name, count in counts.items()
    ]
    return (
        f"SELECT {', '.join([*groups, *sums])} FROM ({_months_sql(calc, cells, columns)}) AS c "
        "JOIN window_province AS p ON p.month = c.month AND p.from_id = c.province_id "
        "LEFT JOIN unit_crosswalk AS u ON u.month = c.month AND u.from_id = c.unit_id "
        f"{' '.join(joins)} {'' if one_month else 'GROUP BY ALL'}"
    )


def _in_window(measure: Measure) -> str:
    if measure.over_time in (OverTime.FIRST, OverTime.LAST):
        return f"CASE WHEN p.is_{measure.over_time} THEN c.{measure.column} ELSE 0 END"
    return f"c.{measure.column}"


def _months_sql(calc: Calculation, cells: CellSet, columns: Sequence[str]) -> str:
    """The cells of every month of the window, with a column ``month``.

    Raises:
        ContractError: a month's cells lack a measure: the registry has changed since they were
        built.
    """
    needed = ["province_id", "unit_id", *columns]
    parts = []
    for part in calc.parts:
        month = part.month
        if path := calc.cells_file(cells, month, part.half):
            relation = f"read_parquet({literal(path)})"
            found = {
                str(row[0])
                for row in calc.con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
            }
            if not found.issuperset(needed):
                raise ContractError(
                    f"{calc.request.source.source} {month}: its cells were built with an older registry; run the month again."
                )
            parts.append(
                f"SELECT DATE '{month.first_day}' AS month, {', '.join(needed)} FROM {relation}"
            )
    if not parts:
        nothing = ", ".join(f"NULL AS {name}" for name in columns)
        separator = ", " if nothing else ""
        return f"SELECT NULL::DATE AS month, NULL::INTEGER AS province_id, NULL::INTEGER AS unit_id{separator}{nothing} WHERE FALSE"
    return " UNION ALL ".join(parts)


def _create_window_province(calc: Calculation, dataset: str) -> None:
    """Create ``window_province(month, from_id, to_id, is_first, is_last)`` for the provinces that
    delivered in the window's months.

    ``is_first`` and ``is_last`` mark the months whose opening and closing states are the window's:
    a province's first and last delivered month, as long as it was in force in the first or last
    month that its present province has anything from. So the closing state of a province that has
    since been merged is not counted again beside its successor's.
    """
    areas, crosswalk = calc.request.areas, calc.crosswalk
    rows = []
    for province in areas.in_force("province", crosswalk.month):
        delivered = {
            month: crosswalk.origins(province.area_id, month) & calc.delivered(dataset, month)
            for month in calc.months
        }
        months = [month for month in calc.months if delivered[month]]
        for position, month in enumerate(months):
            for origin in sorted(delivered[month]):
                earlier = any(origin in delivered[each] for each in months[:position])
                later = any(origin in delivered[each] for each in months[position + 1 :])
                is_first = not earlier and areas.get(origin).in_force(months[0])
                is_last = not later and areas.get(origin).in_force(months[-1])
                rows.append((month.first_day, origin, province.area_id, is_first, is_last))
    columns = [
        ("month", "DATE"),
        ("from_id", "INTEGER"),
        ("to_id", "INTEGER"),
        ("is_first", "BOOLEAN"),
        ("is_last", "BOOLEAN"),
    ]
    create_table(calc.con, "window_province", columns, rows)


def figure_levels(calc: Calculation, indicator: Indicator) -> tuple[str, ...]:
    """The levels that an indicator has figures for in the step's month."""
    return tuple(
        level
        for level in LEVELS
        if level in indicator.levels and level in ("country", "province", calc.crosswalk.unit_level)
    )
