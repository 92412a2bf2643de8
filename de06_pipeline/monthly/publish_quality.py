"""Publish how far a month's figures can be trusted: ``quality.*``, from the ledger of deliveries.

Published by every ingest step, not by a step after them: a step downstream of all datasets would be
skipped in the very months in which one of them was refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.contracts.load import contract_of
from de06_pipeline.contracts.model import Contract
from de06_pipeline.indicators.computation.ledger import DeliveryInForce, Ledger
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.compute import PERIOD_TYPE, compute_figures
from de06_pipeline.monthly.due_day import due_on
from de06_pipeline.monthly.in_force import expected_provinces
from de06_pipeline.monthly.put_in_force import put_in_force
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_time
from de06_pipeline.registry.model import Registry, SourceRegistry, Window
from de06_pipeline.warehouse.deliveries.ledger import LedgerEntry, ledger_entries
from de06_pipeline.warehouse.figures.publish import PublicationResult
from de06_pipeline.warehouse.figures.staging import PublishedWindow


def publish_quality(
    workspace: Workspace, source: SourceRegistry, month: Month, run_id: str
) -> PublicationResult:
    """Recompute the rates of a month's deliveries as they stand, and put them in force."""
    with workspace.warehouse.exclusive(f"figures-{source.source}"):
        workspace.sync(workspace.warehouse)
        figures = compute_figures(
            FiguresRequest(
                source=source,
                contracts=workspace.contracts,
                areas=workspace.areas,
                reference=workspace.reference,
                months=[(month, frozenset({Window.MONTH}))],
                cells={},
                reporting={},
                ledgers={
                    month: ledger_of(
                        workspace.contracts,
                        workspace.registry,
                        workspace.areas,
                        workspace.suppliers,
                        month,
                        ledger_entries(workspace.warehouse, month),
                    )
                },
                duck=workspace.duck().for_rows(0),
            )
        )
        windows = [PublishedWindow(month, PERIOD_TYPE, Window.MONTH.value)]
        return put_in_force(workspace, source.source, figures, windows, {}, run_id)


def ledger_of(
    contracts: Mapping[str, Contract],
    registry: Registry,
    areas: AreaBook,
    suppliers: SupplierBook,
    month: Month,
    entries: Iterable[LedgerEntry],
) -> Ledger:
    """What was delivered for a month, by area.

    Datasets of one date (populations, opening balances) are not expected every month.
    """
    datasets = tuple(sorted(d for d, c in contracts.items() if c.source in registry.sources))
    deliveries = [
        _delivery(contracts, suppliers, month, e) for e in entries if e.dataset in datasets
    ]
    return Ledger(
        country_id=areas.country.area_id,
        datasets=datasets,
        expected=expected_provinces(suppliers, month),
        deliveries=tuple(delivery for delivery in deliveries if delivery is not None),
    )


def _delivery(
    contracts: Mapping[str, Contract], suppliers: SupplierBook, month: Month, entry: LedgerEntry
) -> DeliveryInForce | None:
    supplier = suppliers.get(entry.supplier, month)
    if supplier is None:
        return None
    last_day = due_on(contract_of(contracts, entry.dataset).in_force(month), month)
    arrived = vietnam_time(entry.received_at).date()
    return DeliveryInForce(
        dataset=entry.dataset,
        area_ids=supplier.area_ids,
        in_time=arrived <= last_day,
        rows_judged=entry.rows_read - entry.rows_superseded,
        rows_accepted=entry.rows_accepted,
        failures=entry.failures,
    )
