"""Money under ``ĐVT: triệu đồng``: the published figure is the whole amount, and it is said."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.warehouse.schema import file_information
from de06_pipeline_tests.integration.whole_months import figures_of, new_workspace, run_months

DATASET, MONTH = "agency_reports", "2024-06"
HEADER = ["Mã chỉ tiêu", "Phân tổ", "Tỉnh/Thành phố", "Số liệu", "Ghi chú"]
BUDGET = ["budget.allocated", "level=Tỉnh", "Quảng Nam"]
POLICE = ["budget.allocated", "level=Công an", "Quảng Nam"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "home", tmp_path / "landing")


def _deliver(workspace: Workspace, *rows: list[object]) -> None:
    folder = Path(workspace.settings.landing) / DATASET / MONTH / "quang-nam"
    folder.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "so-lieu.xlsx")
    run_months(workspace, [MONTH], [DATASET], ["reported"])


def _budget(workspace: Workspace) -> dict[str, int | None]:
    return {
        f.breakdown: None if f.numerator is None else int(f.numerator)
        for f in figures_of(workspace, "reported")
        if f.indicator_code == "budget.allocated"
        and f.province_code == "49"
        and f.time_window == "month"
        and f.breakdown
    }


@pytest.mark.parametrize(
    ("title", "header"),
    [
        ("ĐVT: triệu đồng", HEADER),
        ("Biểu kinh phí (1.000.000 đồng)", HEADER),
        ("Biểu kinh phí", [*HEADER[:3], "Số liệu (triệu đồng)", "Ghi chú"]),
    ],
)
def test_numbers_under_a_unit_of_money_are_published_in_full(
    workspace: Workspace, title: str, header: list[str]
) -> None:
    _deliver(workspace, [title], header, [*BUDGET, 21400.5], [*POLICE, "hơn 2 tỷ"])
    assert _budget(workspace) == {"level=Tỉnh": 21_400_500_000, "level=Công an": 2_000_000_000}
    with workspace.warehouse.engine.connect() as connection:
        (said,) = connection.execute(
            select(file_information).where(file_information.c.code == "scaled_cells")
        ).all()
    assert said.occurrences == 1
    assert "triệu đồng" in said.message_vi or "1.000.000 đồng" in said.message_vi


def test_what_is_not_counted_in_money_is_refused_under_such_a_unit(workspace: Workspace) -> None:
    _deliver(
        workspace,
        ["ĐVT: triệu đồng"],
        HEADER,
        [*BUDGET, 21400],
        ["models.planned", "", "Quảng Nam", 43],
    )
    assert _budget(workspace) == {}


def test_a_unit_that_the_contract_does_not_name_refuses_the_file(workspace: Workspace) -> None:
    _deliver(workspace, ["ĐVT: nghìn"], HEADER, [*BUDGET, 21400])
    assert _budget(workspace) == {}
