"""The standing check: which deliveries need somebody's attention right now, whatever their month."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from de06_pipeline.areas.suppliers import NATIONAL
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import accepted_in_force
from de06_pipeline.warehouse.deliveries.queries import DeliverySummary, delivery_summaries
from de06_pipeline.warehouse.deliveries.records import DeliveryKey
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Expected:
    """A delivery that should be there after ``due_on``.

    ``is_snapshot``: without it the supplier's last one is carried on.
    """

    dataset: str
    month: Month
    supplier: str
    due_on: date
    is_snapshot: bool = False


class Trouble(StrEnum):
    REFUSED = "refused"
    MISSING = "missing"
    """Its files have vanished and nobody has confirmed it."""
    OVERDUE = "overdue"
    CARRIED = "carried"
    """Overdue; the figures are made with an older snapshot."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One delivery in trouble.

    Attributes:
        is_in_force: an earlier accepted delivery of this month stands, and with it the month's
            figures.
        run_id: of the run that recorded it; None where nothing ever arrived.
        carried_from: for ``carried``, the month the snapshot comes from.
    """

    dataset: str
    month: Month
    supplier: str
    trouble: Trouble
    is_in_force: bool
    run_id: str | None = None
    carried_from: Month | None = None


SpokenFor = Callable[[str, Month, Month], Collection[int]]
"""The provinces that figures of a later month are made of from what a supplier delivered for one; a
snapshot is carried where there are any.
"""


def standing(
    warehouse: Warehouse,
    expected: Iterable[Expected],
    today: date,
    spoken_for: SpokenFor,
) -> tuple[Standing, ...]:
    """Deliveries refused, missing, overdue or carried on, by dataset, month and supplier.

    Args:
        spoken_for: see :data:`SpokenFor`.
    """
    summaries = {s.key: s for s in delivery_summaries(warehouse)}
    standing = [_recorded(summary) for summary in summaries.values()]
    overdue = [
        delivery
        for delivery in expected
        if delivery.due_on < today and not _has_arrived(delivery, summaries)
    ]
    carried: dict[tuple[str, Month], dict[str, Month]] = {}
    for late in overdue:
        if late.is_snapshot and (late.dataset, late.month) not in carried:
            carried[late.dataset, late.month] = snapshots_used(
                warehouse, late.dataset, late.month, spoken_for
            )
        months = carried.get((late.dataset, late.month), {})
        source = months.get(late.supplier, months.get(NATIONAL))
        trouble = Trouble.OVERDUE if source is None else Trouble.CARRIED
        standing.append(
            Standing(late.dataset, late.month, late.supplier, trouble, False, carried_from=source)
        )
    return tuple(
        sorted(
            (s for s in standing if s is not None), key=lambda s: (s.dataset, s.month, s.supplier)
        )
    )


def snapshots_used(
    warehouse: Warehouse, dataset: str, month: Month, spoken_for: SpokenFor
) -> dict[str, Month]:
    """By supplier, the month whose delivery of a snapshot a month's figures are made of."""
    return {
        pointer.supplier: pointer.month
        for pointer in accepted_in_force(warehouse, dataset, month, carry=True)
        if spoken_for(pointer.supplier, pointer.month, month)
    }


def _recorded(summary: DeliverySummary) -> Standing | None:
    if summary.status == "refused":
        trouble = Trouble.REFUSED
    elif summary.status == "missing" and summary.is_in_force:
        trouble = Trouble.MISSING
    else:
        return None
    return Standing(
        summary.dataset,
        summary.month,
        summary.supplier,
        trouble,
        summary.is_in_force,
        summary.run_id,
    )


def _has_arrived(delivery: Expected, summaries: dict[DeliveryKey, DeliverySummary]) -> bool:
    own = summaries.get((delivery.dataset, delivery.month, delivery.supplier))
    if own is not None:
        # A refused delivery that was taken back has not arrived; one confirmed as missing is
        # settled.
        return own.status != "missing" or own.is_in_force or own.was_accepted
    national = summaries.get((delivery.dataset, delivery.month, NATIONAL))
    return national is not None and national.is_in_force
