"""Reading XLSX and Parquet: typed cells become text that the parser reads back exactly."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path

import fsspec
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.landing.read import ReadFile, read_file
from de06_pipeline.landing.workbook.cells import text_of_cell


def landed(path: Path) -> LandedFile:
    return LandedFile(path.name, str(path), path.stat().st_size, dt.datetime.now(dt.UTC))


def rows(read: ReadFile) -> list[tuple[str, ...]]:
    return [
        tuple(line.split("\x1f")[1:])
        for line in read.records[0].read_bytes().decode().split("\n")[:-1]
    ]


def numbers(read: ReadFile) -> list[int]:
    return [
        int(line.split("\x1f")[0])
        for line in read.records[0].read_bytes().decode().split("\n")[:-1]
    ]


def refusal(path: Path, folder: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_file(landed(path), folder)
    return caught.value.code


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (12345678901.0, "12345678901"),
        (-3.0, "-3"),
        (-0.0, "0"),
        (7, "7"),
        (70.7, "70,7"),
        (0.1 + 0.2, "0,30000000000000004"),
        (1234.5, "1234,5"),
        (1e22, "10000000000000000000000"),
        (1.5e-7, "0,00000015"),
        (1e300, "1e+300"),
        (float("nan"), ""),
        (True, "true"),
        (False, "false"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2024, 2, 29, 8, 5), "2024-02-29 08:05:00"),
        (dt.datetime(2024, 2, 29, 10, 29, 59, 999_999), "2024-02-29 10:30:00"),
        (dt.time(8, 5), "08:05:00"),
        (dt.timedelta(hours=30, minutes=1), "30:01:00"),
        ("a\r\nb\nc\x1f", "a b c"),
        (None, ""),
    ],
)
def test_cells_as_text(cell: object, text: str) -> None:
    assert text_of_cell(cell) == text


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """An empty sheet first, then one that begins at B3, then a hidden one."""
    book = openpyxl.Workbook()
    book.active.title = "Trống"
    sheet = book.create_sheet("Số liệu")
    table = {
        3: ["Mã", "Họ\ntên ", "Ngày", "Số", "Có"],
        4: ["000123", "Ngô  Thị\u00a0\u00d0ào", dt.datetime(2024, 6, 1), 70.5, True],
        6: ["a\nb", None, dt.datetime(2024, 6, 1, 23, 59, 30), 12345678901, False],
        7: [" ", None, None, None, None],
        8: ["c", "=1+", None, None, None],
    }
    for row, cells in table.items():
        for column, cell in enumerate(cells, start=2):
            sheet.cell(row, column, cell)
    sheet.cell(8, 3).data_type = "s"
    book.create_sheet("Danh mục").append(["Có", "Không"])
    book["Danh mục"].sheet_state = "hidden"
    book.move_sheet("Danh mục", -2)
    path = tmp_path / "Hồ sơ.xlsx"
    book.save(path)
    return path


def test_a_workbook(workbook: Path, tmp_path: Path) -> None:
    result = read_file(landed(workbook), tmp_path)
    assert (result.format, result.encoding, result.delimiter) == ("xlsx", "", "")
    assert result.header == ("Mã", "Họ tên", "Ngày", "Số", "Có")
    assert rows(result) == [
        ("000123", "Ngô Thị Đào", "2024-06-01", "70,5", "true"),
        ("a b", "", "2024-06-01 23:59:30", "12345678901", "false"),
        ("c", "=1+", "", "", ""),
    ]
    assert numbers(result) == [4, 6, 8]
    assert (result.record_count, result.broken_count, result.blank_count) == (3, 0, 4)
    assert result.bytes == workbook.stat().st_size


def test_columns_beyond_the_header_are_unnamed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["a", "b"], ["1", "2", "note"], ["3"]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    result = read_file(landed(tmp_path / "x.xlsx"), tmp_path)
    assert (result.header, rows(result)) == (("a", "b", ""), [("1", "2", "note"), ("3", "", "")])


def test_a_workbook_with_many_rows_keeps_their_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in range(1, 12_001):
        sheet.append(["Mã" if row == 1 else f"m{row}", "x"] if row != 6000 else [])
    book.save(tmp_path / "x.xlsx")
    result = read_file(landed(tmp_path / "x.xlsx"), tmp_path)
    assert (result.record_count, result.blank_count, numbers(result)) == (
        11_998,
        1,
        [*range(2, 6000), *range(6001, 12_001)],
    )
    assert rows(result)[-1] == ("m12000", "x")


def test_workbooks_that_cannot_be_read(workbook: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    content = workbook.read_bytes()
    middle = len(content) // 2
    for damaged, code in [
        (content[:middle], "corrupt"),
        (content[: middle - 200] + b"\x00" * 400 + content[middle + 200 :], "corrupt"),
        (b"", "empty"),
        (b"a;b\n1;2\n", "content"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "content"),
    ]:
        bad.write_bytes(damaged)
        assert refusal(bad, tmp_path) == code
    openpyxl.Workbook().save(bad)
    assert refusal(bad, tmp_path) == "empty"


def test_a_remote_file_is_read_and_no_copy_is_left(workbook: Path, tmp_path: Path) -> None:
    url = f"memory://{uuid.uuid4().hex}/x.xlsx"
    with fsspec.open(url, "wb") as out:
        out.write(workbook.read_bytes())
    folder = tmp_path / "work"
    folder.mkdir()
    result = read_file(
        LandedFile("x.xlsx", url, workbook.stat().st_size, dt.datetime.now(dt.UTC)), folder
    )
    assert (result.record_count, result.sha256) == (3, read_file(landed(workbook), tmp_path).sha256)
    assert sorted(folder.iterdir()) == sorted([*result.records, result.broken])


def parquet(tmp_path: Path, **columns: pa.Array) -> Path:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array([1, None, -5]), ["1", "", "-5"]),
        (
            pa.array([1.0, 70.5, None, 1e22, 2.5e-8]),
            ["1", "70,5", "", "1" + 22 * "0", "0,000000025"],
        ),
        (pa.array([0.1, 3, None], pa.float32()), ["0,1", "3", ""]),
        (
            pa.array([Decimal("70.50"), Decimal("100.00"), Decimal("-1.05"), None]),
            ["70,50", "100", "-1,05", ""],
        ),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([dt.date(2024, 2, 29), None]), ["2024-02-29", ""]),
        (
            pa.array([dt.datetime(2024, 2, 29), dt.datetime(1969, 12, 31, 23, 59, 59, 999_999)]),
            ["2024-02-29 00:00:00", "1969-12-31 23:59:59"],
        ),
        (pa.array([1, None], pa.timestamp("ns", "UTC")), ["1970-01-01 07:00:00", ""]),
        (pa.array([0], pa.timestamp("ms", "America/New_York")), ["1970-01-01 07:00:00"]),
        (pa.array([0], pa.timestamp("s", "Asia/Ho_Chi_Minh")), ["1970-01-01 07:00:00"]),
        (pa.array([dt.time(8, 5, 6, 7)]), ["08:05:06"]),
        (
            pa.array(["a\r\nb\x1fc", "Nguye\u0302\u0303n", " \u00d0 ", None]),
            ["a bc", "Nguyễn", "Đ", ""],
        ),
        (pa.array(["Có", "Không", "Có"]).dictionary_encode(), ["Có", "Không", "Có"]),
        (pa.array(["ế".encode()], pa.binary()), ["ế"]),
        (pa.array([b"ab"], pa.binary(2)), ["ab"]),
        (pa.array(["x"], pa.large_string()), ["x"]),
        (pa.nulls(2), ["", ""]),
    ],
)
def test_parquet_types_as_text(tmp_path: Path, column: pa.Array, text: list[str]) -> None:
    result = read_file(
        landed(parquet(tmp_path, n=pa.array(range(len(column))), c=column)), tmp_path
    )
    assert (result.format, result.header) == ("parquet", ("n", "c"))
    assert [row[1] for row in rows(result)] == text


def test_parquet_rows_are_numbered_from_one_without_blank_ones(tmp_path: Path) -> None:
    many = ["x"] * 20_000
    many[17_000] = " "
    result = read_file(landed(parquet(tmp_path, c=pa.array(many))), tmp_path)
    assert (result.record_count, result.blank_count, numbers(result)) == (
        19_999,
        1,
        [*range(1, 17_001), *range(17_002, 20_001)],
    )


def test_a_parquet_value_that_is_not_text_costs_its_row(tmp_path: Path) -> None:
    result = read_file(landed(parquet(tmp_path, c=pa.array([b"a", b"\xff", b"c"]))), tmp_path)
    assert (rows(result), result.broken.read_text(encoding="utf-8")) == (
        [("a",), ("c",)],
        "2\x1fencoding\x1f?\n",
    )


def test_an_empty_parquet_table_has_no_records(tmp_path: Path) -> None:
    result = read_file(landed(parquet(tmp_path, c=pa.array([], pa.string()))), tmp_path)
    assert (result.header, result.record_count) == (("c",), 0)


def test_parquet_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = parquet(tmp_path, c=pa.array(["x" * 100] * 1000))
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    assert refusal(path, tmp_path) == "corrupt"
    path.write_bytes(b"a;b\n")
    assert refusal(path, tmp_path) == "content"
    path.write_bytes(b"")
    assert refusal(path, tmp_path) == "empty"
    assert refusal(parquet(tmp_path, c=pa.array([[1]])), tmp_path) == "column_type"
