"""The nightly schedule: months with news in the landing zone, newest first."""

from collections.abc import Iterable, Iterator

import dagster as dg

from de06_pipeline.defs.alerts import send_alert
from de06_pipeline.defs.jobs import MONTHLY_JOB
from de06_pipeline.defs.partitions import MONTHS
from de06_pipeline.defs.run_state import months_in_progress
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.periods import TIMEZONE, Month

MONTHS_A_NIGHT = 12
ATTEMPTS = 3
"""Nights on which the same files of a month are tried, when the run before broke off without
recording them; nights on which no run of it got to begin do not count.
"""

LISTING_TAG = "de06/listing"


@dg.schedule(
    name="nightly",
    job_name=MONTHLY_JOB,
    cron_schedule="0 2 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="At 02:00: every month whose delivered files differ from what was last recorded, or whose publication broke off, newest "
    f"first, at most {MONTHS_A_NIGHT} a night. A refused delivery is tried again only when a file of it changes.",
)
def nightly(
    context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    from de06_pipeline.monthly.find_due import due_months

    months = {
        Month.parse(key)
        for key in MONTHS.get_partition_keys(current_time=context.scheduled_execution_time)
    }
    due = due_months(workspace.open(), months, context.log.warning)
    running = months_in_progress(context.instance)
    requested = 0
    reasons = []
    for waiting in due:
        if requested == MONTHS_A_NIGHT:
            break
        if waiting.month.partition_key in running:
            reasons.append(f"{waiting.month}: a run of it is in progress or waiting.")
            continue
        listing = f"{waiting.month}:{waiting.listing}"
        tried = context.instance.get_run_records(dg.RunsFilter(tags={LISTING_TAG: listing}))
        # A run that was started again after a crash is not another night, and one that never began
        # (the broker was away) says nothing of the files.
        nights, begun = _nights(tried), _nights(each for each in tried if each.start_time)
        if len(begun) >= ATTEMPTS:
            reasons.append(
                f"{waiting.month}: tried {ATTEMPTS} times without finishing; "
                f"it waits for a person (de06 run {waiting.month}) or a new file."
            )
            # Every night until somebody looks: its files are in no figure, and where nothing of them
            # was recorded nothing else says so.
            send_alert(context.log, f"de06: {reasons[-1]}", month=waiting.month.partition_key)
            continue
        requested += 1
        yield dg.RunRequest(
            run_key=f"{listing}:{len(nights) + 1}",
            partition_key=waiting.month.partition_key,
            tags={LISTING_TAG: listing},
        )
    if not requested:
        yield dg.SkipReason(
            " ".join(reasons)
            or "Nothing in the landing zone differs from what was last recorded, and every month is published."
        )


def _nights(tried: Iterable[dg.RunRecord]) -> set[str]:
    """The first run of each night."""
    return {each.dagster_run.root_run_id or each.dagster_run.run_id for each in tried}
