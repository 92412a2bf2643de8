"""A lake on an object store: what is written here goes there before a pointer names it, and what a
pointer names is fetched from there when it is not here.

DuckDB reads and writes local files. The folder here is a copy that may be deleted at any time. No
other module asks the store for files of the lake.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from de06_pipeline.errors import De06Error
from de06_pipeline.interruption import end_if_interrupted
from de06_pipeline.monthly.object_store import open_store


class LakeError(De06Error):
    """A file of the lake is missing, is not what was recorded, or the store cannot be reached
    (permanent: not retried).
    """


class LakeStore:
    """The store behind an fsspec URL such as ``s3://bucket/folder``.

    An object is there whole or not at all, and nothing refers to one before a pointer does: a
    writer that is killed leaves objects that nobody reads.
    """

    def __init__(self, url: str) -> None:
        """Raises: UsageError: no library for this kind of store is installed."""
        store = open_store(url, "DE06_LAKE")
        self._files, self._root, self._protocol = store.files, store.root, store.protocol

    def put(self, local: Path, path: str) -> None:
        """Upload a file, or every file of a folder.

        Raises:
            LakeError: the store does not take it.
        """
        with self._reached("take", path):
            for file in sorted(local.iterdir()) if local.is_dir() else [local]:
                target = f"{path}/{file.name}" if local.is_dir() else path
                self._files.put_file(str(file), f"{self._root}/{target}")

    def fetch(self, path: str, local: Path) -> None:
        """Make a local file or folder what the store has under a path; nothing where it has
        nothing.

        Raises:
            LakeError: the store cannot be read.
        """
        with self._reached("give", path):
            self._files.invalidate_cache()
            names = self._names(path)
            if names is None:
                _remove(local)
            elif names == [""]:
                self._fetch_file(f"{self._root}/{path}", local)
            else:
                for present in local.iterdir() if local.is_dir() else ():
                    if present.name not in names:
                        _remove(present)
                for name in names:
                    self._fetch_file(f"{self._root}/{path}/{name}", local / name)

    def parquet_files(self) -> set[str]:
        """The paths of all Parquet files in the store, relative to the lake.

        Raises:
            LakeError: the store cannot be listed.
        """
        with self._reached("list", ""):
            self._files.invalidate_cache()
            listed = self._files.find(self._root)
        return {path.removeprefix(f"{self._root}/") for path in listed if path.endswith(".parquet")}

    def _names(self, path: str) -> list[str] | None:
        """The files of a folder; [""] for a path that is a file itself, None where there is
        nothing.
        """
        whole = f"{self._root}/{path}".strip("/")
        try:
            listed = [str(name).strip("/") for name in self._files.ls(whole, detail=False)]
        except (FileNotFoundError, NotADirectoryError):
            return None
        return [""] if listed == [whole] else [name.rpartition("/")[2] for name in listed]

    def _fetch_file(self, path: str, local: Path) -> None:
        local.parent.mkdir(parents=True, exist_ok=True)
        partial = local.parent.parent / f".{uuid4().hex}.part"
        try:
            self._files.get_file(path, str(partial))
            partial.replace(local)
        finally:
            partial.unlink(missing_ok=True)

    @contextmanager
    def _reached(self, what: str, path: str) -> Iterator[None]:
        try:
            yield
        except De06Error:
            raise
        except Exception as error:
            end_if_interrupted()
            # Each kind of store has its own errors; their texts may hold addresses and keys.
            reason = type(error).__name__
            raise LakeError(
                f"The lake's store ({self._protocol}) does not {what} "
                f"{path or 'its files'} ({reason}). See that it can be reached, that DE06_LAKE "
                "names a bucket that is there, and that this machine has a key to it; then run "
                "the month again."
            ) from None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
