"""Reading one delivered file of any kind into records; see "landing reads a file" in
docs/architecture.md.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from de06_pipeline.errors import LandingError
from de06_pipeline.landing import refusals
from de06_pipeline.landing.csv.cuts import WHOLE, Cutting
from de06_pipeline.landing.csv.file import read_csv
from de06_pipeline.landing.csv.parts import local_file
from de06_pipeline.landing.delivered import BLOCK_BYTES, BytesDone, DeliveredBytes
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ANY_TABLE, ExpectedTable
from de06_pipeline.landing.packed import FROM_BYTES
from de06_pipeline.landing.parquet_file import read_parquet
from de06_pipeline.landing.process.limited import in_limited_process
from de06_pipeline.landing.said_at import Said
from de06_pipeline.landing.sink import WrittenRecords
from de06_pipeline.landing.store import (
    CHANGED,
    UNREADABLE,
    FileChanged,
    is_local,
    open_bytes,
    trouble_of,
)
from de06_pipeline.landing.table.named_month import NamedMonth
from de06_pipeline.landing.workbook.file import read_workbook
from de06_pipeline.landing.workbook.kind import WORKBOOK_EXTENSIONS

TEXT_EXTENSIONS = (".csv", ".tsv", ".txt")
"""Text with delimiters, of whatever kind: Excel's "Unicode text" and "Text (tab delimited)" end in
``.txt``."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file held. Every record of it is counted once, as a record, as broken or as blank.

    Attributes:
        format: ``csv``, ``xlsx``, ``xls``, ``xlsb``, ``ods`` or ``parquet``.
        encoding: ``utf-8``, ``utf-8-sig``, ``utf-16-le``, ``utf-16-be``, ``cp1258``, ``tcvn3`` or
            ``vni``; '' where the format fixes it.
        delimiter: '' where there is none.
        header: cleaned column names; '' for an unnamed column.
        records: UTF-8, one cleaned record a line, ``\\x1f`` between fields, no header; of a large CSV
            file Parquet, and several, in order (:mod:`de06_pipeline.landing.packed`).
        texts: all texts there of each column that has few, by its position from 0.
        broken: ``row_number \\x1f reason \\x1f shape`` a line; reasons ``field_count``, ``quote``,
            ``encoding``, ``too_long``.
        blank_count: blank records, which are not rows; blank lines above the header too.
        information: what was left out or put right on the way, ``(code, count)`` by code; see
            :mod:`de06_pipeline.landing.information`.
        places: where the first of it stood, by code: row numbers, or addresses of cells.
        scale: a unit of the whole table that multiplies its numbers, and the row that says so; only
            one that the contract allows. The records are as delivered.
        month: the one month that titles name, or else the sheet's name.
        sha256: of the delivered bytes.
        bytes: how many they are.
    """

    format: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    records: tuple[Path, ...]
    texts: Mapping[int, frozenset[str]]
    record_count: int
    broken: Path
    broken_count: int
    blank_count: int
    information: tuple[tuple[str, int], ...]
    places: Mapping[str, tuple[str, ...]]
    sha256: str
    bytes: int
    scale: Said | None = None
    month: NamedMonth | None = None


def read_file(
    file: LandedFile,
    workdir: Path,
    progress: BytesDone | None = None,
    block_bytes: int = BLOCK_BYTES,
    expected: ExpectedTable = ANY_TABLE,
    cutting: Cutting = WHOLE,
    packed_from: int = FROM_BYTES,
) -> ReadFile:
    """Read a file once and write its records into ``workdir``, under names of their own.

    Args:
        progress: called with (bytes done, bytes in all).
        block_bytes: how much is read at a time; changes nothing but speed and memory.
        expected: by which the header and the records are told from what else stands in the file.
        cutting: into how many parts a CSV file may be cut, to be read at once; changes nothing but
            speed and in how many files the records are.
        packed_from: the records of a CSV file on a disk that has so many bytes are Parquet.

    Raises:
        UnreadableFile: the supplier must correct the file.
        LandingError: the landing zone cannot be read.
    """
    if file.trouble:
        raise refusals.not_readable(file.name, file.trouble)
    try:
        return _read_regular(file, workdir, progress, block_bytes, expected, cutting, packed_from)
    except FileChanged:
        raise refusals.not_readable(file.name, CHANGED) from None
    except LandingError:
        # Where the folder of the month is still there, it is this file that is gone or broken.
        if is_local(file.url) and os.path.isdir(os.path.dirname(os.path.dirname(file.url))):
            raise refusals.not_readable(file.name, _trouble_now(file.url)) from None
        raise


def _trouble_now(path: str) -> str:
    try:
        with open_bytes(path) as stream:
            stream.read(1)
    except OSError as error:
        return trouble_of(error)
    return UNREADABLE


def _read_regular(
    file: LandedFile,
    workdir: Path,
    progress: BytesDone | None,
    block_bytes: int,
    expected: ExpectedTable,
    cutting: Cutting,
    packed_from: int,
) -> ReadFile:
    delivered = DeliveredBytes(file, progress, block_bytes)
    stem = hashlib.sha256(file.name.encode()).hexdigest()[:16]
    extension = PurePosixPath(file.name).suffix.lower()
    if extension in TEXT_EXTENSIONS:
        local = (
            local_file(file.url, file.name, block_bytes, cutting, packed_from)
            if is_local(file.url)
            else None
        )
        csv = read_csv(delivered.blocks(), file.name, workdir, stem, expected, local)
        return _read(
            "csv",
            csv.encoding,
            csv.header.delimiter.decode(),
            csv.header.names,
            csv.written,
            csv.information,
            csv.places,
            delivered,
            csv.scale,
            csv.header.month,
        )
    if extension not in (*WORKBOOK_EXTENSIONS, ".parquet"):
        raise refusals.unsupported_extension(file.name, extension)

    def opened() -> ReadFile:
        if extension == ".parquet":
            header, sink = read_parquet(path, file.name, workdir, stem)
            return _read("parquet", "", "", header, sink.written, {}, {}, delivered)
        book = read_workbook(path, file.name, workdir, stem, expected)
        return _read(
            book.format,
            "",
            "",
            book.header,
            book.sink.written,
            book.information,
            book.places,
            delivered,
            book.scale,
            book.month,
        )

    with delivered.local_copy(workdir, stem) as path:
        return in_limited_process(opened, file.name)


def _read(
    format: str,
    encoding: str,
    delimiter: str,
    header: tuple[str, ...],
    written: WrittenRecords,
    information: Mapping[str, int],
    places: Mapping[str, tuple[str, ...]],
    delivered: DeliveredBytes,
    scale: Said | None = None,
    month: NamedMonth | None = None,
) -> ReadFile:
    return ReadFile(
        format=format,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        records=written.records,
        texts=written.texts,
        record_count=written.record_count,
        broken=written.broken,
        broken_count=written.broken_count,
        blank_count=written.blank_count,
        information=tuple(sorted((code, count) for code, count in information.items() if count)),
        places=places,
        sha256=delivered.sha256,
        bytes=delivered.bytes,
        scale=scale,
        month=month,
    )
