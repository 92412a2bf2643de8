"""Laws of reading CSV: an independent reader agrees on well-formed files, and no line of any file
is lost or counted twice.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.csv.complete_lines import lay_out
from de06_pipeline.landing.csv.quoted import split_record
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ANY_TABLE, ExpectedTable
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.landing.text.cleaning import clean, needs_cleaning
from de06_pipeline_tests.laws import examples

SETTINGS = settings(max_examples=examples(150))
HEADER = ["Mã hồ sơ", "Tên", "Ghi chú", "Số"]

letters = "abĐđÊếỜữ019 .-–"
cells = st.text(alphabet=letters + ',;\t"\n' + "\u00a0\u200be\u0301", max_size=8)
plain_cells = st.text(alphabet=letters, max_size=6)
tables = st.lists(st.lists(cells, min_size=4, max_size=4), max_size=12)
block_sizes = st.sampled_from([1, 2, 3, 7, 64, 1 << 20])


def read_bytes(
    content: bytes, folder: Path, block_bytes: int = 1 << 20, expected: ExpectedTable = ANY_TABLE
) -> ReadFile:
    path = folder / "tệp.csv"
    path.write_bytes(content)
    return read_file(
        LandedFile("tệp.csv", str(path), len(content), datetime.now(UTC)),
        folder,
        block_bytes=block_bytes,
        expected=expected,
    )


def records_of(read: ReadFile) -> list[list[str]]:
    return [
        line.split("\x1f")[1:] for line in read.records[0].read_bytes().decode().split("\n")[:-1]
    ]


def broken_of(read: ReadFile) -> list[list[str]]:
    return [line.split("\x1f") for line in read.broken.read_bytes().decode().split("\n")[:-1]]


def row_numbers(read: ReadFile) -> list[int]:
    return [int(line.split(b"\x1f")[0]) for line in read.records[0].read_bytes().split(b"\n")[:-1]]


def cleaned(cell: str) -> str:
    """The same cleaning, written a second time and differently."""
    kept = "".join(" " if c in "\n\t\u00a0" else c for c in cell if c != "\u200b")
    return " ".join(word for word in unicodedata.normalize("NFC", kept).split(" ") if word)


def swallows_a_record(rows: list[list[str]], delimiter: str) -> bool:
    """A line within quotes that could be a whole record is taken for one, on purpose; such tables
    are left out.
    """
    continued = [
        line
        for row in rows
        for line in written([row], delimiter, "\n", csv.QUOTE_ALL).split("\n")[1:]
    ]
    return any(line.count(delimiter) >= len(HEADER) - 1 for line in continued)


def written(rows: list[list[str]], delimiter: str, line_end: str, quoting: int) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)
    return out.getvalue()


@SETTINGS
@given(
    rows=tables,
    delimiter=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(
        ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16-le+", "utf-16-be+"]
    ),
    block_bytes=block_sizes,
)
def test_agrees_with_pythons_reader(
    rows: list[list[str]],
    delimiter: str,
    line_end: str,
    quoting: int,
    encoding: str,
    block_bytes: int,
) -> None:
    if swallows_a_record(rows, delimiter):
        return
    # Python's writer leaves a line feed unquoted where lines end in CR.
    text = written(
        [HEADER, *rows], delimiter, line_end, csv.QUOTE_ALL if line_end == "\r" else quoting
    )
    codec = encoding.removesuffix("+")
    mark = {"utf-16-le+": codecs.BOM_UTF16_LE, "utf-16-be+": codecs.BOM_UTF16_BE}.get(encoding, b"")
    parsed = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]
    expected = [record for row in parsed if any(record := [cleaned(cell) for cell in row])]
    with tempfile.TemporaryDirectory() as folder:
        read = read_bytes(mark + text.encode(codec), Path(folder), block_bytes)
        assert (read.encoding, read.delimiter, read.header) == (codec, delimiter, tuple(HEADER))
        assert records_of(read) == expected
        assert read.broken_count == 0
        assert read.record_count == len(expected)
        assert read.record_count + read.blank_count == len(rows)
        assert len(row_numbers(read)) == read.record_count


@SETTINGS
@given(rows=tables, block_bytes=block_sizes)
def test_row_number_is_the_line_where_a_record_begins(
    rows: list[list[str]], block_bytes: int
) -> None:
    if swallows_a_record(rows, ";"):
        return
    expected = []
    line = 2
    for row in rows:
        if any(cleaned(cell) for cell in row):
            expected.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    with tempfile.TemporaryDirectory() as folder:
        read = read_bytes(
            written([HEADER, *rows], ";", "\r\n", csv.QUOTE_MINIMAL).encode(),
            Path(folder),
            block_bytes,
        )
        assert row_numbers(read) == expected


wild_lines = st.lists(
    st.one_of(
        st.text(alphabet='ab;;;"" \u00a0', max_size=12).map(str.encode),
        st.sampled_from(
            [
                b"a;b;c;d",
                b'"a";"b";"c";"d"',
                b'"a;b;c;d',
                b";;;",
                b"",
                b"\xff;b;c;d",
                b'a;"b',
                b'c";d;e',
                b'"\xff;b',
                b"\x1a",
            ]
        ),
    ),
    max_size=15,
)


@SETTINGS
@given(lines=wild_lines, block_bytes=block_sizes)
@example(lines=[b'"a', b"", b'b";c;d;e'], block_bytes=1)
def test_every_line_is_accounted_for_once(lines: list[bytes], block_bytes: int) -> None:
    # Enough lines that are UTF-8 for the file to be taken for what it is.
    lines = ["ă;â;ê;ô".encode()] * 15 + lines
    content = b"\n".join([";".join(HEADER).encode(), *lines]) + b"\n"
    with tempfile.TemporaryDirectory() as folder:
        read = read_bytes(content, Path(folder))
        small = read_bytes(content, Path(folder), block_bytes) if block_bytes < 1000 else read
        records, broken = records_of(read), broken_of(read)
        starts = sorted(row_numbers(read) + [int(row) for row, _, _ in broken])
        assert len(records) == read.record_count == len(row_numbers(read))
        assert len(broken) == read.broken_count
        assert all(len(record) == 4 for record in records)
        assert len(set(starts)) == len(starts)
        # Lines that start nothing are blank, or continue a record, which then holds a quoted line
        # break.
        assert len(starts) + read.blank_count <= len(lines)
        if not any(b'"' in line for line in lines):
            assert len(starts) + read.blank_count == len(lines)
        # A complete record is a record wherever it stands.
        complete = {
            number
            for number, line in enumerate(lines, start=2)
            if line in (b"a;b;c;d", b'"a";"b";"c";"d"')
        }
        assert complete <= set(row_numbers(read))
        assert (small.broken_count, small.blank_count) == (read.broken_count, read.blank_count)
        assert (small.sha256, small.bytes) == (read.sha256, len(content))


@SETTINGS
@given(
    rows=st.lists(st.lists(plain_cells, min_size=4, max_size=4), min_size=1, max_size=10),
    bad=st.integers(0, 9),
    block_bytes=block_sizes,
)
def test_an_unclosed_quote_costs_its_own_record_only(
    rows: list[list[str]], bad: int, block_bytes: int
) -> None:
    bad %= len(rows)
    lines = [";".join(row) for row in rows]
    spoilt = [*lines[:bad], '"' + lines[bad], *lines[bad + 1 :]]
    with tempfile.TemporaryDirectory() as folder:
        read = read_bytes(
            "".join(f"{line}\n" for line in [";".join(HEADER), *spoilt]).encode(),
            Path(folder),
            block_bytes,
        )
        assert [row for row, _, _ in broken_of(read)] == [str(bad + 2)]
        rest = [[cleaned(cell) for cell in row] for number, row in enumerate(rows) if number != bad]
        assert records_of(read) == [row for row in rest if any(row)]


@SETTINGS
@given(content=st.binary(max_size=200), block_bytes=block_sizes)
def test_any_bytes_are_read_or_refused(content: bytes, block_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            read = read_bytes(content, Path(folder), block_bytes)
        except UnreadableFile:
            return
        assert len(records_of(read)) == read.record_count
        assert all(len(record) == len(read.header) for record in records_of(read))


any_text = st.text(max_size=40) | st.text(
    alphabet="a e\u0301\u0323\u00d0\u0110\u0189\u00a0\u200b\x1f\n\t\x00\u2013\u1ebf\u212b\u00ad\u1f71\u1100\u1161\u2028",
    max_size=20,
)


@SETTINGS
@given(text=any_text)
def test_cleaning_is_done_after_once_and_keeps_the_structure(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert re.findall("[\x1f\n]", once) == re.findall("[\x1f\n]", text)
    assert unicodedata.is_normalized("NFC", once)
    assert not set(once) & set("\u00d0\u0189\u00a0\u200b\t\x00")


@SETTINGS
@given(
    cells=st.lists(any_text.map(lambda text: re.sub("[\x1f\n]", "", text)), min_size=1, max_size=4)
)
def test_a_block_is_cleaned_as_its_cells_are(cells: list[str]) -> None:
    assert clean("\x1f".join(cells) + "\n") == "\x1f".join(clean(cell) for cell in cells) + "\n"


@SETTINGS
@given(text=any_text)
def test_a_block_that_cleaning_would_change_is_never_passed_over(text: str) -> None:
    block = text + "\n"
    try:
        encoded = block.encode()
    except UnicodeEncodeError:
        pytest.skip("lone surrogates never reach cleaning")
    if not needs_cleaning(encoded):
        assert clean(block) == block


@SETTINGS
@given(
    lines=st.lists(st.text(alphabet='ab;"', max_size=14).map(str.encode), min_size=1, max_size=6),
    columns=st.integers(1, 4),
)
def test_the_fast_way_agrees_with_the_exact_one(lines: list[bytes], columns: int) -> None:
    layout = lay_out(b"\n".join(lines) + b"\n", ord(";"), columns)
    for index, line in enumerate(lines):
        fields = split_record(line, b";")
        if layout.complete[index]:
            assert isinstance(fields, list)
            assert len(fields) == columns
            assert layout.records(index, index + 1) == b"\x1f".join(fields) + b"\n"
        elif isinstance(fields, list) and len(fields) == columns:
            # Only a quote that is not part of the syntax keeps a readable line from the fast way.
            assert any(b'"' in field for field in line.split(b";"))


@SETTINGS
@given(
    rows=st.lists(
        st.lists(plain_cells.filter(bool), min_size=4, max_size=4), min_size=2, max_size=8
    ),
    kept=st.floats(0, 1),
    block_bytes=block_sizes,
    quoted=st.booleans(),
)
def test_a_file_cut_anywhere_is_refused_or_lost_nothing_of_a_row(
    rows: list[list[str]], kept: float, block_bytes: int, quoted: bool
) -> None:
    """Cut between two lines, or within the last cell of one, it looks whole; anywhere else it is
    refused.
    """
    mark = '"' if quoted else ""
    header = (";".join(HEADER) + "\n").encode()
    body = "".join(";".join(f"{mark}{cell}{mark}" for cell in row) + "\n" for row in rows).encode()
    cut = body[: int(kept * len(body))]
    last = cut.rpartition(b"\n")[2]
    with tempfile.TemporaryDirectory() as folder:
        read, code = None, ""
        try:
            read = read_bytes(header + cut, Path(folder), block_bytes)
        except UnreadableFile as error:
            code = error.code
        if read is None:
            assert (code, bool(last)) == ("ends_in_mid_line", True)
            return
        whole = cut.count(b"\n")
        assert read.record_count + read.broken_count + read.blank_count == whole + bool(last)
        assert last.count(b";") in (0, 3), "no line of too few cells is passed over"


KEYED = ["Mã hồ sơ", "Tên", "Ghi chú", "Số", "Phí"]
MAY_LACK_CELLS = ExpectedTable(
    dict(zip(KEYED, ["code", "name", "note", "figure", "fee"], strict=True)).get,
    frozenset({"code", "name"}),
    frozenset({"code", "name"}),
    frozenset({"code"}),
)
many_lines = st.text(alphabet='ab"\n\n; ', max_size=10)
damages = st.sampled_from(["", "", "lacks a cell", "has one more", "inner quotes", "not closed"])


@SETTINGS
@given(
    rows=st.lists(
        st.tuples(st.lists(many_lines, min_size=4, max_size=4), damages), min_size=1, max_size=6
    ),
    block_bytes=block_sizes,
)
@example(rows=[(["x", "a\nb", "c", "d"], "lacks a cell")], block_bytes=1)
@example(rows=[(["a\nb", "c", "d", "e"], "has one more")], block_bytes=1)
@example(rows=[(['a "b"\nc', "d", "", ""], "inner quotes")], block_bytes=1 << 20)
@example(rows=[(['"\n;a', "", "\n", ""], "inner quotes")], block_bytes=1)
def test_no_piece_of_a_record_is_a_record(
    rows: list[tuple[list[str], str]], block_bytes: int
) -> None:
    """Of records with line breaks, cells too many or too few, and quotes left as they are: each is
    read whole, or all of its lines are set aside by name, blank or empty behind a line that is.
    """
    text = ""
    whole: dict[int, list[str]] = {}
    for number, (others, damage) in enumerate(rows):
        begins = 2 + text.count("\n")
        row = [f"K{number}", *others]
        if damage == "lacks a cell":
            row.pop()
        elif damage == "has one more":
            row.append("z")
        made = written([row], ";", "\n", csv.QUOTE_ALL)
        if damage == "inner quotes":
            # Within a word: beside a delimiter or line end they would be other cells' own.
            cells = [cell.replace('"', 'a"b') for cell in row]
            made = ";".join(f'"{cell}"' for cell in cells) + "\n"
        elif damage == "not closed":
            made = made[:-2] + "\n"
        else:
            whole[begins] = [cleaned(cell) for cell in row]
        if any(line.count(";") >= len(KEYED) - 1 for line in made.split("\n")[1:]):
            return  # a line that could be a whole record is taken for one, on purpose
        text += made
    lines = 1 + text.count("\n")
    with tempfile.TemporaryDirectory() as folder:
        content = (";".join(KEYED) + "\n" + text).encode()
        read, code = None, ""
        try:
            read = read_bytes(content, Path(folder), block_bytes, MAY_LACK_CELLS)
        except UnreadableFile as error:
            code = error.code
        if read is None:
            assert code == "ends_in_mid_line"
            return
        for row_number, record in zip(row_numbers(read), records_of(read), strict=True):
            assert record[0].startswith("K"), "a piece is no record"
            if row_number in whole:
                assert record[: len(whole[row_number])] == whole[row_number][: len(KEYED)]
        starts = [*row_numbers(read), *(int(row) for row, _, _ in broken_of(read))]
        assert len(set(starts)) == len(starts)
        assert all(row <= lines for row in starts)
        # Whatever its neighbours are, a record that is broken is named where it begins.
        assert whole.keys() <= set(starts)
