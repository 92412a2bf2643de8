"""Which deliveries need not be kept in the landing zone any longer, and taking them out.

Their rows stay in force. What cannot be made anew afterwards is their accepted rows, so these must
lie in the lake as they were recorded, and the month must be published to the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from de06_pipeline.landing.discover import Delivery, find_deliveries, months_present
from de06_pipeline.landing.remove import remove_delivery
from de06_pipeline.monthly.find_gaps import find_gaps
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.monthly.lake_store import LakeError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import accepted
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries
from de06_pipeline.warehouse.deliveries.removed import record_removed
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class OldDelivery:
    """A delivery whose time is over. ``kept_because``: why it stays all the same; '' if it may go."""

    delivery: Delivery
    kept_because: str

    @property
    def files(self) -> int:
        return len(self.delivery.files) + len(self.delivery.replaced)

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(file.bytes for file in (*self.delivery.files, *self.delivery.replaced))


def old_deliveries(workspace: Workspace, before: Month) -> Iterator[OldDelivery]:
    """The deliveries of months before one, by dataset, month and supplier.

    Raises:
        LandingError: the landing zone cannot be listed.
    """
    landing = workspace.settings.landing
    unfinished = {gap.month for gap in find_gaps(workspace)}
    recorded = {summary.key: summary for summary in delivery_summaries(workspace.warehouse)}
    for dataset in sorted(workspace.contracts):
        for month in sorted(months_present(landing, dataset)):
            if month >= before:
                continue
            for delivery in find_deliveries(landing, dataset, month):
                summary = recorded.get((dataset, month, delivery.supplier))
                reason = ""
                if summary is None or summary.fingerprint != delivery.fingerprint:
                    reason = "not read yet"
                elif summary.status != "accepted":
                    reason = f"{summary.status}; it waits for a person"
                elif month in unfinished:
                    reason = "its month is not published to the end"
                else:
                    reason = _damage(workspace.warehouse, workspace.lake_files, delivery)
                yield OldDelivery(delivery, reason)


def remove_old(workspace: Workspace, old: OldDelivery, run_id: str) -> None:
    """Record that a delivery's files are gone on purpose, then delete them.

    Killed in between, the next call deletes them.

    Raises:
        LandingError: a file cannot be deleted.
    """
    delivery = old.delivery
    record_removed(
        workspace.warehouse,
        delivery.dataset,
        delivery.month,
        delivery.supplier,
        delivery.fingerprint,
        old.files,
        old.size,
        run_id,
    )
    remove_delivery(workspace.settings.landing, delivery)


def _damage(warehouse: Warehouse, lake: Lake, delivery: Delivery) -> str:
    for pointer in accepted(warehouse, delivery.dataset, delivery.month):
        if pointer.supplier == delivery.supplier:
            try:
                lake.rows(pointer)
            except LakeError:
                return "its accepted rows are missing or damaged in the lake; see de06 verify"
    return ""
