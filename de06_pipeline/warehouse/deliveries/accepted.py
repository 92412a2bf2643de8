"""Which accepted rows are in force.

Readers of the lake start here and never look for the newest file.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import AcceptedBefore, AcceptedPointer
from de06_pipeline.warehouse.schema import accepted as table
from de06_pipeline.warehouse.schema import delivery
from de06_pipeline.warehouse.store import Warehouse


def accepted(warehouse: Warehouse, dataset: str, month: Month) -> tuple[AcceptedPointer, ...]:
    """The accepted deliveries of a dataset and month, by supplier."""
    return _pointers(
        warehouse, select(table).where(table.c.dataset == dataset, table.c.month == month.first_day)
    )


def accepted_in_force(
    warehouse: Warehouse, dataset: str, month: Month, carry: bool
) -> tuple[AcceptedPointer, ...]:
    """The accepted deliveries that a month is computed from, by supplier.

    Args:
        carry: for snapshots: of every supplier the last one accepted for this month or an earlier
            one; ``pointer.month`` says which. Otherwise the same as :func:`accepted`.
    """
    if not carry:
        return accepted(warehouse, dataset, month)
    last = (
        select(table.c.supplier, func.max(table.c.month).label("month"))
        .where(table.c.dataset == dataset, table.c.month <= month.first_day)
        .group_by(table.c.supplier)
        .subquery()
    )
    query = select(table).join(
        last, and_(table.c.supplier == last.c.supplier, table.c.month == last.c.month)
    )
    return _pointers(warehouse, query.where(table.c.dataset == dataset))


def accepted_before(
    warehouse: Warehouse, datasets: Collection[str], month: Month
) -> tuple[AcceptedBefore, ...]:
    """What was accepted of some datasets and a month before what stands now: replaced by a later
    delivery, or withdrawn.
    """
    key = (delivery.c.dataset, delivery.c.supplier, delivery.c.content_hash)
    in_force = exists().where(
        table.c.month == delivery.c.month,
        *(table.c[column.name] == column for column in key),
    )
    query = (
        select(*key)
        .where(
            delivery.c.dataset.in_(sorted(datasets)),
            delivery.c.month == month.first_day,
            delivery.c.content_hash.is_not(None),
            ~in_force,
        )
        .distinct()
        .order_by(*key)
    )
    with warehouse.reading() as connection:
        return tuple(
            AcceptedBefore(dataset, month, supplier, content_hash)
            for dataset, supplier, content_hash in connection.execute(query)
        )


def all_accepted(warehouse: Warehouse, datasets: Collection[str]) -> tuple[AcceptedPointer, ...]:
    """The accepted deliveries of some datasets, of every month, by month and supplier."""
    return _pointers(warehouse, select(table).where(table.c.dataset.in_(sorted(datasets))))


def accepted_history(
    warehouse: Warehouse, dataset: str, supplier: str, before: Month
) -> tuple[AcceptedPointer, ...]:
    """A supplier's accepted deliveries of earlier months, oldest first: what a month's volume is
    compared with.
    """
    query = select(table).where(
        table.c.dataset == dataset, table.c.supplier == supplier, table.c.month < before.first_day
    )
    return _pointers(warehouse, query)


def last_accepted(warehouse: Warehouse) -> dict[str, datetime]:
    """By dataset, when accepted rows were last recorded (UTC); only datasets that have any."""
    query = select(table.c.dataset, func.max(table.c.accepted_at).label("accepted_at")).group_by(
        table.c.dataset
    )
    with warehouse.reading() as connection:
        return {row.dataset: row.accepted_at for row in connection.execute(query)}


def months_accepted(warehouse: Warehouse, dataset: str) -> tuple[Month, ...]:
    """The months that have an accepted delivery, in order."""
    with warehouse.reading() as connection:
        months = connection.execute(
            select(table.c.month)
            .where(table.c.dataset == dataset)
            .distinct()
            .order_by(table.c.month)
        )
        return tuple(Month.of(month) for month in months.scalars())


def is_in_force(connection: Connection, pointer: AcceptedPointer) -> bool:
    """Whether the pointer still names the rows in force, inside a transaction."""
    content_hash = connection.execute(
        select(table.c.content_hash).where(
            table.c.dataset == pointer.dataset,
            table.c.month == pointer.month.first_day,
            table.c.supplier == pointer.supplier,
        )
    ).scalar()
    return content_hash == pointer.content_hash


def _pointers(warehouse: Warehouse, query: Select[Any]) -> tuple[AcceptedPointer, ...]:
    with warehouse.reading() as connection:
        return tuple(
            _pointer(row)
            for row in connection.execute(query.order_by(table.c.month, table.c.supplier))
        )


def _pointer(row: Row[Any]) -> AcceptedPointer:
    values = dict(row._mapping)
    absent = values.pop("absent_fields")
    return AcceptedPointer(
        **{**values, "month": Month.of(values["month"])},
        absent_fields=None if absent is None else tuple(absent),
    )
