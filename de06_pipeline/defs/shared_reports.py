"""The daemon's look at reports that other machines wrote, for whoever serves this machine's folder."""

from collections.abc import Iterator

import dagster as dg

LOOK_EVERY_SECONDS = 60


@dg.sensor(
    name="shared_reports",
    minimum_interval_seconds=LOOK_EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Makes this machine's reports folder and the store of `DE06_REPORTS_STORE` agree; does "
        "nothing without that setting."
    ),
)
def shared_reports(_context: dg.SensorEvaluationContext) -> Iterator[dg.SkipReason]:
    from de06_pipeline.monthly.report_store import ReportStoreError, share
    from de06_pipeline.settings import Settings

    settings = Settings()
    if not settings.reports_store:
        yield dg.SkipReason("Reports stay on this machine (DE06_REPORTS_STORE is not set).")
        return
    try:
        yield dg.SkipReason(f"{share(settings)} files of reports were sent, fetched or removed.")
    except ReportStoreError as error:
        yield dg.SkipReason(str(error))
