"""Reading CSV: encodings, delimiters, quotes, broken records, refusals.

The laws are in property/test_landing_csv_laws.py.
"""

from __future__ import annotations

import codecs
import itertools
import random
import tracemalloc
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.csv.file import read_csv
from de06_pipeline.landing.csv.lines import MAX_LINE
from de06_pipeline.landing.csv.quoted import MAX_RECORD_LINES
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.landing.shape import shape_of

NAMES = ("Mã hồ sơ", "Họ tên", "Nơi ở")
HEADER = ";".join(NAMES)


class Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self, content: bytes | str, block_bytes: int = 1 << 17, name: str = "x.csv"
    ) -> ReadFile:
        data = content.encode() if isinstance(content, str) else content
        path = self.folder / name
        path.write_bytes(data)
        return read_file(
            LandedFile(name, str(path), len(data), datetime.now(UTC)),
            self.folder,
            block_bytes=block_bytes,
        )

    def refusal(self, content: bytes | str, name: str = "x.csv") -> UnreadableFile:
        with pytest.raises(UnreadableFile) as caught:
            self(content, name=name)
        assert caught.value.vi.startswith(name)
        assert caught.value.en.startswith(name)
        return caught.value


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def rows(read: ReadFile) -> list[tuple[str, ...]]:
    return [
        tuple(line.split("\x1f")[1:])
        for line in read.records[0].read_text(encoding="utf-8").splitlines()
    ]


def numbers(read: ReadFile) -> list[int]:
    return [
        int(line.split("\x1f")[0])
        for line in read.records[0].read_text(encoding="utf-8").splitlines()
    ]


def broken(read: ReadFile) -> list[tuple[int, str]]:
    return [
        (int(row), reason)
        for row, reason, _ in (
            line.split("\x1f") for line in read.broken.read_text(encoding="utf-8").splitlines()
        )
    ]


# What arrives well-formed


def test_a_plain_file(read: Reader) -> None:
    content = f"{HEADER}\n1;Ánh;Huế\n2;;\n"
    result = read(content)
    assert (result.format, result.encoding, result.delimiter, result.header) == (
        "csv",
        "utf-8",
        ";",
        NAMES,
    )
    assert rows(result) == [("1", "Ánh", "Huế"), ("2", "", "")]
    assert (result.record_count, result.broken_count, result.blank_count, numbers(result)) == (
        2,
        0,
        0,
        [2, 3],
    )
    assert (result.sha256, result.bytes) == (
        sha256(content.encode()).hexdigest(),
        len(content.encode()),
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(read: Reader, line_end: str, last: bool) -> None:
    result = read(
        line_end.join([HEADER, "1;a;b", "2;c;d"]) + (line_end if last else ""), block_bytes=1
    )
    assert rows(result) == [("1", "a", "b"), ("2", "c", "d")]
    assert numbers(result) == [2, 3]


@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 3, 1 << 17])
def test_unicode_encodings(read: Reader, codec: str, mark: bytes, block_bytes: int) -> None:
    result = read(mark + f'{HEADER}\r\n1;Nguyễn Thị "Đỗ";𠀀 Huế\r\n'.encode(codec), block_bytes)
    assert (result.encoding, result.header) == (codec, NAMES)
    assert rows(result) == [("1", 'Nguyễn Thị "Đỗ"', "𠀀 Huế")]


def as_cp1258(text: str) -> bytes:
    """cp1258 has letters with â, ă, ơ … but writes the tone after them."""
    out = b""
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            base, tone = (
                unicodedata.normalize("NFD", letter)[:-1],
                unicodedata.normalize("NFD", letter)[-1],
            )
            if (
                tone == "\u0302" or tone == "\u0306"
            ):  # ậ, ặ decompose to letter, dot below, circumflex or breve
                base, tone = unicodedata.normalize("NFC", base[0] + tone), base[1]
            out += (unicodedata.normalize("NFC", base) + tone).encode("cp1258")
    return out


