"""Where a CSV file is cut, when it is not, and what happens when a process that reads a part fails.

That nothing else changes: property/test_landing_parts_laws.py."""

from __future__ import annotations

import io
import os
import select
import signal
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest

from de06_pipeline.errors import StepFailed, UnreadableFile
from de06_pipeline.landing.csv import cuts as csv_cuts
from de06_pipeline.landing.csv.cuts import (
    LEAST_PART_BYTES,
    MOST_PARTS,
    Cutting,
    FilePart,
    cut,
    parts_for,
)
from de06_pipeline.landing.csv.header import find_header
from de06_pipeline.landing.csv.records import RecordReader
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ANY_TABLE
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.landing.table.other_rows import RecordFilter

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="without fork no file is read in parts"
)

HEADER = b"code;name;place\n"
RECORD = "D1;Ánh;Huế\n".encode()
CONTENT = HEADER + RECORD * 20
TWO = Cutting(2, 1)
MARK = "Nguyễn Thị Dấu Vết"


def landed(folder: Path, content: bytes) -> LandedFile:
    path = folder / "x.csv"
    path.write_bytes(content)
    return LandedFile(path.name, str(path), len(content), datetime.now(UTC))


def read(folder: Path, content: bytes, cutting: Cutting = TWO) -> ReadFile:
    return read_file(landed(folder, content), folder, cutting=cutting)


def parts(content: bytes, most: int) -> list[FilePart]:
    header = find_header(content.replace(b"\r\n", b"\n"), "x.csv")
    return cut(
        io.BytesIO(content), Cutting(most, 1), header, RecordFilter(header.heading, ANY_TABLE)
    )


# Where it is cut


@pytest.mark.parametrize("most", [2, 3, 7])
def test_parts_follow_each_other_and_are_about_equal(most: int) -> None:
    cut = parts(CONTENT, most)
    assert [part.begin for part in cut] == [len(HEADER), *[part.end for part in cut[:-1]]]
    assert cut[-1].end == len(CONTENT)
    assert len(cut) == most
    assert all(part.first_row == CONTENT.count(b"\n", 0, part.begin) + 1 for part in cut)
    assert all(
        abs(part.end - part.begin - len(CONTENT) / most) < 2 * len(RECORD) + len(HEADER)
        for part in cut
    )


def test_a_cut_moves_below_the_next_record() -> None:
    broken = HEADER + RECORD * 3 + b"x;y\n" * 30 + b"\n" + RECORD * 3
    assert [part.first_row for part in parts(broken, 2)] == [2, 37]


def test_it_is_not_searched_for_far(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = HEADER + RECORD * 3 + b"x;y\n" * 30 + b"\n" + RECORD * 3
    with monkeypatch.context() as patch:
        patch.setattr(csv_cuts, "_LINES_TRIED", 3)
        assert parts(broken, 2) == []
    with monkeypatch.context() as patch:
        patch.setattr(csv_cuts, "_BYTES_TRIED", 20)
        assert parts(broken, 2) == []


@pytest.mark.parametrize("block_bytes", [1, 2, 3, 5, 16])
def test_line_ends_are_counted_over_blocks(
    monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    monkeypatch.setattr(csv_cuts, "_BLOCK_BYTES", block_bytes)
    crlf = CONTENT.replace(b"\n", b"\r\n")
    assert [part.first_row for part in parts(crlf, 2)] == [
        part.first_row for part in parts(CONTENT, 2)
    ]
    assert parts(crlf + b"D2;a;b\r", 2) == []
    assert parts(crlf + b"D2;a;b\r\r\n", 2) == []


# When it is


def test_a_large_file_is_cut_for_as_many_cores_as_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = b"D1;" + b"x" * (1 << 19) + b";Hue\n"
    content = HEADER + long * (2 * LEAST_PART_BYTES // len(long))
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0, 1}, raising=False)
    assert len(read(tmp_path, content, parts_for(0)).records) == 1
    content += long
    assert len(read(tmp_path, content, parts_for(0)).records) == 2
    assert len(read(tmp_path, content, parts_for(1)).records) == 1
    assert parts_for(2).most_parts == 4 * parts_for(2).processes
    assert parts_for(100).most_parts == MOST_PARTS
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0})
    assert len(read(tmp_path, content, parts_for(0)).records) == 1


@pytest.mark.parametrize(
    "content",
    [
        CONTENT + b'D2;"a";b\n',
        CONTENT + b'D2;a"b;c\n',
        CONTENT.replace(b"name", b'"name"'),
        CONTENT.replace(b"\n", b"\r"),
        CONTENT + b"D2;a\rb;c\n",
        CONTENT + b"D2;a;c\r",
        CONTENT.replace(b"\n", b"\r\r\n"),
        CONTENT.decode().encode("utf-16"),
        HEADER,
        HEADER + "D1;Nguyễn Văn Ánh;Huế\n".encode("cp1258", "ignore") * 20,
    ],
    ids=[
        "quoted",
        "a quote in a field",
        "quoted header",
        "CR",
        "CR in a field",
        "CR last",
        "CR CR LF",
        "UTF-16",
        "no records",
        "cp1258",
    ],
)
def test_other_files_are_read_as_a_whole(tmp_path: Path, content: bytes) -> None:
    assert len(read(tmp_path, content).records) == 1


