"""A CSV file read in parts gives what it gives when it is read from top to bottom, wherever the
cuts fall; and so it does where its records are packed.
"""

from __future__ import annotations

import codecs
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.csv import parts as reading_in_parts
from de06_pipeline.landing.csv.cuts import Cutting
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ANY_TABLE, ExpectedTable
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.landing.sink import read_records
from de06_pipeline_tests.laws import examples

HEADER = "STT;Mã;Đơn vị;Tỉnh;Số".encode()
KNOWN = {"Mã": "code", "Đơn vị": "agency", "Tỉnh": "province"}
EXPECTED = ExpectedTable(KNOWN.get, frozenset({"code"}), frozenset(KNOWN.values()))
ONE_NEEDED = ExpectedTable(KNOWN.get, frozenset({"code"}), frozenset({"code"}))

RECORD = "1;D1;Công an;Long An;5".encode()
EXAMPLE = "Ví dụ;D0;Công an;Long An;1".encode()
SIGNATURE = "Người lập biểu;;;Thủ trưởng;".encode()
LINES = st.one_of(
    st.sampled_from([RECORD, "2;D2;Ủy ban;Huế;".encode()]),
    st.sampled_from(
        [
            HEADER,
            "STT; MÃ;đơn vị;TỈNH;Số".encode(),
            b"(1);(2);(3);(4);(5)",
            b"A;B;1;2;3",
            EXAMPLE,
            "1;D1;Công an;[mẫu];5".encode(),
            "Tổng cộng;;;;9".encode(),
            "Tổng cộng; ;\u00a0; ;9".encode(),
            "Tổng cộng;x;y;z;9".encode(),
            "Tổng cộng".encode(),
            "I;Khối huyện;;;".encode(),
            SIGNATURE,
            "Người Thử;;;;".encode(),
            "Người Thử;;x;;".encode(),
            b"",
            b" ",
            b";;;;",
            b" ; ;;; ",
            b"\x1f;\x1f;;;",
            "4;D4;Công\u00a0 an;Đà\u200b Nẵng;\x1f7".encode(),
            "5;D5;Công an".encode(),
            "6;D6;Công an;Long An;7;8".encode(),
            b"7;D7;\xff\xfe;Long An;7",
            b"8;\xc3;Long An",
            b"9;D9;" + b"x" * 300 + b";Long An;7",
            b"\xe2\x80\xa8;D9;\x0b;\x1c;7",
        ]
    ),
)


NEVER, ALWAYS = 1 << 40, 0
"""From how many bytes on records are packed."""


class Answer:
    """What a part gave, or why it could not be read."""

    def __init__(self, compute: Callable[[], object]) -> None:
        try:
            self._given: object = pickle.loads(pickle.dumps(compute()))
        except UnreadableFile as error:
            self._given = error

    def answer(self) -> object:
        if isinstance(self._given, UnreadableFile):
            raise self._given
        return self._given


@contextmanager
def computed_here(compute: Callable[[], object], what: str) -> Iterator[Answer]:
    yield Answer(compute)


