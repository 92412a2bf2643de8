"""The attempts of deliveries one after another: what was accepted when, and what it took the place
of. Reading only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import DeliveryKey
from de06_pipeline.warehouse.schema import accepted, delivery
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recorded attempt of a delivery.

    Attributes:
        files: names and SHA-256 of the files that were read.
        content_hash: of the accepted rows; None where it was refused.
    """

    key: DeliveryKey
    attempt: int
    files: tuple[tuple[str, str], ...]
    contract_version: str
    content_hash: str | None
    rows_accepted: int
    recorded_at: datetime


def attempts_between(
    warehouse: Warehouse, datasets: Collection[str], after: datetime, until: datetime
) -> tuple[Attempt, ...]:
    """The attempts recorded after one instant and until another, by dataset, month and supplier."""
    d = delivery.c
    query = (
        select(delivery)
        .where(d.dataset.in_(sorted(datasets)), d.recorded_at > after, d.recorded_at <= until)
        .order_by(d.dataset, d.month, d.supplier, d.attempt, d.delivery_id)
    )
    return _attempts(warehouse, query)


def attempt_before(warehouse: Warehouse, attempt: Attempt) -> Attempt | None:
    """The accepted attempt that one took the place of; None where it was the first."""
    dataset, month, supplier = attempt.key
    d = delivery.c
    here = (
        (d.dataset == dataset)
        & (d.month == month.first_day)
        & (d.supplier == supplier)
        & (d.attempt < attempt.attempt)
        & d.content_hash.is_not(None)
    )
    newest = select(func.max(d.attempt)).where(here).scalar_subquery()
    attempts = _attempts(warehouse, select(delivery).where(here, d.attempt == newest))
    return attempts[0] if attempts else None


def withdrawn(
    warehouse: Warehouse,
    datasets: Collection[str],
    months: Collection[Month],
    by_run: str | None = None,
) -> tuple[DeliveryKey, ...]:
    """Deliveries of some months that were once accepted and whose files are gone for good.

    Args:
        by_run: only those that this run took out of force.
    """
    d = delivery.c
    stands = (
        select(accepted.c.path)
        .where(
            accepted.c.dataset == d.dataset,
            accepted.c.month == d.month,
            accepted.c.supplier == d.supplier,
        )
        .exists()
    )
    query = (
        select(d.dataset, d.month, d.supplier)
        .where(
            d.dataset.in_(sorted(datasets)),
            d.month.in_([month.first_day for month in months]),
            d.status == "missing",
            d.content_hash.is_not(None),
            ~stands,
        )
        .distinct()
        .order_by(d.dataset, d.month, d.supplier)
    )
    if by_run is not None:
        query = query.where(d.run_id == by_run)
    with warehouse.reading() as connection:
        return tuple(
            (dataset, Month.of(month), supplier)
            for dataset, month, supplier in connection.execute(query)
        )


def _attempts(warehouse: Warehouse, query: Select[Any]) -> tuple[Attempt, ...]:
    with warehouse.reading() as connection:
        rows = connection.execute(query).mappings().all()
    by_attempt: dict[tuple[DeliveryKey, int], list[RowMapping]] = {}
    for row in rows:
        key = (row["dataset"], Month.of(row["month"]), row["supplier"])
        by_attempt.setdefault((key, row["attempt"]), []).append(row)
    return tuple(_attempt(key, number, each) for (key, number), each in by_attempt.items())


def _attempt(key: DeliveryKey, number: int, rows: list[RowMapping]) -> Attempt:
    # Files of an earlier version are listed with the delivery, but were not read.
    read = [row for row in rows if row["sha256"] is not None] or rows
    first = read[0]
    return Attempt(
        key,
        number,
        tuple((row["file_name"], row["sha256"] or "") for row in read),
        first["contract_version"],
        first["content_hash"],
        sum(int(row["rows_accepted"]) for row in read),
        first["recorded_at"],
    )
