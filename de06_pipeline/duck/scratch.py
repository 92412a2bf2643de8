"""The temporary folder of a running step: the only place besides the landing zone where personal
data live.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from de06_pipeline.holding import SUFFIX, abandoned, hold, let_go


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """Make a folder that only this user can open, and remove it whatever happens.

    Its process holds a lock beside it; where the process is killed, whoever comes next removes
    both.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(0o700)
    sweep(root)
    name = uuid.uuid4().hex
    lock = hold(root / f"{name}{SUFFIX}")
    folder = root / name
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        let_go(lock)


def sweep(root: Path) -> int:
    """Remove what killed processes left behind; returns how many folders went."""
    removed = 0
    if not root.is_dir():
        return removed
    for path in abandoned(root):
        removed += _remove(path.with_suffix(""))
    locked = {path.stem for path in root.glob(f"*{SUFFIX}")}
    for folder in root.iterdir():
        # Each folder is made after its lock and removed before it.
        if folder.is_dir() and folder.name not in locked and not _is_locked(folder):
            removed += _remove(folder)
    return removed


def _is_locked(folder: Path) -> bool:
    return folder.with_name(f"{folder.name}{SUFFIX}").exists()


def _remove(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    return 1
