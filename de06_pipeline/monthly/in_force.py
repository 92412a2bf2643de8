"""Which accepted rows a month is computed from: the warehouse's pointers, restricted to who may speak in that month."""

from __future__ import annotations

from de06_pipeline.contracts.model import Contract
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.accepted import accepted_in_force
from de06_pipeline.warehouse.records import AcceptedPointer


def accepted_for(workspace: Workspace, contract: Contract, month: Month) -> tuple[AcceptedPointer, ...]:
    """The accepted rows of a dataset in force for a month, by supplier.

    A snapshot that was not delivered is carried from its supplier's last accepted month, unless the supplier no longer
    exists: Long An's register of 2025-06 says nothing about 2025-07.
    """
    pointers = accepted_in_force(workspace.warehouse, contract.dataset, month, carry=contract.snapshot)
    return tuple(p for p in pointers if workspace.suppliers.get(p.supplier, month) is not None)


def delivered_provinces(workspace: Workspace, contract: Contract, month: Month) -> frozenset[int]:
    """``area_id`` of every province that a delivery in force for the month covers, nil returns included."""
    covered: set[int] = set()
    for pointer in accepted_for(workspace, contract, month):
        supplier = workspace.suppliers.get(pointer.supplier, month)
        covered |= supplier.area_ids if supplier else frozenset()
    return frozenset(covered)


def expected_provinces(workspace: Workspace, month: Month) -> frozenset[int]:
    """``area_id`` of every province that some supplier should deliver for."""
    return frozenset(area_id for supplier in workspace.suppliers.in_force(month) for area_id in supplier.area_ids)