@pytest.mark.parametrize("block_bytes", [1, 1 << 17])
def test_windows_1258(read: Reader, block_bytes: int) -> None:
    result = read(
        as_cp1258(f"{HEADER}\r\n1;Nguyễn Thị Đặng;Thừa Thiên Huế\r\n2;Lê Hữu Phước;Quảng Trị\r\n"),
        block_bytes,
    )
    assert (result.encoding, result.header) == ("cp1258", NAMES)
    assert rows(result) == [
        ("1", "Nguyễn Thị Đặng", "Thừa Thiên Huế"),
        ("2", "Lê Hữu Phước", "Quảng Trị"),
    ]


def test_a_byte_that_windows_1258_does_not_have_costs_its_record(read: Reader) -> None:
    result = read(
        as_cp1258(f"{HEADER}\n1;Đặng;Huế\n2;Lê;") + b"\x8a\n" + as_cp1258("3;Hữu;Quảng Trị\n")
    )
    assert [row[0] for row in rows(result)] == ["1", "3"]
    assert broken(result) == [(3, "encoding")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_of_the_header(read: Reader, delimiter: str) -> None:
    result = read(
        delimiter.join(['"Họ, tên; đệm"', "b", "c"])
        + "\n"
        + delimiter.join(["1", '"x,y;z\tw"', "3"])
        + "\n"
    )
    assert (result.delimiter, result.header) == (delimiter, ("Họ, tên; đệm", "b", "c"))
    assert rows(result) == [("1", "x,y;z w", "3")]


def test_excels_separator_line_is_understood(read: Reader) -> None:
    result = read(f"sep=;\r\n{HEADER}\r\n1;a,a,a,a;b\r\n")
    assert (result.header, rows(result), numbers(result)) == (NAMES, [("1", "a,a,a,a", "b")], [3])


def test_between_two_delimiters_the_next_lines_decide(read: Reader) -> None:
    result = read("Họ, tên;Tuổi\n1;2\n3;4\n")
    assert (result.delimiter, result.header) == (";", ("Họ, tên", "Tuổi"))


def test_a_file_of_one_column(read: Reader) -> None:
    result = read("Mã hồ sơ\n1\n\n2, rồi 3\n4; 5, 6; 7\n")
    assert (result.delimiter, result.header, rows(result)) == (
        "",
        ("Mã hồ sơ",),
        [("1",), ("2, rồi 3",), ("4; 5, 6; 7",)],
    )
    assert result.blank_count == 1


def test_a_header_over_several_lines_and_unnamed_columns(read: Reader) -> None:
    result = read('\n;;\nMã;"Họ\ntên (*)";;\n1;a;;\n2;b;;\n')
    assert (result.header, result.blank_count) == (("Mã", "Họ tên (*)", "", ""), 2)
    assert (rows(result), numbers(result)) == ([("1", "a", "", ""), ("2", "b", "", "")], [5, 6])


def test_a_header_alone_is_a_file_without_records(read: Reader) -> None:
    result = read(HEADER)
    assert (result.header, result.record_count, result.records[0].read_bytes()) == (NAMES, 0, b"")


def test_blank_records_are_counted_apart(read: Reader) -> None:
    result = read(f'{HEADER}\n1;a;b\n\n;;\n   \n ; \u00a0;\n"";"";""\n;;;;;\n2;c;d\n\x1a')
    assert (rows(result), numbers(result)) == ([("1", "a", "b"), ("2", "c", "d")], [2, 9])
    assert (result.blank_count, result.broken_count) == (7, 0)


def test_cells_are_cleaned(read: Reader) -> None:
    cells = [
        unicodedata.normalize("NFD", "Nguyễn  Thị "),
        "\u00d0ình\u200b\u00a0 Bảng\x00",
        "a\x1fb\tc",
    ]
    assert rows(read(HEADER + "\n" + ";".join(cells) + "\n")) == [
        ("Nguyễn Thị", "Đình Bảng", "ab c")
    ]


def test_the_header_is_cleaned(read: Reader) -> None:
    assert (
        read(unicodedata.normalize("NFD", " Mã\u00a0 hồ sơ ;H\u200bọ tên;Nơi ở") + "\n").header
        == NAMES
    )


def test_names_in_one_folder_do_not_collide(read: Reader) -> None:
    first, two = read("a;b\n1;1\n", name="x.csv"), read("a;b\n2;2\n", name="y.csv")
    assert (rows(first), rows(two)) == ([("1", "1")], [("2", "2")])


def test_progress_ends_with_all_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a;b\n" * 100)
    seen: list[tuple[int, int]] = []
    read_file(
        LandedFile("x.csv", str(path), 400, datetime.now(UTC)),
        tmp_path,
        lambda done, of: seen.append((done, of)),
        block_bytes=150,
    )
    assert seen == [(150, 400), (300, 400), (400, 400)]


# Quotes


def test_quoted_fields(read: Reader) -> None:
    result = read(f'{HEADER}\n"1";"a;""b""";""\n2;"c" ;""""\n"3";d "e" f;g"\n')
    assert rows(result) == [("1", 'a;"b"', ""), ("2", "c", '"'), ("3", 'd "e" f', 'g"')]
    assert result.broken_count == 0


def test_a_quoted_line_break_is_a_space_and_the_record_has_its_first_line_as_number(
    read: Reader,
) -> None:
    result = read(f'{HEADER}\r\n1;"a\r\n\r\nb";c\r\n2;d;"e\nf"\r\n3;g;h\r\n', block_bytes=5)
    assert rows(result) == [("1", "a b", "c"), ("2", "d", "e f"), ("3", "g", "h")]
    assert numbers(result) == [2, 5, 7]


@pytest.mark.parametrize("block_bytes", [1 << 13, 1 << 17])
def test_an_unclosed_quote_costs_one_record_of_100_000(read: Reader, block_bytes: int) -> None:
    lines = [f'{n};"Bà {n}";Huế' if n % 2 else f"{n};Ông {n};Huế" for n in range(100_000)]
    lines[40_000] = '40000;"Ông;Huế'
    result = read("\n".join([HEADER, *lines]), block_bytes)
    assert (result.record_count, result.broken_count) == (99_999, 1)
    assert broken(result) == [(40_002, "quote")]
    assert numbers(result) == [*range(2, 40_002), *range(40_003, 100_002)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('"1;a;b', "quote"),
        ('1;"a"b;c', "quote"),
        ('1;a;"b', "quote"),
        ('"1";"a";"b"c"', "quote"),
        ("1;a", "field_count"),
        ("1;a;b;c", "field_count"),
        ('1;"a;b"', "field_count"),
    ],
)
@pytest.mark.parametrize("after", ["2;c;d", '"2";"c";"d"', '2;"c\nc";d', "2;c"])
def test_a_broken_record_costs_no_neighbour(
    read: Reader, bad: str, reason: str, after: str
) -> None:
    alone = read(f"{HEADER}\n0;a;b\n{after}\n3;e;f\n", name="alone.csv")
    result = read(f"{HEADER}\n0;a;b\n{bad}\n{after}\n3;e;f\n")
    assert rows(result) == rows(alone)
    assert broken(result) == [(3, reason)] + [(row + 1, why) for row, why in broken(alone)]


