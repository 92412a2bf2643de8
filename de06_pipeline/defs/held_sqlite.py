"""Dagster's SQLite storage with its files held open.

Dagster's own opens a connection with an engine of its own for each thing it reads or writes, a
thousand times a month: to connect and to compile the same statements anew was two thirds of what
its records cost. Here a file has one engine a process, and a file of events one connection. What is
written and in which files is Dagster's own doing, so other processes may use either storage beside
this one.

Of what was left a quarter went into finding out again and again what does not change: the columns
of a table, the layout of a run's empty file, the record that eight checks of one dataset are about.
Alembic, with all of Dagster's migrations, is loaded only where there is a file to make or to bring
up to date; of a file that is there it would only say so.

A commit does not wait for the disk: where a disk takes five milliseconds to say that it has written,
the thousand commits of a month were a fifth of its time. SQLite's write-ahead log keeps the files
whole through anything; a power cut may take the last events with it, and the run that was in
progress is then known to be dead all the same. The warehouse does wait.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy
import sqlalchemy.event
from dagster._core.events import ASSET_EVENTS
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from de06_pipeline.late_imports import names_put_off, put_off

# A record of Dagster's daemons is what the storage of runs needs of them.
put_off("dagster._daemon")
with names_put_off(
    "alembic.command",
    "alembic.config",
    "alembic.runtime.environment",
    "alembic.runtime.migration",
    "alembic.script",
):
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
        INDEX_SHARD_NAME,
        SqliteEventLogStorage,
    )
    from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
    from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import (
        SqliteScheduleStorage,
    )
    from dagster._core.storage.sql import create_engine
    from dagster._core.storage.sqlite import create_db_conn_string
    from dagster._core.storage.sqlite_storage import (
        DagsterSqliteStorage,
        _event_logs_directory,
        _runs_directory,
        _schedule_directory,
    )

_FILES_HELD = 8
"""Event logs of runs that stay open: a process works on few at a time, the webserver reads many."""
_BUSY_TIMEOUT_S = 60
"""How long to wait for another process that writes."""


@dataclass(slots=True)
class _Held:
    """An engine, which file of which process it is for, and its connection that stays open."""

    engine: Engine
    inode: int
    process: int
    connection: Connection | None = None


class HeldEngines:
    """One engine for each SQLite file, the least recently used closed when there are too many.

    A file that was removed or replaced since gets a new one, and so does a forked process:
    connections to SQLite must not cross a fork.
    """

    def __init__(self, files: int = _FILES_HELD) -> None:
        self._files = files
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def begin(self, path: str) -> Iterator[Connection]:
        """A transaction on the connection of an existing file that stays open. One at a time: the
        caller holds a lock.

        Raises:
            FileNotFoundError: there is no such file.
        """
        held = self._get(path)
        if held.connection is None:
            held.connection = held.engine.connect()
        try:
            with held.connection.begin():
                yield held.connection
        except BaseException:
            # Whatever state it is in, the next one has a new connection.
            held.connection.close()
            held.connection = None
            raise

    def get(self, path: str) -> Engine:
        """The engine of an existing file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return self._get(path).engine

    def _get(self, path: str) -> _Held:
        inode, process = os.stat(path).st_ino, os.getpid()
        with self._lock:
            held = self._held.pop(path, None)
            if held is None or held.inode != inode or held.process != process:
                if held is not None:
                    _close(held, process)
                # SQLAlchemy's default pool keeps connections; pysqlite lets threads share them as
                # long as one uses a connection at a time, which the pool sees to.
                engine = sqlalchemy.create_engine(
                    f"sqlite:///{path}",
                    max_overflow=-1,
                    connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False},
                )
                commit_without_waiting(engine)
                held = _Held(engine, inode, process)
            self._held[path] = held
            while len(self._held) > self._files:
                _close(self._held.popitem(last=False)[1], process)
        return held

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            while self._held:
                _close(self._held.popitem()[1], os.getpid())


def commit_without_waiting(engine: Engine) -> None:
    """Let an engine's connections commit into a write-ahead log that is written to disk with the
    next checkpoint.
    """

    @sqlalchemy.event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        # Dagster's files have a write-ahead log from their making on, which this makes its first
        # statement.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")


