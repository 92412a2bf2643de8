"""Files that show which runs are alive: a running process holds a lock on one named after its run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from de06_pipeline.holding import SUFFIX, abandoned, hold, let_go

RUNNING_FOLDER = "running"

_held: dict[str, FileLock] = {}
"""Locks of this process's runs, kept until it ends or says that the run is over: a run's last event
is written after its resources are gone.
"""


def hold_run(dagster_home: Path, run_id: str) -> None:
    """Show that this process works on a run, until :func:`let_go_of_run` or its end."""
    if run_id not in _held:
        folder = dagster_home / RUNNING_FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _held[run_id] = hold(folder / f"{run_id}{SUFFIX}")


def let_go_of_run(run_id: str) -> None:
    """The run has ended and its end is recorded."""
    lock = _held.pop(run_id, None)
    if lock is not None:
        let_go(lock)


@contextmanager
def running(dagster_home: Path, run_id: str) -> Iterator[None]:
    """For a run in this process that others come after: hold it, and let go at its end."""
    hold_run(dagster_home, run_id)
    try:
        yield
    finally:
        let_go_of_run(run_id)


def has_files(dagster_home: Path) -> bool:
    """Whether any run is in progress, or died: cheap, without Dagster's storage."""
    return any((dagster_home / RUNNING_FOLDER).glob(f"*{SUFFIX}"))


def dead_run_ids(dagster_home: Path) -> Iterator[str]:
    """Runs whose process is gone; their files are removed once each was looked at."""
    for path in abandoned(dagster_home / RUNNING_FOLDER):
        yield path.name.removesuffix(SUFFIX)
