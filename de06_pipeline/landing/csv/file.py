"""One CSV file to records: its encoding, its header, then its lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePosixPath

from de06_pipeline.landing import information, refusals
from de06_pipeline.landing.content import kind_of
from de06_pipeline.landing.csv.header import CsvHeader, find_header
from de06_pipeline.landing.csv.lines import LongLine, cut_lines
from de06_pipeline.landing.csv.parts import LocalFile, parts_of, read_parts
from de06_pipeline.landing.csv.records import RecordReader, check_end
from de06_pipeline.landing.expected import ANY_TABLE, ExpectedTable
from de06_pipeline.landing.said_at import Beside, Said
from de06_pipeline.landing.sink import RecordSink, WrittenRecords
from de06_pipeline.landing.table.other_rows import LeftOut, RecordFilter
from de06_pipeline.landing.table.units import one_scale, refuse_scale, scale_aside, words_of_file
from de06_pipeline.landing.text.encoding import as_utf8, detect_encoding
from de06_pipeline.landing.text.font_encodings import TCVN3, VNI
from de06_pipeline.landing.text.mojibake import CHARACTERS_LOOKED_AT, mojibake_in

SAMPLE_BYTES = 1 << 20
"""What is looked at to find encoding, delimiter and header."""

_HOLE = bytes(512)
"""So many zeros, the smallest unit that disks and networks leave out, are in no cell."""
_ZERO_END = bytes(4)
"""More than a character of any encoding ends with, and than a program puts behind a text."""


@dataclass(frozen=True, slots=True)
class CsvContent:
    """What a CSV file held.

    Attributes:
        information: how often what was left out or put right, by code.
        places: where the first of it stood, by code.
        scale: a unit of the whole table that multiplies its numbers, which the contract allows, and
            the line that says so.
    """

    encoding: str
    header: CsvHeader
    written: WrittenRecords
    information: Mapping[str, int]
    places: Mapping[str, tuple[str, ...]]
    scale: Said | None = None


def read_csv(
    blocks: Iterator[bytes],
    name: str,
    workdir: Path,
    stem: str,
    expected: ExpectedTable = ANY_TABLE,
    local: LocalFile | None = None,
) -> CsvContent:
    """Write the records of a CSV file given as blocks of bytes of any size.

    Memory: a few blocks, :data:`SAMPLE_BYTES`, and a line of at most ``lines.MAX_LINE`` bytes,
    however large the file or a line of it.

    Args:
        blocks: are read to their end in any case.
        local: where the same bytes can be read a second time, in parts, if that is of use.

    Raises:
        UnreadableFile: ``empty``, ``content``, ``corrupt``, ``encoding``, ``damaged_text``, ``header``,
        ``delimiter``, ``too_many_columns``, ``ends_in_mid_line`` or ``unit_of_all``.
    """
    sample, blocks = _peek(blocks)
    kind = kind_of(sample[:1024])
    if kind != "text":
        raise refusals.wrong_content(name, PurePosixPath(name).suffix.lower(), kind)
    # Only now: other kinds of files may hold zeros.
    sample, blocks = _peek(_without_holes(blocks, name))
    whole_file = len(sample) < SAMPLE_BYTES
    if not whole_file:
        sample = sample[: max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1]
    encoding = detect_encoding(sample)
    if encoding is None:
        raise refusals.undecodable(name)
    first_lines = _whole_lines(sample, encoding, whole_file)
    if first_lines is None:
        raise refusals.no_header(name)
    if mojibake := mojibake_in(first_lines[: CHARACTERS_LOOKED_AT * 2].decode(errors="ignore")):
        raise refusals.damaged_text(name, mojibake)
    header = find_header(first_lines, name, expected)
    refusals.check_columns(name, len(header.names))
    refuse_scale(name, header.heading, header.scale, expected)
    named = scale_aside(name, [(Beside.FILE_NAME, words_of_file(name))], header.heading, expected)
    written, left_out = _read_records(
        blocks, encoding, header, expected, name, workdir, stem, local
    )
    refuse_scale(name, header.heading, left_out.scale, expected)
    refusals.check_one_header(name, left_out.other_header)
    written = replace(written, blank_count=written.blank_count + header.blank_lines)
    around = {
        information.TITLE_ROWS: header.titles,
        information.CONVERTED: int(encoding in (TCVN3, VNI)),
    }
    return CsvContent(
        encoding,
        header,
        written,
        left_out.counted | around,
        left_out.places,
        one_scale(name, header.scale, left_out.scale, named),
    )


def _read_records(
    blocks: Iterator[bytes],
    encoding: str,
    header: CsvHeader,
    expected: ExpectedTable,
    name: str,
    workdir: Path,
    stem: str,
    local: LocalFile | None,
) -> tuple[WrittenRecords, LeftOut]:
    """The lines below the header, all by this process or each part by one of its own; and the rows
    that are no records, and those put right, by kind.

    Raises:
        UnreadableFile: ``ends_in_mid_line``.
    """

    def new_filter() -> RecordFilter:
        return RecordFilter(header.heading, expected)

    if (
        local
        and encoding in ("utf-8", "utf-8-sig")
        and (parts := parts_of(local, header, new_filter()))
    ):
        return read_parts(
            local,
            parts,
            header,
            new_filter,
            workdir,
            stem,
            meanwhile=lambda: _read_to_the_end(blocks),
        )
    records = new_filter()
    lines = _after_lines(cut_lines(as_utf8(blocks, encoding)), header.lines)
    is_packed = local is not None and local.is_packed
    with RecordSink(workdir, stem, len(header.names), is_packed=is_packed) as sink:
        reader = RecordReader(header, records, sink, header.lines + 1)
        reader.read(lines)
    check_end(name, reader.incomplete_end)
    return sink.written, reader.left_out


def _read_to_the_end(blocks: Iterator[bytes]) -> None:
    """For what the source of the blocks makes of them on the way: the hash of the file."""
    deque(blocks, maxlen=0)


def _without_holes(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The same blocks.

    A copy or download that broke off may leave zeros for what did not arrive: at the end, where they
    would pass for a blank line, or in between, where two halves of rows would make one.

    Raises:
        UnreadableFile: ``corrupt``: there are such.
    """
    tail = b""
    for block in blocks:
        data = tail + block
        if _HOLE in data:
            raise refusals.corrupt(name)
        tail = data[1 - len(_HOLE) :]
        yield block
    if tail.endswith(_ZERO_END):
        raise refusals.corrupt(name)


