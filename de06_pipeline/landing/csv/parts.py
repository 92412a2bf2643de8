"""A large CSV file read by as many processes as there are cores, with the result of reading it from
top to bottom.

Most of what reading costs is Python's and numpy's work on a block, of which one process does one at
a time; threads were measured to win nothing. A second core halves the time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from de06_pipeline.errors import StepFailed
from de06_pipeline.landing.csv.cuts import Cutting, FilePart, cut
from de06_pipeline.landing.csv.header import CsvHeader
from de06_pipeline.landing.csv.lines import cut_lines
from de06_pipeline.landing.csv.records import RecordReader, check_end
from de06_pipeline.landing.packed import load_arrow, texts_together
from de06_pipeline.landing.process.fork import Died, can_fork, in_child
from de06_pipeline.landing.sink import RecordSink, WrittenRecords
from de06_pipeline.landing.store import FileChanged, readable
from de06_pipeline.landing.table.other_rows import LeftOut, RecordFilter


class FileState(NamedTuple):
    """What would tell that another file, or other content, stands at a path."""

    device: int
    inode: int
    bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that several processes can open.

    Attributes:
        state: from before anything was read.
        block_bytes: how much is read at a time.
        packed_from: from how many bytes on records are packed.
    """

    path: str
    name: str
    state: FileState
    block_bytes: int
    cutting: Cutting
    packed_from: int

    @property
    def is_packed(self) -> bool:
        """Whether its records are written as Parquet."""
        return self.state.bytes >= self.packed_from


def local_file(
    path: str, name: str, block_bytes: int, cutting: Cutting, packed_from: int
) -> LocalFile:
    """Raises: LandingError: there is none."""
    with readable(name):
        return LocalFile(path, name, _state(path), block_bytes, cutting, packed_from)


def _state(path: str) -> FileState:
    status = os.stat(path)
    return FileState(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def parts_of(file: LocalFile, header: CsvHeader, records: RecordFilter) -> list[FilePart]:
    """The parts of a UTF-8 file in which it is to be read; none where it is to be read as a whole."""
    if not can_fork():
        return []
    with readable(file.name), open(file.path, "rb") as stream:
        return cut(stream, file.cutting, header, records)


def read_parts(
    file: LocalFile,
    parts: Sequence[FilePart],
    header: CsvHeader,
    filters: Callable[[], RecordFilter],
    workdir: Path,
    stem: str,
    meanwhile: Callable[[], None],
) -> tuple[WrittenRecords, LeftOut]:
    """Read every part once, in as many processes as the cutting says.

    Args:
        filters: makes a filter as it is at the top of the file.
        meanwhile: what this process does while it waits, before what the cutting names.

    Returns:
        what was written, under ``<stem>.<number>.records`` and ``<stem>.broken``, and what the
        filters left out.

    Raises:
        LandingError: the file cannot be read; FileChanged where it is not what it was.
        StepFailed: one of the processes failed or died. None is left.
        UnreadableFile: ``ends_in_mid_line``.
    """
    parent = os.getpid()
    if file.is_packed:
        load_arrow()  # here, once, and not in every process

    def read_part(number: int, part: FilePart) -> tuple[WrittenRecords, LeftOut, int]:
        records = filters()
        if number:
            records.pass_record()  # it is cut below one
        with RecordSink(
            workdir, f"{stem}.{number}", len(header.names), is_packed=file.is_packed
        ) as sink:
            reader = RecordReader(header, records, sink, part.first_row)
            reader.read(cut_lines(_blocks(file, part, parent)))
        return sink.written, reader.left_out, reader.incomplete_end

    def read_next(waiting: int) -> dict[int, tuple[WrittenRecords, LeftOut, int]]:
        return {number: read_part(number, parts[number]) for number in _taken(waiting)}

    with ExitStack() as stack:
        waiting = stack.enter_context(_waiting(len(parts)))
        processes = [
            stack.enter_context(in_child(partial(read_next, waiting), f"reading {file.name}"))
            for _ in range(min(len(parts), file.cutting.processes))
        ]
        meanwhile()
        file.cutting.meanwhile()
        try:
            by_number = {
                number: read for process in processes for number, read in process.answer().items()
            }
        except Died:
            raise StepFailed(
                f"reading {file.name}: a process that read a part of the file was ended from outside, perhaps for want of memory."
            ) from None
    with readable(file.name):
        if _state(file.path) != file.state:
            raise FileChanged(
                f"'{file.name}' was changed while it was read; run the step again when its writer has finished."
            )
    answers = [by_number[number] for number in range(len(parts))]
    for _, _, incomplete_end in answers:
        check_end(file.name, incomplete_end)
    return (
        _together([written for written, _, _ in answers], workdir / f"{stem}.broken"),
        LeftOut.together(left_out for _, left_out, _ in answers),
    )


@contextmanager
def _waiting(parts: int) -> Iterator[int]:
    """The numbers of all parts, to be taken one by one by whichever forked process is free: a pipe
    gives each byte to one reader.
    """
    receiving, sending = os.pipe()
    try:
        try:
            os.write(sending, bytes(range(parts)))
        finally:
            os.close(sending)  # a reader would wait for more
        yield receiving
    finally:
        os.close(receiving)


def _taken(waiting: int) -> Iterator[int]:
    while number := os.read(waiting, 1):
        yield number[0]


def _blocks(file: LocalFile, part: FilePart, parent: int) -> Iterator[bytes]:
    with readable(file.name), open(file.path, "rb", buffering=0) as stream:
        stream.seek(part.begin)
        left = part.end - part.begin
        while left > 0 and (block := stream.read(min(left, file.block_bytes))):
            if os.getppid() != parent:
                os._exit(1)  # it was killed: nobody waits for the answer, or would end this process
            left -= len(block)
            yield block


def _together(parts: Sequence[WrittenRecords], broken: Path) -> WrittenRecords:
    with broken.open("wb") as all_broken:
        for part in parts:
            with part.broken.open("rb") as of_part:
                shutil.copyfileobj(of_part, all_broken)
            part.broken.unlink()
    return WrittenRecords(
        records=tuple(path for part in parts for path in part.records),
        record_count=sum(part.record_count for part in parts),
        broken=broken,
        broken_count=sum(part.broken_count for part in parts),
        blank_count=sum(part.blank_count for part in parts),
        texts=texts_together([part.texts for part in parts]),
    )
