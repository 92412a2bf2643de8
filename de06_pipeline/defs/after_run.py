"""What the daemon does when a monthly run has ended, whether it succeeded or failed."""

from collections.abc import Callable

import dagster as dg


def after_monthly_run(
    monthly_job: "dg.UnresolvedAssetJobDefinition",
    name: str,
    description: str,
    work: Callable[[dg.RunStatusSensorContext], dg.RunRequest | dg.SkipReason],
    request_job: "dg.UnresolvedAssetJobDefinition | None" = None,
) -> list[dg.SensorDefinition]:
    """A sensor for success and one for failure, since Dagster's are for one status each.

    Args:
        name: what the sensors' names begin with.
        request_job: what ``work`` asks to run, if it does.
    """
    return [
        dg.run_status_sensor(
            name=f"{name}_after_{ending}",
            run_status=status,
            monitored_jobs=[monthly_job],
            request_job=request_job,
            default_status=dg.DefaultSensorStatus.RUNNING,
            description=f"A monthly run has ended: {description}",
        )(work)
        for ending, status in (
            ("success", dg.DagsterRunStatus.SUCCESS),
            ("failure", dg.DagsterRunStatus.FAILURE),
        )
    ]
