"""The temporary folder of a running step: the only place besides the landing zone where personal
data live.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ABANDONED_AFTER_SECONDS = 24 * 3600
"""A scratch folder this old was left by a process that was killed; no step runs that long."""


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """Make a folder that only this user can open, and remove it whatever happens."""
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    sweep(root)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path) -> int:
    """Remove what killed processes left behind; returns how many folders went.

    A folder belongs to a running process when the process id in its name is alive and the folder is
    recent: scratch may lie on storage shared with machines whose processes cannot be seen from
    here.
    """
    removed = 0
    for folder in root.iterdir():
        pid_text = folder.name.partition("-")[0]
        if not folder.is_dir() or not pid_text.isdigit():
            continue
        dead = not Path("/proc", pid_text).exists() if Path("/proc").exists() else False
        old = time.time() - folder.stat().st_mtime > ABANDONED_AFTER_SECONDS
        if old or (dead and time.time() - folder.stat().st_mtime > 60):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