def test_a_remote_file_is_read_as_a_whole(tmp_path: Path) -> None:
    url = f"memory://{uuid.uuid4().hex}/x.csv"
    with fsspec.open(url, "wb") as out:
        out.write(CONTENT)
    result = read_file(
        LandedFile("x.csv", url, len(CONTENT), datetime.now(UTC)), tmp_path, cutting=TWO
    )
    assert (len(result.records), result.record_count) == (1, 20)


def test_parts_are_read_in_other_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    during_reading(monkeypatch, lambda row: (tmp_path / f"process-{os.getpid()}").touch())
    result = read(tmp_path, CONTENT)
    processes = {path.name for path in tmp_path.glob("process-*")}
    assert (len(result.records), result.record_count) == (2, 20)
    assert len(processes) in (1, 2)
    assert f"process-{os.getpid()}" not in processes


# What goes wrong


def during_reading(monkeypatch: pytest.MonkeyPatch, happens: Callable[[int], object]) -> None:
    """Something happens before lines are read, given the number of the first."""
    read_lines = RecordReader.read

    def patched(self: RecordReader, blocks: Iterable[bytes]) -> None:
        happens(self.row)
        read_lines(self, blocks)

    monkeypatch.setattr(RecordReader, "read", patched)


def test_a_process_that_is_free_takes_the_next_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()

    def wait_in_the_first(row: int) -> None:
        if row > 2:
            os.write(writing, b".")
            return
        for _ in range(5):
            os.read(reading, 1)

    whole = read(tmp_path, CONTENT, Cutting(1))
    of_whole = whole.records[0].read_bytes()
    during_reading(monkeypatch, wait_in_the_first)
    parted = read(tmp_path, CONTENT, Cutting(6, 1, processes=2))
    os.close(reading)
    os.close(writing)
    assert len(parted.records) == 6
    assert b"".join(path.read_bytes() for path in parted.records) == of_whole


@pytest.mark.parametrize("first", [True, False], ids=["first part", "second part"])
@pytest.mark.parametrize("end", [signal.SIGABRT, signal.SIGKILL], ids=["abort", "killed"])
def test_a_process_that_dies_fails_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool, end: signal.Signals
) -> None:
    during_reading(
        monkeypatch, lambda row: os.kill(os.getpid(), end) if (row == 2) == first else None
    )
    with pytest.raises(StepFailed, match=r"reading x\.csv: a process .* was ended"):
        read(tmp_path, CONTENT)


def test_an_error_of_a_library_fails_the_step_without_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(row: int) -> None:
        raise ValueError(MARK)

    during_reading(monkeypatch, fail)
    with pytest.raises(StepFailed, match=r"reading x\.csv: builtins\.ValueError") as error:
        read(tmp_path, CONTENT)
    assert MARK not in str(error.value)


def test_a_file_that_goes_away_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    during_reading(monkeypatch, lambda row: (tmp_path / "x.csv").unlink(missing_ok=True))
    with pytest.raises(UnreadableFile, match="is not there any more"):
        read(tmp_path, CONTENT)


def test_a_file_that_changes_meanwhile_is_not_read(tmp_path: Path) -> None:
    file = landed(tmp_path, CONTENT)

    def change(done: int, _total: int) -> None:
        if done == len(CONTENT):
            with Path(file.url).open("ab") as out:
                out.write(RECORD)

    with pytest.raises(UnreadableFile, match="changed while it was read"):
        read_file(file, tmp_path, change, cutting=TWO)


def test_no_process_is_left_when_this_one_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()

    def hang(row: int) -> None:
        os.write(writing, b".")
        time.sleep(60)

    def interrupt(done: int, total: int) -> None:
        if done == total:
            _wait_for_two(reading)
            raise KeyboardInterrupt

    during_reading(monkeypatch, hang)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        read_file(landed(tmp_path, CONTENT + RECORD * (1 << 18)), tmp_path, interrupt, cutting=TWO)
    os.close(writing)
    assert _ended(reading)
    assert time.monotonic() - began < 30


def test_no_process_goes_on_when_this_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    file = landed(tmp_path, CONTENT + RECORD * (1 << 18))

    def slowly(self: RecordReader, blocks: Iterable[bytes]) -> None:
        os.write(writing, b".")
        for _ in blocks:
            time.sleep(0.05)

    def kill(done: int, total: int) -> None:
        if done == total:
            _wait_for_two(reading)
            os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(RecordReader, "read", slowly)
    process = os.fork()
    if not process:
        try:
            read_file(file, tmp_path, kill, block_bytes=1 << 10, cutting=TWO)
        finally:
            os._exit(1)
    os.waitpid(process, 0)
    os.close(writing)
    assert _ended(reading)


def _wait_for_two(reading: int) -> None:
    for _ in range(2):
        os.read(reading, 1)


def _ended(reading: int) -> bool:
    """Whether no process holds the other end of a pipe any more, or does not after a while."""
    ready, _, _ = select.select([reading], [], [], 10)
    return bool(ready) and os.read(reading, 1) == b""
