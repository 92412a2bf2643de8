"""A unit that multiplies the numbers of a table and stands in none of its cells."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment

from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.said_at import Beside
from de06_pipeline.landing.workbook.asides import page_text
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit import ods_kit, xlsb_kit
from de06_pipeline_tests.unit.workbook_kit import by_hand, read, refusal, rows, text_cell

FILES = REPOSITORY / "de06_pipeline_tests" / "files"
HEADER = ["Mã", "Phí (đồng)", "Nộp (đồng)"]
FIELDS = dict(zip(HEADER, ["code", "fee", "paid"], strict=True))
KINDS = {"code": ColumnKind.CODE, "fee": ColumnKind.NUMBER, "paid": ColumnKind.NUMBER}
EXPECTED = ExpectedTable(
    FIELDS.get, frozenset({"code"}), frozenset({"code", "fee"}), frozenset({"code"}), KINDS
)
MAY_SCALE = ExpectedTable(
    FIELDS.get,
    frozenset({"code"}),
    frozenset({"code", "fee"}),
    frozenset({"code"}),
    KINDS,
    {"fee": ("đồng",), "paid": ("đồng",)},
)
UNIT, NO_UNIT = "Đơn vị tính: nghìn đồng", "Đơn vị: Công an Triệu Phong"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _xlsx(path: Path, place: str, text: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADER)
    sheet.append(["D1", 105, 7])
    match place:
        case "sheet_name":
            sheet.title = text.replace(":", "")
        case "page_header":
            sheet.oddHeader.right.text = text
        case "even_footer":
            sheet.evenFooter.left.text = text
        case "comment":
            sheet["B1"].comment = Comment(f"Admin:\n{text}", "Admin")
    book.save(path)


def _text_box(path: Path, text: str) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["D1", 105, 7])
        sheet.insert_textbox("E1", f"Biểu 1\n{text}")


def _xlsb(path: Path, place: str, text: str) -> None:
    body = (
        xlsb_kit.row(1)
        + b"".join(map(xlsb_kit.text, range(3), HEADER))
        + xlsb_kit.row(2)
        + xlsb_kit.text(0, "D1")
        + xlsb_kit.whole_number(1, 105)
        + xlsb_kit.whole_number(2, 7)
    )
    xlsb_kit.xlsb(
        path,
        body,
        last=(2, 2),
        name=text.replace(":", "") if place == "sheet_name" else "Số liệu",
        after=xlsb_kit.page_header("&P", f"&L{text}") if place == "page_header" else b"",
        comments=["x", f"Admin:\n{text}"] if place == "comment" else [],
    )


def _ods(path: Path, place: str, text: str) -> None:
    remark = (
        f"<office:annotation><text:p>Admin:</text:p><text:p>{text}</text:p></office:annotation>"
    )
    box = f"<table:shapes><draw:frame><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame></table:shapes>"
    header = ods_kit.row(
        *(ods_kit.cell(name, kind="string") for name in HEADER[:2]),
        ods_kit.cell(HEADER[2], kind="string", before=remark if place == "comment" else ""),
    )
    body = ods_kit.row(
        ods_kit.cell("D1", kind="string"),
        ods_kit.cell("105", kind="float", value="105"),
        ods_kit.cell("7", kind="float", value="7"),
    )
    shown = "false" if place == "hidden_page_header" else "true"
    styles = (
        '<office:document-styles xmlns:office="o" xmlns:style="s" xmlns:text="t">'
        '<style:master-page style:name="Default">'
        f'<style:header style:display="{shown}"><text:p>Trang <text:span>{text}</text:span></text:p>'
        "</style:header></style:master-page></office:document-styles>"
    )
    ods_kit.ods(
        path,
        (box if place == "text_box" else "") + header + body,
        name=text.replace(":", "") if place == "sheet_name" else "Số liệu",
        other_parts={"styles.xml": styles} if place.endswith("page_header") else {},
    )


CASES = [
    *(("xlsx", place) for place in ("sheet_name", "page_header", "even_footer", "comment")),
    ("xlsx", "text_box"),
    *(("xlsb", place) for place in ("sheet_name", "page_header", "comment")),
    *(("ods", place) for place in ("sheet_name", "page_header", "comment", "text_box")),
]


def _made(folder: Path, form: str, place: str, text: str) -> Path:
    path = folder / f"x.{form}"
    if (form, place) == ("xlsx", "text_box"):
        _text_box(path, text)
    else:
        {"xlsx": _xlsx, "xlsb": _xlsb, "ods": _ods}[form](path, place, text)
    return path


@pytest.mark.parametrize(("form", "place"), CASES)
def test_it_refuses_the_file(tmp_path: Path, form: str, place: str) -> None:
    error = refusal(_made(tmp_path, form, place, UNIT), tmp_path, EXPECTED)
    assert error.code == "unit_of_all"
    said = {
        "sheet_name": "the sheet's name",
        "comment": "a comment",
        "text_box": "a text box",
        "page_header": "the printed header",
        "even_footer": "the printed header or footer",
    }
    assert f"“nghìn đồng” stands in {said[place]}" in error.en


@pytest.mark.parametrize(("form", "place"), CASES)
def test_other_texts_there_do_no_harm(tmp_path: Path, form: str, place: str) -> None:
    result = read(_made(tmp_path, form, place, NO_UNIT), tmp_path, EXPECTED)
    assert rows(result) == [("2", "D1", "105", "7")]


@pytest.mark.parametrize(
    ("form", "place"), [case for case in CASES if case[1] not in ("comment", "even_footer")]
)
def test_it_multiplies_where_the_contract_says_so(tmp_path: Path, form: str, place: str) -> None:
    result = read(_made(tmp_path, form, place, UNIT), tmp_path, MAY_SCALE)
    assert result.scale == ("nghìn đồng", Beside(place))


def test_a_comment_multiplies_only_the_one_column_that_it_can_mean(tmp_path: Path) -> None:
    path = _made(tmp_path, "xlsx", "comment", UNIT)
    assert refusal(path, tmp_path, MAY_SCALE).code == "unit_of_all"
    of_fees = {name: field for name, field in FIELDS.items() if field != "paid"}
    only_fees = ExpectedTable(
        of_fees.get,
        MAY_SCALE.columns,
        MAY_SCALE.filled,
        MAY_SCALE.keys,
        KINDS,
        {"fee": ("đồng",)},
    )
    assert read(path, tmp_path, only_fees).scale == ("nghìn đồng", Beside.COMMENT)


def test_units_in_two_places_must_be_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    _xlsx(path, "page_header", UNIT)
    book = openpyxl.load_workbook(path)
    book.active.title = "ĐVT 1.000 đồng"
    book.save(path)
    assert read(path, tmp_path, MAY_SCALE).scale == ("1.000 đồng", Beside.SHEET_NAME)
    book.active.title = "ĐVT triệu đồng"
    book.save(path)
    assert refusal(path, tmp_path, MAY_SCALE).code == "unit_of_all"


@pytest.mark.parametrize(
    "name", ["phi_le_phi_(nghìn-đồng).csv", "ĐVT_nghìn_đồng.csv", "DVT-nghin-dong.csv"]
)
def test_a_unit_in_the_name_of_a_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(",".join(HEADER) + "\nD1,105,7\n", encoding="utf-8")
    error = refusal(path, tmp_path, EXPECTED)
    assert (error.code, "in the file's name" in error.en) == ("unit_of_all", True)
    workbook = path.with_suffix(".xlsx")
    _xlsx(workbook, "", "")
    assert refusal(workbook, tmp_path, EXPECTED).code == "unit_of_all"


@pytest.mark.parametrize(
    "name", ["trieu-phong_2024-06.csv", "Triệu Sơn.csv", "1000.csv", "cong_an_huyen_tỷ-lệ.csv"]
)
def test_the_names_of_most_files_say_no_unit(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(",".join(HEADER) + "\nD1,105,7\n", encoding="utf-8")
    assert read(path, tmp_path, EXPECTED).record_count == 1


@pytest.mark.parametrize("name", ["don_vi_dau_trang", "don_vi_ghi_chu"])
@pytest.mark.parametrize("form", ["xls", "ods"])
def test_files_of_libreoffice(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / f"x.{form}"
    path.write_bytes((FILES / f"{name}.{form}").read_bytes())
    expected = ExpectedTable(
        {"Mã": "code", "Phí (đồng)": "fee"}.get,
        frozenset({"code", "fee"}),
        frozenset({"code", "fee"}),
        frozenset({"code"}),
        KINDS,
    )
    error = refusal(path, tmp_path, expected)
    where = "printed header" if name == "don_vi_dau_trang" else "a comment"
    assert (error.code, where in error.en) == ("unit_of_all", True)


def test_a_header_of_the_page_that_is_not_printed_says_nothing(tmp_path: Path) -> None:
    path = _made(tmp_path, "ods", "hidden_page_header", UNIT)
    assert read(path, tmp_path, EXPECTED).record_count == 1


@pytest.mark.parametrize("with_signs", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_sheet_of_another_writer(tmp_path: Path, with_signs: bool, encoding: str) -> None:
    """With a prefix, and behind many rows."""
    row = f"<row>{text_cell('D1')}<c><v>105</v></c><c>{'<f>7</f>' if with_signs else ''}<v>7</v></c></row>"
    header = f"<row>{''.join(map(text_cell, HEADER))}</row>"
    after = (
        '<x:headerFooter xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<x:oddHeader>&amp;L&amp;12ĐVT: &amp;Unghìn đồng</x:oddHeader></x:headerFooter>"
    )
    by_hand(tmp_path / "x.xlsx", header + row * 30_000, after=after, encoding=encoding)
    assert refusal(tmp_path / "x.xlsx", tmp_path, EXPECTED).code == "unit_of_all"


def test_what_is_printed_of_a_header() -> None:
    assert page_text('&L&"Arial,Bold"&12ĐVT: nghìn&C&KFF0000A && B&R&P/&N') == (
        "ĐVT: nghìn\nA & B\n/"
    )
