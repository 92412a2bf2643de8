"""Numbers in columns of dates, in workbooks that count days from 1904."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit import ods_kit, xlsb_kit
from de06_pipeline_tests.unit.workbook_kit import read, rows

HEADER = ["Mã", "Phí (đồng)", "Ngày"]
EXPECTED = ExpectedTable(
    dict(zip(HEADER, ["code", "fee", "day"], strict=True)).get,
    frozenset({"code", "day"}),
    frozenset({"code", "day"}),
    frozenset({"code"}),
    {"code": ColumnKind.CODE, "fee": ColumnKind.NUMBER, "day": ColumnKind.DATE},
)
NUMBER = 43982
"""2024-06-01, counted from 1904-01-01."""
READ_FROM_1904 = ["2024-06-01", "2024-06-02", "2024-06-01 12:00:00", f"{NUMBER} (1904)"]
READ_FROM_1900 = [str(NUMBER), "2024-06-02", f"{NUMBER},5", str(NUMBER)]


def _days(path: Path, folder: Path) -> list[str]:
    """What is read of the days; that they are named, and that no other number is touched."""
    result = read(path, folder, EXPECTED)
    read_rows = rows(result)
    assert [row[2] for row in read_rows] == [str(NUMBER)] * len(read_rows)
    days = [row[3] for row in read_rows]
    counted = {f"C{row[0]}" for row in read_rows if row[3].startswith("2024-06-01")}
    assert dict(result.information).get("days_from_1904_cells", 0) == len(counted)
    assert set(result.places["days_from_1904_cells"]) == counted
    return days


@pytest.mark.parametrize(("is_1904", "expected"), [(True, READ_FROM_1904), (False, READ_FROM_1900)])
def test_xlsx(tmp_path: Path, is_1904: bool, expected: list[str]) -> None:
    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER)
    for day in (NUMBER, dt.date(2024, 6, 2), NUMBER + 0.5, str(NUMBER)):
        book.active.append([f"D{book.active.max_row}", NUMBER, day])
    book.save(tmp_path / "x.xlsx")
    assert _days(tmp_path / "x.xlsx", tmp_path) == expected


def test_xls_of_libreoffice(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    path.write_bytes((REPOSITORY / "de06_pipeline_tests/files/ngay_tu_1904.xls").read_bytes())
    result = read(path, tmp_path, EXPECTED)
    assert [row[3] for row in rows(result)] == READ_FROM_1904
    assert result.places["days_from_1904_cells"] == ("C2", "C4")


@pytest.mark.parametrize("is_1904", [True, False])
def test_xlsb(tmp_path: Path, is_1904: bool) -> None:
    header = xlsb_kit.row(1) + b"".join(map(xlsb_kit.text, range(3), HEADER))
    cells = (
        xlsb_kit.whole_number(2, NUMBER),
        xlsb_kit.whole_number(2, NUMBER + (1 if is_1904 else 1463), style=1),
        xlsb_kit.number(2, NUMBER + 0.5),
        xlsb_kit.text(2, str(NUMBER)),
    )
    body = b"".join(
        xlsb_kit.row(row) + xlsb_kit.text(0, f"D{row}") + xlsb_kit.whole_number(1, NUMBER) + cell
        for row, cell in enumerate(cells, start=2)
    )
    path = tmp_path / "x.xlsb"
    xlsb_kit.xlsb(path, header + body, last=(5, 2), formats=["dd/mm/yyyy"], is_1904=is_1904)
    assert _days(path, tmp_path) == (READ_FROM_1904 if is_1904 else READ_FROM_1900)


@pytest.mark.parametrize(
    ("null_date", "expected"),
    [
        ("1904-01-01", READ_FROM_1904),
        ("1904-01-01T00:00:00", READ_FROM_1904),
        ("1899-12-30", READ_FROM_1900),
        ("", READ_FROM_1900),
    ],
)
def test_ods(tmp_path: Path, null_date: str, expected: list[str]) -> None:
    cells = (
        ods_kit.cell("x", kind="float", value=str(NUMBER)),
        ods_kit.cell("x", kind="date", date_value="2024-06-02"),
        ods_kit.cell("x", kind="float", value=f"{NUMBER}.5"),
        ods_kit.cell(str(NUMBER), kind="string"),
    )
    body = ods_kit.texts(*HEADER) + "".join(
        ods_kit.row(
            ods_kit.cell(f"D{row}", kind="string"),
            ods_kit.cell(str(NUMBER), kind="float", value=str(NUMBER)),
            cell,
        )
        for row, cell in enumerate(cells, start=2)
    )
    settings = (
        "<table:calculation-settings><table:null-date"
        f' table:date-value="{null_date}"/></table:calculation-settings>'
    )
    ods_kit.ods(tmp_path / "x.ods", body, before=settings if null_date else "")
    assert _days(tmp_path / "x.ods", tmp_path) == expected


def test_numbers_that_are_no_days_stay(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER)
    for day in (2024, 20240601, 0, -5, 9e15, True):
        book.active.append([f"D{book.active.max_row}", NUMBER, day])
    book.save(tmp_path / "x.xlsx")
    result = read(tmp_path / "x.xlsx", tmp_path, EXPECTED)
    assert [row[3] for row in rows(result)] == [
        *("2024", "20240601", "0", "-5", "9000000000000000", "true"),
    ]
    assert "days_from_1904_cells" not in dict(result.information)
