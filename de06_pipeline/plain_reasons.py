"""What a library's error means in plain words, and what to do: from its kind and number alone, never
from the values it may quote.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

_BY_NUMBER = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EIO: "disk",
    errno.EMFILE: "files",
    errno.ENFILE: "files",
    errno.EADDRINUSE: "port",
}

_BY_WORDS = (
    ("no space left", "full"),
    ("database or disk is full", "full"),
    ("diskfull", "full"),
    ("could not extend file", "full"),
    ("read-only file system", "read-only"),
    ("attempt to write a readonly database", "read-only"),
    ("malformed", "damaged"),
    ("file is not a database", "damaged"),
    ("database is locked", "locked"),
    ("unable to open database file", "unopened"),
    ("disk i/o error", "disk"),
    ("permission denied", "forbidden"),
    ("connection refused", "server"),
    ("server closed the connection", "server"),
    ("terminating connection", "server"),
    ("connection is lost", "server"),
    ("could not connect to server", "server"),
    ("connection to server", "server"),
    ("failed to resolve host", "server"),
    ("password authentication failed", "login"),
    ("no such table", "tables"),
    ("out of memory error", "memory"),
)
"""Parts of messages of SQLite, PostgreSQL and DuckDB, in lower case."""

_WORDS = {
    "full": (
        "the disk is full. Free space where the home, lake or database lies (df -h), then run the "
        "month again: nothing half done was put in force."
    ),
    "read-only": (
        "the disk or file is read-only. Mount it for writing, or point DE06_HOME, DE06_LAKE or "
        "DE06_WAREHOUSE_URL to a place this user may write."
    ),
    "forbidden": (
        "this user may not read or write a file or folder it needs. Put the owner and rights right "
        "(chown, chmod), or run as the user that owns the home."
    ),
    "damaged": (
        "the SQLite database is damaged, or another kind of file. Stop every de06, move the file "
        "away with those beside it that end in -wal and -shm, and put back the last backup "
        "(docs/operations.md)."
    ),
    "locked": (
        "the SQLite database was kept busy by another process for minutes. See what uses it "
        "(fuser), end that, and run again."
    ),
    "unopened": (
        "the SQLite database cannot be opened: its folder is missing or may not be written. Create "
        "it for this user, or correct DE06_WAREHOUSE_URL or DAGSTER_HOME."
    ),
    "disk": (
        "the disk does not read or write. See first whether it is full (df -h), then look into the "
        "system's log (dmesg); a disk with errors is to be replaced."
    ),
    "files": "too many files are open. Raise the limit (ulimit -n 4096) and run again.",
    "port": "the port is taken. Choose another one.",
    "server": (
        "the database server cannot be reached, or was restarted. See that the server runs, then run the "
        "month again: nothing half done was put in force."
    ),
    "login": "the database server does not accept user or password. Correct the URL's setting.",
    "tables": "the database lacks its tables. Run 'de06 init'.",
    "memory": (
        "the work does not fit the memory it may use. Raise DE06_MEMORY_LIMIT, or lower DE06_THREADS."
    ),
}


def plain_reason(error: BaseException) -> str:
    """What is the matter and what to do; '' for an error that means a fault of the program."""
    for link in _chain(error):
        if isinstance(link, OSError) and link.errno in _BY_NUMBER:
            return _WORDS[_BY_NUMBER[link.errno]]
        if isinstance(link, MemoryError):
            return _WORDS["memory"]
        text = f"{type(link).__name__} {link}".lower()
        if _is_of_a_store(link):
            for words, kind in _BY_WORDS:
                if words in text:
                    return _WORDS[kind]
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        original = getattr(link, "orig", None)
        link = (
            original if isinstance(original, BaseException) else link.__cause__ or link.__context__
        )


def _is_of_a_store(error: BaseException) -> bool:
    """Whether the error comes from a database or the system: other texts may hold such words by
    chance.
    """
    module = type(error).__module__
    return module.startswith(("sqlalchemy", "sqlite3", "psycopg", "duckdb", "_duckdb")) or (
        isinstance(error, OSError)
    )
