"""The ledger of a month: every delivery in force, with its rows, its rules and when it first
arrived. Reading only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.schema import accepted, delivery, quality_result
from de06_pipeline.warehouse.store import Warehouse

_OF_THE_DELIVERY = ".delivery."
"""In the ids of rules that count files or whole deliveries instead of rows."""

_DatasetSupplier = tuple[str, str]
"""Dataset and supplier."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One delivery in force.

    Attributes:
        received_at: when the last file of its first accepted version was written; a later
            correction does not make it late.
        failures: rows that break a rule, by rule; rules that all rows keep are left out.
    """

    dataset: str
    supplier: str
    rows_read: int
    rows_accepted: int
    rows_superseded: int
    received_at: datetime
    failures: Mapping[str, int]


def ledger_entries(warehouse: Warehouse, month: Month) -> tuple[LedgerEntry, ...]:
    """Every delivery in force of a month, by dataset and supplier."""
    with warehouse.reading() as connection:
        arrived, failures = _first_arrivals(connection, month), _failures(connection, month)
        return tuple(
            LedgerEntry(*key, *counts, received_at=arrived[key], failures=failures.get(key, {}))
            for key, counts in _rows_in_force(connection, month).items()
        )


def _rows_in_force(
    connection: Connection, month: Month
) -> dict[_DatasetSupplier, tuple[int, int, int]]:
    """Rows read, accepted and superseded of the files behind the accepted rows in force."""
    same = and_(
        *(
            delivery.c[name] == accepted.c[name]
            for name in ("dataset", "month", "supplier", "content_hash")
        )
    )
    # The same rows may have been delivered more than once; the newest attempt stands for them.
    newest = (
        select(
            delivery.c.dataset, delivery.c.supplier, func.max(delivery.c.attempt).label("attempt")
        )
        .join(accepted, same)
        .where(delivery.c.month == month.first_day)
        .group_by(delivery.c.dataset, delivery.c.supplier)
        .subquery()
    )
    query = (
        select(
            delivery.c.dataset,
            delivery.c.supplier,
            *(
                func.sum(delivery.c[name])
                for name in ("rows_read", "rows_accepted", "rows_superseded")
            ),
        )
        .join(
            newest,
            and_(
                *(delivery.c[name] == newest.c[name] for name in ("dataset", "supplier", "attempt"))
            ),
        )
        .where(delivery.c.month == month.first_day)
        .group_by(delivery.c.dataset, delivery.c.supplier)
        .order_by(delivery.c.dataset, delivery.c.supplier)
    )
    return {
        (dataset, supplier): (int(r), int(a), int(s))
        for dataset, supplier, r, a, s in connection.execute(query)
    }


def _first_arrivals(connection: Connection, month: Month) -> dict[_DatasetSupplier, datetime]:
    """When the first accepted version was complete: its newest file's time."""
    query = (
        select(delivery.c.dataset, delivery.c.supplier, delivery.c.attempt, delivery.c.received_at)
        .where(
            delivery.c.month == month.first_day,
            delivery.c.content_hash.is_not(None),
            delivery.c.sha256.is_not(None),
        )
        .order_by(delivery.c.received_at)
    )
    complete: dict[tuple[str, str, int], datetime] = {}
    for dataset, supplier, attempt, received_at in connection.execute(query):
        complete[dataset, supplier, attempt] = received_at
    first: dict[_DatasetSupplier, datetime] = {}
    for (dataset, supplier, _), received_at in complete.items():
        first[dataset, supplier] = min(received_at, first.get((dataset, supplier), received_at))
    return first


def _failures(connection: Connection, month: Month) -> dict[_DatasetSupplier, dict[str, int]]:
    """The rules that rows of the deliveries in force break."""
    same_run = and_(
        *(
            quality_result.c[name] == accepted.c[name]
            for name in ("dataset", "month", "supplier", "run_id")
        )
    )
    query = (
        select(
            quality_result.c.dataset,
            quality_result.c.supplier,
            quality_result.c.rule_id,
            quality_result.c.failed,
        )
        .join(accepted, same_run)
        .where(quality_result.c.month == month.first_day, quality_result.c.failed > 0)
        .order_by(quality_result.c.rule_id)
    )
    failures: dict[_DatasetSupplier, dict[str, int]] = defaultdict(dict)
    for dataset, supplier, rule_id, failed in connection.execute(query):
        if _OF_THE_DELIVERY not in rule_id:
            failures[dataset, supplier][rule_id] = int(failed)
    return dict(failures)
