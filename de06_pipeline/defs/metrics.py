"""After every monthly run the file of metrics is written anew: by a sensor for runs that the daemon
sees, by the command for its own.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from de06_pipeline.defs.after_run import after_monthly_run
from de06_pipeline.defs.run_state import PARTITION_TAG, TOLD_TAG
from de06_pipeline.defs.verdict import is_broken

if TYPE_CHECKING:
    from de06_pipeline.monthly.workspace import Workspace


def refresh_metrics(instance: dg.DagsterInstance, workspace: "Workspace", run_id: str) -> None:
    """Write the metrics as they are after a finished run."""
    from de06_pipeline.monthly.metrics import FinishedRun, write_metrics

    record = instance.get_run_record_by_id(run_id)
    if record is None:
        return
    ended = record.end_time or datetime.now(UTC).timestamp()
    run = FinishedRun(
        month=record.dagster_run.tags.get(PARTITION_TAG, "")[:7],
        # A refused delivery is a number of its own; the run itself did all there was to do.
        success=record.dagster_run.is_finished
        and record.dagster_run.status is not dg.DagsterRunStatus.CANCELED
        and not is_broken(instance, record.dagster_run),
        seconds=max(0.0, ended - (record.start_time or ended)),
        ended_at=datetime.fromtimestamp(ended, UTC),
    )
    write_metrics(workspace, run)


def metrics_sensors(monthly: frozenset[dg.AssetKey]) -> list[dg.SensorDefinition]:
    """After a run of a month the metrics are written anew."""
    return after_monthly_run(monthly, "metrics", "write the metrics that monitoring reads.", _write)


def _write(context: dg.RunStatusSensorContext) -> dg.SkipReason:
    from de06_pipeline.monthly.workspace import Workspace
    from de06_pipeline.settings import Settings

    if context.dagster_run.tags.get(TOLD_TAG):
        return dg.SkipReason("Whoever started the run writes the metrics itself.")
    settings = Settings()
    refresh_metrics(context.instance, Workspace(settings), context.dagster_run.run_id)
    return dg.SkipReason(f"Written to {settings.metrics}.")
