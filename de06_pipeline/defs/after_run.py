"""What the daemon does when a run of a month has ended, whether it succeeded or failed."""

from collections.abc import Callable, Sequence

import dagster as dg

from de06_pipeline.defs.jobs import MONTHLY_JOB

Asked = Sequence[dg.RunRequest] | dg.SkipReason


def is_of_a_month(run: dg.DagsterRun, monthly: frozenset[dg.AssetKey]) -> bool:
    """Whether a run made assets of the monthly job, in this or another one: "Materialize" and
    backfills run them in a job of Dagster's own.
    """
    return run.job_name == MONTHLY_JOB or bool(monthly & (run.asset_selection or frozenset()))


def after_monthly_run(
    monthly: frozenset[dg.AssetKey],
    name: str,
    description: str,
    work: Callable[[dg.RunStatusSensorContext], Asked],
    request_job: "dg.UnresolvedAssetJobDefinition | None" = None,
) -> list[dg.SensorDefinition]:
    """A sensor for success and one for failure, since Dagster's are for one status each.

    Args:
        monthly: the assets of the monthly job.
        name: what the sensors' names begin with.
        request_job: what ``work`` asks to run, if it does.
    """

    def of_a_month(context: dg.RunStatusSensorContext) -> Asked:
        if is_of_a_month(context.dagster_run, monthly):
            return work(context)
        return dg.SkipReason("The run was none of a month.")

    return [
        dg.run_status_sensor(
            name=f"{name}_after_{ending}",
            run_status=status,
            request_job=request_job,
            default_status=dg.DefaultSensorStatus.RUNNING,
            description=f"A run of a month has ended: {description}",
        )(of_a_month)
        for ending, status in (
            ("success", dg.DagsterRunStatus.SUCCESS),
            ("failure", dg.DagsterRunStatus.FAILURE),
        )
    ]
