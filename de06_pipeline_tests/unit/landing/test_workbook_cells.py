"""An error, or a formula without a value, is one bad cell of its row, however the writer put it."""

from __future__ import annotations

import struct
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula

from de06_pipeline.landing.expected import ANY_TABLE, ColumnKind, ExpectedTable
from de06_pipeline.landing.workbook import facts_xls, facts_xlsx
from de06_pipeline.landing.workbook.package import NotReadable
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.workbook_kit import (
    HEADER,
    STRICT,
    TRANSITIONAL,
    by_hand,
    header_row,
    read,
    refusal,
    rows,
    text_cell,
)

NOT_COMPUTED = "#FORMULA!"


@pytest.mark.parametrize("family", [TRANSITIONAL, STRICT])
@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("places", [True, False])
@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ('<c{r} t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="e"{r}><v>#REF!</v></c>', "#REF!"),
        ("<c{r} t='e' s='0'><v>#NAME?</v></c>", "#NAME?"),
        ('<c{r} t = "e" ><v>#SPILL!</v></c>', "#SPILL!"),
        ('<c{r} t="&#101;"><v>#CALC!</v></c>', "#CALC!"),
        ('<c{r} t="e"><f>x()</f><v>Err:502</v></c>', "Err:502"),
        ('<c{r} t="e"><v>#BỊ LỖI</v></c>', "#ERROR!"),
        ('<c{r} t="e"><v></v></c>', "#ERROR!"),
        ('<c{r} t="e"/>', "#ERROR!"),
        ("<c{r}><f>1+1</f></c>", NOT_COMPUTED),
        ("<c{r}><f>1+1</f><v></v></c>", NOT_COMPUTED),
        ("<c{r}><f>1+1</f><v/></c>", NOT_COMPUTED),
        ("<c{r}><f/></c>", NOT_COMPUTED),
        ('<c{r} t="n"><f t="shared" si="0"/></c>', NOT_COMPUTED),
        ('<c{r} t="str"><f>A1</f></c>', NOT_COMPUTED),
        ('<c{r} t="str"><f>A1</f><v>#SPILL!</v></c>', "#SPILL!"),
        ('<c{r} t="str"><f>A1</f><v>Err:502</v></c>', "Err:502"),
        ('<c{r} t="str"><f>A1</f><v></v></c>', ""),
        ("<c{r}><f>1+1</f><v>2</v></c>", "2"),
        ('<c{r} t="b"><f>1=1</f><v>1</v></c>', "true"),
    ],
)
def test_a_cell_without_a_value_says_so(
    tmp_path: Path,
    family: str,
    prefix: str,
    encoding: str,
    places: bool,
    cell: str,
    read_as: str,
) -> None:
    sheet = (
        header_row()
        + ('<row r="3">' if places else "<row/><row>")
        + text_cell("D1", "A3" if places else "")
        + cell.format(r=' r="B3"' if places else "")
        + text_cell("01/07/2024", "C3" if places else "")
        + "</row>"
    )
    path = tmp_path / "x.xlsx"
    by_hand(path, sheet, family=family, encoding=encoding)
    if prefix:
        put_prefix(path, prefix)
    result = read(path, tmp_path)
    assert rows(result) == [("3", "D1", read_as, "01/07/2024")]
    assert dict(result.information).get("error_cells", 0) == (read_as[:1] in "#E" and read_as != "")


