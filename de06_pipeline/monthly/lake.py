"""The lake as a step reads it: where a pointer's files lie, and that they are what was recorded.

Nothing is read from the lake but through here, so that a file that is missing, cut short or changed
ends the step instead of changing a figure. Pointers hold paths relative to the lake; it can be
moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from de06_pipeline.indicators.cells.build import content_hash_of
from de06_pipeline.ingest.accepted_path import accepted_path
from de06_pipeline.monthly.lake_store import LakeError, LakeStore
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import (
    AcceptedBefore,
    AcceptedPointer,
    CellsPointer,
)

_Seen = tuple[str, frozenset[tuple[str, int, int]]]

_verified: set[_Seen] = set()
"""Recorded hash and files, each with size and time, of what this process has found to be right: each
file is hashed once a run.
"""


class Lake:
    """The lake below one folder; with a store, the folder is this machine's copy of it."""

    def __init__(self, root: Path, store: LakeStore | None = None) -> None:
        self.root = root
        self._store = store

    def keep(self, path: Path) -> str:
        """See that what was written is where every machine finds it, before a pointer names it;
        returns the path as the warehouse keeps it.

        Raises:
            LakeError: the store does not take it.
        """
        relative = path.relative_to(self.root).as_posix()
        if self._store is not None:
            self._store.put(path, relative)
        return relative

    def parquet_files(self) -> set[str]:
        """Every Parquet file of the lake, by its path below it."""
        if self._store is not None:
            return self._store.parquet_files()
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*.parquet")}

    def rows(self, pointer: AcceptedPointer) -> str:
        """The Parquet file of accepted rows.

        Raises:
            LakeError: it is missing or not what was recorded.
        """
        return self._rows(pointer, self.root / pointer.path)

    def rows_before(self, before: AcceptedBefore) -> str:
        """The Parquet file of rows that were accepted once and are no longer in force; nothing
        removes them, but no backup is bound to hold them.

        Raises:
            LakeError: it is missing or not what was recorded.
        """
        key = (before.dataset, before.month, before.supplier, before.content_hash)
        return self._rows(before, self.root / accepted_path(*key))

    def _rows(self, of: AcceptedPointer | AcceptedBefore, path: Path) -> str:
        what = f"{of.dataset} {of.month} {of.supplier}: accepted rows"
        self._check(lambda: [path], of.content_hash, _rows_hash, path, what, of.month)
        return str(path)

    def cells(self, pointer: CellsPointer) -> Path:
        """The folder of a month's cells.

        Raises:
            LakeError: it is missing, or a file in it is or is not what was recorded.
        """
        folder = self.root / pointer.path
        what = f"{pointer.source} {pointer.month}: cells"

        def files() -> list[Path]:
            return sorted(folder.iterdir()) if folder.is_dir() else [folder]

        self._check(files, pointer.content_hash, content_hash_of, folder, what, pointer.month)
        return folder

    def all_cells(self, pointers: Mapping[Month, CellsPointer]) -> Mapping[Month, Path]:
        """The folders of several months' cells, each checked when it is first looked up."""
        return _CheckedCells(self, pointers)

    def _check(
        self,
        files: Callable[[], list[Path]],
        recorded: str,
        hash_of: Callable[[Path], str],
        whole: Path,
        what: str,
        month: Month,
    ) -> None:
        remedy = (
            f"Run 'de06 verify' to see all of the damage, then 'de06 rebuild {month}'; "
            "or put the lake back from a backup."
        )
        if self._store is not None and not _is_here(files, recorded, hash_of, whole):
            self._store.fetch(whole.relative_to(self.root).as_posix(), whole)
        try:
            is_right = _is_right(files(), recorded, hash_of, whole)
        except FileNotFoundError:
            raise LakeError(f"{what} are missing from the lake ({whole}). {remedy}") from None
        except OSError as error:
            raise LakeError(
                f"{what} cannot be read ({whole}: {error.strerror}). {remedy}"
            ) from None
        if not is_right:
            raise LakeError(
                f"{what} in the lake are not what was recorded ({whole}): damaged or changed by hand. {remedy}"
            )


def _is_here(
    files: Callable[[], list[Path]], recorded: str, hash_of: Callable[[Path], str], whole: Path
) -> bool:
    """Whether this machine's copy can be used."""
    try:
        return _is_right(files(), recorded, hash_of, whole)
    except OSError:
        return False


def _is_right(
    files: list[Path], recorded: str, hash_of: Callable[[Path], str], whole: Path
) -> bool:
    """Whether files are what was recorded; hashed once a process while size and time stay."""
    states = [file.stat() for file in files]
    there = (
        (str(file), state.st_size, state.st_mtime_ns)
        for file, state in zip(files, states, strict=True)
    )
    seen = (recorded, frozenset(there))
    if seen in _verified:
        return True
    if hash_of(whole) != recorded:
        return False
    _verified.add(seen)
    return True


class _CheckedCells(Mapping[Month, Path]):
    def __init__(self, lake: Lake, pointers: Mapping[Month, CellsPointer]) -> None:
        self._lake, self._pointers = lake, pointers

    def __getitem__(self, month: Month) -> Path:
        return self._lake.cells(self._pointers[month])

    def __iter__(self) -> Iterator[Month]:
        return iter(self._pointers)

    def __len__(self) -> int:
        return len(self._pointers)


def _rows_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
