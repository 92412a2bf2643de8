"""One warehouse: where it is, how transactions and locks work on its engine.

A writing transaction has the warehouse to itself on both engines: ``BEGIN IMMEDIATE`` on SQLite,
one advisory lock on PostgreSQL. What a transaction reads is therefore still true when it commits,
and the rest of the package needs no other thought about concurrency. Readers are never blocked
(WAL, MVCC).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from de06_pipeline.errors import De06Error, UsageError

SQLITE_BUSY_SECONDS = 300
"""How long a writer waits for another one.

The longest transaction publishes a country's month: some ten seconds.
"""

_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds of silence, seconds between questions, and how many of them, until a connection is given
up whose other end has lost its power or its network: two hours by the system's own numbers.
"""

_WRITING = "de06_writing"

_SECRET = re.compile(r"pass|secret|token|key\Z", re.IGNORECASE)
"""Parameters of a URL's query that are nobody's business: password, sslpassword, passfile, sslkey."""


class SchemaError(De06Error):
    """The warehouse cannot be opened, or its tables are absent, older or newer than this program."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse that may not exist yet: nothing is read or created before it is used.

    Safe to share between threads; each process opens its own.
    """

    url: URL
    engine: Engine

    @classmethod
    def open(cls, url: str) -> Warehouse:
        """Open ``sqlite:///<file>`` or ``postgresql+psycopg://…``.

        Raises:
            UsageError: another kind of database, SQLite in memory, or no URL at all. The message
                leaves the URL out: it may hold a password.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise UsageError(
                "DE06_WAREHOUSE_URL is not a database URL; write sqlite:///… or postgresql+psycopg://…"
            ) from None
        if parsed.get_backend_name() == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise UsageError(
                    "DE06_WAREHOUSE_URL: an SQLite warehouse needs a file, since several processes use it; sqlite:///<file>"
                )
            return cls(parsed, _sqlite_engine(parsed))
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
            return cls(parsed, _server_engine(parsed))
        raise UsageError(
            f"DE06_WAREHOUSE_URL: '{parsed.get_backend_name()}' is not supported; use SQLite or PostgreSQL."
        )

    @property
    def display_url(self) -> str:
        """The URL for people and logs, without its password, wherever it stands."""
        shown = {
            name: "***" if _SECRET.search(name) else value for name, value in self.url.query.items()
        }
        return self.url.set(query=shown).render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state and changes nothing."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction alone among writers; committed at the end, undone by any exception."""
        with (
            self.engine.connect() as connection,
            connection.execution_options(**{_WRITING: True}).begin(),
        ):
            if not self.is_sqlite:
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": _lock_key("writing")}
                )
            yield connection

    @contextmanager
    def exclusive(self, name: str, *, waits: bool = True) -> Iterator[bool]:
        """Hold a lock among all processes of this warehouse, for work longer than a transaction.

        Around "read pointers, compute, publish" of one source, for example. Waits as long as it
        takes; gone with its holder, however that ends. Not to be taken twice by one thread.

        Args:
            waits: False: the lock is not taken where somebody else has it.

        Yields:
            Whether it is held.
        """
        lock = self._file_lock if self.is_sqlite else self._server_lock
        with lock(name, waits) as held:
            yield held

    @contextmanager
    def _file_lock(self, name: str, waits: bool) -> Iterator[bool]:
        from filelock import FileLock, Timeout

        lock = FileLock(f"{self.url.database}.{name}.lock")
        held = True
        try:
            lock.acquire(blocking=waits)
        except Timeout:
            held = False
        try:
            yield held
        finally:
            lock.release()

    @contextmanager
    def _server_lock(self, name: str, waits: bool) -> Iterator[bool]:
        taken = "pg_advisory_lock" if waits else "pg_try_advisory_lock"
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            key: dict[str, Any] = {"key": _lock_key(f"exclusive {name}")}
            held = connection.execute(text(f"SELECT {taken}(:key)"), key).scalar() is not False
            try:
                yield held
            finally:
                if held:
                    try:
                        connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
                    except DBAPIError:
                        # The server was restarted: the lock went with the connection.
                        connection.invalidate()

    def close(self) -> None:
        self.engine.dispose()


def _server_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={name: n for name, n in _KEEPALIVES.items() if name not in url.query},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # A machine that is lost says nothing, and the server would keep its locks: the month could
        # not begin elsewhere.
        with connection.cursor() as cursor:
            for name, number in _KEEPALIVES.items():
                cursor.execute(f"SET tcp_{name} = {number}")
        connection.commit()

    return engine


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred: two readers that turn into writers would fail at once,
        # whatever the timeout.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(
            "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITING) else "BEGIN"
        )

    return engine


def _lock_key(name: str) -> int:
    """PostgreSQL's advisory locks are named by 64-bit integers."""
    return int.from_bytes(hashlib.sha256(f"de06 {name}".encode()).digest()[:8], signed=True)
