"""Counting establishments that report, and units where some have an account."""

from __future__ import annotations

from typing import Any

from de06_pipeline.indicators.cells.compile import cells_sql
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.relations import BASE, RAW_FIGURE
from de06_pipeline.indicators.rollup.snapshots import create_snapshot
from de06_pipeline.indicators.rollup.sums import breakdown_query, create_base, figure_levels
from de06_pipeline.registry.model import TOTAL, CellSet, Indicator, Measure


def add_reporting_accounts(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``asm.reporting_rate``: accounts at the period's end with at least one notice in the window,
    of all accounts.

    Both are counted over the register, so the rate is never above 100 %; an establishment is where
    the register has it.
    """
    parameters: dict[str, Any] = dict(indicator.parameters or {})
    source = calc.request.source
    register = source.cells[parameters["establishments"]]
    base = create_base(calc, source.cells[parameters["reporters"]], [], [], kept=("key",))
    calc.con.execute(
        f"CREATE OR REPLACE TEMP TABLE reporter AS SELECT DISTINCT province_id, key FROM {base}"
    )
    create_snapshot(calc, register.rows.dataset)
    accounts = source.indicators["asm.accounts"].numerator[0]
    by_establishment = CellSet(
        name=register.name,
        rows=register.rows,
        entry=register.entry,
        dimensions=register.dimensions,
        key="establishment_id",
    )
    calc.con.execute(f"""
CREATE OR REPLACE TEMP TABLE {BASE} AS
SELECT a.*, CASE WHEN r.key IS NULL THEN 0 ELSE a.{accounts.column} END AS reporting
FROM ({cells_sql(by_establishment, [accounts], calc.month)}) AS a
LEFT JOIN reporter AS r ON r.province_id = a.province_id AND r.key = a.key
WHERE a.{accounts.column} > 0
""")
    _add_rollup(calc, indicator, labels, register, ["SUM(reporting)", f"SUM({accounts.column})"])


def add_units_deployed(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``asm.districts_deployed``: units in force with at least one account, of all units in force
    of the provinces that delivered.

    Units are districts, from 2025-07 communes. A group of establishments has a row where there are
    establishments of the group.
    """
    parameters: dict[str, Any] = dict(indicator.parameters or {})
    register = calc.request.source.cells[parameters["cells"]]
    wanted = Measure(register.name, parameters["where"])
    create_snapshot(calc, register.rows.dataset)
    where_scope = Measure(register.name, parameters["scope"])
    calc.con.execute(f"""
CREATE OR REPLACE TEMP TABLE {BASE} AS
SELECT *, {wanted.column} AS accounts FROM ({cells_sql(register, [wanted, where_scope], calc.month)}) AS c
WHERE {where_scope.column} > 0
""")
    delivered = [
        province
        for province in calc.request.areas.in_force("province", calc.month)
        if province.area_id in calc.delivered(register.rows.dataset, calc.month)
    ]
    units = {
        province.area_id: len(
            calc.request.areas.children(province.area_id, calc.crosswalk.unit_level, calc.month)
        )
        for province in delivered
    }
    sizes = " ".join(f"WHEN {province_id} THEN {count}" for province_id, count in units.items())
    by_province = (
        f"CASE area_id {sizes} WHEN {calc.request.areas.country.area_id} THEN {sum(units.values())} END"
        if units
        else "0"
    )
    calc.con.execute(
        "CREATE OR REPLACE TEMP TABLE counted (area_id INTEGER, breakdown VARCHAR, deployed BIGINT)"
    )
    _count(calc, indicator, labels, register)
    calc.con.execute(
        f"INSERT INTO {RAW_FIGURE} SELECT area_id, '{indicator.code}', breakdown, deployed, {by_province} FROM counted "
        f"UNION ALL SELECT area_id, '{indicator.code}', '', 0, {by_province} "
        f"FROM (SELECT UNNEST({[*units, calc.request.areas.country.area_id]}::INTEGER[]) AS area_id) AS every "
        "WHERE area_id NOT IN (SELECT area_id FROM counted WHERE breakdown = '')"
    )


def _count(calc: Calculation, indicator: Indicator, labels: Labels, register: CellSet) -> None:
    deployed = "COUNT(DISTINCT CASE WHEN accounts > 0 THEN unit_id END)"
    for query in _queries(calc, indicator, labels, register, [f"{deployed} AS deployed"]):
        calc.con.execute(
            f"INSERT INTO counted SELECT area_id, breakdown, deployed FROM ({query}) AS q"
        )


def _add_rollup(
    calc: Calculation, indicator: Indicator, labels: Labels, register: CellSet, sums: list[str]
) -> None:
    named = [f"{sums[0]} AS numerator", f"{sums[1]} AS denominator"]
    for query in _queries(calc, indicator, labels, register, named):
        calc.con.execute(
            f"INSERT INTO {RAW_FIGURE} SELECT area_id, '{indicator.code}', breakdown, numerator, denominator FROM ({query}) AS q"
        )


def _queries(
    calc: Calculation, indicator: Indicator, labels: Labels, register: CellSet, sums: list[str]
) -> list[str]:
    """Queries over :data:`BASE` for the indicator's levels and breakdowns."""
    breakdowns = (TOTAL, *indicator.breakdowns_in(calc.window))
    names = {name for breakdown in breakdowns for name in breakdown.split(";")}
    dimensions = [dimension for dimension in register.dimensions if dimension.name in names]
    for dimension in dimensions:
        labels.create(calc.con, dimension, register.rows.dataset, BASE)
    levels = figure_levels(calc, indicator)
    every = (
        breakdown_query(calc, BASE, breakdown, dimensions, sums, levels) for breakdown in breakdowns
    )
    return [query for query in every if query]
