"""After every run of a month the file of metrics is written anew, by a sensor for runs that the
daemon sees, by the command for its own; and every morning, since deliveries become late without a
run.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from de06_pipeline.defs.after_run import after_monthly_run, is_of_a_month
from de06_pipeline.defs.run_state import PARTITION_TAG, TOLD_TAG
from de06_pipeline.defs.verdict import is_broken

if TYPE_CHECKING:
    from de06_pipeline.monthly.workspace import Workspace

_ENDED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]
_RUNS_LOOKED_AT = 500
"""Back to the last run of a month: a few of other jobs end every morning."""


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


def metrics_sensors(
    monthly: frozenset[dg.AssetKey], standing_job: "dg.UnresolvedAssetJobDefinition"
) -> list[dg.SensorDefinition]:
    """After a run of a month the metrics are written anew, and after each look at what stands."""

    @dg.run_status_sensor(
        name="metrics_after_standing",
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[standing_job],
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="The morning's look at what stands has ended: write the metrics that monitoring reads.",
    )
    def _write_again(context: dg.RunStatusSensorContext) -> dg.SkipReason:
        last = _last_of_a_month(context.instance, monthly)
        if last is None:
            return dg.SkipReason("No run of a month has ended yet.")
        return _written(context.instance, last)

    of_months = after_monthly_run(
        monthly, "metrics", "write the metrics that monitoring reads.", _write
    )
    return [*of_months, _write_again]


def _last_of_a_month(
    instance: dg.DagsterInstance, monthly: frozenset[dg.AssetKey]
) -> dg.DagsterRun | None:
    runs = instance.get_runs(dg.RunsFilter(statuses=_ENDED), limit=_RUNS_LOOKED_AT)
    return next((run for run in runs if is_of_a_month(run, monthly)), None)


def _write(context: dg.RunStatusSensorContext) -> dg.SkipReason:
    if context.dagster_run.tags.get(TOLD_TAG):
        return dg.SkipReason("Whoever started the run writes the metrics itself.")
    return _written(context.instance, context.dagster_run)


def _written(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.SkipReason:
    from de06_pipeline.monthly.workspace import Workspace
    from de06_pipeline.settings import Settings

    settings = Settings()
    refresh_metrics(instance, Workspace(settings), run.run_id)
    return dg.SkipReason(f"Written to {settings.metrics}.")
