"""A unit that multiplies the numbers of a table, and titles that only sound like one."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.table.units import (
    Scale,
    parse_scale,
    refuse_unit_column,
    refuse_unit_texts,
    scale_in,
    scale_in_header,
    scale_of_cell,
    unit_columns,
)
from de06_pipeline.registry.load import load_registry
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
        ("Số liệu x 1000", "x 1000"),
        ("BÁO CÁO THÁNG 6 (số liệu × 1.000 đồng)", "× 1.000 đồng"),
        ("Báo cáo, nghìn hồ sơ", "nghìn hồ sơ"),
        ("Báo cáo số liệu - nghìn bản ghi", "nghìn bản ghi"),
        ("Đ.V.T: nghìn", "nghìn"),
        ("Đ/v tính: nghìn", "nghìn"),
        ("Số liệu ghi bằng nghìn", "nghìn"),
        ("Số liệu tính theo đơn vị nghìn", "nghìn"),
        ("Dữ liệu dân cư đã làm sạch (ĐVT: nghìn)", "nghìn"),
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
        "Xã Hải Lăng, Triệu Phong",
        "Chi 1.000 hồ sơ, 5 triệu đồng",
        "Tăng so với tháng trước, hơn 5 nghìn hồ sơ",
        "Chi đợt 1 – 200 triệu đồng",
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


@pytest.mark.parametrize(
    "text", ["trđ", "Tr. đồng", "tr", "ng.đ", "K", "x1000", "x 1.000", "thousand", "Million VND"]
)
def test_short_and_foreign_units_of_a_row(text: str) -> None:
    assert scale_of_cell(text)
    assert bool(scale_of_cell(text, may_be_agency=True)) == (text != "K")


@pytest.mark.parametrize(
    "text", ["hồ sơ", "tr. hợp", "trường hợp", "km", "kg", "m2", "%", "tin", "th", "thẻ", "tỷ lệ"]
)
def test_other_units_of_a_row_multiply_nothing(text: str) -> None:
    assert scale_of_cell(text) == scale_of_cell(text, may_be_agency=True) == ""


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Unit", True),
        ("Don vi tinh", True),
        ("Đ.V.T", True),
        ("Đ.V.T.", True),
        ("D.V.T", True),
        ("ĐV", True),
        ("Đơn vị tỉnh", False),
        ("Don vi bao cao", False),
        ("Unit price", False),
    ],
)
def test_the_header_of_a_column_of_units(name: str, is_one: bool) -> None:
    assert unit_columns([name], EXPECTED.field_of) == ((0,) if is_one else ())


def _refuse_texts(
    records: Path, text: str, figure: str, header: str = "Số liệu", of_table: str = ""
) -> None:
    records.write_text(f"2\x1fa\x1f5\x1f\n3\x1fa\x1f{figure}\x1f{text}\n", encoding="utf-8")
    said = (of_table, 1) if of_table else None
    expected = replace(EXPECTED, field_of=lambda name: EXPECTED.field_of(name.partition(" (")[0]))
    refuse_unit_texts("x.csv", ["Tên", header, "Ghi chú"], said, [records], expected)


@pytest.mark.parametrize("text", ["(nghìn)", "nghìn bản ghi", "tính theo nghìn", "A (ĐVT: nghìn)"])
def test_a_unit_in_a_remark_refuses_the_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFile, match="row 3") as caught:
        _refuse_texts(tmp_path / "x", text, "105")
    assert caught.value.code == "unit_of_all"
    # The number says its own word, or the unit is known already.
    _refuse_texts(tmp_path / "x", text, "105 nghìn")
    if "bản ghi" not in text:
        _refuse_texts(tmp_path / "x", text, "105", header="Số liệu (nghìn)")
        _refuse_texts(tmp_path / "x", text, "105", of_table="1.000")
        with pytest.raises(UnreadableFile):
            _refuse_texts(tmp_path / "x", text, "105", of_table="triệu")


def test_digits_with_a_label_in_a_remark_or_in_a_name_are_a_unit(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        _refuse_texts(tmp_path / "x", "ĐVT: 1.000 hồ sơ", "105")
    (tmp_path / "y").write_text("2\x1fDữ liệu (1.000 người)\x1f5\n", encoding="utf-8")
    with pytest.raises(UnreadableFile):
        refuse_unit_texts("x.csv", ["Tên", "Số liệu"], None, [tmp_path / "y"], EXPECTED)


@pytest.mark.parametrize(
    "text",
    [
        "Tăng 2 nghìn so với tháng trước",
        "Sở Tư pháp",
        "Triệu Phong",
        "đạt 1.000 hồ sơ",
        "1.000 hồ sơ",
        "Còn tồn (100 hồ sơ)",
    ],
)
def test_other_remarks_do_no_harm(tmp_path: Path, text: str) -> None:
    _refuse_texts(tmp_path / "x", text, "105")


def test_no_name_of_an_indicator_is_a_unit() -> None:
    contracts = load_contracts(REPOSITORY / "data_contracts" / "sources").values()
    labels = {value.label for contract in contracts for f in contract.fields for value in f.enum}
    registry = load_registry(REPOSITORY / "data_contracts" / "indicators")
    names = {name for i in registry for name in (i.name_vi, i.name_en)}
    assert len(labels) > 50
    assert len(names) > 50
    assert {text for text in labels | names if scale_in([text])} == set()


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
