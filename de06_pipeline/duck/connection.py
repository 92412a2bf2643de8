"""Opening a DuckDB database, with the limits of the step that uses it."""

from __future__ import annotations

import os
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
        has_few_rows: planning a statement costs more than what a better plan saves.
    """

    memory_limit: str = "1GB"
    threads: int = 0
    spill_root: Path | None = None
    has_few_rows: bool = False

    def for_rows(self, rows: int) -> DuckSettings:
        """The same with one thread where there are few rows. DuckDB hands out work in groups of
        122,880 rows; over fewer, a second thread finds next to nothing to do and costs a third more
        processor time.
        """
        return replace(self, threads=1, has_few_rows=True) if rows <= _FEW_ROWS else self


_idle: list[duckdb.DuckDBPyConnection] = []
"""Databases in memory that nobody uses: opening and closing one costs 12 ms, twenty times in a small
month, taking up an idle one 2. None is shared.
"""
_of_parent: list[duckdb.DuckDBPyConnection] = []


def _leave_to_parent() -> None:
    """A forked process must neither use nor close them: their threads stayed in the other one."""
    _of_parent.extend(_idle)
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)

_OF_MANY_ROWS = "join_order,statistics_propagation,compressed_materialization,common_subplan"
"""Steps of the optimizer that take a fifth of planning the statements of figures. Over few rows they
win nothing: every join has its small side on the right already.
"""

_WORK = "work"
"""The catalog of a database's present user: whatever is created there goes with it."""


@contextmanager
def memory_database(settings: DuckSettings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in memory, for cells, figures or a look at accepted rows; what it
    spilled is gone when it closes.
    """
    if settings.spill_root is not None:
        settings.spill_root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="indicators-", dir=settings.spill_root) as folder:
        database, con = _taken(settings, Path(folder))
        try:
            yield con
            con.execute("USE memory")
            con.execute(f"DETACH {_WORK}")
        except BaseException:
            # Whatever state it is in, nobody uses it again.
            con.close()
            database.close()
            raise
        con.close()
        _idle.append(database)


def _taken(
    settings: DuckSettings, folder: Path
) -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]:
    """An idle database, or a new one where there is none, and a connection to it."""
    while True:
        try:
            database = _idle.pop()
        except IndexError:
            database = duckdb.connect(":memory:")
            return database, _connected(database, settings, folder)
        try:
            return database, _connected(database, settings, folder)
        except duckdb.Error:
            # One that has spilled keeps its folder.
            database.close()


def _connected(
    database: duckdb.DuckDBPyConnection, settings: DuckSettings, folder: Path
) -> duckdb.DuckDBPyConnection:
    con = database.cursor()
    if not settings.threads:
        con.execute("RESET threads")
    _apply(con, settings, folder)
    con.execute(f"SET disabled_optimizers = '{_OF_MANY_ROWS if settings.has_few_rows else ''}'")
    con.execute(f"ATTACH ':memory:' AS {_WORK}")
    con.execute(f"USE {_WORK}")
    return con


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
