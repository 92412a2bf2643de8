"""Which of Dagster's runs and logs nobody needs any more. What was delivered and published is
recorded in the warehouse and not here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from de06_pipeline.defs.run_state import PARTITION_TAG
from de06_pipeline.defs.verdict import is_broken

_PAGE = 500
_FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


@dataclass(frozen=True, slots=True)
class OldRun:
    """A run that may go. ``ended_on``: UTC."""

    run_id: str
    job: str
    month: str
    ended_on: date


def old_runs(instance: dg.DagsterInstance, keep_days: int, now: datetime) -> list[OldRun]:
    """Finished runs older than some days, oldest last.

    The last run of each job, month and choice of assets stays that succeeded but for refused
    deliveries: with a run go the events by which the UI knows that a month's assets are there.
    """
    before = now - timedelta(days=keep_days)
    newest: set[tuple[str, str, frozenset[dg.AssetKey]]] = set()
    old = []
    for record in _records(instance):
        run = record.dagster_run
        month = run.tags.get(PARTITION_TAG, "")[:7]
        key = (run.job_name, month, frozenset(run.asset_selection or ()))
        if key not in newest and _is_whole(instance, run):
            newest.add(key)
            continue
        # PostgreSQL gives the time with a zone, SQLite without; both mean UTC.
        made = record.create_timestamp.replace(tzinfo=UTC)
        if made < before:
            old.append(OldRun(run.run_id, run.job_name, month, made.date()))
    return old


def remove_runs(instance: dg.DagsterInstance, runs: list[OldRun], dagster_home: Path) -> None:
    """Delete runs with their events and the output of their steps."""
    for run in runs:
        instance.delete_run(run.run_id)
        shutil.rmtree(dagster_home / "storage" / run.run_id, ignore_errors=True)


def old_logs(folder: Path, keep_days: int, now: datetime) -> list[Path]:
    """JSON logs of days that are further back than some days."""
    first = (now - timedelta(days=keep_days)).date()
    return sorted(
        path for path in folder.glob("de06-*.jsonl") if path.stem < f"de06-{first.isoformat()}"
    )


def old_tick_logs(dagster_home: Path, keep_days: int, now: datetime) -> list[Path]:
    """What schedules and sensors logged longer ago than some days; Dagster removes their ticks, and
    leaves the files.
    """
    before = (now - timedelta(days=keep_days)).timestamp()
    logs = (dagster_home / "storage" / "__repository__").glob("*/*")
    return sorted(path for path in logs if path.is_file() and path.stat().st_mtime < before)


def _is_whole(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether a run made all that there was to make."""
    if run.status is dg.DagsterRunStatus.FAILURE:
        return not is_broken(instance, run)
    return run.status is dg.DagsterRunStatus.SUCCESS


def _records(instance: dg.DagsterInstance) -> Iterator[dg.RunRecord]:
    """Finished runs, newest first."""
    cursor: str | None = None
    while True:
        page = instance.get_run_records(
            dg.RunsFilter(statuses=_FINISHED), limit=_PAGE, cursor=cursor
        )
        yield from page
        if len(page) < _PAGE:
            return
        cursor = page[-1].dagster_run.run_id