def test_a_quote_is_not_followed_further_than_the_bound(read: Reader) -> None:
    within = '1;"a' + "\n" * (MAX_RECORD_LINES - 1) + '";b'
    assert read(f"{HEADER}\n{within}\n").record_count == 1
    beyond = '1;"a' + "\n" * MAX_RECORD_LINES + '";b'
    result = read(f"{HEADER}\n{beyond}\n2;c;d\n")
    assert (result.record_count, broken(result)) == (
        1,
        [(2, "quote"), (2 + MAX_RECORD_LINES, "quote")],
    )
    long = '1;"a\n' + "x" * 70_000 + '\n";b'
    assert broken(read(f"{HEADER}\n{long}\n2;c;d\n")) == [
        (2, "quote"),
        (3, "field_count"),
        (4, "quote"),
    ]


# Records that cannot be read


def test_one_bad_byte_costs_one_record_and_does_not_change_the_encoding(read: Reader) -> None:
    lines = [f"{n};Nguyễn;Huế".encode() for n in range(20)]
    lines[7] = b"7;Nguy\xe3n;Hu\xea"
    lines[9] = b'9;"a\n' + b'\xff";b'
    result = read(b"\n".join([HEADER.encode(), *lines]))
    assert (result.encoding, result.record_count) == ("utf-8", 18)
    assert broken(result) == [(9, "encoding"), (11, "encoding")]