@pytest.fixture(autouse=True, scope="module")
def _parts_in_one_process() -> Iterator[None]:
    """To fork for every part took most of the time of thousands of small files; the processes have
    tests of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_in_parts, "in_child", computed_here)
        patch.setattr(os, "getppid", os.getpid)  # it looks whether its parent is still there
        yield


def read(
    content: bytes,
    folder: Path,
    expected: ExpectedTable,
    block_bytes: int,
    cutting: Cutting,
    packed_from: int = NEVER,
) -> tuple[ReadFile, bytes, bytes]:
    """What was read, all records and all broken ones."""
    folder.mkdir(exist_ok=True)
    path = folder / "x.csv"
    path.write_bytes(content)
    landed = LandedFile(path.name, str(path), len(content), datetime.now(UTC))
    result = read_file(
        landed,
        folder,
        expected=expected,
        block_bytes=block_bytes,
        cutting=cutting,
        packed_from=packed_from,
    )
    assert {p for p in folder.iterdir() if p != path} == {*result.records, result.broken}
    records = "".join(
        "\x1f".join([str(row), *cells]) + "\n" for row, cells in read_records(result.records)
    )
    return result, records.encode(), result.broken.read_bytes()


def facts(read: ReadFile) -> tuple[object, ...]:
    counts = read.record_count, read.broken_count, read.blank_count, read.information
    return read.encoding, read.delimiter, read.header, counts, read.sha256, read.bytes


@settings(max_examples=examples(200))
@given(
    titles=st.lists(
        st.sampled_from(["BÁO CÁO".encode(), b"", b";;;;", "Tháng 6;;;;".encode()]), max_size=3
    ),
    lines=st.lists(LINES, max_size=30),
    line_end=st.sampled_from([b"\n", b"\r\n"]),
    mark=st.sampled_from([b"", codecs.BOM_UTF8]),
    last_end=st.booleans(),
    expected=st.sampled_from([EXPECTED, ONE_NEEDED, ANY_TABLE]),
    block_bytes=st.sampled_from([1, 7, 64, 1 << 17]),
    most_parts=st.integers(2, 5),
)
@example(  # a cut below an example would take the next one for a record
    [],
    [RECORD, HEADER, EXAMPLE, EXAMPLE, EXAMPLE, EXAMPLE, RECORD],
    b"\n",
    b"",
    True,
    EXPECTED,
    64,
    2,
)
@example(  # a cut within a signature would take the name for a record
    [],
    [
        RECORD,
        SIGNATURE,
        "Người Thử;;;;".encode(),
        "Người Thử;;;;".encode(),
        "Người Thử;;;;".encode(),
    ],
    b"\n",
    b"",
    True,
    EXPECTED,
    64,
    5,
)
def test_parts_make_no_difference(
    titles: list[bytes],
    lines: list[bytes],
    line_end: bytes,
    mark: bytes,
    last_end: bool,
    expected: ExpectedTable,
    block_bytes: int,
    most_parts: int,
) -> None:
    if expected is ANY_TABLE:
        titles = []  # the first of them would be the header
    # Enough records in UTF-8 for the file to be taken for what it is.
    content = (
        mark
        + line_end.join([*titles, HEADER, *lines, *[RECORD] * 8])
        + (line_end if last_end else b"")
    )
    with TemporaryDirectory() as folder:
        whole, records, broken = read(
            content, Path(folder, "whole"), expected, block_bytes, Cutting(1)
        )
        parted, records_of_parts, broken_of_parts = read(
            content, Path(folder, "parts"), expected, block_bytes, Cutting(most_parts, 1)
        )
    event(f"{len(parted.records)} of {most_parts} parts")
    assert len(whole.records) == 1
    assert 2 <= len(parted.records) <= most_parts
    assert (records_of_parts, broken_of_parts) == (records, broken)
    assert facts(parted) == facts(whole)


QUOTED = st.sampled_from(
    [
        b'3;"D3";C\xc3\xb4ng an;"Long; An";5',
        b'3;D3;"two',
        b'lines";Long An;5',
        b'3;D"3;x;y;5',
        "3;Đ;C\u0300ng;Ðà Nẵng;\ufeff5".encode(),
        "3;D3;“x” – y…;Long An;²".encode(),
        b"3;D3;\x7f;Long An;5",
        b"  ;D3;x;Long An;5",
    ]
)


@settings(max_examples=examples(300))
@given(
    lines=st.lists(
        st.integers(1, 4).flatmap(lambda n: st.one_of(LINES, QUOTED).map(lambda line: [line] * n)),
        max_size=20,
    ),
    last_end=st.booleans(),
    expected=st.sampled_from([EXPECTED, ONE_NEEDED, ANY_TABLE]),
    block_bytes=st.sampled_from([1, 64, 200, 1 << 17]),
    parts=st.sampled_from([1, 1, 1, 3]),
)
@example(  # whole records between a broken line and one that lacks its last, empty cell
    [[b'3;"D"3;x;y;5'], [RECORD] * 9, ["5;D5;Công an;Long An".encode()]], True, EXPECTED, 1, 1
)
def test_packing_makes_no_difference(
    lines: list[list[bytes]],
    last_end: bool,
    expected: ExpectedTable,
    block_bytes: int,
    parts: int,
) -> None:
    several = [line for some in lines for line in some]
    # Enough records in UTF-8 for the file to be taken for what it is.
    content = b"\n".join([HEADER, *several, *[RECORD] * (8 + 3 * len(several))]) + (
        b"\n" if last_end else b""
    )
    with TemporaryDirectory() as folder:
        text, records, broken = read(
            content, Path(folder, "text"), expected, block_bytes, Cutting(1)
        )
        packed, records_packed, broken_packed = read(
            content, Path(folder, "packed"), expected, block_bytes, Cutting(parts, 1), ALWAYS
        )
    cells = [line.split("\x1f")[1:] for line in records.decode().split("\n")[:-1]]
    event(f"{len(packed.texts)} columns of few texts")
    assert {path.suffix for path in packed.records} == {".parquet"}
    assert (records_packed, broken_packed) == (records, broken)
    assert facts(packed) == facts(text)
    for position, texts in packed.texts.items():
        assert {row[position] for row in cells} <= texts