def put_prefix(path: Path, prefix: str) -> None:
    """Rewrite the sheet with a prefix before every name, as the Open XML SDK of .NET does."""
    import re
    import zipfile

    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    encoding = "utf-16" if sheet[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = re.sub(r"<(/?)(?=[a-zA-Z])", rf"<\1{prefix}", sheet.decode(encoding))
    text = text.replace(" xmlns=", f" xmlns:{prefix[:-1]}=")
    parts["xl/worksheets/sheet1.xml"] = text.encode(encoding)
    with zipfile.ZipFile(path, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)


def test_what_is_beyond_the_cells_with_values_is_not_cut_off(tmp_path: Path) -> None:
    """The last row and the last column may hold nothing but errors."""
    path = tmp_path / "x.xlsx"
    sheet = header_row() + '<row r="2">' + text_cell("D1") + text_cell("a") + '<c t="e"/></row>'
    by_hand(path, sheet + '<row r="5"><c r="A5"><f>1</f></c><c r="E5" t="e"/></row>')
    assert rows(read(path, tmp_path)) == [
        ("2", "D1", "a", "#ERROR!", "", ""),
        ("5", NOT_COMPUTED, "", "", "", "#ERROR!"),
    ]


def test_a_table_that_begins_further_right_keeps_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    header = "".join(
        text_cell(text, f"{letter}3") for letter, text in zip("CDE", HEADER, strict=True)
    )
    row = text_cell("D1", "C4") + '<c r="D4" t="e"><v>#N/A</v></c>' + text_cell("x", "E4")
    by_hand(path, f'<row r="3">{header}</row><row r="4">{row}</row>')
    assert rows(read(path, tmp_path)) == [("4", "D1", "#N/A", "x")]
    by_hand(path, f'<row r="3">{header}</row><row r="4"><c r="B4" t="e"/>{row}</row>')
    assert rows(read(path, tmp_path)) == [("4", "#ERROR!", "D1", "#N/A", "x")]


def test_an_error_in_the_header_is_no_empty_name(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    header = '<row r="1">' + text_cell(HEADER[0]) + '<c t="e"><v>#REF!</v></c>'
    header += text_cell(HEADER[2]) + "</row>"
    by_hand(path, header + '<row r="2">' + text_cell("D1") + text_cell("a") + "</row>")
    assert read(path, tmp_path).header == (HEADER[0], "#REF!", HEADER[2])


def test_a_formula_over_several_cells_leaves_none_of_them_empty(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(HEADER)
    for number in range(1, 4):
        sheet.append([f"D{number}", None, "01/07/2024"])
    sheet["B2"] = ArrayFormula("B2:B3", "=D2:D3*2")
    made.save(path)
    result = read(path, tmp_path)
    assert [row[2] for row in rows(result)] == [NOT_COMPUTED, NOT_COMPUTED, ""]
    assert dict(result.information)["error_cells"] == 2


def test_a_zero_that_a_program_wrote_for_a_value_to_come_is_none(tmp_path: Path) -> None:
    """XlsxWriter writes 0 as the value of every formula, and asks Excel to compute them."""
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["D1", 0, "01/07/2024"])
        sheet.write_row(2, 0, ["D2", "", "01/07/2024"])
        sheet.write_formula(2, 1, "=1+1")
        sheet.write_row(3, 0, ["D3", "", "01/07/2024"])
        sheet.write_formula(3, 1, "=1+1", None, 2)
    assert [row[2] for row in rows(read(path, tmp_path))] == ["0", NOT_COMPUTED, "2"]


def test_a_code_of_more_digits_than_a_number_has_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    made = openpyxl.Workbook()
    cells = [
        999_999_999_999_999,
        2_024_060_001_234_500,
        20_240_600_012_345_678,
        2_024_060_001_234_500,
    ]
    for row in [
        ["Mã", "Số liệu"],
        *([number, number] for number in cells),
        ["2024060001234567", 1],
    ]:
        made.active.append(row)
    made.active["A5"].number_format = "0" * 16
    made.save(path)
    expected = ExpectedTable(
        {"Mã": "code", "Số liệu": "value"}.get,
        frozenset({"code", "value"}),
        frozenset({"code", "value"}),
        kinds={"code": ColumnKind.CODE, "value": ColumnKind.NUMBER},
    )
    codes, values = zip(*(row[1:] for row in rows(read(path, tmp_path, expected))), strict=True)
    lost = "2,02406000123450E+15"
    assert codes == ("999999999999999", lost, "2,02406000123457E+16", lost, "2024060001234567")
    assert values[1] == "2024060001234500"


def test_entities_of_its_own_are_no_part_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    styles = '<!DOCTYPE x [<!ENTITY a "b">]><styleSheet>&a;</styleSheet>'
    by_hand(path, header_row(), other_parts={"xl/styles.xml": styles})
    assert refusal(path, tmp_path).code == "corrupt"


def test_a_sheet_that_is_not_parsed_has_nothing_to_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsing costs more than reading, so bytes decide whether there is need of it."""
    path = tmp_path / "x.xlsx"
    row = (
        '<row r="2">' + text_cell("D1") + text_cell("Chư M'Đrắk &#432;") + text_cell("x") + "</row>"
    )
    by_hand(path, header_row() + row, formats=["0.0"])
    monkeypatch.setattr(facts_xlsx._XlsxScan, "read", lambda *_: pytest.fail("parsed"))
    facts_xlsx.facts_of_xlsx(path)


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("cong_thuc_chua_tinh.xls", ["#FORMULA!", "5", "#FORMULA!"]),
        ("cong_thuc_da_tinh.xls", ["", "5", "0"]),
    ],
)
def test_formulas_of_an_old_workbook(tmp_path: Path, name: str, figures: list[str]) -> None:
    path = tmp_path / "x.xls"
    path.write_bytes((REPOSITORY / "de06_pipeline_tests" / "files" / name).read_bytes())
    result = read(path, tmp_path, ANY_TABLE)
    assert [row[2] for row in rows(result)] == figures
    errors = figures.count("#FORMULA!")
    assert dict(result.information) == ({"error_cells": errors} if errors else {})


def test_a_zero_to_be_computed_when_an_old_workbook_is_opened(tmp_path: Path) -> None:
    """As Apache POI writes a formula."""
    content = (REPOSITORY / "de06_pipeline_tests" / "files" / "cong_thuc_da_tinh.xls").read_bytes()
    zero = struct.pack("<HH", 3, 1)  # row 4, column B
    at = next(
        at
        for at in range(len(content))
        if content[at : at + 2] == b"\x06\x00"
        and content[at + 4 : at + 8] == zero
        and not any(content[at + 10 : at + 18])
    )
    path = tmp_path / "x.xls"
    path.write_bytes(content[: at + 18] + b"\x02" + content[at + 19 :])
    assert [row[2] for row in rows(read(path, tmp_path, ANY_TABLE))] == ["", "5", "#FORMULA!"]


@pytest.mark.parametrize("rest", [b"", bytes(4000)])
def test_an_old_workbook_of_which_a_part_did_not_arrive(tmp_path: Path, rest: bytes) -> None:
    """Its directory may stand before the cells, so it opens; the sheet does not end."""
    begin = struct.pack("<HHHHHHHI", 0x0809, 12, 0x0600, 0x10, 0, 0, 0, 0)[:16]
    row = struct.pack("<HHHHHd", 0x0203, 14, 1, 1, 0, 5.0)
    end = struct.pack("<HH", 0x000A, 0)
    assert [kind for kind, _, _ in facts_xls._records(begin + row + end, 0)] == [0x0809, 0x0203]
    with pytest.raises(NotReadable):
        list(facts_xls._records(begin + row + rest, 0))
    with pytest.raises(NotReadable):
        list(facts_xls._records(begin + row[:-3] + rest, 0))
