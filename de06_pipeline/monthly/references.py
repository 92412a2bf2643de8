"""Populations and opening balances: data of one date that figures of many months rest on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.rows import parquet_sql
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import accepted
from de06_pipeline.warehouse.store import Warehouse

AS_OF = "as_of"


def earliest_as_of(
    warehouse: Warehouse, lake: Lake, duck: DuckSettings, datasets: Iterable[str], month: Month
) -> Month | None:
    """The month of the earliest date among what was delivered of some reference datasets in
    ``month``; None without any.

    A balance delivered late restates the months after its date, which may lie long before the month
    it was delivered for.
    """
    paths = [lake.rows(p) for d in datasets for p in accepted(warehouse, d, month)]
    if not paths:
        return None
    with memory_database(duck) as con:
        row = con.execute(f"SELECT min({AS_OF}) FROM {parquet_sql(paths)}").fetchone()
    earliest: date | None = row[0] if row else None
    return Month.of(earliest) if earliest else None
