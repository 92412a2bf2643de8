"""From cells to sums by area and breakdown, for every measure of a cell set at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.indicators.cells.accepted_rows import DELIVERED
from de06_pipeline.indicators.cells.compile import cell_columns, cells_sql
from de06_pipeline.indicators.cells.working_days import CALENDAR, create_calendar
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.relations import BASE, UNIT_CROSSWALK, label_of, rollup_of
from de06_pipeline.indicators.computation.windows import touched_months
from de06_pipeline.indicators.rollup.seams import create_corrections, has_seams
from de06_pipeline.indicators.rollup.snapshots import create_lookup, create_snapshot
from de06_pipeline.indicators.rollup.window import (
    WINDOW_PROVINCE_JOIN,
    check_columns,
    create_window_province,
    lookup_join,
    months_delivered,
    what_is_added_up,
)
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
) -> Relation:
    """Create the sums that the indicators of one cell set are made from, see :func:`rollup_of`;
    those of an earlier window of the month where they are the same.
    """
    breakdowns = sorted(
        {named for indicator in indicators for named in calc.breakdowns_of(indicator)}
    )
    wanted = frozenset(
        (breakdown, m.window_column)
        for indicator in indicators
        for breakdown in (TOTAL, *calc.breakdowns_of(indicator))
        for m in (*indicator.numerator, *indicator.denominator)
    )
    rollup = rollup_of(cells.name, {column for _, column in wanted})
    if calc.covers(rollup.name, what_is_added_up(calc, cells.rows), wanted):
        return rollup
    names = {name for breakdown in breakdowns for name in breakdown.split(";")}
    dimensions = [dimension for dimension in cells.dimensions if dimension.name in names]
    measures = {
        m.window_column: m
        for indicator in indicators
        for m in (*indicator.numerator, *indicator.denominator)
    }
    base = create_base(calc, cells, dimensions, list(measures.values()))
    for dimension in dimensions:
        labels.create(calc.con, dimension, cells.rows.dataset, base)
    rollup.create(calc.con, [])
    for breakdown in (TOTAL, *breakdowns):
        used = sorted(column for named, column in wanted if named == breakdown)
        _add_breakdown(calc, base, rollup, breakdown, dimensions, used)
    return rollup


def _add_breakdown(
    calc: Calculation,
    base: Relation,
    rollup: Relation,
    breakdown: str,
    dimensions: Sequence[Dimension],
    measures: Sequence[str],
) -> None:
    """Add one breakdown's sums: first by unit and province, and the levels above from those."""
    levels = LevelSets(calc, breakdown_levels(calc, breakdown, dimensions))
    text, joins = _breakdown_text(base, breakdown, dimensions)
    sums = ", ".join(f"TRY_CAST(SUM({name}) AS BIGINT) AS {name}" for name in measures)
    unit = "unit_id" if levels.has_units else "CAST(NULL AS INTEGER) AS unit_id"
    columns = ", ".join(["dimensions", "level", "area_id", "breakdown", *measures])
    # One statement: to plan two, and each level's sums by itself, took longer than to add up.
    calc.con.execute(f"""
        INSERT INTO {rollup} ({columns})
        WITH finest AS MATERIALIZED (
          SELECT province_id, {unit}, {text} AS breakdown, {sums} FROM {base} {joins} GROUP BY ALL)
        SELECT '{breakdown}', {levels.level}, {levels.area}, breakdown, {sums}
        FROM finest {levels.grouped}""")


class LevelSets:
    """Rows with ``province_id``, ``unit_id`` and ``breakdown`` grouped by each of some levels in one
    pass.

    Attributes:
        has_units: whether the units' own level is among them.
        level, area: the expressions of a group's level and area.
        grouped: the end of the query: its grouping sets, and groups without an area left out.
    """

    def __init__(self, calc: Calculation, levels: Sequence[str]) -> None:
        unit_level = calc.crosswalk.unit_level
        below = {
            level: area_column(calc, level) for level in (unit_level, "province") if level in levels
        }
        sets = [
            f"({', '.join(['breakdown', *filter(None, [below.get(each)])])})" for each in levels
        ]
        named = (f"({_is_above(area)} OR {area} IS NOT NULL)" for area in below.values())
        self.has_units = unit_level in levels
        self.level = _of_level(below, {level: f"'{level}'" for level in below}, "'country'")
        self.area = _of_level(below, below, area_column(calc, "country"))
        self.grouped = (
            f"GROUP BY GROUPING SETS ({', '.join(sets)}) HAVING {' AND '.join(named) or 'true'}"
        )


