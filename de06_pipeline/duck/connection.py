"""Opening a DuckDB database, with the limits of the step that uses it."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from de06_pipeline.cores import cores
from de06_pipeline.duck.quoting import identifier, literal
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

    @property
    def may_work_beside(self) -> bool:
        """Whether there is a second core to do something else on meanwhile."""
        return (self.threads or cores()) > 1


@dataclass(slots=True)
class _Database:
    """A database in memory.

    Attributes:
        memory_limit: as it was set last; empty before that.
        functions: of :func:`create_functions`.
    """

    con: duckdb.DuckDBPyConnection
    memory_limit: str = ""
    functions: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Use:
    """A connection to a database in memory, and the thread that opened it."""

    con: duckdb.DuckDBPyConnection
    database: _Database
    thread: int


_idle: list[_Database] = []
"""Databases in memory that nobody uses: opening and closing one costs 12 ms, forty times in a small
month, taking up an idle one 2. And whenever one is closed, or its memory limit is set, DuckDB gives
back all memory of the process that it has put by: the next statements fetch it page by page again,
a twentieth of a small month. None is shared.
"""
_of_parent: list[_Database] = []

_in_use: list[_Use] = []
_in_use_guard = threading.Lock()
"""Held to look at them and to take one out, before it is closed: one that another thread interrupts
is open.
"""


def _leave_to_parent() -> None:
    """A forked process must neither use nor close them: their threads stayed in the other one."""
    _of_parent.extend(_idle)
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)

_OF_ALL = (
    "aggregate_function_rewriter,aggregate_reuse,distinct_aggregate_rewrite,grouping_sets,"
    "outer_join_simplification,partial_aggregate_pushdown,partitioned_execution,projection_placement,"
    "projection_pullup,redundant_order_keys,remote_pushdown,scalar_fn_pushdown,self_join_aggregate,"
    "type_pushdown,window_rewriter,statistics_propagation"
)
"""Steps of the optimizer that no database of ours has. By the last one a column is written to Parquet as
one that can hold no null, if the rows of the table it comes from happen to hold none: the same
accepted rows would have other bytes from batch to batch. The others came with DuckDB 2: a tenth of a
small month is their planning, large ones win nothing by them, and one of them (``type_pushdown``) makes
an error of what ``TRY_CAST`` has to make a null.
"""
_OF_MANY_ROWS = f"{_OF_ALL},join_order,compressed_materialization,common_subplan"
"""Steps that take a fifth of planning the statements of figures. Over few rows they win nothing: every
join has its small side on the right already.
"""

_WORK = "work"
"""The catalog of a database's present user: whatever is created there goes with it."""
_LASTING = "memory"
"""The catalog that a database in memory begins with."""


