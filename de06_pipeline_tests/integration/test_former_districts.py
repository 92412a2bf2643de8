"""A catalogue that still names districts after they were abolished."""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.across_2025 import deliver_by_supplier
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, Row, csv_text, rows
from de06_pipeline_tests.integration.whole_months import figures_of, new_workspace, run_months

DATASET, MONTH = "dvc_procedures", "2025-08"
LISTED = {
    **rows(DATASET, QUANG_NAM, Month.parse(MONTH))[1],
    "agency_level": "Xã",
    "province": "Đà Nẵng",
    "essential_list": "QĐ06",
    "essential_no": "1",
}
"""A procedure of communes, deployed as an essential service; no dossier asks for it."""
PROVINCE_WIDE = LISTED | {"district": ""}
FORMER = [LISTED | {"district": name} for name in ("Hải Châu", "Thanh Khê")]


@pytest.mark.parametrize(
    ("listed", "in_communes"),
    [
        (FORMER, {0}),
        ([PROVINCE_WIDE], {1}),
        ([PROVINCE_WIDE, *FORMER], {1}),
        ([*FORMER, PROVINCE_WIDE], {1}),
    ],
    ids=["former districts", "the province", "the province first", "the province last"],
)
def test_the_row_of_a_former_district_counts_for_its_province_alone(
    tmp_path: Path, listed: list[Row], in_communes: set[int]
) -> None:
    folder = tmp_path / "landing" / DATASET / MONTH / "da-nang"
    folder.mkdir(parents=True)
    (folder / "danh-muc.csv").write_text(csv_text(DATASET, listed), encoding="utf-8")
    deliver_by_supplier(tmp_path / "landing", MONTH, "dvc_dossiers", leave_out=("tay-ninh",))
    workspace = new_workspace(tmp_path / "home", tmp_path / "landing")
    run_months(workspace, [MONTH], [DATASET, "dvc_dossiers"], ["dvc"])
    for code in ("dvc.services", "dvc.essential_deployed"):
        figures = [
            figure
            for figure in figures_of(workspace, "dvc")
            if (figure.indicator_code, figure.breakdown, figure.time_window) == (code, "", "month")
        ]
        by_level = {
            level: {
                int(figure.numerator)
                for figure in figures
                if (figure.area_level, figure.province_code) == (level, "48")
            }
            for level in ("province", "commune")
        }
        assert by_level == {"province": {1}, "commune": in_communes}, code
