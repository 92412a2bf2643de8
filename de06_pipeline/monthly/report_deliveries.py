"""What became of every delivery that a month's reports rest on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from de06_pipeline.areas.suppliers import NATIONAL, Supplier
from de06_pipeline.contracts.model import Contract
from de06_pipeline.monthly.due_day import due_on
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import OPENING_BALANCES, POPULATION, Registry
from de06_pipeline.reports.monthly.facts import ReportDelivery
from de06_pipeline.reports.places import supplier_report
from de06_pipeline.warehouse.deliveries.queries import (
    DeliverySummary,
    delivery_summaries,
    rule_results,
    synthetic_deliveries,
)
from de06_pipeline.warehouse.deliveries.standing import snapshots_used
from de06_pipeline.warehouse.figures.report_rows import last_received
from de06_pipeline.warehouse.store import Warehouse

_OF_ONE_DATE = frozenset({OPENING_BALANCES, POPULATION})
"""Datasets that are not expected every month."""


def deliveries_of_month(
    workspace: Workspace, month: Month
) -> tuple[tuple[frozenset[int], ReportDelivery], ...]:
    """The deliveries of a month, recorded or only expected, each with the provinces (``area_id``)
    that it speaks for; by dataset and supplier.

    Expected are suppliers that have ever delivered anything: one that never took part is told by
    the figures' own "not delivered".
    """
    every = delivery_summaries(workspace.warehouse)
    taking_part = {delivered.supplier for delivered in every}
    recorded = {
        (delivered.dataset, delivered.supplier): delivered
        for delivered in every
        if delivered.month == month
    }
    samples = synthetic_deliveries(workspace.warehouse, workspace.contracts, month)
    received = last_received(workspace.warehouse, month)
    suppliers = [
        *(office for office in workspace.suppliers.in_force(month) if office.name in taking_part),
        *(
            country
            for country in [workspace.suppliers.get(NATIONAL, month)]
            if country is not None and NATIONAL in taking_part
        ),
    ]
    deliveries: list[tuple[frozenset[int], ReportDelivery]] = []
    for dataset, contract in workspace.contracts_in(month).items():
        if contract.source not in workspace.registry.sources and dataset not in _OF_ONE_DATE:
            continue
        carried = _carried(workspace, contract, month)
        national = recorded.get((dataset, NATIONAL))
        for supplier in suppliers:
            summary = recorded.get((dataset, supplier.name))
            is_spoken_for = national is not None and national.is_in_force
            if summary is None and (
                dataset in _OF_ONE_DATE or is_spoken_for or supplier.name == NATIONAL
            ):
                continue
            due = due_on(contract, month)
            first = received.get((dataset, supplier.name))
            deliveries.append(
                (
                    supplier.area_ids,
                    ReportDelivery(
                        dataset=dataset,
                        title=contract.title,
                        supplier=supplier.name,
                        supplier_title=supplier.title,
                        **_outcome(summary, carried.get(supplier.name)),
                        received_on=first,
                        # The clock of an invented file says nothing.
                        late_days=max((first - due).days, 0)
                        if first and (dataset, month, supplier.name) not in samples
                        else 0,
                        reasons=tuple(_reasons(workspace.warehouse, summary)),
                        codes=_resting_on(workspace.registry, dataset),
                        report=_report(workspace.settings.reports, dataset, month, supplier),
                    ),
                )
            )
    return tuple(deliveries)


def _outcome(summary: DeliverySummary | None, carried_from: Month | None) -> dict[str, Any]:
    if summary is None:
        state = "overdue" if carried_from is None else "carried"
        return {"state": state, "carried_from": carried_from}
    return {
        "state": summary.status,
        "rows_read": summary.rows_read,
        "rows_accepted": summary.rows_accepted,
        "rows_quarantined": summary.rows_quarantined,
        "rows_superseded": summary.rows_superseded,
        "files": summary.files,
        "stands": summary.is_in_force,
        "attempt": summary.attempt,
        "carried_from": None if summary.is_in_force else carried_from,
    }


def _carried(workspace: Workspace, contract: Contract, month: Month) -> dict[str, Month]:
    """Of a snapshot, the earlier month whose delivery figures are made of, by supplier."""
    if not contract.snapshot:
        return {}
    used = snapshots_used(
        workspace.warehouse, contract.dataset, month, workspace.suppliers.spoken_for
    )
    return {supplier: origin for supplier, origin in used.items() if origin < month}


def _reasons(warehouse: Warehouse, summary: DeliverySummary | None) -> Iterator[str]:
    """The rules that a refused delivery failed."""
    if summary is None or summary.status != "refused":
        return
    for rule in rule_results(warehouse, *summary.key):
        if not rule.success:
            yield rule.rule_id


def _resting_on(registry: Registry, dataset: str) -> tuple[str, ...]:
    return tuple(
        indicator.code
        for indicator in registry
        if dataset in indicator.datasets
        or (dataset == POPULATION and indicator.population)
        or (
            dataset == OPENING_BALANCES
            and (indicator.stock is not None or indicator.kind == "stock")
        )
    )


def _report(reports: Path, dataset: str, month: Month, supplier: Supplier) -> str:
    """The supplier's report, relative to the folder of all reports; empty where there is none."""
    files = supplier_report(reports, dataset, month, supplier.name)
    return files.html.relative_to(reports).as_posix() if files.written else ""
