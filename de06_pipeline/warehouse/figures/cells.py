"""Which cells of a source and month are in force, and what they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from de06_pipeline.errors import StaleRunError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import is_in_force
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, CellsPointer
from de06_pipeline.warehouse.schema import cells as table
from de06_pipeline.warehouse.store import Warehouse


def set_cells(
    warehouse: Warehouse,
    source: str,
    month: Month,
    *,
    path: str,
    content_hash: str,
    input_hash: str,
    inputs: Mapping[str, Any],
    accepted: Iterable[AcceptedPointer],
    run_id: str,
) -> bool:
    """Put a month's cells in force.

    Args:
        path: their folder in the lake, kept and given back as it is.
        inputs: what they were made from besides accepted rows, for people and for "stale, because
            …"; JSON values.
        accepted: the deliveries they were made from; added to ``inputs`` as ``accepted``.

    Returns:
        False if the same cells from the same inputs were in force already; then nothing is written.

    Raises:
        StaleRunError: one of the deliveries is no longer in force: the cells are already out of
        date.
    """
    made_from = sorted(accepted, key=lambda a: (a.dataset, a.month, a.supplier))
    listed = [[a.dataset, str(a.month), a.supplier, a.content_hash] for a in made_from]
    content = {
        "path": path,
        "content_hash": content_hash,
        "input_hash": input_hash,
        "inputs": {**inputs, "accepted": listed},
    }
    here = (table.c.source == source) & (table.c.month == month.first_day)
    with warehouse.writing() as connection:
        for pointer in made_from:
            if not is_in_force(connection, pointer):
                raise StaleRunError(
                    f"{source} {month}: the delivery {pointer.dataset} {pointer.month} {pointer.supplier} was replaced or withdrawn "
                    "while the month was being computed; run the month again."
                )
        stored = connection.execute(select(table).where(here)).mappings().first()
        if stored is not None and all(stored[name] == value for name, value in content.items()):
            return False
        connection.execute(delete(table).where(here))
        connection.execute(
            insert(table).values(
                source=source,
                month=month.first_day,
                run_id=run_id,
                built_at=datetime.now(UTC),
                **content,
            )
        )
    return True


def renew_inputs(
    warehouse: Warehouse, source: str, renewed: Mapping[Month, tuple[str, Mapping[str, Any]]]
) -> None:
    """Put other inputs in the place of those recorded of some months' cells, where the snapshots
    that go with them have changed; the cells in force stay.

    Args:
        renewed: hash and inputs, ``accepted`` included.
    """
    with warehouse.writing() as connection:
        for month, (input_hash, inputs) in renewed.items():
            connection.execute(
                update(table)
                .where(
                    table.c.source == source,
                    table.c.month == month.first_day,
                    table.c.input_hash != input_hash,
                )
                .values(input_hash=input_hash, inputs=inputs)
            )


def remove_cells(warehouse: Warehouse, source: str, month: Month) -> bool:
    """Take a month's cells out of force, when its last delivery was withdrawn.

    False if there were none.
    """
    with warehouse.writing() as connection:
        return (
            connection.execute(
                delete(table).where(table.c.source == source, table.c.month == month.first_day)
            ).rowcount
            > 0
        )


def cells(warehouse: Warehouse, source: str) -> dict[Month, CellsPointer]:
    """The cells in force of a source, by month in order."""
    with warehouse.reading() as connection:
        rows = connection.execute(
            select(table).where(table.c.source == source).order_by(table.c.month)
        ).mappings()
        pointers = [CellsPointer(**{**row, "month": Month.of(row["month"])}) for row in rows]
    return {pointer.month: pointer for pointer in pointers}
