"""What a person sees in a workbook is what is read: percentages, merged cells, units, dates."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.workbook.number_formats import number_format
from de06_pipeline_tests.unit.workbook_kit import read, refusal, rows

HEADER = ["Mã", "Tỉnh", "Huyện", "Số", "Ngày", "Đến ngày", "Ghi chú"]
FIELDS = ["code", "province", "district", "figure", "day", "until"]
EXPECTED = ExpectedTable(
    dict(zip(HEADER, FIELDS, strict=False)).get,
    frozenset({"code", "figure"}),
    frozenset({"code", "province", "figure"}),
    frozenset({"code", "province", "district"}),
    {
        "code": ColumnKind.CODE,
        "province": ColumnKind.AREA,
        "district": ColumnKind.AREA,
        "figure": ColumnKind.NUMBER,
        "day": ColumnKind.DATE,
        "until": ColumnKind.DATE,
    },
)
RECORDS = [
    ["a", "Quảng Nam", "Tam Kỳ", 1, "30/06/2024", None, "x"],
    ["b", "Quảng Nam", None, 2, "30/06/2024", None, None],
    ["c", "Quảng Nam", None, 3, "30/06/2024", None, None],
]


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    def make(change: Callable[[Worksheet], object], above: int = 0) -> Path:
        book = openpyxl.Workbook()
        for _ in range(above):
            book.active.append(["Tiêu đề"])
        for row in [HEADER, *RECORDS]:
            book.active.append(row)
        change(book.active)
        book.save(tmp_path / "x.xlsx")
        return tmp_path / "x.xlsx"

    return make


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("0.0%", 0.943, "94,3 %"),
        ("0%", 1, "100 %"),
        ("0.00 %", 0.07, "7 %"),
        ("0.0%", 0.1 + 0.2, "30 %"),
        ('0.0"%"', 94.3, None),
        ("0.0\\%", 94.3, None),
        ("0.0", 94.3, None),
        ("General", 94.3, None),
        ("dd/mm/yyyy", 45444, None),
        ("[Red]0%;[Blue]-0%", -0.5, "-50 %"),
        ("0%;0.0", -0.5, "-0,5"),
        ("[<=1]0.0%;0.0", 0.943, "94,3 %"),
        ("[<=1]0.0%;0.0", 94.3, "94,3"),
        ('#,##0 "nghìn"', 105, "105 nghìn"),
        ('0.0" Triệu "', 1.4, "1,4 triệu"),
        ('#,##0 "hồ sơ"', 105, None),
        ('#,##0,, "triệu"', 105000000, None),
        ("000000", 12, "000012"),
        ("00", 1.5, "1,5"),
        ("0", 12, None),
        # What multiplies the number, or may, and what bounds it, stays with it.
        ('0.0" tỷ đồng"', 60.2, "60,2 tỷ đồng"),
        ('0"k"', 105, "105 k"),
        ('0" tr.đ"', 105, "105 tr.đ"),
        ('"hơn "0', 105, "hơn 105"),
        ('">"0.0%', 0.943, "> 94,3 %"),
        ('"~"0" nghìn"', 105, "~ 105 nghìn"),
        ('"HS "00', 7, None),
        ('#,##0" (nghìn)"', 105, "105 nghìn"),
        ('"nghìn: "0', 105, "105 nghìn"),
        ('"hơn "0" (nghìn)"', 105, "hơn 105 nghìn"),
        ('General" nghìn"', 105, "105 nghìn"),
        ("0 [$triệu-42A]", 1.4, "1,4 triệu"),
        (unicodedata.normalize("NFD", '0" nghìn"'), 105, "105 nghìn"),
        ('0" vạn"', 105, "105 vạn"),
        ('0" tr hồ sơ"', 105, "105 tr hồ sơ"),
        ('0"tr"', 105, "105 tr"),
        ('0" ng.hs"', 105, "105 ng.hs"),
        ('0"/nghìn dân"', 105, "105 /nghìn dân"),
        ('0.0"‰"', 105, "105 ‰"),
        # What only sounds like it stays beside the number.
        ('0" tr. hợp"', 105, None),
        ('0" trường hợp"', 105, None),
        ('"Tỷ lệ: "0', 105, None),
        ("#,##0 [$₫-42A]", 105, None),
        ('#,##0" đ"', 105, None),
        # The section of texts says nothing of numbers.
        ('0;@" nghìn"', -105, None),
    ],
)
def test_what_a_format_makes_of_a_number(code: str, number: float, shown: str | None) -> None:
    said = number_format(code)
    assert (said.shown(number) if said else None) == shown


@pytest.mark.parametrize(
    "code",
    [
        '0",000"',
        '0"000"',
        "0\\0\\0\\0",
        '0".000"',
        '0" x1000"',
        '"1"000',
        "0*0",
        '@" nghìn"',
        # It hides three zeros and says six.
        '0," triệu"',
        '0,,",000"',
    ],
)
def test_a_format_that_leaves_open_what_the_number_is_refuses_the_file(
    made: Callable[..., Path], tmp_path: Path, code: str
) -> None:
    path = made(lambda sheet: setattr(sheet["D3"], "number_format", code))
    error = refusal(path, tmp_path, EXPECTED)
    assert error.code == "number_format"
    for said in (error.vi, error.en):
        assert f"“{code}”" in said
        assert "D3" in said
        assert "Format Cells" in said


@pytest.mark.parametrize("code", ['"0"0', "0\\.000", '0,",000"', '0," nghìn"', "0,", '0;-0;"-"'])
def test_other_digits_and_commas_of_a_format_leave_nothing_open(
    made: Callable[..., Path], tmp_path: Path, code: str
) -> None:
    path = made(lambda sheet: setattr(sheet["D3"], "number_format", code))
    assert [row[4] for row in rows(read(path, tmp_path, EXPECTED))] == ["1", "2", "3"]


def test_digits_beside_a_number_do_no_harm_outside_the_columns_of_numbers(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A2"], sheet["A2"].number_format = 912, '"QĐ-766/"0'
        sheet["G2"], sheet["G2"].number_format = 7, '0",000"'
        sheet.insert_rows(1)
        sheet["D1"], sheet["D1"].number_format = 6, '0",000"'

    assert read(made(change), tmp_path, EXPECTED).record_count == 3


@pytest.mark.parametrize("code", ["#,##0,", '0.0,, "triệu"'])
@pytest.mark.parametrize("place", ["title", "header"])
def test_a_unit_over_a_number_that_shows_its_thousands_refuses_the_file(
    made: Callable[..., Path], tmp_path: Path, code: str, place: str
) -> None:
    """105.000 shown as 105 under ``ĐVT: nghìn`` must not become 105 million."""
    plain = replace(EXPECTED, scaled_by={"figure": ("", "đồng")})
    expected = replace(plain, field_of=lambda text: plain.field_of(text.removesuffix(" (nghìn)")))

    def change(sheet: Worksheet) -> None:
        sheet["D4"].number_format = code
        if place == "header":
            sheet["D2"] = "Số (nghìn)"
        else:
            sheet["A1"] = "ĐVT: nghìn"

    error = refusal(made(change, above=1), tmp_path, expected)
    assert (error.code, "D4" in error.en) == ("number_format", True)


def test_a_percent_format_gives_the_percentage_and_says_so(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["D2"], sheet["D2"].number_format = 0.943, "0.0%"
        sheet["D3"], sheet["D3"].style = 1, "Percent"
        sheet["D4"], sheet["D4"].number_format = "94,3 %", "0%"

    result = read(made(change), tmp_path, EXPECTED)
    assert [row[4] for row in rows(result)] == ["94,3 %", "100 %", "94,3 %"]
    assert dict(result.information) == {"percent_cells": 2}
    assert result.places["percent_cells"] == ("D2", "D3")


def test_values_merged_over_rows_belong_to_all_of_them(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("C2:C4")
        sheet.merge_cells("E3:E4")
        sheet.merge_cells("B3:B4")

    result = read(made(change), tmp_path, EXPECTED)
    assert [row[2:6] for row in rows(result)] == [
        ("Quảng Nam", "Tam Kỳ", str(n), "30/06/2024") for n in (1, 2, 3)
    ]
    assert dict(result.information) == {"merged_cells": 4}
    assert set(result.places["merged_cells"]) == {"C2:C4", "E3:E4", "B3:B4"}


def test_a_rectangle_of_dates_is_filled_down_and_across(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    result = read(made(lambda sheet: sheet.merge_cells("E2:F3")), tmp_path, EXPECTED)
    assert [row[5:7] for row in rows(result)] == [
        ("30/06/2024", "30/06/2024"),
        ("30/06/2024", "30/06/2024"),
        ("30/06/2024", ""),
    ]


def test_an_area_merged_over_its_parts_is_the_whole(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    result = read(made(lambda sheet: sheet.merge_cells("B4:C4")), tmp_path, EXPECTED)
    assert rows(result)[2][2:4] == ("Quảng Nam", "")


@pytest.mark.parametrize(
    "address",
    [
        "D2:D3",  # one figure over two records
        "A2:A3",  # two records of one key
        "C3:D3",  # a district and a figure
        "A2:F4",
        "B1:B2",  # from the header into a record
    ],
)
def test_a_merge_without_a_reading_refuses_the_file(
    made: Callable[..., Path], tmp_path: Path, address: str
) -> None:
    def change(sheet: Worksheet) -> None:
        if address == "A2:A3":
            sheet["C2"] = None
        if address == "C3:D3":
            sheet["C3"] = "Hội An"
        sheet.merge_cells(address)

    error = refusal(made(change), tmp_path, EXPECTED)
    assert error.code == "merged_cells"
    assert address in error.vi
    assert address in error.en


def test_merges_outside_the_records_change_nothing(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:G1")
        sheet.merge_cells("G4:G5")
        sheet.append(["Tổng cộng", None, None, 6])
        sheet.merge_cells("A6:C6")
        sheet.append(["Người lập biểu"])
        sheet.merge_cells("A7:C9")
        sheet.merge_cells("H2:H4")

    result = read(made(change, above=1), tmp_path, EXPECTED)
    assert [row[1] for row in rows(result)] == ["a", "b", "c"]
    assert dict(result.information) == {"signature_rows": 1, "title_rows": 1, "total_rows": 1}


def test_a_header_cell_that_reaches_below_the_header_makes_it_taller(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.insert_rows(2)
        sheet["D2"] = "(hồ sơ)"
        sheet.merge_cells("A1:A2")

    result = read(made(change), tmp_path, EXPECTED)
    assert [row[1] for row in rows(result)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("cell", "text", "row"),
    [
        ("A1", "Đơn vị tính: nghìn", 1),
        ("G1", "(ĐVT: triệu đồng)", 1),
        ("J4", "ĐVT: 1.000 hồ sơ", 4),
        ("A7", "Đơn vị: nghìn hồ sơ", 7),
    ],
)
def test_a_unit_for_all_numbers_refuses_the_file(
    made: Callable[..., Path], tmp_path: Path, cell: str, text: str, row: int
) -> None:
    error = refusal(made(lambda s: s.__setitem__(cell, text), above=2), tmp_path, EXPECTED)
    assert error.code == "unit_of_all"
    assert f"row {row}" in error.en
    csv = tmp_path / "x.csv"
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    if cell[0] == "A":
        lines = [";".join(str(c or "") for c in line) for line in sheet.iter_rows(values_only=True)]
        csv.write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert refusal(csv, tmp_path, EXPECTED).code == "unit_of_all"


def test_a_unit_in_the_header_refuses_the_file(made: Callable[..., Path], tmp_path: Path) -> None:
    path = made(lambda s: (s.__setitem__("F1", "Số (nghìn)"), s.__setitem__("H1", "Thu (tỷ)")))
    assert refusal(path, tmp_path, EXPECTED).code == "unit_of_all"


def test_a_unit_does_not_matter_where_there_are_no_numbers(
    made: Callable[..., Path], tmp_path: Path
) -> None:
    expected = ExpectedTable(EXPECTED.field_of, frozenset(), EXPECTED.filled, kinds={})
    path = made(lambda s: s.__setitem__("A1", "Đơn vị tính: nghìn"), above=2)
    assert read(path, tmp_path, expected).record_count == 3


@pytest.mark.parametrize("swapped", [True, False])
def test_days_and_months_swapped_by_a_spreadsheet_are_recognised(
    tmp_path: Path, swapped: bool
) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for day in range(1, 31):
        true_day = dt.date(2024, 6, day)
        until = true_day + dt.timedelta(days=1)
        cells: list[object] = [true_day, f"{until:%d/%m/%Y}"]
        if swapped:
            cells = [
                dt.date(2024, d.day, d.month) if d.day <= 12 else f"{d:%d/%m/%Y}"
                for d in (true_day, until)
            ]
        book.active.append([f"c{day}", "Quảng Nam", None, day, *cells])
    book.save(tmp_path / "x.xlsx")
    if swapped:
        error = refusal(tmp_path / "x.xlsx", tmp_path, EXPECTED)
        assert error.code == "swapped_dates"
        assert "“Ngày”, “Đến ngày”" in error.vi
    else:
        assert read(tmp_path / "x.xlsx", tmp_path, EXPECTED).record_count == 30