def _close(held: _Held, process: int) -> None:
    """Close an engine's connections; those of a parent process are only let go."""
    if held.connection is not None and held.process == process:
        held.connection.close()
    held.engine.dispose(close=held.process == process)


class HeldEventLog(SqliteEventLogStorage):
    """Events: a file for each run, and one that indexes what is asked across runs."""

    _empty: bytes | None = None
    """The file of a run without events, for all homes of this process."""

    def __init__(self, base_dir: str) -> None:
        self._engines = HeldEngines()
        self._batch = threading.local()
        self._knows_columns = False
        self._tables: set[str] = set()
        self._newest: dict[str, tuple[tuple[int, ...], dg.EventRecordsResult]] = {}
        self._asset_writes = 0
        is_new = not os.path.exists(os.path.join(base_dir, f"{INDEX_SHARD_NAME}.db"))
        super().__init__(base_dir)
        if is_new:
            self._without_events()

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        commit_without_waiting(engine)
        if not _is_made(_path(str(engine.url))):
            super()._initdb(engine, for_index_shard)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if connections := getattr(self._batch, "connections", None):
            yield connections[shard]
            return
        path = self._ready(shard)
        with self._db_lock, self._engines.begin(path) as connection:
            yield connection

    def _ready(self, shard: str) -> str:
        """The path of a file that is there with its tables."""
        path = self.path_for_shard(shard)
        if shard in self._initialized_dbs and os.path.exists(path):
            return path
        if (
            shard != INDEX_SHARD_NAME
            and not os.path.exists(path)
            and _lay(path, self._without_events())
        ):
            self._initialized_dbs.add(shard)
            return path
        self._initialized_dbs.discard(shard)
        # Dagster's own way creates the file and its tables.
        with super()._connect(shard):
            pass
        return path

    def _without_events(self) -> bytes:
        """The file of a run without events: made by Dagster once a home, in 50 ms and with Alembic
        loaded, then kept beside the runs; for one version of Dagster, since another may lay out its
        tables otherwise.
        """
        kept = Path(self._base_dir).parent / f"run_without_events_{dg.__version__}.sqlite"
        content = HeldEventLog._empty or _whole(kept)
        if content is None:
            content = self._made(kept.parent)
            kept.unlink(missing_ok=True)
        if not kept.exists():
            _lay(str(kept), content)
        HeldEventLog._empty = content
        return content

    def _made(self, place: Path) -> bytes:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            path = os.path.join(folder, "run.db")
            engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
            self._initdb(engine)
            with closing(sqlite3.connect(path)) as connection:
                return connection.serialize()

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store events, each as Dagster does, in one transaction a file: what a run plans is known
        before it begins, two hundred events, and nobody waits for one of them.
        """
        shards = [INDEX_SHARD_NAME, *sorted({event.run_id for event in events})]
        paths = {shard: self._ready(shard) for shard in shards}
        with self._db_lock, ExitStack() as transactions:
            # The index ends last, as after a single event.
            self._batch.connections = {
                shard: transactions.enter_context(self._engines.begin(path))
                for shard, path in paths.items()
            }
            try:
                super().store_event_batch(events)
            finally:
                self._batch.connections = None

    def store_event(self, event: dg.EventLogEntry) -> None:
        if event.is_dagster_event and event.get_dagster_event().event_type in ASSET_EVENTS:
            self._asset_writes += 1
        super().store_event(event)

    def wipe(self) -> None:
        self._asset_writes += 1
        super().wipe()

    def wipe_asset(self, asset_key: dg.AssetKey) -> None:
        self._asset_writes += 1
        super().wipe_asset(asset_key)

    def delete_events(self, run_id: str) -> None:
        self._asset_writes += 1
        super().delete_events(run_id)

    def fetch_materializations(
        self,
        records_filter: dg.AssetKey | dg.AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> dg.EventRecordsResult:
        """Dagster's answer. The newest record, which each check of an asset asks for, is kept until
        anything may have changed it.
        """
        if limit != 1 or cursor or ascending:
            return super().fetch_materializations(records_filter, limit, cursor, ascending)
        state = self._state()
        kept = self._newest.get(repr(records_filter))
        if kept and kept[0] == state:
            return kept[1]
        answer = super().fetch_materializations(records_filter, limit)
        self._newest = {repr(records_filter): (state, answer)}
        return answer

    def _state(self) -> tuple[int, ...]:
        """Changes whenever the index may hold other records of assets: SQLite says whether others
        wrote since this connection last looked, and what is written here is counted.
        """
        with self.index_connection() as connection:
            by_others = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
            return id(connection), by_others, self._asset_writes

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:
        # Asked with every event of an asset, of SQLite's catalogue; a migration only adds columns.
        if not self._knows_columns:
            self._knows_columns = super()._has_asset_key_index_cols_on_connection(conn)
        return self._knows_columns

    def has_table(self, table_name: str) -> bool:
        # Asked with every event of a check; tables are only added.
        if table_name in self._tables:
            return True
        path = self.path_for_shard(INDEX_SHARD_NAME)
        if not os.path.exists(path):
            return super().has_table(table_name)
        with self._engines.get(path).connect() as connection:
            if not connection.dialect.has_table(connection, table_name):
                return False
        self._tables.add(table_name)
        return True

    def dispose(self) -> None:
        super().dispose()
        self._engines.close()


def _whole(path: Path) -> bytes | None:
    """The bytes of a file of Dagster's, if it is there and nothing is lacking."""
    try:
        content = path.read_bytes()
        with closing(sqlite3.connect(":memory:")) as connection:
            # In memory there is no write-ahead log, which the header names (bytes 18 and 19).
            connection.deserialize(content[:18] + b"\1\1" + content[20:])
            is_whole = connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
            return content if is_whole and _has_version(connection) else None
    except (OSError, sqlite3.Error):
        return None


