"""Opening a DuckDB database, with the limits of the step that uses it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from de06_pipeline.duck.quoting import literal
from de06_pipeline.periods import TIMEZONE

_FEW_ROWS = 400_000


@dataclass(frozen=True, slots=True)
class DuckSettings:
    """How much a step may use.

    Attributes:
        memory_limit: in DuckDB's notation; beyond it DuckDB spills to disk.
        threads: 0 means one for each core.
        spill_root: folder in which a database in memory makes its own for what it spills; the
            system's temporary folder where it is None. A database in a folder spills into that.
    """

    memory_limit: str = "1GB"
    threads: int = 0
    spill_root: Path | None = None

    def for_rows(self, rows: int) -> DuckSettings:
        """The same with one thread where there are few rows. DuckDB hands out work in groups of
        122,880 rows; over fewer, a second thread finds next to nothing to do and costs a third more
        processor time.
        """
        return replace(self, threads=1) if rows <= _FEW_ROWS else self


@contextmanager
def memory_database(settings: DuckSettings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in memory, for cells, figures or a look at accepted rows; what it
    spilled is gone when it closes.
    """
    if settings.spill_root is not None:
        settings.spill_root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="indicators-", dir=settings.spill_root) as folder:
        con = duckdb.connect(":memory:")
        try:
            _apply(con, settings, Path(folder))
            yield con
        finally:
            con.close()


_SMALL_BYTES = 16 << 20
"""Tables about so many bytes of records fit into any memory limit; in a file each statement that
changes them waits for the disk. And one thread is enough for them, see
:meth:`DuckSettings.for_rows`.
"""


@contextmanager
def step_database(
    folder: Path, settings: DuckSettings, bytes_of_records: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database for the rows of some deliveries: in memory where they are few, else in
    ``folder``; what does not fit the memory limit spills into the same folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if bytes_of_records <= _SMALL_BYTES:
        settings = settings.for_rows(0)
        con = duckdb.connect(":memory:")
    else:
        # No older DuckDB ever opens it: the newest format packs texts with a fifth to a third less
        # processor time than the default, oldest one.
        con = duckdb.connect(
            str(folder / "step.duckdb"), config={"storage_compatibility_version": "latest"}
        )
    try:
        _apply(con, settings, folder / "spill")
        # Every join here has the small side (units, violations, losers) on the right. DuckDB cannot
        # know how many records a text file holds, and would turn them round: a quarter more
        # processor time for a million dossiers.
        con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        yield con
    finally:
        con.close()


def _apply(con: duckdb.DuckDBPyConnection, settings: DuckSettings, spill: Path) -> None:
    con.execute(f"SET memory_limit = {literal(settings.memory_limit)}")
    con.execute(f"SET temp_directory = {literal(str(spill))}")
    con.execute(f"SET TimeZone = {literal(TIMEZONE)}")
    con.execute("SET enable_progress_bar = false")
    if settings.threads:
        con.execute(f"SET threads = {settings.threads}")
