"""Which months the nightly run should process: those whose files differ from what was last
recorded, and those whose publication broke off; of any age.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass

from de06_pipeline.errors import LandingError
from de06_pipeline.landing.discover import find_deliveries, months_present
from de06_pipeline.monthly.find_gaps import find_gaps
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.queries import (
    DeliverySummary,
    delivery_summaries,
    files_in_force,
)
from de06_pipeline.warehouse.deliveries.records import DeliveryKey
from de06_pipeline.warehouse.deliveries.removed import removed_fingerprints


@dataclass(frozen=True, slots=True)
class DueMonth:
    """A month with news in the landing zone; ``listing`` changes whenever the news do."""

    month: Month
    listing: str


def due_months(
    workspace: Workspace, months: set[Month], log: Callable[[str], None] = lambda _: None
) -> list[DueMonth]:
    """The months among ``months`` with a delivery that is new, changed or gone since it was last
    recorded, or that were recorded and not published to the end; newest first.

    A refused delivery was recorded too, so it is not due again before one of its files changes.
    Months that are stale because a contract or the code changed are not due either: a person
    backfills them, or one deployment would rewrite ten years of published figures.

    Args:
        log: told of datasets that cannot be listed; the others do not wait for them.

    Raises:
        LandingError: no dataset can be listed.
    """
    removed = removed_fingerprints(workspace.warehouse)
    recorded = {summary.key: summary for summary in delivery_summaries(workspace.warehouse)}
    on_purpose = {key for key, s in recorded.items() if removed.get(key) == s.fingerprint}
    news: dict[Month, list[str]] = defaultdict(list)
    unlisted: list[LandingError] = []
    for dataset in workspace.contracts:
        try:
            for month, line in _news_of(workspace, dataset, months, recorded, on_purpose):
                news[month].append(line)
        except LandingError as error:
            unlisted.append(error)
            log(f"{dataset}: {error}")
    if len(unlisted) == len(workspace.contracts):
        raise unlisted[0]
    for gap in find_gaps(workspace):
        if gap.month in months and not gap.waits_for:
            news[gap.month].append(f"unfinished {gap.state}")
    return [
        DueMonth(month, hashlib.sha256("\n".join(sorted(news[month])).encode()).hexdigest()[:16])
        for month in sorted(news, reverse=True)
    ]


def _news_of(
    workspace: Workspace,
    dataset: str,
    months: set[Month],
    recorded: Mapping[DeliveryKey, DeliverySummary],
    on_purpose: Set[DeliveryKey],
) -> Iterator[tuple[Month, str]]:
    """Each delivery of a dataset with news: its month, and a line that changes when the news do.

    Args:
        on_purpose: deliveries that were removed from the landing zone after the time they are kept.
    """
    landing = workspace.settings.landing
    once = {month for of, month, _ in recorded if of == dataset}
    for month in months & (set(months_present(landing, dataset)) | once):
        deliveries = {d.supplier: d for d in find_deliveries(landing, dataset, month)}
        for supplier, delivery in deliveries.items():
            before = recorded.get((dataset, month, supplier))
            if (
                before is None
                or before.fingerprint != delivery.fingerprint
                or before.status == "missing"
            ):
                yield month, f"{dataset}/{supplier}/{delivery.fingerprint}"
        for of, in_month, supplier in recorded.keys() - on_purpose:
            is_gone = (of, in_month) == (dataset, month) and supplier not in deliveries
            if is_gone and files_in_force(workspace.warehouse, dataset, month, supplier):
                yield month, f"{dataset}/{supplier}/gone"
