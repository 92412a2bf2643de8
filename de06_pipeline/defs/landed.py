"""The sensor for landed files: a month runs once its files have been quiet for a while, without
waiting for the night.

Sixty-three suppliers deliver one after another; each file that lands starts the wait anew, so a
month runs once and not sixty-three times. Late files for an old month restate it in the same way.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from de06_pipeline.defs.partitions import MONTHS
from de06_pipeline.defs.run_state import months_in_progress
from de06_pipeline.defs.schedules import LISTING_TAG, MONTHS_A_NIGHT
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.periods import Month

if TYPE_CHECKING:
    from de06_pipeline.monthly.find_due import DueMonth

LOOK_EVERY_SECONDS = 300


def landed_sensor(monthly_job: "dg.UnresolvedAssetJobDefinition") -> dg.SensorDefinition:
    """Asks for the monthly job; off while ``DE06_QUIET_MINUTES`` is 0."""

    @dg.sensor(
        name="landed_files",
        job=monthly_job,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Runs a month once its landed files have not changed for DE06_QUIET_MINUTES, late files of old months too; "
            "with 0, the default, months wait for the schedule nightly."
        ),
    )
    def _landed(
        context: dg.SensorEvaluationContext, workspace: WorkspaceResource
    ) -> dg.SensorResult:
        from de06_pipeline.monthly.find_due import due_months

        opened = workspace.open()
        quiet = opened.settings.quiet_minutes
        if not quiet:
            reason = "DE06_QUIET_MINUTES is 0: months wait for the night."
            return dg.SensorResult(skip_reason=reason)
        now = _now()
        months = {Month.parse(key) for key in MONTHS.get_partition_keys(current_time=now)}
        # Whoever takes the log of a tick leaves a file, and there are 105,000 ticks a year.
        due = due_months(opened, months, lambda said: context.log.warning(said))
        since = seen_since(due, json.loads(context.cursor or "{}"), now)
        running = months_in_progress(context.instance)
        requests = [
            dg.RunRequest(
                run_key=f"{listing}:landed",
                partition_key=each.month.partition_key,
                tags={LISTING_TAG: listing},
            )
            for each in due
            if now.timestamp() - since[listing := listing_of(each)] >= quiet * 60
            and each.month.partition_key not in running
            # What was tried and not recorded is the night's, which tries it a few times.
            and not context.instance.get_runs_count(dg.RunsFilter(tags={LISTING_TAG: listing}))
        ][:MONTHS_A_NIGHT]
        waiting = len(due) - len(requests)
        return dg.SensorResult(
            run_requests=requests,
            cursor=json.dumps(since),
            skip_reason=None
            if requests
            else f"{waiting} months have news; none has been quiet for {quiet} minutes and is free to run.",
        )

    return _landed


def listing_of(due: "DueMonth") -> str:
    """The state of a month's files, as runs are tagged with it."""
    return f"{due.month}:{due.listing}"


def seen_since(
    due: "list[DueMonth]", before: Mapping[str, float], now: datetime
) -> dict[str, float]:
    """Since when each state of a month's files has been seen, in seconds of the epoch. A state that
    has changed is another one; one that is no longer due is forgotten.

    The sensor's own clock counts and not the files' times: they come from other machines.
    """
    return {
        listing: min(before.get(listing, now.timestamp()), now.timestamp())
        for listing in map(listing_of, due)
    }


def _now() -> datetime:
    return datetime.now(UTC)
