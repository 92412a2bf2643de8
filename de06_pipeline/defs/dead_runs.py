"""The daemon's look for runs whose process is gone, or that the broker lost: they would keep their
month, and a place among the runs side by side, for six hours, and raw rows in the scratch folder
for good.
"""

from collections.abc import Iterator

import dagster as dg

LOOK_EVERY_SECONDS = 60


@dg.sensor(
    name="dead_runs",
    minimum_interval_seconds=LOOK_EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Marks runs as failed whose process is gone (killed, or the machine stopped), or that the "
        "broker of the workers lost, so that their month can run again, and removes what they left "
        "in the scratch folder."
    ),
)
def dead_runs(context: dg.SensorEvaluationContext) -> Iterator[dg.SkipReason]:
    from de06_pipeline.defs.run_state import mark_dead_runs
    from de06_pipeline.duck.scratch import sweep
    from de06_pipeline.settings import Settings

    settings = Settings()
    dagster_home = settings.dagster_home
    assert dagster_home is not None
    sweep(settings.scratch)
    marked = mark_dead_runs(context.instance, dagster_home)
    if settings.celery_broker:
        from de06_pipeline.defs.celery_launcher import mark_lost_runs

        marked += mark_lost_runs(context.instance)
    yield dg.SkipReason(
        f"Marked as failed: {', '.join(marked)}." if marked else "Every run in progress is alive."
    )
