"""Dagster's SQLite storage with its files held open.

Dagster's own opens a connection with an engine of its own for each thing it reads or writes, a
thousand times a month: to connect and to compile the same statements anew was two thirds of what
its records cost. Here a file has one engine a process. What is written, when and in which files is
Dagster's own doing, so other processes may use either storage beside this one.

A commit does not wait for the disk: where a disk takes five milliseconds to say that it has written,
the thousand commits of a month were a fifth of its time. SQLite's write-ahead log keeps the files
whole through anything; a power cut may take the last events with it, and the run that was in
progress is then known to be dead all the same. The warehouse does wait.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy
import sqlalchemy.event
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
)
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url

_FILES_HELD = 8
"""Event logs of runs that stay open: a process works on few at a time, the webserver reads many."""
_BUSY_TIMEOUT_S = 60
"""How long to wait for another process that writes."""


@dataclass(frozen=True, slots=True)
class _Held:
    """An engine, and which file of which process it is for."""

    engine: Engine
    inode: int
    process: int


class HeldEngines:
    """One engine for each SQLite file, the least recently used closed when there are too many.

    A file that was removed or replaced since gets a new one, and so does a forked process:
    connections to SQLite must not cross a fork.
    """

    def __init__(self, files: int = _FILES_HELD) -> None:
        self._files = files
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: str) -> Engine:
        """The engine of an existing file.

        Raises:
            FileNotFoundError: there is no such file.
        """
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
        return held.engine

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
    """Close an engine's idle connections; those of a parent process are only let go."""
    held.engine.dispose(close=held.process == process)


class HeldEventLog(SqliteEventLogStorage):
    """Events: a file for each run, and one that indexes what is asked across runs."""

    def __init__(self, base_dir: str) -> None:
        self._engines = HeldEngines()
        super().__init__(base_dir)

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        commit_without_waiting(engine)
        super()._initdb(engine, for_index_shard)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        path = self.path_for_shard(shard)
        if shard not in self._initialized_dbs or not os.path.exists(path):
            self._initialized_dbs.discard(shard)
            # Dagster's own way creates the file and its tables.
            with super()._connect(shard):
                pass
        with self._db_lock, self._engines.get(path).begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        path = self.path_for_shard(INDEX_SHARD_NAME)
        if not os.path.exists(path):
            return super().has_table(table_name)
        with self._engines.get(path).connect() as connection:
            return bool(connection.dialect.has_table(connection, table_name))

    def dispose(self) -> None:
        super().dispose()
        self._engines.close()


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
        super().__init__(base_dir, inst_data)
        self._run_storage = HeldRuns.from_local(_runs_directory(base_dir))
        self._event_log_storage = HeldEventLog(_event_logs_directory(base_dir))

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> HeldSqliteStorage:
        return cls.from_local(inst_data=inst_data, **config_value)
