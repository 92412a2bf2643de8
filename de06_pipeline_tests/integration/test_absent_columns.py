"""A column that a delivery does not have, from the file to what is published."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from de06_pipeline.monthly.find_attention import attention
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, csv_text, rows
from de06_pipeline_tests.integration.whole_months import figures_of, new_workspace, run_months

DATASET, MONTH = "dvc_dossiers", "2024-06"


def _put(landing: Path, supplier: str, content: str, month: str = MONTH) -> None:
    folder = landing / DATASET / month / supplier
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ho-so.csv").write_text(content, encoding="utf-8")


def _dossiers(supplier: str, without: tuple[str, ...] = (), month: str = MONTH) -> str:
    return csv_text(DATASET, rows(DATASET, supplier, Month.parse(month)), without)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "home", tmp_path / "landing")


def _published(workspace: Workspace, code: str) -> dict[str, tuple[int | None, str]]:
    """Numerator and status by province code, district code, or VN."""
    return {
        f.district_code or f.province_code or "VN": (
            None if f.numerator is None else int(f.numerator),
            f.status,
        )
        for f in figures_of(workspace, "dvc")
        if f.indicator_code == code and not f.breakdown and f.time_window == "month"
    }


def test_an_unknown_header_over_the_channel_makes_no_online_figure(
    workspace: Workspace, tmp_path: Path
) -> None:
    renamed = _dossiers(QUANG_NAM).replace("Kênh thực hiện", "Cách gửi")
    _put(tmp_path / "landing", QUANG_NAM, renamed)
    _put(tmp_path / "landing", LONG_AN, _dossiers(LONG_AN))
    run_months(workspace, [MONTH], [DATASET], ["dvc"])
    online = _published(workspace, "dvc.online_rate")
    assert {area: online[area] for area in ("VN", "49", "502", "80")} == {
        "VN": (6, "partial"),
        "49": (None, "not_reported"),
        "502": (None, "not_reported"),
        "80": (6, "reported"),
    }
    assert _published(workspace, "dvc.received")["VN"] == (24, "partial"), (
        "of the provinces that delivered"
    )
    with workspace.warehouse.engine.connect() as connection:
        form = connection.execute(
            text(
                "SELECT coalesce(province_code, 'VN') AS area, period_type, reporting_period, breakdown, "
                "received_online, taken_in, finished, pending "
                "FROM form_dvc_reports_ii06 WHERE district_code IS NULL"
            )
        ).all()
    assert all(
        (row.received_online, row.taken_in) == (None, None) for row in form if row.area == "49"
    )
    months = [row for row in form if (row.period_type, row.reporting_period) == ("month", "month")]
    for area, number in (("49", 12), ("VN", 24)):
        rows = [row for row in months if row.area == area]
        assert {row.breakdown for row in rows} == {"", "agency_level=Huyện"}
        assert all((row.received_online, row.taken_in) == (None, None) for row in rows)
        assert all(row.finished + row.pending == number for row in rows)
    assert [int(row.taken_in) for row in months if row.area == "80"] == [12, 12]


def test_a_column_of_empty_cells_is_what_the_contract_says(
    workspace: Workspace, tmp_path: Path
) -> None:
    """An empty cell of the channel is the counter by QĐ 766; so is a whole column of them."""
    empty = csv_text(
        DATASET, [{**row, "channel": ""} for row in rows(DATASET, QUANG_NAM, Month.parse(MONTH))]
    )
    _put(tmp_path / "landing", QUANG_NAM, empty)
    run_months(workspace, [MONTH], [DATASET], ["dvc"])
    assert _published(workspace, "dvc.online_rate")["49"] == (0, "reported_zero")


def test_one_file_of_two_without_the_column_is_enough(workspace: Workspace, tmp_path: Path) -> None:
    _put(tmp_path / "landing", QUANG_NAM, _dossiers(QUANG_NAM))
    more = rows(DATASET, QUANG_NAM, Month.parse(MONTH), 3, first=50)
    path = tmp_path / "landing" / DATASET / MONTH / QUANG_NAM / "them.csv"
    path.write_text(csv_text(DATASET, more, ["channel"]), encoding="utf-8")
    run_months(workspace, [MONTH], [DATASET], ["dvc"])
    assert _published(workspace, "dvc.online_rate")["49"] == (None, "not_reported")
    assert _published(workspace, "dvc.received")["49"] == (15, "reported")


def _information(workspace: Workspace) -> dict[str, str]:
    with workspace.warehouse.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT code, message_en FROM file_information WHERE month = '2024-06-01'")
        )
        return {row.code: row.message_en for row in rows}


def test_unused_and_missing_columns_are_named_with_what_follows(
    workspace: Workspace, tmp_path: Path
) -> None:
    renamed = _dossiers(QUANG_NAM, ("phone", "updated_at", "sector", "commune"))
    renamed = renamed.replace("Kênh thực hiện", "Hình thức nộp hồ sơ").replace("Mã đơn vị", "STT")
    _put(tmp_path / "landing", QUANG_NAM, renamed)
    run_months(workspace, [MONTH], [DATASET], [])
    information = _information(workspace)
    assert information.pop("channel.absent").endswith(
        "not reported: Dossiers received online; Dossiers received at the counter; "
        "Dossiers received by post; Online submission rate (+2 others)"
    )
    assert {
        code: words.partition("): ")[2] for code, words in information.items() if "absent" in code
    } == {
        "agency_code.absent": "no figure needs it",
        "phone.absent": "no figure needs it",
        "commune.absent": "no figure needs it",
        "updated_at.absent": "of dossiers with one code the last row is kept",
        "sector.absent": "no breakdown by this column (sector)",
    }
    unused = [words for code, words in information.items() if "unused" in code]
    assert sorted(unused) == [
        "column not used (no. 10): “Hình thức nộp hồ sơ”; is it “Kênh thực hiện” (channel)? "
        "If so, correct the header and deliver again",
        "column not used (no. 4): “STT”",
    ]


def test_a_column_of_the_last_deliveries_that_is_gone_is_a_warning_of_its_own(
    workspace: Workspace, tmp_path: Path
) -> None:
    landing, contract = tmp_path / "landing", workspace.contract(DATASET)
    for month in ("2024-04", "2024-05"):
        _put(landing, QUANG_NAM, _dossiers(QUANG_NAM, ("fee_vnd",), month), month)
        _put(landing, LONG_AN, _dossiers(LONG_AN, ("channel",), month), month)
    for supplier in (QUANG_NAM, LONG_AN):
        _put(landing, supplier, _dossiers(supplier, ("channel", "fee_vnd")))
    run_months(workspace, ["2024-04", "2024-05"], [DATASET], [])
    done = ingest_month(workspace, contract, Month.parse(MONTH), "test")
    check = next(each for each in done.checks if each.name == "cross_month")
    assert not check.passed
    gone = {
        (o.delivery.supplier, note.code): note.is_warning
        for o in done.deliveries
        for _, note in o.information
        if note.code.split(".")[0] in ("channel", "fee_vnd")
    }
    assert gone == {
        (QUANG_NAM, "channel.column_gone"): True,
        (QUANG_NAM, "fee_vnd.absent"): False,
        (LONG_AN, "channel.absent"): False,
        (LONG_AN, "fee_vnd.column_gone"): True,
    }
    assert "quang-nam | dvc_dossiers.channel.column_gone" in check.rules_markdown


def test_a_column_that_is_gone_needs_attention_where_figures_rest_on_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The delivery is accepted: nothing else said that a rate of the province is missing."""
    landing = tmp_path / "landing"
    _put(landing, QUANG_NAM, _dossiers(QUANG_NAM, month="2024-05"), "2024-05")
    _put(landing, QUANG_NAM, _dossiers(QUANG_NAM, ("channel", "phone")))
    run_months(workspace, ["2024-05", MONTH], [DATASET], [])

    def told() -> list[tuple[str, str, str]]:
        return [
            (point.month, point.supplier, point.trouble.partition(": ")[0])
            for point in attention(workspace)
            if "gone" in point.trouble
        ]

    column = "column “Kênh thực hiện” (channel) of earlier deliveries is gone"
    assert told() == [(MONTH, QUANG_NAM, column)]
    _put(landing, QUANG_NAM, "Mã hồ sơ\n1\n")
    run_months(workspace, [MONTH], [DATASET], [])
    assert told() == [], "it was refused, which is told"
    _put(landing, QUANG_NAM, _dossiers(QUANG_NAM))
    run_months(workspace, [MONTH], [DATASET], [])
    assert told() == []
