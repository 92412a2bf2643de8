"""Where a month broke off between recording its deliveries and publishing all of its figures.

A killed process or a lost database leaves accepted rows without cells, cells without figures, or
figures without what is made from them. Each step notes at its very end what it rested on; whatever
differs from what stands now is a gap, and due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from de06_pipeline.landing.discover import find_deliveries
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries
from de06_pipeline.warehouse.figures.basis import (
    INGEST,
    Basis,
    Delivered,
    accepted_deliveries,
    cells_hashes,
    note_published,
    published_bases,
    recorded_deliveries,
)
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Gap:
    """A month that is not finished.

    Attributes:
        what: a source, or a dataset whose ingest broke off.
        period: ``month``, ``report_month`` or ``ingest``.
        state: of what stands now; it changes when that does.
        waits_for: datasets of the source whose deliveries were all refused: nothing can be done
            before a supplier sends another file.
    """

    what: str
    period: str
    month: Month
    state: str
    waits_for: tuple[str, ...] = ()


def find_gaps(workspace: Workspace) -> list[Gap]:
    """Every gap, by month and source."""
    warehouse, registry = workspace.warehouse, workspace.registry
    noted = published_bases(warehouse)
    accepted, cells = accepted_deliveries(warehouse), cells_hashes(warehouse)
    now: dict[tuple[str, str, Month], Basis] = {
        (dataset, INGEST, month): Basis(None, recorded)
        for (dataset, month), recorded in recorded_deliveries(warehouse).items()
        if dataset in workspace.contracts
    }
    for source in registry.sources.values():
        if source.of_deliveries:
            now |= {
                (source.source, PeriodType.MONTH.value, month): basis
                for month, basis in _ledgers(workspace, now).items()
            }
        if source.composed_of or source.of_deliveries:
            continue
        once_published = {month for what, _, month in noted if what == source.source}
        for month in accepted.keys() | {month for _, month in cells} | once_published:
            basis = Basis(cells.get((source.source, month)), accepted.get(month, frozenset()))
            for period_type in source.period_types:
                now[source.source, period_type.value, month] = basis.of(source.datasets)
    held_back = _refused_only(workspace, accepted)
    gaps = []
    for (what, period, month), basis in now.items():
        before = noted.get((what, period, month))
        source_of = registry.sources.get(what)
        if before is not None and source_of is not None and not source_of.of_deliveries:
            before = before.of(source_of.datasets)
        if basis != (before or Basis(None, frozenset())):
            state = f"{what}/{period}/{basis.cells_hash}/{sorted(basis.accepted)}"
            waits_for = held_back.get(month, set()) & set(
                workspace.own_datasets(what) if source_of and not source_of.of_deliveries else ()
            )
            gaps.append(Gap(what, period, month, state, tuple(sorted(waits_for))))
    return sorted(gaps, key=lambda gap: (gap.month, gap.what, gap.period))


def basis_of(workspace: Workspace, source: str, month: Month) -> Basis:
    """What a source's figures of a month are made from now; to be read before they are computed."""
    basis = Basis(
        cells_hashes(workspace.warehouse).get((source, month)),
        accepted_deliveries(workspace.warehouse).get(month, frozenset()),
    )
    return basis.of(workspace.registry.sources[source].datasets)


def is_to_be_published(workspace: Workspace, source: str, month: Month) -> bool:
    """Whether a month without cells has something to publish all the same: rows that were withdrawn,
    or populations and balances, which change other months' figures.

    These may still be waiting to be ingested by the same run.
    """
    if any(gap.what == source and gap.month == month for gap in find_gaps(workspace)):
        return True
    references = workspace.registry.sources[source].reference_datasets
    landing = workspace.settings.landing
    return any(find_deliveries(landing, dataset, month) for dataset in references)


def note_figures(
    warehouse: Warehouse, source: str, period: PeriodType, month: Month, basis: Basis, run_id: str
) -> None:
    """Note that everything made from a month's cells and references is published."""
    note_published(warehouse, source, {(period.value, month): basis}, run_id)


def note_ingest(warehouse: Warehouse, dataset: str, month: Month, run_id: str) -> None:
    """Note that all deliveries of a dataset and month are recorded, reported on and counted."""
    recorded = recorded_deliveries(warehouse).get((dataset, month), frozenset())
    basis = Basis(None, recorded)
    note_published(warehouse, dataset, {(INGEST, month): basis}, run_id)


def ledger_of_month(workspace: Workspace, month: Month) -> Basis:
    """What is recorded of all deliveries of a month: what their rates are made from."""
    recorded = recorded_deliveries(workspace.warehouse)
    deliveries = [
        delivery
        for (dataset, of), each in recorded.items()
        if of == month and _is_expected(workspace, dataset)
        for delivery in each
    ]
    return Basis(None, frozenset(deliveries))


def _is_expected(workspace: Workspace, dataset: str) -> bool:
    """Whether rates count a dataset: those of one date (populations, balances) are not expected
    every month.
    """
    contract = workspace.contracts.get(dataset)
    return contract is not None and contract.source in workspace.registry.sources


def _ledgers(
    workspace: Workspace, ingests: Mapping[tuple[str, str, Month], Basis]
) -> dict[Month, Basis]:
    by_month: dict[Month, set[Delivered]] = defaultdict(set)
    for (dataset, period, month), basis in ingests.items():
        if period == INGEST and _is_expected(workspace, dataset):
            by_month[month] |= basis.accepted
    return {month: Basis(None, frozenset(each)) for month, each in by_month.items()}


def _refused_only(
    workspace: Workspace, accepted: Mapping[Month, frozenset[Delivered]]
) -> dict[Month, set[str]]:
    """Datasets by month of which a delivery was refused and nothing stands: they hold their source
    back until the supplier sends another file.
    """
    refused: dict[Month, set[str]] = defaultdict(set)
    for summary in delivery_summaries(workspace.warehouse):
        contract = workspace.contracts.get(summary.dataset)
        if summary.status == "refused" and contract is not None and not contract.snapshot:
            refused[summary.month].add(summary.dataset)
    return {
        month: datasets - {dataset for dataset, _, _ in accepted.get(month, frozenset())}
        for month, datasets in refused.items()
    }
