"""The seams between a window's months: what one month carries out, the next one carries in.

A quarter or year is the sum of its months, with the opening states of the first and the closing
states of the last one, as long as two deliveries say the same about what was open between them.
Where they do not (a dossier that the next delivery no longer has, that it moved to another office,
or that it shows as received earlier than anybody knew), the sum would lose or double it. Those
records are counted anew over the whole window, by the latest delivery that has them, and what the
months made of them is taken back. So in every window and area, and in every breakdown, what came in
is what went out and what is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import create_table, number
from de06_pipeline.indicators.cells.accepted_rows import DELIVERED, create_rows_view, key_sql
from de06_pipeline.indicators.cells.compile import cells_sql
from de06_pipeline.indicators.cells.working_days import CALENDAR, create_calendar
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.relations import WINDOW_PROVINCE
from de06_pipeline.indicators.rollup.window import (
    HAS_INNER_SEAMS,
    WINDOW_PROVINCE_JOIN,
    check_columns,
    lookup_join,
    older_registry,
)
from de06_pipeline.registry.model import CellSet, Dimension, Measure, Rows

_SEAM_ROWS = "seam_row"
_HAS_SEAM_ROWS = "has_seam_rows"


def has_seams(calc: Calculation, rows: Rows) -> bool:
    """Whether the step's window puts months of such rows together."""
    return bool(rows.opening) and len(calc.periods) > 1


def create_corrections(calc: Calculation, cells: CellSet, measures: Sequence[Measure]) -> bool:
    """Create table ``correction``: single rows in the columns of cells, with ``period_no`` and
    ``is_whole_window``, to be grouped with the cells of the window's months.

    Returns:
        False where there is nothing to correct; then there is no table.

    Raises:
        ContractError: a month's cells were built with an older registry.
    """
    if not has_seams(calc, cells.rows):
        return False
    if not calc.holds(_SEAM_ROWS, cells.rows.name, calc.periods):
        calc.tables[_HAS_SEAM_ROWS] = _create_seam_rows(calc, cells.rows)
    if not calc.tables[_HAS_SEAM_ROWS]:
        return False
    by = ("period_no", "is_whole_window", DELIVERED)
    sql = cells_sql(cells, measures, None, by, signed=True)
    if CALENDAR.name in sql:
        create_calendar(calc.con, calc.request.reference, calc.month)
    calc.con.execute(f"CREATE OR REPLACE TEMP TABLE correction AS {sql}")
    return True


def _create_seam_rows(calc: Calculation, rows: Rows) -> bool:
    """Create a view named like the dataset over the records to be counted anew; False without any.

    Each stands once for every period that counted it, with ``sign`` -1 and that period's ends, and
    once with ``sign`` 1 and those of the window.
    """
    con, dataset = calc.con, rows.dataset
    contract = calc.request.contracts[dataset]
    key = key_sql(contract)
    if key is None or not _create_disputed(calc, rows):
        return False
    files = [file for file in calc.request.rows.get(dataset, ()) if file.month in calc.months]
    listed: list[str] = []
    for month in sorted({file.month for file in files}):
        of_month = [file for file in files if file.month == month]
        create_rows_view(con, contract, of_month, calc.request.areas)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {_SEAM_ROWS}_{len(listed)} AS SELECT r.*, d.record_province "
            f"FROM {dataset} AS r JOIN (SELECT DISTINCT from_id, to_id FROM {WINDOW_PROVINCE} "
            f"WHERE month = DATE '{month.first_day}') AS p ON p.from_id = r.province_id "
            f"JOIN disputed AS d ON d.record_province = p.to_id AND d.record_key = {key}"
        )
        listed.append(f"SELECT * FROM {_SEAM_ROWS}_{len(listed)}")
    _create_spans(calc)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_SEAM_ROWS} AS {' UNION ALL BY NAME '.join(listed)}"
    )
    spans = f"{_SEAM_ROWS} AS r JOIN seam_span AS s ON s.month = r.{DELIVERED}"
    # Not by RANK() over the rows: it would sort all of their columns.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE latest_delivery AS SELECT {key} AS latest_key, "
        f"record_province AS latest_province, span_no AS latest_span, MAX({DELIVERED}) AS latest "
        f"FROM {spans} GROUP BY ALL"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {dataset} AS SELECT r.*, s.* EXCLUDE (month) FROM {spans} "
        f"JOIN latest_delivery ON latest_key = {key} AND latest_province = record_province "
        f"AND latest_span = span_no AND latest = {DELIVERED}"
    )
    return True


