"""Rows of one key that one file gives twice with different values are counted once, not silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.schema import file_information
from de06_pipeline_tests.integration.whole_months import RUN, new_workspace

DATASET, MONTH = "agency_reports", "2024-06"
HEADER = "Mã chỉ tiêu;Tỉnh/Thành phố;Quận/Huyện;Số liệu;Tính đến ngày"
TAM_KY = "models.planned;Quảng Nam;Tam Kỳ;43;30/06/2024"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "home", tmp_path / "landing")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        # A district written once for three rows, without merging them.
        (
            [(TAM_KY, TAM_KY.replace("Tam Kỳ;43", ";44"), TAM_KY.replace("Tam Kỳ;43", ";45"))],
            [(1, "(row 3)")],
        ),
        ([(TAM_KY, TAM_KY.replace("43", "44"), TAM_KY.replace("43", "45"))], [(2, "(row 2, 3)")]),
        ([(TAM_KY, TAM_KY)], []),
        ([(TAM_KY, TAM_KY.replace("43;30", "44;29"))], []),
        ([(TAM_KY,), (TAM_KY.replace("43", "44"),)], []),
    ],
    ids=["a part of the key left out", "three figures", "equal", "an earlier state", "two files"],
)
def test_a_contradiction_within_a_file_is_a_warning(
    workspace: Workspace, files: list[tuple[str, ...]], told: list[tuple[int, str]]
) -> None:
    folder = Path(workspace.settings.landing) / DATASET / MONTH / "quang-nam"
    folder.mkdir(parents=True)
    for number, rows in enumerate(files):
        (folder / f"{number}.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    ingest_month(workspace, workspace.contract(DATASET), Month.parse(MONTH), RUN)
    query = select(file_information).where(file_information.c.code == "contradicting_rows")
    with workspace.warehouse.engine.connect() as connection:
        said = connection.execute(query).all()
    assert [
        (row.occurrences, row.message_en[-len(where) :])
        for row, (_, where) in zip(said, told, strict=True)
    ] == told