def _of_level(areas: Mapping[str, str], values: Mapping[str, str], of_country: str) -> str:
    """What a row of grouped sums has by its level."""
    cases = [f"WHEN NOT {_is_above(area)} THEN {values[level]}" for level, area in areas.items()]
    return f"CASE {' '.join(cases)} ELSE {of_country} END" if cases else of_country


def _is_above(area: str) -> str:
    """Whether a row of grouped sums is of a level above the one that a column holds the areas of."""
    return f"GROUPING({area}) = 1"


def breakdown_levels(
    calc: Calculation, breakdown: str, dimensions: Sequence[Dimension]
) -> list[str]:
    """The levels that all dimensions of a breakdown have figures for."""
    used = [dimension for dimension in dimensions if dimension.name in breakdown.split(";")]
    return [
        level
        for level in ("country", "province", calc.crosswalk.unit_level)
        if all(level in dimension.levels for dimension in used)
    ]


def area_column(calc: Calculation, level: str) -> str:
    """The expression that gives the area of a level, over tables with ``province_id`` and
    ``unit_id``.
    """
    return {"country": str(calc.request.areas.country.area_id), "province": "province_id"}.get(
        level, "unit_id"
    )


def _breakdown_text(
    base: Relation, breakdown: str, dimensions: Sequence[Dimension]
) -> tuple[str, str]:
    """The expression for a breakdown's text, and the joins with labels that it needs."""
    used = [dimension for dimension in dimensions if dimension.name in breakdown.split(";")]
    used.sort(key=lambda dimension: dimension.label)
    joins = " ".join(
        f"JOIN {label_of(dimension.name)} AS l_{dimension.name} ON l_{dimension.name}.label_value "
        f"IS NOT DISTINCT FROM TRY_CAST({base}.{dimension.name} AS VARCHAR)"
        for dimension in used
    )
    return " || ';' || ".join(f"l_{dimension.name}.part" for dimension in used) or "''", joins


def breakdown_query(
    calc: Calculation,
    base: Relation,
    breakdown: str,
    dimensions: Sequence[Dimension],
    counts: Sequence[str],
    levels: Sequence[str],
) -> str:
    """For what cannot be added up: the query of ``level``, ``area_id``, ``breakdown`` and ``counts``
    over all rows of each level; empty where the breakdown has none of the levels.

    Args:
        base: what :func:`create_base` made, or a table like it.
    """
    text, joins = _breakdown_text(base, breakdown, dimensions)
    there = [level for level in breakdown_levels(calc, breakdown, dimensions) if level in levels]
    if not there:
        return ""
    sets = LevelSets(calc, there)
    return (
        f"SELECT {sets.level} AS level, {sets.area} AS area_id, breakdown, {', '.join(counts)} "
        f"FROM (SELECT {base}.*, {text} AS breakdown FROM {base} {joins}) AS labelled {sets.grouped}"
    )


def create_base(
    calc: Calculation,
    cells: CellSet,
    dimensions: Sequence[Dimension],
    measures: Sequence[Measure],
    kept: Sequence[str] = (),
) -> Relation:
    """Put a window's cells together, on the areas in force in the calculation's month.

    Args:
        kept: further columns of the cells: ``key``; or ``value``, each as often as it occurs, since
            picking the middle ones takes a fifth of the time of adding frequencies up in order.
    """
    if cells.rows.snapshot:
        _create_snapshot_base(calc, cells, measures)
        return BASE
    create_window_province(calc, cells.rows.dataset)
    _create_unit_crosswalk(calc)
    for dimension in calc.request.source.dimensions_of(cells.rows):
        if dimension.lookup and (dimension in dimensions or has_seams(calc, cells.rows)):
            months = months_delivered(calc, cells.rows.dataset)
            create_lookup(calc, calc.request.source.lookups[dimension.lookup], months)
    corrected = create_corrections(calc, cells, measures)
    sql = _base_sql(calc, cells, dimensions, measures, kept, corrected=corrected)
    calc.con.execute(f"CREATE OR REPLACE TEMP TABLE {BASE} AS {sql}")
    return BASE


def _create_unit_crosswalk(calc: Calculation) -> None:
    """Create :data:`UNIT_CROSSWALK`, once for all windows of the calculation's month."""
    windows = dict(calc.request.months)[calc.month]
    months = {
        each
        for window in windows
        for each in touched_months(calc.request.period, window, calc.month)
    }
    made_for = (calc.crosswalk.month, frozenset(months))
    if calc.tables.get(UNIT_CROSSWALK.name) != made_for:
        calc.tables[UNIT_CROSSWALK.name] = made_for
        calc.crosswalk.create_unit_crosswalk(calc.con, sorted(months))


