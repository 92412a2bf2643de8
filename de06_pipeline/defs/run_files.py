"""Files that show which runs are alive: a running process holds a lock on one named after its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from de06_pipeline.holding import SUFFIX, abandoned, hold, leave, let_go

RUNNING_FOLDER = "running"

_held: dict[str, FileLock] = {}
"""Locks of this process's runs, kept until it ends or says that the run is over: a run's last event
is written after its resources are gone.
"""


def hold_run(dagster_home: Path, run_id: str) -> None:
    """Show that this process works on a run, until the end of :func:`running` or its own."""
    if run_id not in _held:
        folder = dagster_home / RUNNING_FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _held[run_id] = hold(folder / f"{run_id}{SUFFIX}")


@contextmanager
def running(dagster_home: Path, run_id: str, is_ended: Callable[[], bool]) -> Iterator[None]:
    """For a run in this process that others come after: hold it, and let go at its end.

    Args:
        is_ended: whether the run's end is recorded. If not (a full disk takes no event) the run
            counts as one whose process is gone, and the next command records its end.
    """
    hold_run(dagster_home, run_id)
    ended = False
    try:
        yield
        ended = is_ended()
    finally:
        lock = _held.pop(run_id)
        (let_go if ended else leave)(lock)


def has_files(dagster_home: Path) -> bool:
    """Whether any run is in progress, or died: cheap, without Dagster's storage."""
    return any((dagster_home / RUNNING_FOLDER).glob(f"*{SUFFIX}"))


def dead_run_ids(dagster_home: Path) -> Iterator[str]:
    """Runs whose process is gone; their files are removed once each was looked at."""
    for path in abandoned(dagster_home / RUNNING_FOLDER):
        yield path.name.removesuffix(SUFFIX)
