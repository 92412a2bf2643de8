"""Where the header is: below titles, in one row or up to three, by the texts that are known."""

from __future__ import annotations

import pytest

from de06_pipeline.landing.expected import ANY_TABLE, ExpectedTable
from de06_pipeline.landing.table.header_rows import find_heading, first_row

FIELDS = {
    "Mã hồ sơ": "code",
    "Tỉnh": "province",
    "Huyện": "district",
    "Ngày nộp": "submitted",
    "Ngày tiếp nhận": "received",
    "Ngày trả kết quả": "returned",
    "Trạng thái": "status",
}
EXPECTED = ExpectedTable(
    FIELDS.get, frozenset({"code", "province"}), frozenset({"code", "province"})
)


@pytest.mark.parametrize(
    ("rows", "first", "height", "fields"),
    [
        pytest.param([["Mã hồ sơ", "Tỉnh"], ["x", "y"]], 0, 1, ["code", "province"], id="at once"),
        pytest.param(
            [["BÁO CÁO"], [""], ["Tháng 6"], ["STT", "Mã hồ sơ", "Tỉnh"], ["1", "x", "y"]],
            3,
            1,
            [None, "code", "province"],
            id="titles",
        ),
        pytest.param(
            [["Mã hồ sơ"], ["Mã hồ sơ", "Tỉnh", "Huyện"]],
            1,
            1,
            ["code", "province", "district"],
            id="a title that is a header text",
        ),
        pytest.param(
            [
                ["Mã hồ sơ", "Địa bàn", "", "Trạng thái"],
                ["", "Tỉnh", "Huyện", ""],
                ["x", "y", "z", "9"],
            ],
            0,
            2,
            ["code", "province", "district", "status"],
            id="merged both ways",
        ),
        pytest.param(
            [["Mã hồ sơ", "Ngày", "", "", "Tỉnh"], ["", "nộp", "tiếp nhận", "khác", ""]],
            0,
            2,
            ["code", "submitted", "received", None, "province"],
            id="joined from above",
        ),
        pytest.param(
            [
                ["Mã hồ sơ", "Thời gian", "", ""],
                ["", "Ngày", "", "Nơi"],
                ["", "nộp", "trả kết quả", "Tỉnh"],
            ],
            0,
            3,
            ["code", "submitted", "returned", "province"],
            id="three rows",
        ),
        pytest.param(
            [["Mã hồ sơ", "Tỉnh"], ["(bắt buộc)", "(tên)"], ["x", "y"]],
            0,
            1,
            ["code", "province"],
            id="remarks below are no header",
        ),
        pytest.param(
            [["Mã hồ sơ", "Tỉnh"], ["Mã hồ sơ", "Tỉnh"]],
            0,
            1,
            ["code", "province"],
            id="the upper of two",
        ),
    ],
)
def test_finds(rows: list[list[str]], first: int, height: int, fields: list[str | None]) -> None:
    heading = find_heading(rows, EXPECTED)
    assert heading is not None
    assert (heading.first, len(heading.rows), list(heading.fields)) == (first, height, fields)


@pytest.mark.parametrize("rows", [[["Mã hồ sơ", "x"], ["1", "2"]], [["a", "b"]], [[""]], []])
def test_one_known_text_is_no_header(rows: list[list[str]]) -> None:
    assert find_heading(rows, EXPECTED) is None


def test_a_table_of_one_expected_column_needs_no_second() -> None:
    heading = find_heading(
        [["Danh sách"], ["Mã hồ sơ"]],
        ExpectedTable(FIELDS.get, frozenset({"code"}), frozenset({"code"})),
    )
    assert heading is not None
    assert heading.first == 1


def test_without_expectations_the_first_row_with_text_is_the_header() -> None:
    rows = [["", ""], ["a", ""]]
    assert find_heading(rows, ANY_TABLE) is None
    assert (heading := first_row(rows)) is not None
    assert (heading.first, heading.names) == (1, ("a", ""))
    assert first_row([[""]]) is None


def test_a_column_has_the_text_that_is_known_and_else_its_lowest() -> None:
    heading = find_heading([["Mã hồ sơ", "Ngày", "", "Khác"], ["(*)", "nộp", "", "x"]], EXPECTED)
    assert heading is not None
    assert heading.names == ("Mã hồ sơ", "Ngày nộp", "", "x")
    assert heading.positions(frozenset({"submitted", "code", "status"})) == (0, 1)
