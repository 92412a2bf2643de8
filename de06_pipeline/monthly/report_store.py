"""Reports on an object store: what one machine writes under ``$DE06_HOME/reports`` every machine has.

The folder stays what is written, linked and served. :func:`share` makes folder and store agree: what
changed on one side since the last time goes to the other, of what changed on both the later stands.
It comes after the writing, as a report comes after its record; a machine that cannot reach the store
keeps its reports and hands them over the next time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import FileLock

from de06_pipeline.errors import De06Error
from de06_pipeline.interruption import end_if_interrupted
from de06_pipeline.monthly.object_store import open_store
from de06_pipeline.reports.whole import whole_file, write_whole
from de06_pipeline.settings import Settings

_STATE, _LOCK = ".shared.json", ".shared.lock"
_OF_THIS_MACHINE = "validate"
"""Reports of ``de06 validate`` are for the person who asked."""


class ReportStoreError(De06Error):
    """Reports could not be shared; they lie where they were written."""


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A file as it was when both sides had the same: its size and time here, its version there."""

    here: tuple[int, int]
    there: str


def share(settings: Settings, below: str = "") -> int:
    """Make the reports folder and the store agree, below one folder of them or whole; nothing without
    a store. Returns how many files were sent, fetched or removed.

    Raises:
        UsageError: no library for this kind of store is installed.
        ReportStoreError: the store could not be reached, or did not take or give some files; the
            others are shared.
    """
    if not settings.reports_store:
        return 0
    settings.reports.mkdir(parents=True, exist_ok=True)
    with FileLock(str(settings.reports / _LOCK)):
        return _Sharing(settings.reports, settings.reports_store, below).run()


def share_or_say(settings: Settings, below: str, say: Callable[[str], None]) -> None:
    """As :func:`share`, where figures must not wait for reports."""
    try:
        share(settings, below)
    except ReportStoreError as error:
        say(str(error))


class _Sharing:
    def __init__(self, folder: Path, url: str, below: str) -> None:
        store = open_store(url, "DE06_REPORTS_STORE")
        self._files, self._root, self._protocol = store.files, store.root, store.protocol
        self._folder, self._below = folder, below
        self._seen = self._known()
        self._failed: list[str] = []

    def run(self) -> int:
        here, there = self._here(), self._there()
        kept = (
            self._seen.keys() if not self._below else {p for p in self._seen if self._is_below(p)}
        )
        done = 0
        try:
            for path in sorted(here.keys() | there.keys() | kept):
                done += self._settle(path, here.get(path), there.get(path))
        finally:
            self._remember()
        if self._failed:
            raise self._unreached(f"{len(self._failed)} files, the first {self._failed[0]}")
        return done

    def _settle(
        self, path: str, here: tuple[int, int] | None, there: tuple[str, float] | None
    ) -> int:
        """Make both sides agree on one file; whether anything was to be done."""
        seen = self._seen.get(path)
        changed_here = here != (seen.here if seen else None)
        changed_there = (there[0] if there else None) != (seen.there if seen else None)
        if not (changed_here or changed_there):
            return 0
        if here and there and changed_here and changed_there:
            changed_there = there[1] > here[1] / 1e9
        try:
            if not changed_there:
                self._send(path, here)
            else:
                self._fetch(path, there)
        except Exception:
            end_if_interrupted()
            self._failed.append(path)
            return 0
        return 1

    def _send(self, path: str, here: tuple[int, int] | None) -> None:
        if here is None:
            self._files.rm_file(f"{self._root}/{path}")
            del self._seen[path]
            return
        self._files.put_file(str(self._folder / path), f"{self._root}/{path}")
        self._files.invalidate_cache()
        self._seen[path] = _Agreed(here, _version(self._files.info(f"{self._root}/{path}")))

    def _fetch(self, path: str, there: tuple[str, float] | None) -> None:
        local = self._folder / path
        if there is None:
            local.unlink(missing_ok=True)
            self._seen.pop(path, None)
            return
        with whole_file(local) as part:
            self._files.get_file(f"{self._root}/{path}", str(part))
        self._seen[path] = _Agreed(_state(local), there[0])

    def _here(self) -> dict[str, tuple[int, int]]:
        start = self._folder / self._below
        files = (p for p in start.rglob("*") if p.is_file() and not p.is_symlink())
        named = ((p.relative_to(self._folder).as_posix(), p) for p in files)
        return {name: _state(path) for name, path in named if _is_shared(name)}

    def _there(self) -> dict[str, tuple[str, float]]:
        try:
            self._files.invalidate_cache()
            listed = self._files.find(f"{self._root}/{self._below}".rstrip("/"), detail=True)
        except FileNotFoundError:
            return {}
        except Exception:
            end_if_interrupted()
            raise self._unreached("its list of files") from None
        return {
            name: (_version(info), _modified(info))
            for path, info in listed.items()
            if _is_shared(name := path.removeprefix(f"{self._root}/")) and self._is_below(name)
        }

    def _is_below(self, path: str) -> bool:
        return not self._below or path.startswith(f"{self._below}/")

    def _known(self) -> dict[str, _Agreed]:
        try:
            kept = json.loads((self._folder / _STATE).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return {path: _Agreed((size, time), there) for path, (size, time, there) in kept.items()}

    def _remember(self) -> None:
        kept = {path: (*seen.here, seen.there) for path, seen in self._seen.items()}
        write_whole(self._folder / _STATE, json.dumps(kept, ensure_ascii=False))

    def _unreached(self, what: str) -> ReportStoreError:
        # Errors of a store may hold addresses and keys.
        return ReportStoreError(
            f"Reports could not be shared: the store ({self._protocol}) does not take or give {what}. "
            "They lie where they were written, and are shared the next time. See that the store can be reached, "
            "that DE06_REPORTS_STORE names a bucket that is there, and that this machine has a key to it."
        )


def _is_shared(name: str) -> bool:
    """Whether a name is one of a finished report inside the folder."""
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") or "\0" in part for part in parts)
    return (
        bool(parts)
        and not (hidden or name.startswith("/") or name.endswith(".part"))
        and (parts[0] != _OF_THIS_MACHINE)
    )


def _state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _version(info: Any) -> str:
    """What a store says of a file that changes with it."""
    named: Iterator[Any] = (info.get(key) for key in ("ETag", "etag", "LastModified", "mtime"))
    return f"{next((value for value in named if value), '')} {info.get('size')}"


def _modified(info: Any) -> float:
    """Seconds since 1970; 0 where a store does not tell, so that what is here stands."""
    value = info.get("LastModified") or info.get("mtime") or 0
    return value.timestamp() if isinstance(value, datetime) else float(value)
