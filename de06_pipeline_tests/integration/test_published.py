"""The comparison with published figures, from deliveries to table, page and asset."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import dagster as dg

from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, rows

HEADER = (
    "id,document,place,province_code,district_code,period_start,as_of,indicator_code,breakdown,"
    "bound,numerator,denominator,value,unit,note"
)
DISTRICT = "Bến Lức,80,803"


def _home(empty_home: Path, tmp_path: Path, lines: list[str]) -> Home:
    contracts = tmp_path / "data_contracts"
    shutil.copytree(REPOSITORY / "data_contracts", contracts)
    table = "\n".join([HEADER, *lines]) + "\n"
    (contracts / "reference" / "published_figures.csv").write_text(table, encoding="utf-8")
    return copy_of(empty_home, tmp_path / "home", contracts)


def test_every_verdict_from_deliveries_to_the_page(empty_home: Path, tmp_path: Path) -> None:
    months = {
        month: [
            row
            for row in rows("dvc_dossiers", LONG_AN, Month.parse(month))
            if row["district"] == "Bến Lức"
        ]
        for month in ("2024-01", "2024-02")
    }
    received = sum(len(rows) for rows in months.values())
    online = sum(row["channel"] == "2" for rows in months.values() for row in rows)
    home = _home(
        empty_home,
        tmp_path,
        [
            f"E,S3,{DISTRICT},2024-01-01,2024-03-05,dvc.received,,,,,{received},dossier,",
            f"C,S3,{DISTRICT},2024-01-01,2024-03-05,dvc.received,,,,,{received + 1},dossier,",
            f"B,S3,{DISTRICT},2024-01-01,2024-02-29,dvc.received,agency_level=Huyện,>,,,{received - 1},dossier,",
            f"R,S3,{DISTRICT},2024-01-01,2024-02-29,dvc.online_rate,,,,,{100 * online / received + 0.03:.2f},%,",
            "N1,S3,Bến Lức,80,803,,2024-02-29,dvc.no_such_thing,,,,,1,dossier,<b>note</b>",
            "N2,S3,Bến Lức,80,803,,2023-12-31,dvc.received,,,,,1,dossier,",
            "N3,S3,Bến Lức,80,803,,2024-02-29,cccd.issued_stock,,,,,1,card,",
            "N4,S3,Bến Lức,80,803,2024-01-01,2024-02-29,dvc.received,agency_level=Tỉnh,,,,1,dossier,",
            "N5,S0,Quảng Nam,49,,2024-01-01,2024-02-29,dvc.received,,,,,1,dossier,",
            "N6,S0,Quảng Nam,49,,2024-01-01,2024-02-29,dvc.received,agency_level=Tỉnh,,,,1,dossier,",
        ],
    )
    for month in months:
        home.deliver(
            "dvc_dossiers",
            month,
            LONG_AN,
            name="SYNTHETIC_export.csv" if month == "2024-02" else "export.csv",
        )
        home.deliver("dvc_procedures", month, LONG_AN)
    home.run(*months, datasets=["dvc_dossiers", "dvc_procedures"])
    printed = home.de06("compare")
    assert printed.code == 0, printed.text

    stored = {
        row[0]: row[1:]
        for row in home.query(
            "SELECT id, verdict, computed, period_end, gap_days, synthetic, reason_en FROM published_comparison"
        )
    }
    end = str(date(2024, 2, 29))
    assert stored["E"] == ("equal", received, end, 5, 1, None)
    assert stored["C"][0] == "contradicted"
    assert stored["B"] == ("inside_bound", received, end, 0, 1, None)
    assert stored["R"][0] == "within_rounding"
    reasons = {key: row[5] for key, row in stored.items() if row[0] == "not_computable"}
    assert reasons == {
        "N1": "the indicator is not in the registry",
        "N2": "there is no figure of a period ending by 31/12/2023",
        "N3": "there is no figure of a period ending by 29/02/2024",
        "N4": "nothing of this breakdown occurs in the period (2024-02)",
        "N5": "the area has not delivered (2024-02)",
        "N6": "the area has not delivered (2024-02)",
    }

    page = (home.path / "reports" / "published_comparison.html").read_text(encoding="utf-8")
    assert page.count("<tr class=") == len(stored) + 5  # and one a verdict
    assert "proves nothing" in page
    assert "không chứng minh" in page
    assert "&lt;b&gt;note&lt;/b&gt;" in page
    assert not re.search(r"(src|href)\s*=|url\(|@import", page)
    with home.instance() as instance:
        event = instance.get_latest_materialization_event(
            dg.AssetKey(["warehouse", "published_comparison"])
        )
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["page"].value == str(home.path / "reports" / "published_comparison.html")
    assert metadata["contradicted"].value == 1
    before = home.table("published_comparison")
    assert home.de06("compare").code == 0
    assert home.table("published_comparison") == before
