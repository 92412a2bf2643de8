"""Spellings that are one text, and texts that are not."""

from __future__ import annotations

import unicodedata

import pytest

from de06_pipeline.parsing.vietnamese import key, lower_case_spellings


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("THUỶ", "thủy"),
        ("uỷ ban", "Ủy  ban "),
        ("quý", "qúy"),
        ("của", "cuả"),
        ("Số hóa", "Số hoá"),
        ("ĐÃ HỦY", "đã huỷ"),
        ("\u00d0ã hủy", "Đã hủy"),
        ("\u0189ã hủy", "đã hủy"),
        ("dossier_code", "Dossier Code"),
        (unicodedata.normalize("NFD", "Tỉnh/Thành phố"), "Tỉnh/Thành phố"),
    ],
)
def test_one_text(first: str, other: str) -> None:
    assert key(first) == key(other)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("hoà", "hoá"),
        ("hoà bình", "hoa bình"),
        ("hoà binh", "hoa bình"),
        ("ma", "mã"),
        ("o", "ơ"),
        ("dã", "đã"),
        ("Nam", "Năm"),
        ("nữ", "nử"),
    ],
)
def test_two_texts(first: str, other: str) -> None:
    assert key(first) != key(other)


def test_spellings_of_both_schools() -> None:
    assert set(lower_case_spellings("Đã HUỶ, khóa")) == {
        "đã huỷ, khóa",
        "đã hủy, khóa",
        "đã huỷ, khoá",
        "đã hủy, khoá",
    }
    assert lower_case_spellings("Trực tiếp") == ("trực tiếp",)
    assert all(
        key(spelling) == key("Toàn trình") for spelling in lower_case_spellings("Toàn trình")
    )
