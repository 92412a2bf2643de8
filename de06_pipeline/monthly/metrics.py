"""What monitoring wants to know, as Prometheus text in a file: for the textfile collector of
node_exporter, or whatever reads files. Counts and times by dataset, never a value of a row.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from de06_pipeline.monthly.find_attention import expected_deliveries
from de06_pipeline.monthly.find_gaps import find_gaps
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import vietnam_today
from de06_pipeline.warehouse.deliveries.accepted import last_accepted
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries
from de06_pipeline.warehouse.deliveries.standing import Trouble, standing

_ROWS = ("read", "accepted", "quarantined", "superseded")
_STATES = ("accepted", "refused", "missing")


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """The monthly run that has just ended. ``seconds``: from its start to its end."""

    month: str
    success: bool
    seconds: float
    ended_at: datetime


def write_metrics(workspace: Workspace, run: FinishedRun) -> Path:
    """Write the file anew, whole or not at all; returns its path.

    Rows and deliveries are those of every delivery's last attempt, whatever its month; rows of the
    run are what its month's deliveries held.
    """
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()

    def gauge(name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"de06_{name}", text, labels, registry=registry)

    rows = gauge("rows", "Rows of every delivery's last attempt.", "dataset", "outcome")
    deliveries = gauge("deliveries", "Deliveries by what became of them.", "dataset", "status")
    late = gauge("deliveries_late", "Deliveries that are overdue.", "dataset")
    accepted_at = gauge(
        "last_success_timestamp_seconds", "When a delivery was last accepted.", "dataset"
    )
    run_rows = gauge("last_run_rows", "Rows of the last run's month.", "dataset", "outcome")
    summaries = delivery_summaries(workspace.warehouse)
    overdue = Counter(
        state.dataset
        for state in standing(
            workspace.warehouse,
            expected_deliveries(workspace),
            vietnam_today(),
            workspace.suppliers.spoken_for,
        )
        if state.trouble in (Trouble.OVERDUE, Trouble.CARRIED)
    )
    last = last_accepted(workspace.warehouse)
    for dataset in sorted(workspace.contracts):
        own = [summary for summary in summaries if summary.dataset == dataset]
        of_run = [summary for summary in own if str(summary.month) == run.month]
        for outcome in _ROWS:
            name = f"rows_{outcome}"
            rows.labels(dataset, outcome).set(sum(getattr(s, name) for s in own))
            run_rows.labels(dataset, outcome).set(sum(getattr(s, name) for s in of_run))
        for status in _STATES:
            deliveries.labels(dataset, status).set(sum(s.status == status for s in own))
        late.labels(dataset).set(overdue[dataset])
        if dataset in last:
            accepted_at.labels(dataset).set(last[dataset].timestamp())
    gauge("months_unfinished", "Months that are not published to the end.").set(
        len({gap.month for gap in find_gaps(workspace)})
    )
    gauge("last_run_duration_seconds", "How long the last monthly run took.").set(run.seconds)
    gauge("last_run_success", "1 where the last monthly run succeeded.").set(int(run.success))
    gauge("last_run_timestamp_seconds", "When the last monthly run ended.").set(
        run.ended_at.timestamp()
    )
    path = workspace.settings.metrics
    path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(path), registry)
    return path
