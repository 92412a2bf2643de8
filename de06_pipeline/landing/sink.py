"""Where the records of a file go: the well-formed, the broken, and the count of the blank ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.landing import packed
from de06_pipeline.landing.packed import PackedRecords
from de06_pipeline.landing.shape import shape_of
from de06_pipeline.landing.text.cleaning import UNIT, clean, needs_cleaning

if TYPE_CHECKING:
    import pyarrow as pa

RowNumbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WrittenRecords:
    """What became of a file's records.

    Attributes:
        records: the files of them, in order: one record a line, cleaned UTF-8, ``\\x1f`` between
            cells; or Parquet, where they end in ``.parquet``. Several where a file is read in parts.
        broken: ``row_number \\x1f reason \\x1f shape`` a line.
        texts: of packed records, all texts of each column that has few, by its position from 0.
    """

    records: tuple[Path, ...]
    record_count: int
    broken: Path
    broken_count: int
    blank_count: int
    texts: Mapping[int, frozenset[str]] = field(default_factory=dict)


class RecordSink:
    """Writes ``<stem>.records`` and ``<stem>.broken`` in the folder.

    Args:
        is_packed: whether the records are written as Parquet, as ``<stem>.records.parquet``.

    Every record handed in is counted exactly once: as a record, as broken or as blank.

    Attributes:
        records: one record a line, cleaned UTF-8, ``\\x1f`` between cells; or Parquet.
        packed: what writes Parquet.
        broken: ``row_number \\x1f reason \\x1f shape`` a line, by row number within a block that is
            read.
    """

    def __init__(self, folder: Path, stem: str, columns: int, *, is_packed: bool = False) -> None:
        self.records = folder / f"{stem}.records{packed.SUFFIX if is_packed else ''}"
        self.packed = PackedRecords(self.records, columns) if is_packed else None
        self.broken = folder / f"{stem}.broken"
        self.record_count = 0
        self.broken_count = 0
        self.blank_count = 0
        self._blank_record = UNIT * (columns - 1) + b"\n"
        self._set_aside: list[tuple[int, str, bytes]] = []
        self._text = None if is_packed else self.records.open("wb")
        self._broken_file = self.broken.open("w", encoding="utf-8", newline="\n")

    def __enter__(self) -> RecordSink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush_broken()
        if self._text:
            self._text.close()
        if self.packed and error is None:
            self.packed.close()
        self._broken_file.close()

    @property
    def written(self) -> WrittenRecords:
        return WrittenRecords(
            (self.records,),
            self.record_count,
            self.broken,
            self.broken_count,
            self.blank_count,
            self.packed.texts if self.packed else {},
        )

    def write(self, block: bytes, rows: RowNumbers) -> None:
        """Take records that have the right number of cells.

        Args:
            block: records, ``\\x1f`` between cells, each ended by ``\\n``; not yet known to be
                decodable, clean or not blank.
            rows: the row number of each, ascending.
        """
        try:
            text = block.decode()
        except UnicodeDecodeError:
            block, rows = self._set_undecodable_aside(block, rows)
            text = block.decode()
        if needs_cleaning(block):
            block = clean(text).encode()
        if block.startswith(self._blank_record) or b"\n" + self._blank_record in block:
            block, rows = self._leave_blank_out(block, rows)
        if self._text:
            self._text.write(_numbered(block, rows))
        elif self.packed and len(rows):
            self.packed.write_text(block, rows)
        self.record_count += len(rows)

    def write_table(self, table: pa.Table, rows: RowNumbers) -> None:
        """Take records that :attr:`packed` has parsed: none of them needs cleaning or is blank.

        Args:
            rows: the row number of each, ascending.

        Raises:
            AccountingError: there are more records or fewer than numbers.
        """
        assert self.packed is not None
        self.packed.write(table, rows)
        self.record_count += len(rows)

    def set_aside(self, row: int, reason: str, beginning: bytes) -> None:
        """Take a record that cannot be read: ``field_count``, ``quote``, ``encoding`` or
        ``too_long``.
        """
        self.broken_count += 1
        self._set_aside.append((row, reason, beginning))

    def flush_broken(self) -> None:
        """Write what was set aside since the last call, by row number.

        To be called for every block that is read: it bounds the memory.
        """
        self._set_aside.sort()
        for row, reason, beginning in self._set_aside:
            self._broken_file.write(f"{row}\x1f{reason}\x1f{shape_of(beginning)}\n")
        self._set_aside.clear()

    def count_blank(self, records: int = 1) -> None:
        self.blank_count += records

    def _set_undecodable_aside(self, block: bytes, rows: RowNumbers) -> tuple[bytes, RowNumbers]:
        lines = block.split(b"\n")[:-1]
        good = np.ones(len(lines), bool)
        for index, line in enumerate(lines):
            try:
                line.decode()
            except UnicodeDecodeError:
                good[index] = False
                self.set_aside(int(rows[index]), "encoding", line.replace(UNIT, b"|"))
        return _joined(lines, good), rows[good]

    def _leave_blank_out(self, block: bytes, rows: RowNumbers) -> tuple[bytes, RowNumbers]:
        lines = block.split(b"\n")[:-1]
        blank = self._blank_record[:-1]
        filled = np.array([line != blank for line in lines], bool)
        self.count_blank(len(lines) - int(np.count_nonzero(filled)))
        return _joined(lines, filled), rows[filled]


def read_records(paths: Iterable[Path]) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of each record of some files, as a sink has written them."""
    for path in paths:
        if path.suffix == packed.SUFFIX:
            yield from packed.read_packed(path)
            continue
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                number, *cells = line.rstrip("\n").split("\x1f")
                yield int(number), cells


def _joined(lines: list[bytes], chosen: NDArray[np.bool_]) -> bytes:
    return b"".join(
        line + b"\n" for line, is_chosen in zip(lines, chosen, strict=True) if is_chosen
    )


def _numbered(block: bytes, rows: RowNumbers) -> bytes:
    """The records with their row numbers, so that nothing after this depends on their order.

    One format for all is the fastest way.
    """
    parts: list[object] = [b""] * (2 * len(rows))
    parts[0::2] = rows.tolist()
    parts[1::2] = block.split(b"\n")[:-1]
    return (b"%d\x1f%b\n" * len(rows)) % tuple(parts)
