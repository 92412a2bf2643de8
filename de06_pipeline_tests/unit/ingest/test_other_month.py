"""A file whose title or sheet is named by another month than it is delivered for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from de06_pipeline.contracts.load import contract_of, load_contracts
from de06_pipeline.ingest.open_file import OpenedFile, expected_table, open_file
from de06_pipeline.landing.discover import LandedFile
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY

CONTRACTS = load_contracts(REPOSITORY / "data_contracts" / "sources")
FIGURES: list[list[object]] = [
    ["Mã chỉ tiêu", "Tỉnh/Thành phố", "Số liệu"],
    ["models.deployed", "Quảng Nam", 5],
]
RESIDENTS: list[list[object]] = [
    ["Tỉnh/Thành phố", "Dân số", "Thời điểm"],
    ["Quảng Nam", 5, "01/04/2024"],
]


def _opened(
    folder: Path,
    title: str,
    sheet: str = "Số liệu",
    dataset: str = "agency_reports",
    form: str = "xlsx",
) -> OpenedFile:
    contract = contract_of(CONTRACTS, dataset)
    table = FIGURES if dataset == "agency_reports" else RESIDENTS
    rows: list[list[object]] = [[title], *table] if title else table
    path = folder / f"x.{form}"
    if form == "csv":
        text = "".join(";".join(map(str, row)) + "\n" for row in rows)
        path.write_text(text, encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        book.active.title = sheet
        for row in rows:
            book.active.append(row)
        book.save(path)
    landed = LandedFile(path.name, str(path), path.stat().st_size, dt.datetime.now(dt.UTC))
    work = folder / "work"
    work.mkdir()
    return open_file(
        1,
        landed,
        contract,
        Month(2024, 6),
        expected_table(contract),
        work,
        lambda _what, _share: None,
    )


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_title_of_another_month_refuses_the_file(tmp_path: Path, form: str) -> None:
    opened = _opened(tmp_path, "BÁO CÁO THÁNG 5 NĂM 2024", form=form)
    problem = opened.outcome.problem
    assert problem
    assert problem.code == "other_month"
    for said in (problem.message.vi, problem.message.en):
        assert all(part in said for part in ("5/2024", "6/2024", "2024-05"))
    assert "row 1" in problem.message.en


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "title", ["BÁO CÁO THÁNG 6 NĂM 2024", "Tăng so với tháng 5/2024", "Lũy kế 6 tháng năm 2024", ""]
)
def test_other_titles_do_no_harm(tmp_path: Path, form: str, title: str) -> None:
    opened = _opened(tmp_path, title, form=form)
    assert opened.usable
    assert not any(information.is_warning for information in opened.outcome.information)


@pytest.mark.parametrize(
    ("sheet", "warns"),
    [("Tháng 5", True), ("T5-2024", True), ("Tháng 6-2023", True), ("Tháng 6", False)],
)
def test_a_sheet_named_by_another_month_is_a_warning(
    tmp_path: Path, sheet: str, warns: bool
) -> None:
    opened = _opened(tmp_path, "", sheet)
    assert opened.usable
    warnings = [told for told in opened.outcome.information if told.code == "other_month"]
    assert bool(warnings) == warns
    for told in warnings:
        assert told.is_warning
        assert "6/2024" in told.words.vi
        assert "6/2024" in told.words.en


def test_a_title_of_the_month_outweighs_the_name_of_the_sheet(tmp_path: Path) -> None:
    opened = _opened(tmp_path, "Báo cáo tháng 6/2024", "Tháng 5")
    assert "other_month" not in {told.code for told in opened.outcome.information}


def test_a_snapshot_may_be_older(tmp_path: Path) -> None:
    opened = _opened(tmp_path, "Dân số tháng 4 năm 2024", dataset="population")
    assert opened.outcome.problem is None
