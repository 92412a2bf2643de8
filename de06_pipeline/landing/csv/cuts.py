"""Where a CSV file can be cut into parts that are read apart from each other with the same result.

What a line is depends on others in two ways. A quote may be open from a line above: a file with a
quote anywhere is not cut. And a row may be no record because of what stands above it, a header or a
signature (:mod:`de06_pipeline.landing.table.other_rows`): so a cut is made below a line that is a
record whatever stands above it. A line's number is that of the line feeds before it, which takes
every CR to belong to one: a file with another CR is not cut.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import IO

import numpy as np

from de06_pipeline.cores import cores
from de06_pipeline.landing.csv.header import CsvHeader
from de06_pipeline.landing.csv.lines import MAX_LINE, normal_line_ends
from de06_pipeline.landing.table.other_rows import RecordFilter
from de06_pipeline.landing.text.cleaning import UNIT, clean_fields

LEAST_PART_BYTES = 32 << 20
"""What a part has at least: half a second's reading, against a hundredth for another process."""
_PARTS_EACH = 4
"""Parts for each process. While a file is read the calling process has work too (``meanwhile``): with
a part each, one of two processes was done long before the other, and its core idle.
"""
MOST_PARTS = 256
"""The number of a part is handed to its reader as a byte."""
_BYTES_TRIED = 4 << 20
_LINES_TRIED = 1_000
"""How far a line to cut below is searched for. Nearly always it is the first."""
_BLOCK_BYTES = 1 << 18

_LINE_FEED = 0x0A


@dataclass(frozen=True, slots=True)
class Cutting:
    """How far files are cut up.

    Attributes:
        most_parts: more are not made of one file.
        least_bytes: a part has no fewer, by and large: borders move to the next line that allows
            one.
        processes: that read at the same time; each takes the next part when it has read one.
        meanwhile: what else the caller has to do some time, done while other processes read.
    """

    most_parts: int
    least_bytes: int = LEAST_PART_BYTES
    processes: int = 2
    meanwhile: Callable[[], object] = lambda: None


WHOLE = Cutting(1)
"""No file is cut."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """Whole lines of a file below its header: the bytes from ``begin`` to before ``end``, numbered
    from ``first_row`` on.
    """

    begin: int
    end: int
    first_row: int


def parts_for(threads: int, meanwhile: Callable[[], object] = lambda: None) -> Cutting:
    """Parts for the threads that a step may use; 0 means one for each core."""
    processes = threads or cores()
    most = min(processes * _PARTS_EACH, MOST_PARTS) if processes > 1 else 1
    return Cutting(most, processes=processes, meanwhile=meanwhile)


def cut(
    stream: IO[bytes], cutting: Cutting, header: CsvHeader, records: RecordFilter
) -> list[FilePart]:
    """The parts of a UTF-8 file, of about the same size; none where it is better, or only possible,
    to read it as a whole.

    Args:
        stream: buffered and seekable.
    """
    size = stream.seek(0, os.SEEK_END)
    wanted = min(cutting.most_parts, size // cutting.least_bytes)
    if wanted < 2:
        return []
    borders = _borders(stream, size, wanted, header, records)
    if len(borders) <= 2:
        return []
    lines = [_lines(stream, begin, end) for begin, end in pairwise([0, *borders])]
    counted = [count for count in lines if count is not None]
    if len(counted) < len(lines):
        return []
    first_rows = list(accumulate(counted, initial=1))[1:-1]
    return [
        FilePart(begin, end, row)
        for (begin, end), row in zip(pairwise(borders), first_rows, strict=True)
    ]


def _borders(
    stream: IO[bytes], size: int, wanted: int, header: CsvHeader, records: RecordFilter
) -> list[int]:
    """Where the lines below the header begin, then every cut, then the end of the file."""
    first = _after_header(stream, header)
    if first is None:
        return []
    borders = [first]
    for share in range(1, wanted):
        border = _cut_after(stream, max(size * share // wanted, borders[-1]), header, records)
        if border is not None and border < size:
            borders.append(border)
    return [*borders, size]


def _after_header(stream: IO[bytes], header: CsvHeader) -> int | None:
    stream.seek(0)
    for _ in range(header.lines):
        if not stream.readline(MAX_LINE + 1).endswith(b"\n"):
            return None
    return stream.tell()


def _cut_after(
    stream: IO[bytes], position: int, header: CsvHeader, records: RecordFilter
) -> int | None:
    """The end of the first line from a position on below which the file can be cut."""
    stream.seek(position - 1)
    if not stream.readline(_BYTES_TRIED).endswith(b"\n"):
        return None
    for _ in range(_LINES_TRIED):
        line = stream.readline(MAX_LINE + 1)
        if not line.endswith(b"\n"):
            return None
        fields = normal_line_ends(line)[:-1].split(header.delimiter or UNIT)
        if len(fields) == len(header.names) and records.is_record_anywhere(clean_fields(fields)):
            return stream.tell()
        if stream.tell() - position > _BYTES_TRIED:
            return None
    return None


def _lines(stream: IO[bytes], begin: int, end: int) -> int | None:
    """How many lines there are; None with a quote, or a CR that no LF follows."""
    stream.seek(begin)
    count = 0
    left = end - begin
    while left > 0 and (block := stream.read(min(left, _BLOCK_BYTES))):
        if block.endswith(b"\r"):
            block += stream.read(1)
        left -= len(block)
        if b'"' in block or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n")):
            return None
        count += int(np.count_nonzero(np.frombuffer(block, np.uint8) == _LINE_FEED))
    return count
