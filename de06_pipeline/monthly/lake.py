"""The lake as a step reads it: where a pointer's files lie, and that they are what was recorded.

Nothing is read from the lake but through here, so that a file that is missing, cut short or changed
ends the step instead of changing a figure. Pointers hold paths relative to the lake; it can be
moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from de06_pipeline.errors import De06Error
from de06_pipeline.indicators.cells.build import content_hash_of
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, CellsPointer

_Seen = tuple[str, frozenset[tuple[str, int, int]]]

_verified: set[_Seen] = set()
"""Recorded hash and files, each with size and time, of what this process has found to be right: each
file is hashed once a run.
"""


class LakeError(De06Error):
    """A file of the lake is missing, or is not what was recorded (permanent: not retried)."""


class Lake:
    """The lake below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def relative(self, path: Path) -> str:
        """A path as the warehouse keeps it."""
        return path.relative_to(self.root).as_posix()

    def rows(self, pointer: AcceptedPointer) -> str:
        """The Parquet file of accepted rows.

        Raises:
            LakeError: it is missing or not what was recorded.
        """
        path = self.root / pointer.path
        what = f"{pointer.dataset} {pointer.month} {pointer.supplier}: accepted rows"
        self._check([path], pointer.content_hash, _rows_hash, path, what, pointer.month)
        return str(path)

    def cells(self, pointer: CellsPointer) -> Path:
        """The folder of a month's cells.

        Raises:
            LakeError: it is missing, or a file in it is or is not what was recorded.
        """
        folder = self.root / pointer.path
        what = f"{pointer.source} {pointer.month}: cells"
        files = sorted(folder.iterdir()) if folder.is_dir() else [folder]
        self._check(files, pointer.content_hash, content_hash_of, folder, what, pointer.month)
        return folder

    def all_cells(self, pointers: Mapping[Month, CellsPointer]) -> Mapping[Month, Path]:
        """The folders of several months' cells, each checked when it is first looked up."""
        return _CheckedCells(self, pointers)

    def _check(
        self,
        files: list[Path],
        recorded: str,
        hash_of: object,
        whole: Path,
        what: str,
        month: Month,
    ) -> None:
        assert callable(hash_of)
        remedy = (
            f"Run 'de06 verify' to see all of the damage, then 'de06 rebuild {month}'; "
            "or put the lake back from a backup."
        )
        try:
            states = [file.stat() for file in files]
            there = (
                (str(file), state.st_size, state.st_mtime_ns)
                for file, state in zip(files, states, strict=True)
            )
            seen = (recorded, frozenset(there))
            if seen in _verified:
                return
            hash_now = hash_of(whole)
        except FileNotFoundError:
            raise LakeError(f"{what} are missing from the lake ({whole}). {remedy}") from None
        except OSError as error:
            raise LakeError(
                f"{what} cannot be read ({whole}: {error.strerror}). {remedy}"
            ) from None
        if hash_now != recorded:
            raise LakeError(
                f"{what} in the lake are not what was recorded ({whole}): damaged or changed by hand. {remedy}"
            )
        _verified.add(seen)


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
