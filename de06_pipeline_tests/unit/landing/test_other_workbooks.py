"""Workbooks of the kinds that are neither XLSX nor XLS: with macros, binary, OpenDocument."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit import ods_kit, xlsb_kit
from de06_pipeline_tests.unit.workbook_kit import HEADER, book, read, refusal, rows

ODS_FILE = REPOSITORY / "de06_pipeline_tests" / "files" / "ho_so.ods"
COLUMNS = ["Mã", "Tỉnh", "Số", "Ngày"]
EXPECTED = ExpectedTable(
    dict(zip(COLUMNS, ["code", "province", "figure", "day"], strict=True)).get,
    frozenset({"code", "day"}),
    frozenset({"code", "day"}),
    frozenset({"code"}),
    {
        "code": ColumnKind.CODE,
        "province": ColumnKind.AREA,
        "figure": ColumnKind.NUMBER,
        "day": ColumnKind.DATE,
    },
)
DAY_NUMBER = 45444
"""2024-06-01."""


@pytest.mark.parametrize("name", ["ho_so.ods", "ho_so.xlsx", "ho_so.xls"])
def test_a_workbook_of_libreoffice_is_read_as_a_person_sees_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(ODS_FILE.read_bytes())
    result = read(path, tmp_path, EXPECTED)
    assert (result.format, result.header) == ("ods", tuple(COLUMNS))
    assert rows(result) == [
        ("4", "000123", "Quảng Nam", "105", "2024-06-01"),
        ("5", "000124", "Quảng Nam", "94,3 %", "2024-06-01 08:30:00"),
        ("6", "000125", "Quảng Nam", "#DIV/0!", "2024-06-01"),
        ("7", "000126", "Quảng Nam", "#N/A", "2024-06-01"),
        ("8", "000127", "Quảng Nam", "0012", "2024-06-01"),
        ("9", "000128", "Quảng Nam", "7 nghìn", "2024-06-01"),
        ("10", "000129", "Quảng Nam", "", "2024-06-01"),
        ("11", "000130", "Quảng Nam", "2", "2024-06-01"),
        ("12", "000131", "Quảng Nam", "#NAME?", "2024-06-01"),
        ("13", "000132", "Quảng Nam", "105000000", "2024-06-01"),
    ]
    assert dict(result.information) == {
        "error_cells": 3,
        "merged_cells": 1,
        "other_sheets": 1,
        "percent_cells": 1,
        "title_rows": 1,
    }
    assert result.places["error_cells"] == ("C6", "C7", "C12")
    assert result.places["percent_cells"] == ("C5",)
    assert result.places["merged_cells"] == ("B4:B5",)


def _ods_cells(folder: Path, *cells: str) -> list[str]:
    """What is read from the cells of a third column."""
    path = folder / "x.ods"
    header = ods_kit.texts(*COLUMNS)
    body = "".join(
        ods_kit.row(
            *(ods_kit.cell(text, kind="string") for text in (f"D{number}", "Huế")),
            cell,
            ods_kit.cell("x", kind="date", date_value="2024-06-01"),
        )
        for number, cell in enumerate(cells)
    )
    ods_kit.ods(path, header + body)
    return [row[3] for row in rows(read(path, folder, EXPECTED))]


def test_cells_of_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    cell = ods_kit.cell
    tried = [
        (cell(None, formula=True), "#FORMULA!"),
        (cell(None, kind="float", formula=True), "#FORMULA!"),
        (cell("", formula=True), ""),
        (cell("5", kind="float", value="5", formula=True), "5"),
        # Excel gives an error as a number, and the error as its text.
        (cell("#REF!", kind="float", value="0", formula=True), "#REF!"),
        (cell("Err:502", kind="string", string_value="", formula=True), "Err:502"),
        (cell("#N/A", kind="float", value="0"), "#N/A"),
        (cell("94,3%", kind="float", value="0.943"), "94,3 %"),
        (cell("7", kind="percentage", value="0.07"), "7 %"),
        # The sign is written behind the number by its format, and makes nothing of it.
        (cell("94,3%", kind="float", value="94.3"), "94,3"),
        (cell("0,5 %", kind="float", value="0.5"), "0,5"),
        (cell("-1.234,5 nghìn", kind="float", value="-1234.5"), "-1234,5 nghìn"),
        (cell("105 triệu", kind="float", value="105000000"), "105000000"),
        (cell("105 hồ sơ", kind="float", value="105"), "105"),
        (cell("5.000 đ", kind="currency", value="5000"), "5000"),
        (cell("chữ không ghi kiểu"), "chữ không ghi kiểu"),
        (cell(before="<office:annotation><text:p>#N/A</text:p></office:annotation>"), ""),
        (
            cell(
                "12",
                kind="float",
                value="12",
                before="<office:annotation><text:p>012</text:p></office:annotation>",
            ),
            "12",
        ),
        (cell("true", kind="boolean", boolean_value="true"), "true"),
    ]
    assert _ods_cells(tmp_path, *(made for made, _ in tried)) == [shown for _, shown in tried]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("105 (nghìn)", "105 nghìn"),
        ("nghìn: 105", "105 nghìn"),
        ("105 vạn", "105 vạn"),
        ("105 tr hồ sơ", "105 tr hồ sơ"),
        ("hơn 105", "hơn 105"),
        ("105,000", "105"),
        ("1,05E+02", "105"),
        ("Tỷ lệ: 105", "105"),
    ],
)
def test_words_beside_a_number_of_an_opendocument_spreadsheet(
    tmp_path: Path, text: str, read_as: str
) -> None:
    assert _ods_cells(tmp_path, ods_kit.cell(text, kind="float", value="105")) == [read_as]


@pytest.mark.parametrize("part", ["content.xml", "styles.xml"])
@pytest.mark.parametrize("literal", [",000", "000"])
def test_digits_that_a_format_writes_in_an_opendocument_spreadsheet(
    tmp_path: Path, part: str, literal: str
) -> None:
    path = tmp_path / "x.ods"
    written = (
        '<number:number-style style:name="N1"><number:number number:decimal-places="0"/>'
        f"<number:text>{literal}</number:text></number:number-style>"
    )

    def made(text: str, value: str) -> Path:
        cells = (
            ods_kit.cell("D1", kind="string"),
            ods_kit.cell("Huế", kind="string"),
            ods_kit.cell(text, kind="float", value=value),
            ods_kit.cell("x", kind="date", date_value="2024-06-01"),
        )
        styles = f"<office:document-styles>{written}</office:document-styles>"
        ods_kit.ods(
            path,
            ods_kit.texts(*COLUMNS) + ods_kit.row(*cells),
            styles=written if part == "content.xml" else "",
            other_parts={"styles.xml": styles} if part == "styles.xml" else {},
        )
        return path

    error = refusal(made(f"105{literal}", "105"), tmp_path, EXPECTED)
    assert (error.code, "C2" in error.en, literal in error.vi) == ("number_format", True, True)
    assert rows(read(made("105.000", "105000"), tmp_path, EXPECTED))[0][3] == "105000"


def test_a_cell_that_stands_for_several_is_corrected_in_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    share = ods_kit.cell("50%", kind="percentage", value="0.5", times=2)
    day = ods_kit.cell("x", kind="date", date_value="2024-06-01")
    code = ods_kit.cell("D1", kind="string")
    ods_kit.ods(
        path,
        ods_kit.row(ods_kit.cell(), times=2)
        + ods_kit.texts("Mã", "Tỉnh", "Số", "Ngày")
        + ods_kit.row(code, share, day, times=2)
        + ods_kit.row(ods_kit.cell(times=16384), times=1000000),
    )
    result = read(path, tmp_path, EXPECTED)
    assert rows(result) == [(str(n), "D1", "50 %", "50 %", "2024-06-01") for n in (4, 5)]
    assert result.places["percent_cells"] == ("B4", "C4", "B5", "C5")


def test_an_opendocument_spreadsheet_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    ods_kit.ods(path, ods_kit.texts(*COLUMNS), about_encryption=ods_kit.ENCRYPTED)
    assert refusal(path, tmp_path).code == "protected"
    ods_kit.ods(path, "", other_parts={"encrypted-package": "x"})
    assert refusal(path, tmp_path).code == "protected"


def test_other_opendocument_files_are_no_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    ods_kit.ods(path, "", kind="application/vnd.oasis.opendocument.text")
    error = refusal(path, tmp_path)
    assert error.code == "content"
    assert "OpenDocument" in error.en


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace("</table:table>", ""),
        lambda content: '<!DOCTYPE a [<!ENTITY b "c">]>' + content.partition("?>")[2],
        lambda content: content.replace('value="0.5"', 'value="x"'),
    ],
)
def test_a_damaged_opendocument_spreadsheet(tmp_path: Path, damage: Callable[[str], str]) -> None:
    whole, path = tmp_path / "whole.ods", tmp_path / "x.ods"
    ods_kit.ods(
        whole,
        ods_kit.texts(*COLUMNS)
        + ods_kit.row(ods_kit.cell("50%", kind="percentage", value="0.5", times=4)),
    )
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            target.writestr(name, damage(content) if name == "content.xml" else content)
    assert refusal(path, tmp_path, EXPECTED).code == "corrupt"


def _xlsb_header() -> bytes:
    return xlsb_kit.row(1) + b"".join(
        xlsb_kit.shared_text(column, column) for column in range(len(COLUMNS))
    )


def _xlsb_cells(folder: Path, *cells: bytes, **options: object) -> list[str]:
    path = folder / "x.xlsb"
    content = _xlsb_header()
    for number, cell in enumerate(cells, start=2):
        content += (
            xlsb_kit.row(number)
            + xlsb_kit.text(0, f"D{number}")
            + cell
            + xlsb_kit.text(3, "01/06/2024")
        )
    xlsb_kit.xlsb(
        path,
        content,
        last=(1 + len(cells), 3),
        shared=COLUMNS,
        formats=["0.0%", "dd/mm/yyyy", "0000", '0 "nghìn"', "mm:ss"],
        **options,  # type: ignore[arg-type]
    )
    result = read(path, folder, EXPECTED)
    assert result.format == "xlsb"
    return [row[3] for row in rows(result)]


def test_cells_of_a_binary_workbook(tmp_path: Path) -> None:
    kit = xlsb_kit
    tried = [
        (kit.blank(2), ""),
        (kit.error(2, 0x2A), "#N/A"),
        (kit.formula_error(2, 0x17), "#REF!"),
        (kit.formula_text(2, "#SPILL!"), "#SPILL!"),
        (kit.formula_number(2, 0), "0"),
        (kit.number(2, 0.943, 1), "94,3 %"),
        (kit.whole_number(2, 1, 1), "100 %"),
        (kit.number(2, DAY_NUMBER, 2), "2024-06-01"),
        # What Excel writes for a date without a time.
        (kit.whole_number(2, DAY_NUMBER, 2), "2024-06-01"),
        (kit.whole_number(2, 0, 2), "0"),
        (kit.whole_number(2, DAY_NUMBER), str(DAY_NUMBER)),
        (kit.whole_number(2, 12, 3), "0012"),
        (kit.whole_number(2, 105, 4), "105 nghìn"),
        (kit.rich_text(2, "Đậm và nghiêng"), "Đậm và nghiêng"),
        (kit.text(2, "x" * 300), "x" * 300),
    ]
    assert _xlsb_cells(tmp_path, *(made for made, _ in tried)) == [shown for _, shown in tried]


def test_formulas_of_a_binary_workbook_that_is_computed_when_opened(tmp_path: Path) -> None:
    cells = [xlsb_kit.formula_number(2, 0), xlsb_kit.formula_number(2, 2), xlsb_kit.number(2, 0)]
    assert _xlsb_cells(tmp_path, *cells, computes_on_load=True) == ["#FORMULA!", "2", "0"]


def test_days_counted_from_1904(tmp_path: Path) -> None:
    cells = [xlsb_kit.whole_number(2, DAY_NUMBER - 1462, 2), xlsb_kit.whole_number(2, 0, 2)]
    assert _xlsb_cells(tmp_path, *cells, is_1904=True) == ["2024-06-01", "1904-01-01"]


def test_merged_cells_of_a_binary_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsb"
    kit = xlsb_kit
    content = _xlsb_header() + b"".join(
        kit.row(number)
        + kit.text(0, f"D{number}")
        + (kit.text(1, "Huế") if number == 2 else kit.blank(1))
        + kit.text(3, "01/06/2024")
        for number in (2, 3)
    )
    kit.xlsb(path, content, last=(3, 3), shared=COLUMNS, merges=[(1, 2, 1, 1)])
    result = read(path, tmp_path, EXPECTED)
    assert [row[2] for row in rows(result)] == ["Huế", "Huế"]
    assert result.places["merged_cells"] == ("B2:B3",)


@pytest.mark.parametrize("part", ["xl/workbook.bin", "xl/worksheets/sheet1.bin"])
@pytest.mark.parametrize("kept", [0, 3, 40, -1])
def test_a_damaged_binary_workbook(tmp_path: Path, part: str, kept: int) -> None:
    whole, path = tmp_path / "whole.xlsb", tmp_path / "x.xlsb"
    xlsb_kit.xlsb(whole, _xlsb_header(), last=(1, 3), shared=COLUMNS)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:kept] if name == part else content)
    assert refusal(path, tmp_path, EXPECTED).code == "corrupt"


def test_a_workbook_with_macros(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsm"
    book(tmp_path / "x.xlsx", ("Số liệu", [HEADER, ["D1", "a", "01/07/2024"]]))
    with zipfile.ZipFile(tmp_path / "x.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("xl/vbaProject.bin", b"macros are not read")
    result = read(path, tmp_path)
    assert (result.format, rows(result)) == ("xlsx", [("2", "D1", "a", "01/07/2024")])


def test_an_opendocument_spreadsheet_named_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(ODS_FILE.read_bytes())
    error = refusal(path, tmp_path)
    assert error.code == "content"
    assert "end in .ods" in error.en