def test_a_lone_surrogate_and_half_a_character_in_utf16(read: Reader) -> None:
    result = read(
        codecs.BOM_UTF16_LE
        + f"{HEADER}\n1;".encode("utf-16-le")
        + b"\x00\xd8"
        + ";b\n2;c;d\n".encode("utf-16-le")
    )
    assert (rows(result), broken(result)) == ([("2", "c", "d")], [(2, "encoding")])


@pytest.mark.parametrize(
    "end",
    [
        b"2;c",
        b"2;",
        b"2",
        b'2;"c;d',
        b'2;"c\nd;e',
        b'2;c;"d',
        "2;c;Hà Nộ".encode()[:-1],
    ],
)
@pytest.mark.parametrize("block_bytes", [7, 1 << 17])
def test_a_file_that_ends_in_mid_line_is_refused(
    tmp_path: Path, end: bytes, block_bytes: int
) -> None:
    """Whatever is missing behind it: rows certainly are."""
    with pytest.raises(UnreadableFile, match="upload complete") as caught:
        Reader(tmp_path)(f"{HEADER}\n1;a;b\n".encode() + end, block_bytes)
    assert caught.value.code == "ends_in_mid_line"


def test_half_a_character_of_utf16_is_the_end_of_a_file_cut_off(read: Reader) -> None:
    content = codecs.BOM_UTF16_LE + f"{HEADER}\n1;a;b\n2;c;d".encode("utf-16-le") + b"g"
    assert read.refusal(content).code == "ends_in_mid_line"


@pytest.mark.parametrize("end", ["2;c;d", "2;c;", '2;c;"d"', "", "\n\n", ";;", "  "])
def test_a_last_line_without_an_end_is_read(read: Reader, end: str) -> None:
    result = read(f"{HEADER}\n1;a;b\n{end}")
    assert result.broken_count == 0
    assert len(rows(result)) == 1 + end.startswith("2")


EXPECTED = ExpectedTable(
    lambda text: text if text in NAMES else None, frozenset(NAMES), frozenset(NAMES[:2])
)
"""The last column may be empty."""


@pytest.mark.parametrize("block_bytes", [5, 16, 1 << 17])
@pytest.mark.parametrize(
    ("lines", "records", "faults", "counted"),
    [
        (["1;a", "2;b;c"], ["1 a ", "2 b c"], [], {"cells_missing_at_end": 1}),
        (["1;a;b", "2;b"], ["1 a b", "2 b "], [], {"cells_missing_at_end": 1}),
        (['"1";"a"', "2;b;c"], ["1 a ", "2 b c"], [], {"cells_missing_at_end": 1}),
        (["1;a;b;", "2;b;c;;;"], ["1 a b", "2 b c"], [], {"cells_too_many_at_end": 2}),
        (["1;a;b; ;\u200b"], ["1 a b"], [], {"cells_too_many_at_end": 1}),
        # A cell more that says something, and a needed column that is not there.
        (["1;a;b;c", "2;b;c"], ["2 b c"], [(2, "field_count")], {}),
        (["1", "2;b;c"], ["2 b c"], [(2, "field_count")], {}),
        # A line break in a cell: both pieces are broken, although the first could be a record.
        (["1;a", "x", "2;b;c"], ["2 b c"], [(2, "field_count"), (3, "field_count")], {}),
        # What is typed below the table is no piece.
        (["1;a", "", "2;b;c"], ["1 a ", "2 b c"], [], {"cells_missing_at_end": 1}),
        (["1;a", "TỔNG CỘNG", ""], ["1 a "], [], {"cells_missing_at_end": 1, "total_rows": 1}),
    ],
)
def test_empty_cells_missing_or_too_many_at_the_end_of_a_line(
    tmp_path: Path,
    block_bytes: int,
    lines: list[str],
    records: list[str],
    faults: list[tuple[int, str]],
    counted: dict[str, int],
) -> None:
    data = "".join(f"{line}\n" for line in (HEADER, *lines)).encode()
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    landed = LandedFile("x.csv", str(path), len(data), datetime.now(UTC))
    result = read_file(landed, tmp_path, block_bytes=block_bytes, expected=EXPECTED)
    assert [" ".join(row) for row in rows(result)] == records
    assert broken(result) == faults
    assert dict(result.information) == counted