def _is_made(path: str, *tables: str) -> bool:
    """Whether Dagster has made its tables in a file: there is a version of them. What it does
    besides, where there is one, is to look up the newest version and leave it at that.

    Args:
        tables: which must be there too.
    """
    if not os.path.exists(path):
        return False
    with closing(sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S)) as connection:
        return _has_version(connection) and all(
            connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone()
            for table in tables
        )


def _has_version(connection: sqlite3.Connection) -> bool:
    table = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.execute(table).fetchone() is None:
        return False
    return connection.execute("SELECT 1 FROM alembic_version").fetchone() is not None


def _lay(path: str, content: bytes) -> bool:
    """Make a file whole or not at all; False where it is there already."""
    # A name of its own: two threads may begin with the same run at once.
    with tempfile.NamedTemporaryFile(dir=Path(path).parent, suffix=".part") as partial:
        partial.write(content)
        partial.flush()
        try:
            os.link(partial.name, path)
        except OSError:  # it is there, or the file system knows no links
            return False
    return True


class HeldRuns(SqliteRunStorage):
    """Runs, their tags and states."""

    def __init__(self, conn_string: str, inst_data: Any = None) -> None:
        self._engines = HeldEngines()
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engines.get(_path(self._conn_string)).begin() as connection:
            yield connection

    def dispose(self) -> None:
        super().dispose()
        self._engines.close()


def _path(url: str) -> str:
    database = make_url(url).database
    assert database is not None
    return database


class HeldSqliteStorage(DagsterSqliteStorage):
    """What ``storage`` in ``dagster.yaml`` names; the files lie where Dagster's own would be."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        # In place of Dagster's own, which would open each storage before these.
        self.base_dir = base_dir
        runs, schedules = _runs_directory(base_dir), _schedule_directory(base_dir)
        self._run_storage = (
            HeldRuns(create_db_conn_string(runs, "runs"))
            if _is_made(os.path.join(runs, "runs.db"), "instance_info")
            else HeldRuns.from_local(runs)
        )
        self._event_log_storage = HeldEventLog(_event_logs_directory(base_dir))
        self._schedule_storage = (
            SqliteScheduleStorage(create_db_conn_string(schedules, "schedules"))
            if _is_made(os.path.join(schedules, "schedules.db"))
            else SqliteScheduleStorage.from_local(schedules)
        )
        self._inst_data = inst_data
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> HeldSqliteStorage:
        return cls.from_local(inst_data=inst_data, **config_value)
