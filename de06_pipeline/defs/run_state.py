"""Which runs are alive, which died without a word, and that a month has one run at a time, whoever
started it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg

from de06_pipeline.defs.run_files import dead_run_ids

_POLL_SECONDS = 1.0

_ACTIVE = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
WAITING = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED]
PARTITION_TAG = "dagster/partition"
TOLD_TAG = "de06/told"
"""On a run whose starter tells of it itself, and writes the metrics; empty where that can no longer
be, since its process is gone.
"""
REPORTED_TAG = "de06/reports"
"""On a monthly run whose starter makes the reports itself; empty in the same case."""


def mark_dead_runs(instance: dg.DagsterInstance, dagster_home: Path) -> list[str]:
    """Mark runs whose process is gone as failed, those that were being terminated as canceled;
    returns their ids. What a killed command would have told and reported is left to the daemon.
    """
    marked = []
    for run_id in dead_run_ids(dagster_home):
        run = instance.get_run_by_id(run_id)
        if run is not None and run.status in (*_ACTIVE, *WAITING):
            left = {tag: "" for tag in (TOLD_TAG, REPORTED_TAG) if tag in run.tags}
            instance.add_run_tags(run_id, left)
            if run.status is dg.DagsterRunStatus.CANCELING:
                instance.report_run_canceled(run, "The run's process ended when it was terminated.")
            else:
                instance.report_run_failed(
                    run,
                    "The run's process is gone (killed, or the machine stopped). What it recorded stands; "
                    f"run the month again: de06 run {run.tags.get(PARTITION_TAG, '<month>')[:7]}.",
                )
            marked.append(run.run_id)
    return marked


def months_in_progress(instance: dg.DagsterInstance) -> set[str]:
    """Partition keys with a run that is in progress or waiting for its turn."""
    return {
        run.tags[PARTITION_TAG] for run in unfinished_runs(instance) if PARTITION_TAG in run.tags
    }


def unfinished_runs(instance: dg.DagsterInstance) -> Sequence[dg.DagsterRun]:
    """Runs that are in progress or wait for their turn."""
    return instance.get_runs(dg.RunsFilter(statuses=[*_ACTIVE, *WAITING]))


def wait_for_month(
    instance: dg.DagsterInstance,
    dagster_home: Path,
    partition_key: str,
    say: Callable[[dg.DagsterRun], None],
) -> None:
    """Wait until no run of a month is active; told once of each that is waited for. A run that dies
    meanwhile is marked.
    """
    active = dg.RunsFilter(statuses=_ACTIVE, tags={PARTITION_TAG: partition_key})
    told: set[str] = set()
    while runs := instance.get_runs(active, limit=1):
        if runs[0].run_id not in told:
            told.add(runs[0].run_id)
            say(runs[0])
        time.sleep(_POLL_SECONDS)
        mark_dead_runs(instance, dagster_home)
