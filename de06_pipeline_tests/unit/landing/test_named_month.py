"""The month that titles or a sheet are named by, and texts that only speak of months."""

from __future__ import annotations

import pytest

from de06_pipeline.landing.said_at import Beside
from de06_pipeline.landing.table.named_month import NamedMonth, month_of_sheet, month_of_titles


@pytest.mark.parametrize(
    "text",
    [
        "BÁO CÁO THÁNG 5 NĂM 2024",
        "Báo cáo kết quả thực hiện Đề án 06 tháng 05/2024",
        "(Số liệu tháng 5-2024)",
        "Kỳ báo cáo: Tháng 5.2024 của Sở Tư pháp",
        "BAO CAO THANG 5 NAM 2024",
        "Biểu 1 - T5/2024",
    ],
)
def test_a_title_names_its_month(text: str) -> None:
    titles = [(1, ["UBND TỈNH", ""]), (3, ["", text])]
    assert month_of_titles(titles) == NamedMonth(2024, 5, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Tăng so với tháng 5/2024",
        "So với cùng kỳ tháng 5 năm 2024",
        "Từ tháng 5 năm 2024",
        "Lũy kế đến tháng 5 năm 2024",
        "Lũy kế 6 tháng đầu năm 2024",
        "6 tháng năm 2024",
        "Tháng 5 và tháng 6 năm 2024",
        "Kết quả tháng 6, phương hướng tháng 7 năm 2024",
        "Tháng 4-5/2024",
        "Tháng 4, 5 năm 2024",
        "Quảng Nam, ngày 05 tháng 5 năm 2024",
        "05 tháng 5 năm 2024",
        "(Kèm theo Công văn tháng 5 năm 2024)",
        "Mẫu ban hành tháng 5/2024",
        "Kế hoạch tháng 5/2024",
        "Tháng 5",
        "Quý 2 năm 2024",
        "Tháng 13/2024",
        "Quyết định 06/2024",
        "Năm 2024",
    ],
)
def test_other_titles_name_none(text: str) -> None:
    assert month_of_titles([(1, [text])]) is None


def test_titles_that_name_several_months_name_none() -> None:
    may, june = (1, ["Báo cáo tháng 5/2024"]), (2, ["Số liệu tháng 6/2024"])
    assert month_of_titles([may, june]) is None
    assert month_of_titles([may, (2, ["THÁNG 05 NĂM 2024"])]) == NamedMonth(2024, 5, 1)


@pytest.mark.parametrize(
    ("name", "year", "month"),
    [
        ("Tháng 5", 0, 5),
        ("thang 05", 0, 5),
        ("T5.2024", 2024, 5),
        ("Tháng 5-2024", 2024, 5),
        ("Số liệu", 0, 0),
        ("Tháng 4-5", 0, 0),
        ("6 tháng", 0, 0),
        ("Tháng 13", 0, 0),
    ],
)
def test_a_sheet_is_named_by_a_month(name: str, year: int, month: int) -> None:
    expected = NamedMonth(year, month, Beside.SHEET_NAME) if month else None
    assert month_of_sheet(name, Beside.SHEET_NAME) == expected