def _peek(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first :data:`SAMPLE_BYTES` (fewer only if the file has no more), and all blocks from the
    start.
    """
    taken: list[bytes] = []
    size = 0
    for block in blocks:
        taken.append(block)
        size += len(block)
        if size >= SAMPLE_BYTES:
            break
    return b"".join(taken), chain(taken, blocks)


def _whole_lines(sample: bytes, encoding: str, whole_file: bool) -> bytes | None:
    """The lines of the sample up to one that is too long or cut off; None where that is the first."""
    text = b""
    for block in cut_lines(as_utf8([sample], encoding)):
        if isinstance(block, LongLine):
            return text or None
        text += block
    if whole_file:
        return text
    if encoding.startswith("utf-16"):
        # The sample may be cut within a character, and the last line end be made up.
        text = text[: text.rfind(b"\n", 0, -1) + 1]
    return text or None


def _after_lines(blocks: Iterable[bytes | LongLine], lines: int) -> Iterator[bytes | LongLine]:
    """The blocks without the first ``lines`` lines."""
    for block in blocks:
        if not lines or isinstance(block, LongLine):
            yield block
            continue
        position = 0
        while lines and position < len(block):
            position = block.index(b"\n", position) + 1
            lines -= 1
        if position < len(block):
            yield type(block)(block[position:])