@contextmanager
def memory_database(settings: DuckSettings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in memory, for cells, figures or a look at accepted rows; what it
    spilled is gone when it closes.
    """
    if settings.spill_root is not None:
        settings.spill_root.mkdir(parents=True, exist_ok=True)
    left_out = _OF_MANY_ROWS if settings.has_few_rows else _OF_ALL
    with (
        tempfile.TemporaryDirectory(prefix="indicators-", dir=settings.spill_root) as folder,
        _in_memory(settings, Path(folder), left_out) as con,
    ):
        yield con


@contextmanager
def _in_memory(
    settings: DuckSettings, spill: Path, left_out: str
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty catalog in an idle or new database.

    Args:
        left_out: steps of the optimizer, as DuckDB names them.
    """
    database, con = _taken(settings, spill)
    use = _Use(con, database, threading.get_ident())
    with _in_use_guard:
        _in_use.append(use)
    try:
        con.execute(f"SET disabled_optimizers = '{left_out}'")
        con.execute(f"ATTACH ':memory:' AS {_WORK}")
        con.execute(f"SET search_path = '{_WORK},{_LASTING}'")
        yield con
        con.execute(f"USE {_LASTING}")
        con.execute(f"DETACH {_WORK}")
    except BaseException:
        # Whatever state it is in, nobody uses it again.
        _let_go(use)
        con.close()
        database.con.close()
        raise
    _let_go(use)
    con.close()
    _idle.append(database)


def create_functions(con: duckdb.DuckDBPyConnection, statements: str) -> None:
    """Create functions and types that are the same for all, as some statements say.

    They last as long as the database: one in memory keeps them for its next users, since planning
    them takes a twentieth of a small delivery.
    """
    with _in_use_guard:
        database = next((use.database for use in _in_use if use.con is con), None)
    if database is None:
        con.execute(statements)
    elif statements not in database.functions:
        database.con.execute(statements)
        database.functions.add(statements)


def _let_go(use: _Use) -> None:
    with _in_use_guard:
        _in_use.remove(use)


def interrupt_statements(thread: int) -> None:
    """End what a thread's databases in memory are executing at this moment, with an error there."""
    with _in_use_guard:
        for use in _in_use:
            if use.thread == thread:
                use.con.interrupt()


def _taken(settings: DuckSettings, spill: Path) -> tuple[_Database, duckdb.DuckDBPyConnection]:
    """An idle database, or a new one where there is none, and a connection to it."""
    while True:
        try:
            database = _idle.pop()
        except IndexError:
            database = _Database(duckdb.connect(":memory:"))
            return database, _connected(database, settings, spill)
        try:
            return database, _connected(database, settings, spill)
        except duckdb.Error:
            # One that has spilled keeps its folder.
            database.con.close()


def _connected(
    database: _Database, settings: DuckSettings, spill: Path
) -> duckdb.DuckDBPyConnection:
    con = database.con.cursor()
    if not settings.threads:
        con.execute("RESET threads")
    if database.memory_limit != settings.memory_limit:
        _limit_memory(con, settings)
        database.memory_limit = settings.memory_limit
    _apply(con, settings, spill)
    return con


def connection_beside(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second connection to the same catalog; what is temporary in the first it does not see."""
    beside = con.cursor()
    row = con.execute("SELECT current_database()").fetchone()
    assert row is not None
    beside.execute(f"USE {identifier(str(row[0]))}")
    return beside


_SMALL_BYTES = 16 << 20
"""Tables about so many bytes of records fit into any memory limit; in a file each statement that
changes them waits for the disk. And one thread is enough for them, see
:meth:`DuckSettings.for_rows`.
"""

_OF_UNKNOWN_SIZE = f"{_OF_ALL},join_order,build_side_probe_side"
"""Every join of a delivery's step has the small side (units, violations, losers) on the right. DuckDB
cannot know how many records a text file holds, and would turn them round: a quarter more processor
time for a million dossiers.
"""


def fits_memory(bytes_of_records: int) -> bool:
    """Whether the tables about so many bytes of records fit into any memory limit."""
    return bytes_of_records <= _SMALL_BYTES


@contextmanager
def step_database(
    folder: Path, settings: DuckSettings, bytes_of_records: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database for the rows of some deliveries: in memory where they are few, else in
    ``folder``; what does not fit the memory limit spills into the same folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    spill = folder / "spill"
    if fits_memory(bytes_of_records):
        with _in_memory(settings.for_rows(0), spill, _OF_UNKNOWN_SIZE) as con:
            yield con
        return
    # No older DuckDB ever opens it: the newest format packs texts with a fifth to a third less
    # processor time than the default, oldest one.
    con = duckdb.connect(
        str(folder / "step.duckdb"), config={"storage_compatibility_version": "latest"}
    )
    try:
        _limit_memory(con, settings)
        _apply(con, settings, spill)
        con.execute(f"SET disabled_optimizers = '{_OF_UNKNOWN_SIZE}'")
        yield con
    finally:
        con.close()


def _limit_memory(con: duckdb.DuckDBPyConnection, settings: DuckSettings) -> None:
    con.execute(f"SET memory_limit = {literal(settings.memory_limit)}")


def _apply(con: duckdb.DuckDBPyConnection, settings: DuckSettings, spill: Path) -> None:
    con.execute(f"SET temp_directory = {literal(str(spill))}")
    con.execute(f"SET TimeZone = {literal(TIMEZONE)}")
    con.execute("SET enable_progress_bar = false")
    if settings.threads:
        con.execute(f"SET threads = {settings.threads}")
