"""Files that show that a process lives: it holds a lock on them, which the operating system lets go
of however the process ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

SUFFIX = ".lock"


def hold(path: Path) -> FileLock:
    """Lock a file of one's own that is surely still there; let go of it with :func:`let_go`."""
    while True:
        lock = FileLock(path, is_singleton=False)
        lock.acquire()
        probe = FileLock(path, is_singleton=False)
        try:
            probe.acquire(timeout=0)
        except Timeout:
            return lock
        # Somebody who took it for abandoned removed it between its making and its locking.
        probe.release()
        lock.release()


def let_go(lock: FileLock) -> None:
    """Remove the file and its lock."""
    Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()


def leave(lock: FileLock) -> None:
    """Leave the file as one whose process is gone."""
    lock.release()


def abandoned(folder: Path) -> Iterator[Path]:
    """The locks below a folder whose process is gone, each locked while it is looked at and removed
    afterwards, unless an error ends the looking.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        lock = FileLock(path, is_singleton=False)
        with suppress(Timeout, FileNotFoundError, PermissionError):
            lock.acquire(timeout=0)
            try:
                yield path
            except GeneratorExit:
                leave(lock)
                raise
            let_go(lock)
