"""Populations and opening balances: data of one date that figures of many months rest on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.rows import parquet_sql
from de06_pipeline.indicators.computation.windows import affected_by_reference
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.monthly.lake_store import LakeError
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import SourceRegistry
from de06_pipeline.warehouse.deliveries.accepted import accepted, accepted_before
from de06_pipeline.warehouse.figures.basis import Basis, accepted_deliveries, published_bases
from de06_pipeline.warehouse.store import Warehouse

AS_OF = "as_of"
_ALL_MONTHS = Month.of(date.min)


def earliest_as_of(
    warehouse: Warehouse, lake: Lake, duck: DuckSettings, datasets: Collection[str], month: Month
) -> Month | None:
    """The month of the earliest date among what was ever delivered of some reference datasets in
    ``month``; None without any.

    A balance delivered late restates the months after its date, which may lie long before the month
    it was delivered for. One that was corrected or withdrawn since still stands behind the figures
    of the months after the date it had, until they are made anew.
    """
    paths = [lake.rows(p) for d in sorted(datasets) for p in accepted(warehouse, d, month)]
    try:
        paths += [lake.rows_before(b) for b in accepted_before(warehouse, datasets, month)]
    except LakeError:
        # No figure is made from these rows: without them too many months are made anew, not wrong
        # ones.
        return _ALL_MONTHS
    if not paths:
        return None
    with memory_database(duck) as con:
        row = con.execute(f"SELECT min({AS_OF}) FROM {parquet_sql(paths)}").fetchone()
    earliest: date | None = row[0] if row else None
    return Month.of(earliest) if earliest else None


def not_yet_anew(
    warehouse: Warehouse,
    lake: Lake,
    duck: DuckSettings,
    source: SourceRegistry,
    existing: Collection[Month],
) -> dict[Month, tuple[Month, ...]]:
    """By month whose reference datasets are not published as they stand, the months of a source
    whose stocks may rest on what stood before.

    Args:
        existing: the source's months that have cells.
    """
    datasets = source.reference_datasets
    if not datasets:
        return {}
    noted, standing = published_bases(warehouse), accepted_deliveries(warehouse)
    nothing = Basis(None, frozenset())
    waiting = {}
    for month in sorted(standing.keys() | {month for _, _, month in noted}):
        stands = Basis(None, standing.get(month, frozenset())).of(datasets)
        published = [
            noted.get((source.source, period, month), nothing).of(datasets)
            for period in source.period_types
        ]
        if any(basis.accepted != stands.accepted for basis in published):
            try:
                since = earliest_as_of(warehouse, lake, duck, datasets, month)
            except LakeError:
                # Whoever only asks what waits is told; the run of the month says what is damaged.
                since = _ALL_MONTHS
            resting = affected_by_reference(existing, since) if since else ()
            if resting:
                waiting[month] = tuple(each for each, _ in resting)
    return waiting
