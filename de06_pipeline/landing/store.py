"""The landing zone as a store of files: a local folder through the operating system, anything else
through fsspec.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, cast

from de06_pipeline.errors import LandingError
from de06_pipeline.interruption import end_if_interrupted

_TIME_KEYS = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
"""Under which name the file systems of fsspec give the time of the last change, the more reliable
first.
"""
_SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", ".ds_store"})
_SYSTEM_FOLDER = "__macosx"
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
DANGLING, LOOP, NOT_A_FILE, FORBIDDEN, CHANGED, UNREADABLE = TROUBLES = (
    "dangling_link",
    "link_loop",
    "not_a_file",
    "forbidden",
    "changed",
    "unreadable",
)
"""A link to nothing; a link that leads back; a pipe, socket or device; no permission; written to
while it was read; anything else.
"""


class FileChanged(LandingError):
    """A file was written to while it was read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One complete file or folder.

    Attributes:
        name: its own name, as the store gives it.
        url: a local path, or an fsspec URL.
        bytes: size; 0 for a folder.
        modified_at: UTC; the start of 1970 where the store does not say.
        trouble: why it cannot be read, one of :data:`TROUBLES`; '' where nothing is known against
            it. Such an entry counts as a file, so that its supplier is told.
    """

    name: str
    url: str
    is_folder: bool
    bytes: int
    modified_at: datetime
    trouble: str = ""


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
        # A pipe put in the file's place would otherwise be waited for until somebody writes to it.
        return os.fdopen(os.open(url, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0)
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
        entries = [_local_entry(entry, landing) for entry in scan]
    return [entry for entry in entries if _is_listed(entry.name, entry.is_folder)]


def _local_entry(entry: os.DirEntry[str], landing: str) -> Entry:
    """An entry as it is; whatever is wrong with it is its own trouble and nobody else's.

    Links are followed, since offices' folders may be mounted elsewhere; one that leads back to a
    folder it lies in is not.
    """
    try:
        status = entry.stat()
        if stat.S_ISDIR(status.st_mode):
            if entry.is_symlink() and _leads_back(entry.path, status, landing):
                return Entry(entry.name, entry.path, False, 0, NO_TIME, LOOP)
            if not os.access(entry.path, os.R_OK | os.X_OK):
                return Entry(entry.name, entry.path, False, 0, NO_TIME, FORBIDDEN)
            return Entry(entry.name, entry.path, True, 0, NO_TIME)
    except OSError as error:
        return Entry(entry.name, entry.path, False, 0, NO_TIME, trouble_of(error))
    # Whole microseconds from the integer time: a float would not give the same instant twice on
    # every platform.
    seconds, nanoseconds = divmod(status.st_mtime_ns, 1_000_000_000)
    modified = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000)
    trouble = ""
    if not stat.S_ISREG(status.st_mode):
        trouble = NOT_A_FILE
    elif not os.access(entry.path, os.R_OK):
        trouble = FORBIDDEN
    return Entry(entry.name, entry.path, False, status.st_size, modified, trouble)


def _leads_back(path: str, status: os.stat_result, landing: str) -> bool:
    """Whether a folder is one of those above it, up to the landing zone."""
    above = os.path.dirname(path)
    while len(above) >= len(landing.rstrip(os.sep)) and above != os.path.dirname(above):
        if os.path.samestat(os.stat(above), status):
            return True
        above = os.path.dirname(above)
    return False


def trouble_of(error: OSError) -> str:
    """The trouble that an error of the operating system stands for."""
    if error.errno == errno.ENOENT:
        return DANGLING
    if error.errno == errno.ELOOP:
        return LOOP
    return FORBIDDEN if error.errno in (errno.EACCES, errno.EPERM) else UNREADABLE


def is_there(landing: str, *folder: str) -> bool:
    """Whether a folder of a local landing zone can be listed: if not, it is the store's trouble and
    not a supplier's.
    """
    try:
        os.scandir(os.path.join(landing, *folder)).close()
    except OSError:
        return False
    return True


def _list_remote(landing: str, place: str) -> list[Entry]:
    import fsspec

    files, root = fsspec.core.url_to_fs(landing)
    path = f"{root.rstrip('/')}/{place}"
    # A long-lived process must see what arrived since its last look.
    files.invalidate_cache()
    try:
        listing: list[dict[str, Any]] = files.ls(path, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except Exception as error:
        end_if_interrupted()
        # Each kind of store has errors of its own: no key, no such host.
        raise OSError(errno.EIO, type(error).__name__) from None
    entries = []
    for info in listing:
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
    return NO_TIME