def _create_spans(calc: Calculation) -> None:
    """Create ``seam_span(span_no, month, period_no, sign, is_whole_window, period_start,
    period_end)``: each period with the months of its deliveries, and the window with all of them.
    """
    of_periods = [
        (number, month.first_day, number, -1, False, period)
        for number, period in enumerate(calc.periods)
        for month in period.months
    ]
    # Any period with the month will do: it only finds the month's areas.
    of_month = {row[1]: row[2] for row in of_periods}
    window = [
        (len(calc.periods), month, number, 1, True, None) for month, number in of_month.items()
    ]
    ends = [
        (period.start, period.end) if period else (calc.periods[0].start, calc.periods[-1].end)
        for *_, period in (*of_periods, *window)
    ]
    columns = [
        ("span_no", "INTEGER"),
        ("month", "DATE"),
        ("period_no", "INTEGER"),
        ("sign", "INTEGER"),
        ("is_whole_window", "BOOLEAN"),
        ("start_text", "VARCHAR"),
        ("end_text", "VARCHAR"),
    ]
    rows = [
        (*row[:-1], f"{start}", f"{end}")
        for row, (start, end) in zip((*of_periods, *window), ends, strict=True)
    ]
    create_table(calc.con, "seam_span_text", columns, rows)
    calc.con.execute(
        "CREATE OR REPLACE TEMP TABLE seam_span AS SELECT * EXCLUDE (start_text, end_text), "
        "CAST(start_text AS TIMESTAMP) AS period_start, CAST(end_text AS TIMESTAMP) AS period_end "
        "FROM seam_span_text"
    )


def _create_disputed(calc: Calculation, rows: Rows) -> bool:
    """Create ``disputed(record_key, record_province)``: records that one month carries out and the
    province's next month with a delivery does not carry in, or the other way round, with the same
    area and the same value of every dimension. False without any. Provinces are those of now.

    Units are compared unless some month of the window keeps another level of them.
    """
    dimensions = calc.request.source.dimensions_of(rows)
    lookups = [
        calc.request.source.lookups[dimension.lookup]
        for dimension in dimensions
        if dimension.lookup
    ]
    parts = _edges(calc, rows, [dimension.name for dimension in dimensions if not dimension.lookup])
    if not parts or not calc.tables[HAS_INNER_SEAMS]:
        return False
    same_level = all(calc.crosswalk.keeps_units(month) for month in calc.months)
    values = [
        "p.to_id",
        *(["u.to_id"] if same_level else []),
        *(_value(dimension) for dimension in dimensions),
    ]
    same = ", ".join(["record_key", "seam", *(f"v{place}" for place in range(len(values)))])
    named = ", ".join(f"{value} AS v{place}" for place, value in enumerate(values))
    joins = f"{WINDOW_PROVINCE_JOIN} {' '.join(lookup_join(lookup) for lookup in lookups)}"
    edge = f"SELECT record_key, {named}, {{seam}} AS seam, {{sign}} AS sign FROM edge AS c {joins} WHERE {{where}}"
    out = edge.format(seam="p.ordinal", sign=1, where="is_closing AND p.ordinal < p.last_ordinal")
    into = edge.format(seam="p.ordinal - 1", sign=-1, where="is_opening AND p.ordinal > 0")
    calc.con.execute(
        f"CREATE OR REPLACE TEMP TABLE disputed AS WITH edge AS ({' UNION ALL '.join(parts)}) "
        f"SELECT DISTINCT record_key, v0 AS record_province "
        f"FROM ({out} UNION ALL {into}) AS e WHERE record_key IS NOT NULL "
        f"GROUP BY {same} HAVING SUM(sign) <> 0"
    )
    return number(calc.con, "SELECT COUNT(*) FROM disputed") > 0


def _value(dimension: Dimension) -> str:
    return f"l_{dimension.lookup}.{dimension.lookup}" if dimension.lookup else f"c.{dimension.name}"


def _edges(calc: Calculation, rows: Rows, dimensions: Sequence[str]) -> list[str]:
    """What every month of the window carries in and out, as queries with ``period_no``."""
    needed = [DELIVERED, "province_id", "unit_id", "record_key", *dimensions]
    needed += ["is_opening", "is_closing"]
    parts = []
    sets = [cells for cells in calc.request.source.cells.values() if cells.rows.name == rows.name]
    for place, period in enumerate(calc.periods):
        path = calc.cells_file(rows.edges_file, period)
        if path is None:
            if any(calc.cells_file(cells.file_name, period) for cells in sets):
                raise older_registry(calc, period)
            continue
        check_columns(calc, path, needed, period)
        parts.append(
            f"SELECT {place} AS period_no, {', '.join(needed)} FROM read_parquet({literal(path)})"
        )
    return parts
