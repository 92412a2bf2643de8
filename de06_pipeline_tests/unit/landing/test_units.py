"""A unit that multiplies the numbers of a table, and titles that only sound like one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.table.units import (
    Scale,
    parse_scale,
    refuse_unit_column,
    scale_in,
    scale_in_header,
    scale_of_cell,
    unit_columns,
)
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
EXPECTED = ExpectedTable(
    {"Số liệu": "figure", "Phí, lệ phí (đồng)": "fee", "Tên": "name"}.get,
    frozenset(),
    frozenset(),
    kinds={"figure": ColumnKind.NUMBER, "fee": ColumnKind.NUMBER, "name": ColumnKind.TEXT},
)


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("Đơn vị tính: nghìn", "nghìn"),
        ("ĐƠN VỊ TÍNH: TRIỆU ĐỒNG", "TRIỆU ĐỒNG"),
        ("(ĐVT: triệu đồng)", "triệu đồng"),
        ("ĐVT: 1.000 đồng", "1.000 đồng"),
        ("ĐVT: 1000đ", "1000đ"),
        ("Đơn vị tính: người, tỷ đồng", "người, tỷ"),
        ("Đơn vị đo: nghìn lượt", "nghìn lượt"),
        ("Đơn vị: 1.000 hồ sơ", "1.000 hồ sơ"),
        ("Đơn vị: Triệu đồng", "Triệu đồng"),
        ("(Đơn vị: ngàn đồng)", "ngàn đồng"),
        ("Đơn vị tỷ đồng", "tỷ đồng"),
        ("(nghìn hồ sơ)", "nghìn hồ sơ"),
        ("nghìn", "nghìn"),
        ("(x 1.000 đồng)", "x 1.000 đồng"),
        ("'000 đồng", "'000 đồng"),
        ("Bảng 2. Thu phí, lệ phí tháng 6 (triệu đồng)", "triệu đồng"),
        ("Báo cáo tháng 6/2024 - ĐVT: nghìn lượt", "nghìn lượt"),
        ("DVT: trieu dong", "trieu"),
        ("Don vi tinh: nghin ho so", "nghin"),
        ("ĐVT: 1 000 đồng", "1 000 đồng"),
        ("DVT: 1,000", "1,000"),
        ("ĐVT: trđ", "trđ"),
        ("Đơn vị tính: tr.đ", "tr.đ"),
        ("(ĐVT: tr đồng)", "tr đồng"),
        ("ĐVT: ngđ.", "ngđ"),
        ("ĐVT: k", "k"),
        ("Đơn vị tính: M", "M"),
        ("Số liệu tính bằng nghìn", "nghìn"),
        ("Các chỉ tiêu tính theo triệu đồng", "triệu"),
        ("Giá trị: triệu đồng", "triệu đồng"),
        ("(số liệu: nghìn)", "nghìn"),
        ("x1000", "x1000"),
        ("Unit: thousand", "thousand"),
        ("Units = millions of VND", "millions"),
        ("in thousands", "thousands"),
        ("Table 2 (in millions of dong)", "millions"),
        ("ĐVT: 10³ đồng", "10³ đồng"),
        ("*nghìn đồng", "nghìn đồng"),
        ("Unit: 1000 VND", "1000"),
        ("Unit: VND thousand", "thousand"),
        ("Unit: '000 VND", "'000"),
        ("VND million", "million"),
        ("(VNĐ '000)", "'000"),
        ("(trieu dong)", "trieu dong"),
        ("DON VI: NGHIN DONG", "NGHIN DONG"),
        ("don vi tinh: 1000 d", "1000"),
        ("Giá trị nhân với 1.000", "1.000"),
        ("Nhân 1000", "1000"),
        ("nghìn/đồng", "nghin/dong"),
        ("Đơn vị: %, triệu đồng", "triệu đồng"),
        ("Đơn vị: hồ sơ, triệu đồng", "triệu đồng"),
    ],
)
def test_a_unit_is_found(text: str, scale: str) -> None:
    assert scale_in(["", text]) == scale


@pytest.mark.parametrize(
    "text",
    [
        "Đơn vị: Công an tỉnh Quảng Nam",
        "Đơn vị: Triệu Phong",
        "ĐƠN VỊ: HUYỆN TRIỆU SƠN",
        "Đơn vị báo cáo: UBND huyện Triệu Sơn",
        "Đơn vị tính: hồ sơ",
        "Đơn vị tính: %",
        "Đơn vị tính: tỷ lệ %",
        "ĐVT: đồng",
        "Đơn vị tính: người",
        "Tỷ lệ số hóa (%)",
        "Hơn 1,4 triệu tài khoản đã được kích hoạt trong tháng",
        "Kế hoạch 1.000 ngày đầu đời",
        "Công ty TNHH Tỷ Phú (chi nhánh Triệu Sơn)",
        "Chỉ tiêu 1000 mô hình điểm",
        "BÁO CÁO KẾT QUẢ THỰC HIỆN ĐỀ ÁN 06 THÁNG 6 NĂM 2024",
        "Kèm theo Công văn số 1000/CV-UBND",
        "Đơn vị: 1000/CV",
        "Đơn vị tính: km",
        "ĐVT: thửa",
        "ĐVT: trường",
        "Huyện: Triệu Sơn",
        "Tỷ lệ tính theo tỷ lệ hồ sơ",
        "In tại Triệu Phong",
        "Tổng số: 1.000 người",
        "Unit: Public Security of Quang Nam",
        "1000",
        "1.000",
        "(1.000)",
        "Tổng cộng (1000)",
        "Bệnh nhân 1000",
        "Cá nhân 1.000 hồ sơ",
        "Đơn vị: Công an xã, Triệu Phong",
        "Tỷ lệ trên 1.000 dân",
        "Đơn vị tính: đồng, hồ sơ",
        "Làm tròn đến nghìn",
    ],
)
def test_a_title_is_no_unit(text: str) -> None:
    assert scale_in([text]) == ""


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("Số liệu (nghìn)", "nghìn"),
        ("Số liệu (ĐVT: nghìn)", "nghìn"),
        ("Số liệu, triệu", "triệu"),
        ("Số liệu - Đơn vị tính: nghìn", "nghìn"),
        ("Phí, lệ phí (triệu đồng)", "triệu đồng"),
        ("Phí, lệ phí (1.000 đồng)", "1.000 đồng"),
        ("Phí, lệ phí (đồng)", ""),
        ("Thu ngân sách (triệu đồng)", ""),
        ("Tên (nghìn)", ""),
        ("Số liệu", ""),
        ("ĐVT: nghìn", ""),
    ],
)
def test_a_unit_in_the_header(name: str, scale: str) -> None:
    assert scale_in_header(["Tên", name], EXPECTED) == scale


def test_a_unit_alone_in_the_header_row_beside_the_table() -> None:
    assert scale_in_header(["Số liệu", "", "ĐVT: nghìn"], EXPECTED) == "nghìn"
    assert scale_in_header(["Số liệu", "", "(nghìn đồng)"], EXPECTED) == "nghìn đồng"
    assert scale_in_header(["Số liệu", "Thu ngân sách (ĐVT: nghìn)"], EXPECTED) == ""


def test_a_column_of_units() -> None:
    names = ["Tên", "Đơn vị tính", "ĐVT (nếu có)", "Đơn vị", "Số liệu"]
    assert unit_columns(names, EXPECTED.field_of) == (1, 2, 3)
    agencies = ("Triệu Phong", "UBND xã Triệu Sơn", "nghìn đồng", "(triệu)")
    assert [scale_of_cell(t, may_be_agency=True) for t in agencies] == [
        "",
        "",
        "nghìn đồng",
        "triệu",
    ]
    assert [scale_of_cell(t) for t in ("hồ sơ", "nghìn hồ sơ", "Triệu đồng", "%", "tỷ lệ")] == [
        "",
        "nghìn",
        "Triệu",
        "",
        "",
    ]


def test_a_unit_of_a_row_that_multiplies_its_number_refuses_the_file(tmp_path: Path) -> None:
    records = tmp_path / "x.records"
    header = ["Tên", "Đơn vị tính", "Số liệu"]
    records.write_text("2\x1fa\x1fhồ sơ\x1f5\n3\x1fb\x1f%\x1f5\n", encoding="utf-8")
    refuse_unit_column("x.csv", header, [records], EXPECTED)
    with records.open("a", encoding="utf-8") as lines:
        lines.write("4\x1fc\x1fnghìn hồ sơ\x1f5\n")
    refuse_unit_column("x.csv", ["Tên", "Đơn vị báo cáo", "Số liệu"], [records], EXPECTED)
    with pytest.raises(UnreadableFile) as caught:
        refuse_unit_column("x.csv", header, [records], EXPECTED)
    assert caught.value.code == "unit_of_all"
    assert "row 4" in caught.value.en


def test_no_name_of_a_place_or_procedure_is_a_unit() -> None:
    """As a cell, a title, a sheet's name or a comment may have it."""
    names = {
        text
        for file in ("areas.csv", "procedures_portal.csv", "sectors.csv", "suppliers.csv")
        for row in csv.reader((REFERENCE / file).open(encoding="utf-8", newline=""))
        for text in row
    }
    assert len(names) > 15_000
    forms = ("{}", "Đơn vị: {}", "({})", "Cơ quan: {}", "{} (%)")
    wrong = {text for name in names for form in forms if scale_in([text := form.format(name)])}
    assert wrong == set()


@pytest.mark.parametrize(
    ("scale", "zeros"), [("10³ đồng", 3), ("10^6 đồng", 6), ("1.000 đồng", 3), ("10⁹ đồng", 9)]
)
def test_powers_of_ten(scale: str, zeros: int) -> None:
    assert parse_scale(scale) == Scale(zeros, "đồng")
