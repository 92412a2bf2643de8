"""The step's temporary folder and database: the only place besides the landing zone where personal
data live.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from de06_pipeline.periods import TIMEZONE

ABANDONED_AFTER_SECONDS = 24 * 3600
"""A scratch folder this old was left by a process that was killed; no step runs that long."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What a step may use.

    ``threads`` 0 means one for each core; ``memory_limit`` is in DuckDB's notation.
    """

    memory_limit: str = "1GB"
    threads: int = 0


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


@contextmanager
def step_database(folder: Path, resources: Resources) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty DuckDB database in ``folder``; what does not fit the memory limit spills into
    the same folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # No older DuckDB ever opens it: the newest format packs texts with a fifth to a third less
    # processor time than the default, oldest one.
    con = duckdb.connect(
        str(folder / "step.duckdb"), config={"storage_compatibility_version": "latest"}
    )
    try:
        con.execute(f"SET memory_limit = '{resources.memory_limit}'")
        # A user's folder may have an apostrophe in its name.
        spill = str(folder / "spill").replace("'", "''")
        con.execute(f"SET temp_directory = '{spill}'")
        con.execute(f"SET TimeZone = '{TIMEZONE}'")
        con.execute("SET enable_progress_bar = false")
        # Every join here has the small side (units, violations, losers) on the right. DuckDB cannot
        # know how many records a text file holds, and would turn them round: a quarter more
        # processor time for a million dossiers.
        con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        if resources.threads:
            con.execute(f"SET threads = {resources.threads}")
        yield con
    finally:
        con.close()
