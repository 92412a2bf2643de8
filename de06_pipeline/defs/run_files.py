"""Files that show which runs are alive.

A running process holds a lock on a file named after its run; the operating system lets go of it
however the process ends, a power cut included. A file whose lock can be had belongs to a dead run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

RUNNING_FOLDER = "running"
_SUFFIX = ".lock"

_held: dict[str, FileLock] = {}
"""Locks of this process's runs, kept until it ends or says that the run is over: a run's last event
is written after its resources are gone.
"""


def hold_run(dagster_home: Path, run_id: str) -> None:
    """Show that this process works on a run, until :func:`let_go_of_run` or its end."""
    if run_id not in _held:
        folder = dagster_home / RUNNING_FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / f"{run_id}{_SUFFIX}")
        lock.acquire()
        _held[run_id] = lock


def let_go_of_run(run_id: str) -> None:
    """The run has ended and its end is recorded."""
    lock = _held.pop(run_id, None)
    if lock is not None:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


@contextmanager
def running(dagster_home: Path, run_id: str) -> Iterator[None]:
    """For a run in this process that others come after: hold it, and let go at its end."""
    hold_run(dagster_home, run_id)
    try:
        yield
    finally:
        let_go_of_run(run_id)


def abandoned_files(dagster_home: Path) -> list[str]:
    """Ids of runs whose process is gone and whose file is still there."""
    return [run_id for run_id, _ in abandoned(dagster_home)]


def abandoned(dagster_home: Path) -> Iterator[tuple[str, Path]]:
    """Runs whose process is gone and their files, each locked while it is looked at."""
    for path in sorted((dagster_home / RUNNING_FOLDER).glob(f"*{_SUFFIX}")):
        run_id = path.name.removesuffix(_SUFFIX)
        if run_id in _held:
            continue
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        try:
            yield run_id, path
        finally:
            lock.release()
