"""What the last complete publication of each month rested on, and what stands now: where the two
differ, a publication broke off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.schema import accepted, cells, delivery
from de06_pipeline.warehouse.schema import published_basis as table
from de06_pipeline.warehouse.store import Warehouse

INGEST = "ingest"
"""Stands for the period type where a dataset's ingest is meant, with its reports and rates."""

Delivered = tuple[str, str, str]
"""Dataset, supplier and content hash of accepted rows."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What figures of one source and month are made from.

    Attributes:
        cells_hash: of the month's cells; None where there are none.
        accepted: the deliveries accepted for this very month.
    """

    cells_hash: str | None
    accepted: frozenset[Delivered]

    def of(self, datasets: Iterable[str]) -> Basis:
        """The same for some datasets only."""
        wanted = set(datasets)
        return Basis(
            self.cells_hash,
            frozenset(delivery for delivery in self.accepted if delivery[0] in wanted),
        )


def accepted_deliveries(warehouse: Warehouse) -> dict[Month, frozenset[Delivered]]:
    """The accepted deliveries of every month."""
    accepted_in: dict[Month, set[Delivered]] = defaultdict(set)
    query = select(
        accepted.c.month, accepted.c.dataset, accepted.c.supplier, accepted.c.content_hash
    )
    with warehouse.reading() as connection:
        for month, dataset, supplier, content_hash in connection.execute(query):
            accepted_in[Month.of(month)].add((dataset, supplier, content_hash))
    return {month: frozenset(deliveries) for month, deliveries in accepted_in.items()}


def recorded_deliveries(warehouse: Warehouse) -> dict[tuple[str, Month], frozenset[Delivered]]:
    """What is recorded of the deliveries of every dataset and month; instead of a content hash,
    status and outcome.
    """
    deliveries: dict[tuple[str, Month], set[Delivered]] = defaultdict(set)
    d = delivery.c
    query = (
        select(d.dataset, d.month, d.supplier, d.status, d.outcome_hash)
        .where(d.status != "replaced")
        .distinct()
    )
    with warehouse.reading() as connection:
        for dataset, month, supplier, status, outcome in connection.execute(query):
            deliveries[dataset, Month.of(month)].add((dataset, supplier, f"{status} {outcome}"))
    return {key: frozenset(recorded) for key, recorded in deliveries.items()}


def cells_hashes(warehouse: Warehouse) -> dict[tuple[str, Month], str]:
    """Content hash of the cells in force, by source and month."""
    with warehouse.reading() as connection:
        rows = connection.execute(select(cells.c.source, cells.c.month, cells.c.content_hash))
        return {(row.source, Month.of(row.month)): row.content_hash for row in rows}


def published_bases(warehouse: Warehouse) -> dict[tuple[str, str, Month], Basis]:
    """What was noted last, by source, period type and month."""
    with warehouse.reading() as connection:
        rows = connection.execute(select(table)).all()
    return {(row.source, row.period_type, Month.of(row.month)): _basis(row) for row in rows}


def published_basis(warehouse: Warehouse, source: str, period: str, month: Month) -> Basis:
    """The same for one of them; a basis of nothing where none was noted."""
    query = select(table).where(
        table.c.source == source,
        table.c.period_type == period,
        table.c.month == month.first_day,
    )
    with warehouse.reading() as connection:
        row = connection.execute(query).first()
    return _basis(row) if row is not None else Basis(None, frozenset())


def _basis(row: Row[Any]) -> Basis:
    return Basis(row.cells_hash, frozenset(tuple(delivery) for delivery in row.accepted))


def note_published(
    warehouse: Warehouse, source: str, bases: Mapping[tuple[str, Month], Basis], run_id: str
) -> None:
    """Note what complete publications rested on, by period type and month.

    Called after everything that a publication does, so that one which broke off anywhere is seen.
    Where the same was noted before, nothing is written.
    """
    before = published_bases(warehouse)
    changed = {
        (period, month): basis
        for (period, month), basis in bases.items()
        if before.get((source, period, month)) != basis
    }
    if not changed:
        return
    with warehouse.writing() as connection:
        for (period, month), basis in changed.items():
            connection.execute(
                delete(table).where(
                    table.c.source == source,
                    table.c.period_type == period,
                    table.c.month == month.first_day,
                )
            )
            if basis.cells_hash is None and not basis.accepted:
                continue
            connection.execute(
                insert(table).values(
                    source=source,
                    period_type=period,
                    month=month.first_day,
                    cells_hash=basis.cells_hash,
                    accepted=sorted(basis.accepted),
                    run_id=run_id,
                    published_at=datetime.now(UTC),
                )
            )
