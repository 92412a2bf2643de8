"""Which months the nightly run should process: those whose files differ from what was last
recorded, and those whose publication broke off; of any age.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from de06_pipeline.landing.discover import find_deliveries, months_present
from de06_pipeline.monthly.find_gaps import find_gaps
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries, files_in_force


@dataclass(frozen=True, slots=True)
class DueMonth:
    """A month with news in the landing zone; ``listing`` changes whenever the news do."""

    month: Month
    listing: str


def due_months(workspace: Workspace, months: set[Month]) -> list[DueMonth]:
    """The months among ``months`` with a delivery that is new, changed or gone since it was last
    recorded, or that were recorded and not published to the end; newest first.

    A refused delivery was recorded too, so it is not due again before one of its files changes.
    Months that are stale because a contract or the code changed are not due either: a person
    backfills them, or one deployment would rewrite ten years of published figures.
    """
    recorded = {
        (s.dataset, s.month, s.supplier): s for s in delivery_summaries(workspace.warehouse)
    }
    news: dict[Month, list[str]] = {}
    for dataset in workspace.contracts:
        present = set(months_present(workspace.settings.landing, dataset))
        for month in months & (present | {m for d, m, _ in recorded if d == dataset}):
            found = {
                d.supplier: d for d in find_deliveries(workspace.settings.landing, dataset, month)
            }
            for supplier, delivery in found.items():
                before = recorded.get((dataset, month, supplier))
                if (
                    before is None
                    or before.fingerprint != delivery.fingerprint
                    or before.status == "missing"
                ):
                    news.setdefault(month, []).append(
                        f"{dataset}/{supplier}/{delivery.fingerprint}"
                    )
            for summary_dataset, summary_month, supplier in recorded:
                is_gone = (summary_dataset, summary_month) == (
                    dataset,
                    month,
                ) and supplier not in found
                if is_gone and files_in_force(workspace.warehouse, dataset, month, supplier):
                    news.setdefault(month, []).append(f"{dataset}/{supplier}/gone")
    for gap in find_gaps(workspace):
        if gap.month in months and not gap.waits_for:
            news.setdefault(gap.month, []).append(f"unfinished {gap.state}")
    return [
        DueMonth(month, hashlib.sha256("\n".join(sorted(news[month])).encode()).hexdigest()[:16])
        for month in sorted(news, reverse=True)
    ]
