"""The landing zone as a store of files: a local folder through the operating system, anything else
through fsspec.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, cast

from de06_pipeline.errors import LandingError

_TIME_KEYS = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
"""Under which name the file systems of fsspec give the time of the last change, the more reliable
first.
"""
_SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", ".ds_store"})
_SYSTEM_FOLDER = "__macosx"
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One complete file or folder.

    Attributes:
        name: its own name, as the store gives it.
        url: a local path, or an fsspec URL.
        bytes: size; 0 for a folder.
        modified_at: UTC; the start of 1970 where the store does not say.
    """

    name: str
    url: str
    is_folder: bool
    bytes: int
    modified_at: datetime


def is_local(url: str) -> bool:
    return "://" not in url


def list_folder(landing: str, *folder: str) -> list[Entry]:
    """The entries of a folder below the landing zone, by name, without incomplete ones; [] if there
    is no such folder.

    Files of the operating system and of Excel are among them: what is passed over is to be named.

    Raises:
        LandingError: it exists and cannot be listed, or the store cannot be reached.
    """
    place = "/".join(folder)
    with readable(place):
        entries = (
            _list_local(landing, folder) if is_local(landing) else _list_remote(landing, place)
        )
        return sorted(entries, key=lambda entry: entry.name)


def is_system_file(name: str) -> bool:
    """Whether a name is that of a file nobody delivers: operating systems and Excel leave them
    beside what people copy.
    """
    return name.lower() in _SYSTEM_FILES or name.startswith("~$")


def is_complete(name: str) -> bool:
    """Whether a name is that of a complete file: writers upload under ``*.part``, ``*.tmp``, ``.*``
    or ``~$*``, then rename.
    """
    return not (name.startswith((".", "~$")) or name.lower().endswith((".part", ".tmp")))


def _is_listed(name: str, is_folder: bool) -> bool:
    if is_folder:
        return is_complete(name) and name.lower() != _SYSTEM_FOLDER
    return is_complete(name) or is_system_file(name)


def open_bytes(url: str) -> IO[bytes]:
    """Open a file of the landing zone for one pass from its start."""
    if is_local(url):
        return open(url, "rb", buffering=0)
    import fsspec

    return cast(IO[bytes], fsspec.open(url, "rb").open())


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Turn a failure of the store into a message that names the place only.

    Raises:
        LandingError: in place of an error of the operating system or of fsspec (which has
        ValueError for an unknown protocol).
    """
    try:
        yield
    except (OSError, ImportError, ValueError) as error:
        reason = (
            error.strerror
            if isinstance(error, OSError) and error.strerror
            else type(error).__name__
        )
        raise LandingError(
            f"The landing zone cannot be read at '{what}' ({reason}); check that it is mounted and that this user may read it."
        ) from None


def _list_local(landing: str, folder: tuple[str, ...]) -> list[Entry]:
    try:
        scan = os.scandir(os.path.join(landing, *folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    with scan:
        return [_local_entry(entry) for entry in scan if _is_listed(entry.name, entry.is_dir())]


def _local_entry(entry: os.DirEntry[str]) -> Entry:
    if entry.is_dir():
        return Entry(entry.name, entry.path, True, 0, _NO_TIME)
    status = entry.stat()
    # Whole microseconds from the integer time: a float would not give the same instant twice on
    # every platform.
    seconds, nanoseconds = divmod(status.st_mtime_ns, 1_000_000_000)
    modified = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000)
    return Entry(entry.name, entry.path, False, status.st_size, modified)


def _list_remote(landing: str, place: str) -> list[Entry]:
    import fsspec

    files, root = fsspec.core.url_to_fs(landing)
    path = f"{root.rstrip('/')}/{place}"
    # A long-lived process must see what arrived since its last look.
    files.invalidate_cache()
    try:
        found: list[dict[str, Any]] = files.ls(path, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        return []
    entries = []
    for info in found:
        listed = info["name"].strip("/")
        name = listed.rpartition("/")[2]
        is_folder = info["type"] == "directory"
        # Object stores list a folder's own marker, and a file when asked for it as a folder.
        if _is_listed(name, is_folder) and listed != path.strip("/"):
            url = f"{landing.rstrip('/')}/{place}/{name}"
            entries.append(
                Entry(
                    name,
                    url,
                    is_folder,
                    0 if is_folder else int(info["size"] or 0),
                    _remote_time(info),
                )
            )
    return entries


def _remote_time(info: dict[str, Any]) -> datetime:
    for key in _TIME_KEYS:
        value = info.get(key)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return _NO_TIME
