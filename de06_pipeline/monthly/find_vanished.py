"""Files that were delivered before and are gone.

The last good delivery stays until a person confirms.
"""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.errors import LandingError
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.landing.names import shown_name
from de06_pipeline.landing.store import list_folder
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.queries import (
    delivery_summaries,
    files_in_force,
    files_missing,
)
from de06_pipeline.warehouse.deliveries.record import record_missing
from de06_pipeline.warehouse.deliveries.removed import removed_fingerprints
from de06_pipeline.warehouse.store import Warehouse

_MISSING = "missing"


def check_share(warehouse: Warehouse, landing: str, dataset: str, month: Month) -> None:
    """See that there is something at all in the landing zone, where files of a month were delivered.

    Raises:
        LandingError: there is nothing. It is then a share that is not mounted, and not every office
            that has taken its files back.
    """
    removed = removed_fingerprints(warehouse)
    delivered = (
        summary
        for summary in delivery_summaries(warehouse, [month], dataset)
        if removed.get((dataset, month, summary.supplier)) != summary.fingerprint
        and files_in_force(warehouse, dataset, month, summary.supplier)
    )
    if next(delivered, None) and not list_folder(landing):
        raise LandingError(
            f"There is nothing in the landing zone at {landing}, though files of {dataset} {month} were delivered. "
            "Is its share mounted? Nothing was recorded as gone."
        )


def find_vanished(
    warehouse: Warehouse, dataset: str, month: Month, deliveries: Sequence[Delivery], run_id: str
) -> tuple[str, ...]:
    """Suppliers whose recorded files are no longer all there; records them as missing.

    A file counts as there when it lies in the delivery or in one of its earlier versions. A
    delivery recorded as missing stays so until its files are back or a person confirms (``de06 run
    --accept-missing``). One whose files were removed on purpose, after the time they are kept, is not
    missing, as long as nothing lies in their place: what is put there, a correction of one of them,
    would stand for all.
    """
    present = {d.supplier: d for d in deliveries}
    removed = removed_fingerprints(warehouse)
    vanished = []
    for summary in delivery_summaries(warehouse, [month], dataset):
        delivery = present.get(summary.supplier)
        key = (dataset, month, summary.supplier)
        if delivery is None and removed.get(key) == summary.fingerprint:
            continue
        names = {f.name for f in (*delivery.files, *delivery.replaced)} if delivery else set()
        gone = [
            name
            for name in files_in_force(warehouse, dataset, month, summary.supplier)
            # Names recorded before they were masked.
            if name not in names and shown_name(name) not in names
        ]
        if gone:
            record_missing(warehouse, dataset, month, summary.supplier, run_id, gone)
        is_recorded_missing = summary.status == _MISSING and summary.is_in_force
        # By name: whoever puts a copy back changes its time, and a corrected file may come in its
        # place.
        if gone or (
            is_recorded_missing
            and not names.issuperset(
                map(shown_name, files_missing(warehouse, dataset, month, summary.supplier))
            )
        ):
            vanished.append(summary.supplier)
    return tuple(vanished)
