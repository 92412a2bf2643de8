"""Rows that are no records, each by its rule, and records that only look like one of them."""

from __future__ import annotations

import unicodedata
from functools import partial
from pathlib import Path

import pytest

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing import information
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.read import ReadFile
from de06_pipeline.landing.table.header_rows import Heading
from de06_pipeline.landing.table.other_rows import RecordFilter
from de06_pipeline_tests.unit.workbook_kit import book, read

NAMES = ("STT", "Mã hồ sơ", "Đơn vị", "Tỉnh", "Ngày", "Số tiền")
HEADING = Heading(0, (NAMES,), NAMES, (None, "code", "agency", "province", "day", "fee"))
FILLED = frozenset({"code", "agency", "province"})
RECORD = ["1", "D1", "Công an huyện", "Long An", "01/07/2024", "5"]
BLANK = [""] * 6


def kinds(*rows: list[str], filled: frozenset[str] = FILLED) -> list[str]:
    """What each row is: '' for a record."""
    records = RecordFilter(
        HEADING, ExpectedTable(lambda _: None, frozenset(), filled, keys=frozenset({"code"}))
    )
    counted = records.left_out.counted
    kinds_in_order = []
    for number, row in enumerate(rows, start=2):
        before = counted.copy()
        padded = [*row, *[""] * (len(NAMES) - len(row))]
        kinds_in_order.append(
            "" if records.is_record(padded, number) else next(iter(counted - before))
        )
    return kinds_in_order


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"], information.NUMBERING_ROWS),
        (["1", "2", "3", "4", "5", "6"], information.NUMBERING_ROWS),
        (["A", "B", "1", "2", "3", "4=2+3"], information.NUMBERING_ROWS),
        (["(1)", "(2)", "(3)=(4)+(5)", "(4)", "(5)", "(6)"], information.NUMBERING_ROWS),
        (["1", "2", "3", "4", "5", "7"], ""),
        (["A", "B", "C"], ""),
        (["Ví dụ", "", "Công an", "Long An"], information.EXAMPLE_ROWS),
        (["1", "Ví dụ: D0", "Công an", "Long An"], information.EXAMPLE_ROWS),
        (["Ví dụ", "D0", "Công an", "Long An"], information.EXAMPLE_ROWS),
        (["[Mẫu 05] Ví dụ", "D0", "Công an", "Long An"], ""),
        (["1", "D0", "[Mẫu] Công an", ""], ""),
        (["1", "D0", "Công an", "Long An", "", "<NULL>"], ""),
        (["1", "[EXAMPLE] D0", "Công an", "Long An"], information.EXAMPLE_ROWS),
        (["[TEST] SAMPLE", "D0", "Công an", ""], information.EXAMPLE_ROWS),
        (["1", "<Mã gồm chữ và số>", "<Tên>", "Long An"], information.EXAMPLE_ROWS),
        (["1", "<NULL>", "Công an", "Long An"], ""),
        (["1", "D1", "<5 ngày", "Long An"], ""),
        (list(NAMES), information.HEADER_AGAIN_ROWS),
        ([name.upper() for name in NAMES], information.HEADER_AGAIN_ROWS),
    ],
)
def test_below_a_header(row: list[str], kind: str) -> None:
    assert kinds(row) == [kind]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["Tổng cộng", "", "", "", "", "5"], information.TOTAL_ROWS),
        (["", "TỔNG CỘNG TOÀN TỈNH:", "", "", "", "5"], information.TOTAL_ROWS),
        (["Cộng", "", "", "", "", "5"], information.TOTAL_ROWS),
        (["", "Cộng (I+II)", "", "", "", "5"], information.TOTAL_ROWS),
        (["Tổng số: 12"], information.TOTAL_ROWS),
        (["Cộng huyện Thăng Bình: 5 hồ sơ"], information.TOTAL_ROWS),
        (["", "Cộng TP. Tam Kỳ", "", "", "", "5"], information.TOTAL_ROWS),
        (["Cộng tác viên", "", "", "", "", "5"], ""),
        (["", "", "", "Lũy kế", "", "9"], information.TOTAL_ROWS),
        (["Cộng", "D1", "Công an", "Long An", "", "5"], ""),
        (["", "", "Tổng công ty điện lực", "Long An", "", "5"], ""),
        (["Cộng hòa", "", "", "", "", "5"], ""),
        (["I", "Thành phố Tân An"], information.BLOCK_ROWS),
        (["IV.", "Khối xã"], information.BLOCK_ROWS),
        (["II. Lĩnh vực đất đai"], information.BLOCK_ROWS),
        (["", "Trong đó:"], information.BLOCK_ROWS),
        (["I", "D1", "Công an", "", "", ""], ""),
        (["Vĩnh Hưng"], ""),
        (["", "", "", "Long An, ngày 05 tháng 7 năm 2024"], information.SIGNATURE_ROWS),
        (["NGƯỜI LẬP BIỂU", "", "", "THỦ TRƯỞNG ĐƠN VỊ"], information.SIGNATURE_ROWS),
        (["", "", "", "(Ký, ghi rõ họ tên)"], information.SIGNATURE_ROWS),
        (["Ghi chú: số liệu đến 30/6"], information.SIGNATURE_ROWS),
        (["1", "", "Công an huyện", "Long An", "01/07/2024", "5"], ""),
        (["1", "D1", "Công an huyện", "", "01/07/2024", "5"], ""),
        (["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"], ""),
        (["Ví dụ", "D0", "Công an", "Long An"], ""),
        (BLANK, ""),
    ],
)
def test_among_records(row: list[str], kind: str) -> None:
    assert kinds(RECORD, row) == ["", kind]


