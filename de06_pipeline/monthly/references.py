"""Populations and opening balances: data of one date that figures of many months rest on."""

from __future__ import annotations

from datetime import date

from de06_pipeline.duck.connection import memory_database
from de06_pipeline.duck.rows import parquet_sql
from de06_pipeline.monthly.build_cells import own_datasets
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import accepted

AS_OF = "as_of"


def earliest_as_of(workspace: Workspace, source: str, month: Month) -> Month | None:
    """The month of the earliest date among the reference data delivered in ``month`` that
    ``source`` uses; None without any.

    A balance delivered late restates the months after its date, which may lie long before the month
    it was delivered for.
    """
    own = own_datasets(workspace.contracts, workspace.registry, source)
    used = [d for d in workspace.registry.sources[source].datasets if d not in own]
    paths = [
        workspace.lake_files.rows(p) for d in used for p in accepted(workspace.warehouse, d, month)
    ]
    if not paths:
        return None
    with memory_database(workspace.duck()) as con:
        row = con.execute(f"SELECT min({AS_OF}) FROM {parquet_sql(paths)}").fetchone()
    earliest: date | None = row[0] if row else None
    return Month.of(earliest) if earliest else None