@pytest.mark.parametrize(
    ("line", "record"),
    [
        ("D1,Quảng Nam,7,75,,", None),
        ("D1,Quảng Nam,105,234,,", None),
        ("D1,Quảng Nam,1,105,234,,,", None),
        ("D1,Quảng Nam,7,75 %,,,", None),
        ("D1,Quảng Nam,hơn 7,5,,", None),
        ("D1,Quảng Nam,,7,75,,", None),
        # No number of one cell and the next: text, an empty cell, cells in quotes, codes and dates.
        ("D1,Quảng Nam,7,,,", "D1 Quảng Nam 7  "),
        ("D1,Quảng Nam,7,x 75,,", "D1 Quảng Nam 7 x 75 "),
        ('D1,Quảng Nam,"7","75",,', "D1 Quảng Nam 7 75 "),
        ("D1,49,7,,,", "D1 49 7  "),
        ('D1,Quảng Nam,"7,75",,,', "D1 Quảng Nam 7,75  "),
    ],
)
def test_a_number_split_by_its_own_comma_does_not_move_the_columns_behind_it(
    tmp_path: Path, line: str, record: str | None
) -> None:
    names = ("Mã chỉ tiêu", "Tỉnh", "Số liệu", "Mẫu số", "Ghi chú")
    number, text = ColumnKind.NUMBER, ColumnKind.TEXT
    kinds = (ColumnKind.CODE, ColumnKind.AREA, number, number, text)
    expected = ExpectedTable(
        lambda said: said if said in names else None,
        frozenset(names),
        frozenset(names[:3]),
        kinds=dict(zip(names, kinds, strict=True)),
    )
    data = f"{','.join(names)}\n{line}\nD2,Long An,3,4,x\n".encode()
    (tmp_path / "x.csv").write_bytes(data)
    landed = LandedFile("x.csv", str(tmp_path / "x.csv"), len(data), datetime.now(UTC))
    result = read_file(landed, tmp_path, expected=expected)
    records = [" ".join(row) for row in rows(result)]
    assert records == [*([record] if record else []), "D2 Long An 3 4 x"]
    assert broken(result) == ([] if record else [(2, "field_count")])
    assert dict(result.information) == ({"cells_too_many_at_end": 1} if record else {})


@pytest.mark.parametrize("block_bytes", [5, 16, 1 << 17])
@pytest.mark.parametrize("quote", ["", '"'], ids=["plain", "in quotes"])
def test_a_second_header_behind_the_mark_of_a_file_joined_to_another_is_no_record(
    tmp_path: Path, quote: str, block_bytes: int
) -> None:
    text = "".join(
        ";".join(quote + cell + quote for cell in line.split(";")) + "\n"
        for line in (HEADER, "1;a;b")
    )
    data = codecs.BOM_UTF8 + text.encode()
    (tmp_path / "x.csv").write_bytes(data + data.replace(b"1", b"2").replace(b"a", b"c"))
    landed = LandedFile("x.csv", str(tmp_path / "x.csv"), 2 * len(data), datetime.now(UTC))
    result = read_file(landed, tmp_path, expected=EXPECTED, block_bytes=block_bytes)
    assert rows(result) == [("1", "a", "b"), ("2", "c", "b")]
    assert dict(result.information) == {"repeated_header_rows": 1}


