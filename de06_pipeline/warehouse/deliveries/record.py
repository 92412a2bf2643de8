"""Recording what became of a delivery: files, rules, quarantine and the pointer to its accepted
rows, in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, select, update

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.bulk import insert_batch
from de06_pipeline.warehouse.deliveries.records import DeliveryRecord
from de06_pipeline.warehouse.schema import (
    accepted,
    delivery,
    file_information,
    quality_result,
    quarantine,
)
from de06_pipeline.warehouse.store import Warehouse

_QUARANTINE_COLUMNS = ["file_name", "row_number", "field", "rule_id", "masked_value"]


def record_delivery(warehouse: Warehouse, record: DeliveryRecord) -> bool:
    """Record one delivery and, if it was accepted, put its rows in force.

    An accepted delivery replaces everything recorded before for the same dataset, month and
    supplier. A refused one replaces earlier refusals and leaves the accepted delivery, its rows and
    so its figures standing.

    Returns:
        False if the last attempt recorded was identical in all but its run; then nothing is
        written.
    """
    outcome_hash = record.outcome_hash()
    with warehouse.writing() as connection:
        if _is_recorded(connection, record, outcome_hash):
            return False
        now = datetime.now(UTC)
        _replace_older(connection, record)
        _insert_files(connection, record, outcome_hash, now)
        _insert_rules(connection, record, now)
        _replace_information(connection, record)
        _replace_quarantine(connection, record)
        _move_pointer(connection, record, now)
    return True


def record_missing(
    warehouse: Warehouse,
    dataset: str,
    month: Month,
    supplier: str,
    run_id: str,
    file_names: Collection[str] | None = None,
) -> bool:
    """Record that files of a delivery have disappeared from the landing zone.

    Its accepted rows stay in force.

    Args:
        run_id: of the run that noticed; the files' rows take it.
        file_names: those that disappeared; None for all.

    Returns:
        False if nothing changed: they were recorded as missing before, or never delivered.
    """
    return _set_missing(warehouse, dataset, month, supplier, run_id, file_names, withdraw=False)


def confirm_missing(
    warehouse: Warehouse, dataset: str, month: Month, supplier: str, run_id: str
) -> bool:
    """A person has confirmed that a delivery is gone for good: its rows are no longer in force, its
    areas not reported.

    Args:
        run_id: of the run by which it was confirmed; the files' rows take it.

    Returns:
        False if nothing changed: it was confirmed before, or never delivered.
    """
    return _set_missing(warehouse, dataset, month, supplier, run_id, None, withdraw=True)


def _set_missing(
    warehouse: Warehouse,
    dataset: str,
    month: Month,
    supplier: str,
    run_id: str,
    file_names: Collection[str] | None,
    *,
    withdraw: bool,
) -> bool:
    with warehouse.writing() as connection:
        vanished = _of(delivery, dataset, month, supplier) & delivery.c.status.in_(
            ["accepted", "refused"]
        )
        if file_names is not None:
            vanished &= delivery.c.file_name.in_(list(file_names))
        changed = connection.execute(
            update(delivery).where(vanished).values(status="missing", run_id=run_id)
        ).rowcount
        if withdraw:
            out_of_force = connection.execute(
                delete(accepted).where(_of(accepted, dataset, month, supplier))
            ).rowcount
            if out_of_force:
                # Another run may have noticed; by this one the figures change.
                connection.execute(
                    update(delivery)
                    .where(_of(delivery, dataset, month, supplier), delivery.c.status == "missing")
                    .values(run_id=run_id)
                )
            changed += out_of_force
            changed += connection.execute(
                delete(file_information).where(_of(file_information, dataset, month, supplier))
            ).rowcount
            changed += connection.execute(
                delete(quarantine).where(_of(quarantine, dataset, month, supplier))
            ).rowcount
    return changed > 0


def _of(table: Table, dataset: str, month: Month, supplier: str) -> ColumnElement[bool]:
    return and_(
        table.c.dataset == dataset, table.c.month == month.first_day, table.c.supplier == supplier
    )


def _of_record(table: Table, record: DeliveryRecord) -> ColumnElement[bool]:
    return _of(table, record.dataset, record.month, record.supplier)


def _latest_attempt(connection: Connection, record: DeliveryRecord) -> int:
    return (
        connection.execute(
            select(func.max(delivery.c.attempt)).where(_of_record(delivery, record))
        ).scalar()
        or 0
    )


def _is_recorded(connection: Connection, record: DeliveryRecord, outcome_hash: str) -> bool:
    latest = connection.execute(
        select(delivery.c.outcome_hash, delivery.c.status)
        .where(
            _of_record(delivery, record), delivery.c.attempt == _latest_attempt(connection, record)
        )
        .distinct()
    ).all()
    # A delivery that vanished and came back is news, although nothing in it changed.
    return bool(latest) and all(
        row.outcome_hash == outcome_hash and row.status != "missing" for row in latest
    )


def _replace_older(connection: Connection, record: DeliveryRecord) -> None:
    older = _of_record(delivery, record) & (delivery.c.status != "replaced")
    if record.accepted is None:
        older &= delivery.c.status != "accepted"
    connection.execute(update(delivery).where(older).values(status="replaced"))


def _insert_files(
    connection: Connection, record: DeliveryRecord, outcome_hash: str, now: datetime
) -> None:
    attempt = _latest_attempt(connection, record) + 1
    content_hash = record.accepted.content_hash if record.accepted else None
    rows = [
        {
            "dataset": record.dataset,
            "month": record.month.first_day,
            "supplier": record.supplier,
            "version": file.version,
            "file_name": file.name,
            "sha256": file.sha256,
            "bytes": file.bytes,
            "received_at": file.received_at,
            "format": file.format,
            "encoding": file.encoding,
            "contract_version": record.contract_version,
            "rows_read": file.rows_read,
            "rows_accepted": file.rows_accepted,
            "rows_quarantined": file.rows_quarantined,
            "rows_superseded": file.rows_superseded,
            "status": "replaced" if file.is_replaced else record.status,
            "run_id": record.run_id,
            "attempt": attempt,
            "fingerprint": record.fingerprint,
            "outcome_hash": outcome_hash,
            "content_hash": content_hash,
            "recorded_at": now,
        }
        for file in record.files
    ]
    connection.execute(insert(delivery), rows)


def _insert_rules(connection: Connection, record: DeliveryRecord, now: datetime) -> None:
    # One run may record a delivery twice (a retried step); the later results of a run stand for it.
    connection.execute(
        delete(quality_result).where(
            _of_record(quality_result, record), quality_result.c.run_id == record.run_id
        )
    )
    rows = [
        {
            "dataset": record.dataset,
            "month": record.month.first_day,
            "supplier": record.supplier,
            "rule_id": rule.rule_id,
            "severity": rule.severity,
            "evaluated": rule.evaluated,
            "failed": rule.failed,
            "tolerance": rule.tolerance,
            "success": rule.success,
            "contract_version": record.contract_version,
            "run_id": record.run_id,
            "checked_at": now,
        }
        for rule in record.rules
    ]
    if rows:
        connection.execute(insert(quality_result), rows)


def _replace_information(connection: Connection, record: DeliveryRecord) -> None:
    connection.execute(delete(file_information).where(_of_record(file_information, record)))
    same_in_all = {
        "dataset": record.dataset,
        "month": record.month.first_day,
        "supplier": record.supplier,
        "run_id": record.run_id,
    }
    if record.information:
        connection.execute(
            insert(file_information), [asdict(note) | same_in_all for note in record.information]
        )


def _replace_quarantine(connection: Connection, record: DeliveryRecord) -> None:
    connection.execute(delete(quarantine).where(_of_record(quarantine, record)))
    if record.quarantine is None:
        return
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    same_in_all = {
        "dataset": record.dataset,
        "month": record.month.first_day.isoformat(),
        "supplier": record.supplier,
        "run_id": record.run_id,
    }
    with ParquetFile(Path(record.quarantine)) as file:
        for batch in file.iter_batches(columns=_QUARANTINE_COLUMNS):
            for name, value in same_in_all.items():
                batch = batch.append_column(name, pa.repeat(value, batch.num_rows))
            insert_batch(connection, quarantine, batch)


def _move_pointer(connection: Connection, record: DeliveryRecord, now: datetime) -> None:
    if record.accepted is None:
        return
    connection.execute(delete(accepted).where(_of_record(accepted, record)))
    connection.execute(
        insert(accepted).values(
            dataset=record.dataset,
            month=record.month.first_day,
            supplier=record.supplier,
            path=record.accepted.path,
            content_hash=record.accepted.content_hash,
            contract_version=record.contract_version,
            row_count=record.accepted.row_count,
            fingerprint=record.fingerprint,
            run_id=record.run_id,
            accepted_at=now,
            absent_fields=list(record.accepted.absent_fields),
        )
    )