def _create_snapshot_base(calc: Calculation, cells: CellSet, measures: Sequence[Measure]) -> None:
    create_snapshot(calc, cells.rows.dataset)
    sql = cells_sql(cells, measures, calc.month)
    if CALENDAR.name in sql:
        create_calendar(calc.con, calc.request.reference, calc.month)
    renamed = ", ".join(
        [
            *cell_columns(cells),
            "row_count",
            *(f"{measure.column} AS {measure.window_column}" for measure in measures),
        ]
    )
    calc.con.execute(f"CREATE OR REPLACE TEMP TABLE {BASE} AS SELECT {renamed} FROM ({sql}) AS c")


def _base_sql(
    calc: Calculation,
    cells: CellSet,
    dimensions: Sequence[Dimension],
    measures: Sequence[Measure],
    kept: Sequence[str],
    *,
    corrected: bool,
) -> str:
    lookups = [
        calc.request.source.lookups[dimension.lookup]
        for dimension in dimensions
        if dimension.lookup
    ]
    stored = [*(d.name for d in dimensions if not d.lookup), *kept]
    looked_up = [
        f"l_{dimension.lookup}.{dimension.lookup} AS {dimension.name}"
        for dimension in dimensions
        if dimension.lookup
    ]
    has_values = "value" in kept
    columns = sorted(
        {
            *stored,
            *(["row_count"] if has_values else []),
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
    counts |= {"row_count": "c.row_count"} if has_values else {}
    parts = _periods_sql(calc, cells, columns, corrected=corrected)
    # The cells of one month with all dimensions are groups already; grouping them again was half the
    # time of a month's figures. Values are only put together where a correction takes some back.
    are_groups = len(parts) == 1 and {d.name for d in cells.stored_dimensions} <= set(stored)
    is_grouped = corrected or not (has_values or are_groups)
    sums = [
        f"{f'TRY_CAST(SUM({count}) AS BIGINT)' if is_grouped else count} AS {name}"
        for name, count in counts.items()
    ]
    sql = (
        f"SELECT {', '.join([*groups, *sums])} FROM ({' UNION ALL '.join(parts)}) AS c "
        f"{WINDOW_PROVINCE_JOIN} {' '.join(lookup_join(lookup) for lookup in lookups)} "
        f"{'GROUP BY ALL' if is_grouped else ''}"
    )
    if not has_values:
        return sql
    return f"SELECT b.* EXCLUDE (row_count) FROM ({sql}) AS b, range(b.row_count)"


def _in_window(measure: Measure) -> str:
    """What a cell adds to a measure of the window: an opening state only from a province's first
    month, a closing state only from its last. Corrections are counted over the whole window.
    """
    if measure.over_time in (OverTime.FIRST, OverTime.LAST):
        counted = f"c.is_whole_window OR p.is_{measure.over_time}"
        return f"CASE WHEN {counted} THEN c.{measure.column} ELSE 0 END"
    return f"c.{measure.column}"


def _periods_sql(
    calc: Calculation, cells: CellSet, columns: Sequence[str], *, corrected: bool
) -> list[str]:
    """The queries of the cells of every month of the window with ``period_no``, and of what is
    corrected at their seams.

    Raises:
        ContractError: a month's cells lack a measure: the registry has changed since they were
        built.
    """
    needed = [DELIVERED, "province_id", "unit_id", *columns]
    selected = ", ".join(needed)
    parts = []
    for number, period in enumerate(calc.periods):
        if path := calc.cells_file(cells.file_name, period):
            check_columns(calc, path, needed, period)
            parts.append(
                f"SELECT {number} AS period_no, FALSE AS is_whole_window, {selected} "
                f"FROM read_parquet({literal(path)})"
            )
    if corrected:
        parts.append(f"SELECT period_no, is_whole_window, {selected} FROM correction")
    if not parts:
        types = {DELIVERED: "DATE", "province_id": "INTEGER", "unit_id": "INTEGER"}
        nothing = ", ".join(f"NULL::{types.get(name, 'BIGINT')} AS {name}" for name in needed)
        parts.append(f"SELECT 0 AS period_no, FALSE AS is_whole_window, {nothing} WHERE FALSE")
    return parts


def figure_levels(calc: Calculation, indicator: Indicator) -> tuple[str, ...]:
    """The levels that an indicator has figures for in the step's month."""
    return tuple(
        level
        for level in LEVELS
        if level in indicator.levels and level in ("country", "province", calc.crosswalk.unit_level)
    )