@pytest.mark.parametrize("block_bytes", [1 << 12, 1 << 17, 1 << 22])
def test_a_line_that_is_too_long(read: Reader, block_bytes: int) -> None:
    most = MAX_LINE - 4
    result = read(
        f'{HEADER}\n1;;{"x" * (most + 1)}\n2;;{"y" * (most + 2)}\n3;a;b\n4;"\n5;;{"z" * 3 * MAX_LINE}\n6;c;d\n',
        block_bytes,
    )
    assert [row[0] for row in rows(result)] == ["1", "3", "6"]
    assert broken(result) == [(3, "too_long"), (5, "quote"), (6, "too_long")]


@pytest.mark.parametrize(
    ("begin", "more", "times", "records", "broken"),
    [
        ("1;a;", b"." * (1 << 20), 60, 1, 1),
        ('1;"a;b\n', b"2;c;d\n" * (1 << 14), 60, 60 * (1 << 14) + 1, 1),
    ],
    ids=["a line without end", "a quote without end"],
)
def test_memory_is_bounded(
    tmp_path: Path, begin: str, more: bytes, times: int, records: int, broken: int
) -> None:
    def blocks() -> Iterator[bytes]:
        yield f"{HEADER}\n{begin}".encode()
        yield from itertools.repeat(more, times)
        yield b"\n3;b;c\n"

    tracemalloc.start()
    written = read_csv(blocks(), "x.csv", tmp_path, "x").written
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (written.record_count, written.broken_count) == (records, broken)
    assert peak < 10 << 20


def test_broken_records_do_not_gather_in_memory(tmp_path: Path) -> None:
    sizes = []

    def blocks() -> Iterator[bytes]:
        yield f"{HEADER}\n{'.' * (1 << 20)}\n".encode()
        for _ in range(3):
            yield b"2;c\n" * 2000
            sizes.append((tmp_path / "x.broken").stat().st_size)

    assert read_csv(blocks(), "x.csv", tmp_path, "x").written.broken_count == 6001
    assert 0 < sizes[0] < sizes[1] < sizes[2]


def test_the_shape_shows_nothing_personal(read: Reader) -> None:
    result = read(f"{HEADER}\n001099012345;Nguyễn Văn Ánh\n")
    assert result.broken.read_text(encoding="utf-8") == "2\x1ffield_count\x1f9×12;A×6 A×3 A×3\n"
    assert shape_of('"Bà\u200bX_1"\t\n€'.encode() + b"\xff" + b"y" * 50) == '"A×2?A×1_9×1"  ??A×28'


# Files that cannot be read


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\r\n \r\n;;;\n", codecs.BOM_UTF16_LE, b"sep=;\n\n"]
)
def test_empty(read: Reader, content: bytes) -> None:
    assert read.refusal(content).code == "empty"


@pytest.mark.parametrize(
    ("head", "remedy"),
    [
        (b"PK\x03\x04" + b"\x00" * 26 + b"[Content_Types].xml", ".xlsx"),
        (
            b"PK\x03\x04"
            + b"\x00" * 26
            + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            ".ods",
        ),
        (b"PK\x03\x04" + b"\x00" * 26 + b"data.csv", "Unpack"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        (b"\x1f\x8b\x08", "Unpack"),
        (b"%PDF-1.7", "Export"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html>", "Save as"),
        (b"<table border=1>", "Save as"),
        (b"MIME-Version: 1.0\nX-Document-Type: Workbook", "Save as"),
        ("\ufeff<html>".encode("utf-16-le"), "Save as"),
        (b"\x89PNG\r\n\x1a\n", "Export"),
        (b"PAR1", ".parquet"),
    ],
)
def test_another_kind_of_file_under_the_name(read: Reader, head: bytes, remedy: str) -> None:
    refusal = read.refusal(head + b"\n;;;")
    assert refusal.code == "content"
    assert remedy in refusal.en


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("x.fods", "CSV"), ("x.zip", "Unpack"), ("x.docx", "CSV"), ("x", "CSV")],
)
def test_other_extensions_are_refused_with_a_remedy(read: Reader, name: str, remedy: str) -> None:
    refusal = read.refusal("a;b\n", name=name)
    assert refusal.code == "file_type"
    assert remedy in refusal.en


