"""The nightly schedule: months with news in the landing zone, newest first."""

from collections.abc import Iterator

import dagster as dg

from de06_pipeline.defs.jobs import MONTHLY_JOB
from de06_pipeline.defs.partitions import MONTHS
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.periods import TIMEZONE, Month

MONTHS_A_NIGHT = 12
ATTEMPTS = 3
"""Nights on which the same files of a month are tried, when the run before broke off without
recording them.
"""

LISTING_TAG = "de06/listing"


@dg.schedule(
    name="nightly",
    job_name=MONTHLY_JOB,
    cron_schedule="0 2 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="At 02:00: every month whose delivered files differ from what was last recorded, newest first, at most "
    f"{MONTHS_A_NIGHT} a night. A refused delivery is tried again only when a file of it changes.",
)
def nightly(
    context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    from de06_pipeline.monthly.find_due import due_months

    months = {
        Month.parse(key)
        for key in MONTHS.get_partition_keys(current_time=context.scheduled_execution_time)
    }
    due = due_months(workspace.open(), months)[:MONTHS_A_NIGHT]
    requested = 0
    for one in due:
        listing = f"{one.month}:{one.listing}"
        attempt = context.instance.get_runs_count(dg.RunsFilter(tags={LISTING_TAG: listing})) + 1
        if attempt > ATTEMPTS:
            context.log.warning(
                f"{one.month}: tried {ATTEMPTS} times without recording its files; it waits for a person or a new file."
            )
            continue
        requested += 1
        yield dg.RunRequest(
            run_key=f"{listing}:{attempt}",
            partition_key=one.month.partition_key,
            tags={LISTING_TAG: listing},
        )
    if not requested:
        yield dg.SkipReason("Nothing in the landing zone differs from what was last recorded.")
