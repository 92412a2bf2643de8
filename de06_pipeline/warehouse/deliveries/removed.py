"""Which deliveries' files were taken out of the landing zone once their time was over: their rows
stay in force, and nobody is asked to put the files back.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import DeliveryKey
from de06_pipeline.warehouse.schema import landing_removed as table
from de06_pipeline.warehouse.store import Warehouse


def record_removed(
    warehouse: Warehouse,
    dataset: str,
    month: Month,
    supplier: str,
    fingerprint: str,
    files: int,
    size: int,
    run_id: str,
) -> None:
    """Record that the files of a delivery are removed; before they are. ``size``: bytes."""
    key = {"dataset": dataset, "month": month.first_day, "supplier": supplier}
    with warehouse.writing() as connection:
        connection.execute(delete(table).filter_by(**key))
        connection.execute(
            insert(table).values(
                **key,
                fingerprint=fingerprint,
                files=files,
                bytes=size,
                run_id=run_id,
                removed_at=datetime.now(UTC),
            )
        )


def removed_fingerprints(warehouse: Warehouse) -> dict[DeliveryKey, str]:
    """By dataset, month and supplier, the fingerprint of the delivery whose files were removed."""
    names = ("dataset", "month", "supplier", "fingerprint")
    with warehouse.reading() as connection:
        rows = connection.execute(select(*(table.c[name] for name in names)))
        return {(row.dataset, Month.of(row.month), row.supplier): row.fingerprint for row in rows}