@pytest.mark.parametrize("name", ["x.tsv", "x.txt", "X.TXT"])
def test_delimited_text_under_other_names(read: Reader, name: str) -> None:
    """As Excel saves "Unicode text" and "Text (tab delimited)": the same checks as for CSV."""
    result = read(codecs.BOM_UTF16_LE + "Mã\tTên\r\n1\tHuế\r\n".encode("utf-16-le"), name=name)
    assert (result.format, result.delimiter, result.record_count) == ("csv", "\t", 1)
    assert read("a;b\n1;2\n", name=name).delimiter == ";"
    refusal = read.refusal(b"PK\x03\x04" + b"\n;;;", name=name)
    assert (refusal.code, name[-4:].lower() in refusal.en) == ("content", True)
    assert read.refusal("a;b\n1;2\n3", name=name).code == "ends_in_mid_line"


def test_extensions_in_capitals(read: Reader) -> None:
    assert read("a;b\n1;2\n", name="X.CSV").record_count == 1


def test_no_encoding_fits(read: Reader) -> None:
    assert read.refusal(bytes(random.Random(1).randbytes(5000))).code == "encoding"
    viscii = b"H\xf5 t\xean;N\xbdi \xf0\xcfnh;Huy\xaen\n1;Nguy\xc5n V\xe5n \xc1nh;B\xaan L\xd1c\n"
    assert read.refusal(viscii).code == "encoding"
    assert read.refusal(codecs.BOM_UTF32_LE + "a;b".encode("utf-32-le")).code == "encoding"


@pytest.mark.parametrize("content", ["Báo cáo tháng 6\n1;2;3\n4;5;6\n", "a,b;c\n1\n"])
def test_no_delimiter(read: Reader, content: str) -> None:
    assert read.refusal(content).code == "delimiter"


def test_a_header_that_cannot_be_read(read: Reader) -> None:
    assert read.refusal('"Mã;Tên\n1;2\n3;4\n').code == "header"
    assert read.refusal("Mã;Tên" * (1 << 18)).code == "header"


# What DuckDB makes of it


def test_duckdb_reads_every_record_back(read: Reader) -> None:
    table = [
        ("1", 'a"', "#x"),
        ("2", "'", "\\N"),
        ("3", "a\\", "NULL"),
        ("4", "", "  b,c;d|e "),
        ("5", 'a""', "ế"),
    ]
    content = "\n".join(
        [HEADER, *("\t".join(row).replace(";", ".").replace("\t", ";") for row in table)]
    )
    result = read(content)
    back = duckdb.sql(
        "SELECT a, b, c FROM read_csv(?, delim = chr(31), header = false, quote = '', escape = '', nullstr = '', auto_detect = false, "
        "columns = {'row_number': 'BIGINT', 'a': 'VARCHAR', 'b': 'VARCHAR', 'c': 'VARCHAR'})",
        params=[str(result.records[0])],
    ).fetchall()
    assert [tuple(cell or "" for cell in row) for row in back] == rows(result)
    assert len(back) == 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("block_bytes", [1, 700, 1 << 20])
def test_zeros_in_place_of_what_did_not_arrive_refuse_the_file(
    tmp_path: Path, encoding: str, block_bytes: int
) -> None:
    """At the end of a file they are no blank line; in between, two halves of rows no row."""
    lines = ["\ufeffMã;Số liệu"] + [f"D{n};{n}" for n in range(400)]
    whole = ("\n".join(lines) + "\n").encode(encoding)
    path = tmp_path / "x.csv"

    def read_bytes(content: bytes) -> ReadFile:
        path.write_bytes(content)
        landed = LandedFile("x.csv", str(path), len(content), datetime.now(UTC))
        return read_file(landed, tmp_path, block_bytes=block_bytes)

    for holed in (whole + bytes(4), whole + bytes(9_000), whole[:900] + bytes(600) + whole[1500:]):
        with pytest.raises(UnreadableFile) as caught:
            read_bytes(holed)
        assert caught.value.code == "corrupt"
    padded = whole + f"D;{chr(0) * 100}1\n".encode(encoding)
    assert read_bytes(padded).record_count == 401
