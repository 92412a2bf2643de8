"""Snapshots in force (catalogue, register), with their areas carried to the month that uses them."""

from __future__ import annotations

from collections.abc import Collection

from de06_pipeline.contracts.sql_types import stored_columns
from de06_pipeline.duck.quoting import literal
from de06_pipeline.indicators.cells.accepted_rows import whole_rows
from de06_pipeline.indicators.cells.compile import listed_lookup_sql, lookup_sql
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.relations import SNAPSHOT_CROSSWALK
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import SnapshotLookup


def create_snapshot(calc: Calculation, dataset: str) -> None:
    """Create table ``<dataset>`` with the snapshot in force in the calculation's month, on its areas.

    Its columns are the contract's stored fields, with ``province_id`` as of that month, and
    ``unit_id``: the district or commune as of that month, NULL for rows of a whole province and
    where the unit was split. Provinces that have not delivered all of it, with every column that the
    calculation needs, are left out.
    """
    delivered = calc.delivered(dataset, calc.month)
    there = [
        str(province.area_id)
        for province in calc.request.areas.in_force("province", calc.crosswalk.month)
        if calc.crosswalk.origins(province.area_id, calc.month) & delivered
    ]
    calc.con.execute(
        f"CREATE OR REPLACE TEMP TABLE {dataset} AS "
        f"SELECT * FROM ({_snapshot_sql(calc, dataset, calc.month, calc.crosswalk)}) AS whole "
        f"WHERE province_id IN ({', '.join(there) or 'NULL'})"
    )


def _snapshot_sql(calc: Calculation, dataset: str, month: Month, crosswalk: Crosswalk) -> str:
    """The rows of the snapshot in force in a month, on the areas of a crosswalk. Creates
    :data:`SNAPSHOT_CROSSWALK`, which they need.
    """
    contract = calc.request.contracts[dataset]
    files = calc.request.snapshots.get((dataset, month), ())
    columns = stored_columns(contract)
    crosswalk.create_snapshot_crosswalk(calc.con, sorted({file.month for file in files}))
    if not files:
        empty = ", ".join(
            f"CAST(NULL AS {sql_type}) AS {name}"
            for name, sql_type in {**columns, "unit_id": "INTEGER"}.items()
        )
        return f"SELECT {empty} WHERE FALSE"
    unit = (
        f"r.{crosswalk.unit_level}_id"
        if f"{crosswalk.unit_level}_id" in columns
        else "CAST(NULL AS INTEGER)"
    )
    others = ", ".join(f"r.{name}" for name in columns if name != "province_id")
    parts = []
    for origin in sorted({file.month for file in files}):
        relation = whole_rows(
            calc.con,
            contract.in_force(origin),
            (file.path for file in files if file.month == origin),
        )
        parts.append(f"SELECT DATE '{origin.first_day}' AS origin, * FROM {relation}")
    return (
        f"SELECT p.to_id AS province_id, u.to_id AS unit_id, {others} FROM ({' UNION ALL BY NAME '.join(parts)}) AS r "
        f"JOIN {SNAPSHOT_CROSSWALK} AS p ON p.month = r.origin AND p.from_id = r.province_id "
        f"LEFT JOIN {SNAPSHOT_CROSSWALK} AS u ON u.month = r.origin AND u.from_id = {unit}"
    )


def create_lookup(calc: Calculation, lookup: SnapshotLookup, months: Collection[Month]) -> None:
    """Create table ``lookup_<name>(month, province_id, lookup_key, <name>)`` for some months.

    Months already in the table stay: the catalogue of a month is the same for every window that
    contains it.
    """
    con, table = calc.con, f"lookup_{lookup.name}"
    known = calc.tables.get(table)
    if not isinstance(known, frozenset):
        known = frozenset()
        con.execute(
            f"CREATE TEMP TABLE {table} (month DATE, province_id INTEGER, lookup_key VARCHAR, {lookup.name} VARCHAR)"
        )
    calc.tables[table] = known.union(months)
    for month in sorted(set(months) - known):
        _add_lookup_of(calc, lookup, table, month)


def _add_lookup_of(calc: Calculation, lookup: SnapshotLookup, table: str, month: Month) -> None:
    """Add what a lookup gives for one month."""
    queries = [lookup_sql(lookup)]
    if lookup.otherwise and month >= lookup.otherwise.first:
        listed = literal(str(calc.request.reference / lookup.otherwise.table))
        calc.con.execute(
            "CREATE OR REPLACE TEMP VIEW listed AS "
            f"SELECT * FROM read_csv({listed}, header = true, all_varchar = true)"
        )
        queries.append(listed_lookup_sql(lookup, lookup.otherwise))
    crosswalk = Crosswalk.to(calc.request.areas, month)
    # Named like the dataset, for the queries above, which read few of its columns.
    snapshot = f"{lookup.dataset} AS ({_snapshot_sql(calc, lookup.dataset, month, crosswalk)})"
    values = " UNION ALL ".join(f"({sql})" for sql in queries)
    calc.con.execute(
        f"INSERT INTO {table} WITH {snapshot} SELECT DATE '{month.first_day}', * FROM ({values}) AS found"
    )
