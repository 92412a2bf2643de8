"""Workbooks as offices send them: which sheet, which rows, which cells, and what is no workbook at
all.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.workbook_kit import HEADER, book, read, refusal, rows

COVER = [["CÔNG AN TỈNH"], ["Báo cáo tháng 6"]]
FILES = REPOSITORY / "de06_pipeline_tests" / "files"


def test_the_sheet_with_the_header_is_read_and_the_others_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book(
        path,
        ("Bìa", COVER),
        ("Số liệu", [["Danh sách"], [], HEADER, ["D1", "Người Thử", "01/07/2024"]]),
        ("Danh mục", [["Có"], ["Không"]]),
    )
    result = read(path, tmp_path)
    assert result.header == tuple(HEADER)
    assert rows(result) == [("4", "D1", "Người Thử", "01/07/2024")]
    assert (result.information, result.blank_count) == ((("other_sheets", 2), ("title_rows", 1)), 1)


def test_two_sheets_that_fit_are_not_chosen_between(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    table = [HEADER, ["D1", "Người Thử", "01/07/2024"]]
    made = book(path, ("Bìa", COVER), ("Tháng 5", table), ("Tháng 6", table))
    error = refusal(path, tmp_path)
    assert error.code == "several_sheets"
    assert "sheets 2, 3" in error.en
    made["Tháng 5"].sheet_state = "hidden"
    made.save(path)
    assert read(path, tmp_path).information == (("other_sheets", 2),)


def test_an_empty_form_beside_the_table_is_no_rival(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book(
        path,
        ("Mẫu", [HEADER, ["(1)", "(2)", "(3)"], []]),
        ("Số liệu", [HEADER, ["D1", "Người Thử", "01/07/2024"]]),
    )
    assert rows(read(path, tmp_path)) == [("2", "D1", "Người Thử", "01/07/2024")]


def test_a_hidden_sheet_is_read_where_no_other_fits_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    made = book(path, ("Bìa", COVER), ("Số liệu", [HEADER, ["D1", "Người Thử", "01/07/2024"]]))
    made["Số liệu"].sheet_state = "veryHidden"
    made.save(path)
    assert read(path, tmp_path).information == (("hidden_sheet", 1), ("other_sheets", 1))


MONTH = ExpectedTable(
    {"Mã": "code", "Tỉnh": "province", "Số liệu": "value"}.get,
    columns=frozenset({"code", "province", "value"}),
    filled=frozenset({"code", "province", "value"}),
    kinds={
        "code": ColumnKind.CHOICE,
        "province": ColumnKind.AREA,
        "value": ColumnKind.NUMBER,
    },
)
MAY = [["Mã", "Tỉnh", "Số liệu"], ["a", "Long An", 10], ["b", "Long An", 20]]


@pytest.mark.parametrize("beside", ["visible", "hidden"])
def test_last_months_sheet_is_not_read_for_this_months_with_a_slip_in_its_header(
    tmp_path: Path, beside: str
) -> None:
    path = tmp_path / "x.xlsx"
    june = [["Mã", "Tỉnh", "Số liệu T6"], ["a", "Long An", 11], ["b", "Long An", 21]]
    made = book(path, ("Cũ", MAY), ("Mới", june))
    made["Cũ"].sheet_state = beside
    made.save(path)
    if beside == "visible":
        error = refusal(path, tmp_path, MONTH)
        assert error.code == "several_sheets"
        assert "sheet 1 has the required columns, sheet 2 has all but one" in error.en
    else:
        # Refused for the column, once the header is looked at.
        assert read(path, tmp_path, MONTH).header == ("Mã", "Tỉnh", "Số liệu T6")


@pytest.mark.parametrize(
    ("rows_there", "is_refused"),
    [
        ([["b", "Long An", 30]], True),
        ([["(tiếp theo)"], ["a", "Long An", 30]], True),
        # A summary, a list and a table of another province's.
        ([["STT", "Tỉnh", "Số"], [1, "Long An", 30]], False),
        ([["a", "Long An"], ["b", "Long An"]], False),
        ([["a", "Tây Ninh", 30]], False),
    ],
)
def test_rows_that_go_on_on_a_further_sheet_are_not_left_behind(
    tmp_path: Path, rows_there: list[list[object]], is_refused: bool
) -> None:
    path = tmp_path / "x.xlsx"
    made = book(path, ("Sheet1", MAY), ("Sheet2", rows_there))
    if is_refused:
        error = refusal(path, tmp_path, MONTH)
        assert error.code == "several_sheets"
        assert "sheet 2 holds further rows of the table on sheet 1" in error.en
        made["Sheet2"].sheet_state = "hidden"
        made.save(path)
    assert read(path, tmp_path, MONTH).information == (("other_sheets", 1),)


def test_hidden_rows_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    made = book(path, ("Số liệu", [HEADER, ["D1", "a", "01/07/2024"], ["D2", "b", "02/07/2024"]]))
    made["Số liệu"].row_dimensions[2].hidden = True
    made.save(path)
    assert [row[:2] for row in rows(read(path, tmp_path))] == [("2", "D1"), ("3", "D2")]


def test_error_cells_and_formulas_without_a_value_are_not_empty(tmp_path: Path) -> None:
    """calamine gives both as empty cells."""
    path = tmp_path / "x.xlsx"
    made = book(
        path,
        ("Bìa", COVER),
        (
            "Số liệu",
            [
                HEADER,
                ["D1", "a", "#N/A"],
                ["D2", "b", "=1/0"],
                ["D3", "#REF!", "01/07/2024"],
                ["D4", "t", "x"],
            ],
        ),
    )
    sheet = made["Số liệu"]
    sheet["C2"].data_type = sheet["B4"].data_type = "e"
    made.save(path)
    result = read(path, tmp_path)
    assert [row[1:] for row in rows(result)] == [
        ("D1", "a", "#N/A"),
        ("D2", "b", "#FORMULA!"),
        ("D3", "#REF!", "01/07/2024"),
        ("D4", "t", "x"),
    ]
    assert result.information == (("error_cells", 3), ("other_sheets", 1))


def test_the_stored_value_of_a_formula_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book(path, ("Số liệu", [HEADER, ["D1", "=1+1", "01/07/2024"]]))
    computed = tmp_path / "y.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(computed, "w") as target:
        for name in source.namelist():
            target.writestr(
                name,
                source.read(name)
                .replace(b"<v></v>", b"<v>2</v>")
                .replace(b"<v />", b"<v>2</v>")
                .replace(b"<v/>", b"<v>2</v>"),
            )
    assert rows(read(computed, tmp_path)) == [("2", "D1", "2", "01/07/2024")]


@pytest.mark.parametrize("name", ["ho_so.xls", "ho_so.xlsx"])
def test_an_old_workbook_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((FILES / "ho_so.xls").read_bytes())
    result = read(path, tmp_path)
    assert (result.format, result.header) == ("xls", ("STT", *HEADER))
    assert rows(result) == [
        ("5", "1", "000123", "Người Thử", "2024-06-01"),
        ("6", "2", "000124", "Nguyễn Mẫu", "2024-06-01 08:30:00"),
        ("7", "3", "000125", "#N/A", "45444"),
    ]
    assert result.information == (
        ("error_cells", 1),
        ("numbering_rows", 1),
        ("other_sheets", 1),
        ("title_rows", 1),
        ("total_rows", 1),
    )


def test_a_new_workbook_named_like_an_old_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    book(tmp_path / "x.xlsx", ("Số liệu", [HEADER, ["D1", "a", "01/07/2024"]]))
    (tmp_path / "x.xlsx").rename(path)
    assert (result := read(path, tmp_path)).format == "xlsx"
    assert result.record_count == 1


@pytest.mark.parametrize("name", ["x.xls", "x.xlsx"])
@pytest.mark.parametrize(
    ("content", "code", "remedy"),
    [
        (
            b"\xef\xbb\xbf<html><body><table><tr><td>1</td></tr></table></body></html>",
            "content",
            "Save as",
        ),
        (b'<?xml version="1.0"?><Workbook/>', "content", "Save as"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "content", "Save as"),
        ("Mã hồ sơ;Ngày\n1;2\n".encode(), "content", ".csv"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(600)
            + "EncryptedPackage".encode("utf-16-le"),
            "protected",
            "password",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"),
            "content",
            "Excel",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook\0".encode("utf-16-le"),
            "corrupt",
            "damaged",
        ),
        (b"", "empty", "header"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_remedy(
    tmp_path: Path, name: str, content: bytes, code: str, remedy: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    error = refusal(path, tmp_path)
    assert error.code == code
    assert remedy in error.en


@pytest.mark.parametrize(
    ("member", "what"),
    [
        ("word/document.xml", "a Word document"),
        ("mimetype", "OpenDocument"),
        ("ppt/x.xml", "PowerPoint"),
        ("data.csv", "a ZIP archive"),
    ],
)
def test_other_packages_are_named(tmp_path: Path, member: str, what: str) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    error = refusal(path, tmp_path)
    assert error.code == "content"
    assert what in error.en


def test_error_cells_are_found_where_names_have_a_prefix(tmp_path: Path) -> None:
    """As the Open XML SDK of .NET writes worksheets."""
    path, prefixed = tmp_path / "x.xlsx", tmp_path / "y.xlsx"
    book(path, ("Số liệu", [HEADER, ["D1", "a", "=1/0"], ["D2", "b", "01/07/2024"]]))
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(prefixed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", content).replace(
                    b" xmlns=", b" xmlns:x="
                )
            target.writestr(name, content)
    result = read(prefixed, tmp_path)
    assert [row[3] for row in rows(result)] == ["#FORMULA!", "01/07/2024"]