def test_names_below_a_signature_belong_to_it_until_a_record_comes() -> None:
    name = ["Người Thử", "", "", "Người Mẫu"]
    sign = ["Người lập biểu", "", "", "Thủ trưởng"]
    assert kinds(RECORD, sign, BLANK, name) == [
        "",
        information.SIGNATURE_ROWS,
        "",
        information.SIGNATURE_ROWS,
    ]
    assert kinds(RECORD, sign, RECORD, name) == ["", information.SIGNATURE_ROWS, "", ""]
    assert kinds(RECORD, name) == ["", ""]


def test_a_repeated_header_brings_its_numbering_again() -> None:
    numbering = [f"({n})" for n in range(1, 7)]
    assert kinds(numbering, RECORD, list(NAMES), numbering, RECORD) == [
        information.NUMBERING_ROWS,
        "",
        information.HEADER_AGAIN_ROWS,
        information.NUMBERING_ROWS,
        "",
    ]


def test_where_no_column_must_be_filled_every_row_is_a_record() -> None:
    assert kinds(RECORD, ["Tổng cộng"], ["I", "x"], ["Người lập biểu"], filled=frozenset()) == [
        "",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize("form", ["csv", "quoted", "xlsx"])
def test_a_further_header_with_its_columns_in_another_order_refuses_the_file(
    tmp_path: Path, form: str
) -> None:
    """Two files joined: below it a figure would be read as another."""
    header, record = ["Mã", "Số liệu", "Mẫu số", "Ghi chú"], ["D1", "105", "7", "Số liệu"]
    fields = dict(zip(header, ["code", "figure", "base", "note"], strict=True))
    canonical = {name: name for name in fields.values()}
    expected = ExpectedTable(
        lambda text: (fields | canonical).get(text.replace("(*)", "").replace("*", "").strip()),
        frozenset({"code"}),
        frozenset({"code", "figure"}),
        frozenset({"code"}),
        {"code": ColumnKind.CODE, "figure": ColumnKind.NUMBER},
        headers=frozenset(fields | canonical),
    )

    def read_with(again: list[str]) -> ReadFile:
        table = [header, *[record] * 3, again, *[record] * 3]
        path = tmp_path / ("x.xlsx" if form == "xlsx" else "x.csv")
        if form == "xlsx":
            book(path, ("Số liệu", table))
        else:
            mark = '"' if form == "quoted" else ""
            lines = (";".join(f"{mark}{cell}{mark}" for cell in row) for row in table)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read(path, tmp_path, expected)

    for same in (header, [*header[:3], ""], ["code", "figure", "base", "note"]):
        result = read_with(same)
        assert (result.record_count, dict(result.information)) == (6, {"repeated_header_rows": 1})
    for other in (
        ["Mã", "Mẫu số", "Số liệu", "Ghi chú"],
        ["code", "base", "figure", "note"],
        ["Ghi chú", "Mẫu số", "Số liệu", "Mã"],
        ["Mã", "Mẫu số", "Ghi chú", ""],
    ):
        with pytest.raises(UnreadableFile) as caught:
            read_with(other)
        assert (caught.value.code, "row 5" in caught.value.en) == ("other_header", True)
    # What stands in its first cell may be nothing that is known, or not clean.
    nfd = partial(unicodedata.normalize, "NFD")
    for again in (
        [" Mã ", "Mẫu số", "Số liệu", "Ghi chú"],
        ["Mã (*)", "Mẫu số (*)", "Số liệu (*)", "Ghi chú*"],
        [nfd("Mã"), nfd("Mẫu số"), nfd("Số liệu"), "Ghi chú"],
        ["Tên gọi", "Mẫu số", "Số liệu", "Ghi chú"],
        *([["M\nã", "Mẫu số", "Số\nliệu", "Ghi chú"]] if form != "csv" else ()),
    ):
        with pytest.raises(UnreadableFile) as caught:
            read_with(again)
        assert (caught.value.code, "row 5" in caught.value.en) == ("other_header", True)
    # A record may say what a column is called.
    assert read_with(["Ghi chú", "Số liệu", "1", "2"]).record_count == 7
