"""Published figures against each other, against the catalogue and against their own past."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from de06_pipeline.errors import ContractError
from de06_pipeline.monthly.check_plausibility import Plausibility, check_plausibility, rules_of
from de06_pipeline.monthly.find_attention import attention
from de06_pipeline.monthly.preview import PreviewFigure, _history
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY
from de06_pipeline.warehouse.figures.plausibility import stored_findings
from de06_pipeline.warehouse.figures.publish import Publication, publish
from de06_pipeline.warehouse.figures.staging import PublishedWindow
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM
from de06_pipeline_tests.integration.whole_months import RUN, new_workspace, run_months
from de06_pipeline_tests.unit.warehouse_samples import FIGURES, figure

JUNE = Month.parse("2024-06")
PROVINCE = 134


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace whose contracts folder is its own, so that the reviewed list can be written."""
    made = new_workspace(tmp_path / "home", tmp_path / "landing", tolerance=1)
    shutil.copytree(REPOSITORY / "data_contracts", tmp_path / "contracts")
    made.settings.contracts = tmp_path / "contracts"
    return made


def _put(workspace: Workspace, source: str, month: Month, *figures: dict[str, Any]) -> None:
    """Publish figures as if they had been computed: Quảng Nam's totals of the month, unless a row
    says otherwise.
    """
    window = figures[0].get("time_window", "month")
    codes = tuple(workspace.registry.sources[source].indicators)
    rows = [
        figure(PROVINCE, None, month=month) | {"time_window": window} | given for given in figures
    ]
    publish(
        workspace.warehouse,
        Publication(
            source,
            RUN,
            codes,
            [PublishedWindow(month, "month", window)],
            pa.Table.from_pylist(rows, FIGURES),
            basis={},
        ),
    )


def _check(workspace: Workspace, source: str, month: Month) -> Plausibility:
    return check_plausibility(workspace, source, month, [month], RUN)


def _accept(workspace: Workspace, line: str) -> None:
    with (workspace.reference / "accepted_outliers.csv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def test_numbers_of_a_finding_are_grouped_and_its_remedy_names_the_file(
    workspace: Workspace,
) -> None:
    def stock(name: str, number: int) -> dict[str, Any]:
        return {
            "indicator_code": f"cccd.{name}_stock",
            "numerator": number,
            "time_window": "stock",
        }

    _put(workspace, "cccd", JUNE, stock("issued", 87_882), stock("handed_over", 88_457))
    (suspect,) = _check(workspace, "cccd", JUNE).open
    assert "88.457 nhiều hơn 87.882" in suspect.message.vi
    assert "88,457 is more than 87,882" in suspect.message.en
    files = re.findall(
        r"\S*accepted_outliers\.csv",
        (workspace.settings.contracts / "plausibility.yaml").read_text(),
    )
    assert set(files) == {"data_contracts/reference/accepted_outliers.csv"}


def test_more_handed_over_than_issued_is_found_with_its_breakdown(workspace: Workspace) -> None:
    def stock(
        name: str, number: int | None, breakdown: str = "", status: str = "reported"
    ) -> dict[str, Any]:
        return {
            "indicator_code": f"cccd.{name}_stock",
            "numerator": number,
            "breakdown": breakdown,
            "status": status,
            "time_window": "stock",
        }

    _put(
        workspace,
        "cccd",
        JUNE,
        *(stock("received", 900), stock("issued", 700), stock("handed_over", 700)),
        *(
            stock("received", 300, "product=CCCD"),
            stock("issued", 250, "product=CCCD"),
            stock("handed_over", 260, "product=CCCD"),
        ),
        # Not known: nothing can be said of it.
        *(
            stock("issued", None, "product=Căn cước", "incomplete"),
            stock("handed_over", 5, "product=Căn cước"),
        ),
    )
    (suspect,) = _check(workspace, "cccd", JUNE).open
    assert (suspect.rule_id, suspect.area_code, suspect.breakdown) == (
        "cccd.plausibility.handed_over_at_most_issued",
        "49",
        "product=CCCD",
    )
    assert (suspect.value, suspect.high) == (260, 250)
    assert suspect.message.vi.startswith("Tỉnh Quảng Nam, 2024-06, ")
    assert "260 is more than 250" in suspect.message.en
    _put(
        workspace,
        "cccd",
        JUNE,
        stock("received", 900),
        stock("issued", 700),
        stock("handed_over", 700),
    )
    assert not _check(workspace, "cccd", JUNE).findings


def test_a_share_above_the_whole_is_flagged(workspace: Workspace) -> None:
    share = {"indicator_code": "cccd.coverage", "time_window": "stock"}
    _put(workspace, "cccd", JUNE, share | {"numerator": 1010, "denominator": 1000})
    (suspect,) = _check(workspace, "cccd", JUNE).open
    assert (suspect.rule_id, suspect.value, suspect.high) == (
        "cccd.plausibility.coverage",
        1010,
        1000,
    )


def test_procedures_in_use_that_the_catalogue_lacks_are_named(workspace: Workspace) -> None:
    rows = tiny_exports.rows("dvc_dossiers", QUANG_NAM, JUNE, 4)
    rows[0]["procedure_code"], rows[1]["procedure_code"] = "1.004194", "1.000222"
    for dataset, records in (
        ("dvc_procedures", tiny_exports.rows("dvc_procedures", QUANG_NAM, JUNE)),
        ("dvc_dossiers", rows),
    ):
        path = Path(workspace.settings.landing) / dataset / str(JUNE) / QUANG_NAM / "export.csv"
        path.parent.mkdir(parents=True)
        path.write_text(tiny_exports.csv_text(dataset, records), encoding="utf-8")
    run_months(workspace, [str(JUNE)], ["dvc_procedures", "dvc_dossiers"], ["dvc"])
    (unknown,) = _check(workspace, "dvc", JUNE).open
    assert (unknown.area_code, unknown.value, unknown.high) == ("49", 2, 0)
    assert "1.000222, 1.004194 (Đăng ký tạm trú)" in unknown.message.vi
    assert "of 3 in use" in unknown.message.en


def _received(number: int, **more: Any) -> dict[str, Any]:
    return {"indicator_code": "eid.received", "numerator": number, **more}


STEADY = {Month(2024, number): 60 + number for number in range(1, 7)}
JULY = Month(2024, 7)


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "the newest month first"])
def test_a_month_ten_times_its_past_is_found_in_any_order_of_the_months(
    workspace: Workspace, backwards: bool
) -> None:
    country = {"area_id": 1, "status": "partial"}
    for month, number in sorted((STEADY | {JULY: 640}).items(), reverse=backwards):
        _put(workspace, "eid", month, _received(number), _received(10 * number, **country))
        _check(workspace, "eid", month)
    # The country lacks provinces: its figure says nothing about its size.
    assert [
        (f.month, f.area_code, f.value, f.low, f.high) for f in stored_findings(workspace.warehouse)
    ] == [(JULY, "49", 640, 31, 128)]
    shown = [a.trouble for a in attention(workspace) if a.what == "eid" and a.month == "2024-07"]
    assert shown == ["1 figure to look at: eid.plausibility.outlier"]


def test_the_same_month_of_earlier_years_comes_before_the_months_before(
    workspace: Workspace,
) -> None:
    """Ten times the spring, as every July: nothing to look at; and the spring's size in July is."""
    for month, number in STEADY.items():
        _put(workspace, "eid", month, _received(number))
    for year in (2021, 2022, 2023):
        _put(workspace, "eid", Month(year, 7), _received(640))
    _put(workspace, "eid", JULY, _received(640))
    assert not _check(workspace, "eid", JULY).findings
    _put(workspace, "eid", JULY, _received(60))
    assert [f.low for f in _check(workspace, "eid", JULY).open] == [319]


def _online(numerator: int, denominator: int = 200, **more: Any) -> dict[str, Any]:
    return {
        "indicator_code": "dvc.online_rate",
        "numerator": numerator,
        "denominator": denominator,
        **more,
    }


def test_a_province_that_became_a_city_keeps_its_past(workspace: Workspace) -> None:
    """Huế in January 2025: another row of the areas, the same ground."""
    december, january = Month(2024, 12), Month(2025, 1)
    before, now = (
        workspace.areas.by_code("province", "46", month) for month in (december, january)
    )
    assert before is not None
    assert now is not None
    assert before != now
    code = {"indicator_code": "dvc.received"}
    _put(workspace, "dvc", december, _received(20) | code | {"area_id": before.area_id})
    _put(workspace, "dvc", january, _received(0) | code | {"area_id": now.area_id})
    (fall,) = _check(workspace, "dvc", january).open
    assert (fall.rule_id, fall.area_id) == ("dvc.plausibility.fall", now.area_id)
    assert "Thành phố Huế, 2025-01" in fall.message.vi
    received = workspace.registry.indicator("dvc.received")
    history = _history(workspace, january, frozenset({now.area_id}), [received])
    assert history == {december: {(now.area_id, received.code): PreviewFigure(20, 20)}}


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        (_online(198), _online(0), "0 trên 200 (0,0 %), trong khi tháng 2024-06 là 99,0 %"),
        (_online(120), _online(200), "200 trên 200 (100,0 %), trong khi tháng 2024-06 là 60,0 %"),
        (_online(0), _online(0), ""),
        (_online(198), _online(2), ""),
        (_online(19, 20), _online(0, 19), ""),
        (_online(198, status="partial"), _online(0), ""),
        (_received(20) | {"indicator_code": "dvc.received"}, _received(0), "0 trong khi tháng"),
        (_received(19) | {"indicator_code": "dvc.received"}, _received(0), ""),
    ],
)
def test_a_figure_that_falls_to_nothing_or_to_all_is_found(
    workspace: Workspace, before: dict[str, Any], now: dict[str, Any], says: str
) -> None:
    code = {"indicator_code": before["indicator_code"]}
    _put(workspace, "dvc", JUNE, before)
    _put(workspace, "dvc", JULY, now | code)
    findings = _check(workspace, "dvc", JULY).open
    assert [f.rule_id for f in findings] == (["dvc.plausibility.fall"] if says else [])
    assert all(says in f.message.vi for f in findings)
    # The month before is put right afterwards: the later one is looked at again.
    _put(workspace, "dvc", JUNE, now | code)
    _check(workspace, "dvc", JUNE)
    assert not stored_findings(workspace.warehouse, "dvc", JULY)


@pytest.mark.parametrize(
    ("now", "limits"),
    [
        (_online(100), (156, 200)),
        (_online(160), None),
        # Of so few a rate moves by itself.
        (_online(20, 49), None),
    ],
)
def test_a_rate_that_leaves_its_band_is_found(
    workspace: Workspace, now: dict[str, Any], limits: tuple[int, int] | None
) -> None:
    for month, number in STEADY.items():
        _put(workspace, "dvc", month, _online(194 + number % 3 * 2))
    _put(workspace, "dvc", JULY, now)
    findings = _check(workspace, "dvc", JULY).open
    assert [(f.rule_id, f.low, f.high) for f in findings] == (
        [("dvc.plausibility.rate_outlier", *limits)] if limits else []
    )
    assert all("(50,0 %), ngoài khoảng 78,0 đến 100,0 %" in f.message.vi for f in findings)


def test_a_reviewed_figure_is_accepted_until_it_changes(workspace: Workspace) -> None:
    for month, number in (STEADY | {JULY: 640}).items():
        _put(workspace, "eid", month, _received(number))
    assert len(_check(workspace, "eid", JULY).open) == 1
    _accept(
        workspace,
        "eid.plausibility.outlier,eid.received,49,2024-07,,640,Phòng QLHC,2024-08-12,Đợt cấp lưu động tại trường học",
    )
    reviewed = _check(workspace, "eid", JULY)
    assert not reviewed.open
    assert [(f.accepted_by, str(f.accepted_on)) for f in reviewed.findings] == [
        ("Phòng QLHC", "2024-08-12")
    ]
    assert not [a for a in attention(workspace) if a.what == "eid" and "plausibility" in a.trouble]
    _put(workspace, "eid", JULY, _received(700))
    assert len(_check(workspace, "eid", JULY).open) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a.b.c,eid.received,49,2024-07,,640,,2024-08-12,why", "accepted_by is empty"),
        ("a.b.c,eid.received,49,July,,640,QLHC,2024-08-12,why", "month must be YYYY-MM"),
        ("a.b.c,eid.received,49,2024-07,,1.640,QLHC,2024-08-12,why", "value a whole number"),
    ],
)
def test_a_wrong_line_of_the_reviewed_list_is_named(
    workspace: Workspace, line: str, says: str
) -> None:
    _accept(workspace, line)
    with pytest.raises(ContractError, match=says) as error:
        check_plausibility(workspace, "eid", JUNE, [], RUN)
    assert "accepted_outliers.csv:2" in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "at_most: [{name: a, left: eid.created, right: eid.nothing, remedy_vi: x, remedy_en: x}]",
            "no indicator 'eid.nothing'",
        ),
        (
            "at_most: [{name: a, left: eid.created, right: cccd.issued, remedy_vi: x, remedy_en: x}]",
            "different sources",
        ),
        (
            "shares: [{name: a, indicator: eid.coverage, remedy_vi: x, remedy_en: x}]",
            "'indicator' is not known here",
        ),
        (
            "catalogues: [{name: a, indicator: dvc.received, lookup: nothing, remedy_vi: x, remedy_en: x}]",
            "not a lookup of dvc",
        ),
        ("shared: []", "'shared' is not known here"),
        (
            "falls: [{name: a, indicators: [dvc.received], levels: [ward], floor: 1, months_looked_at: 1, remedy_vi: x, remedy_en: x}]",
            "'ward' is not a level",
        ),
        (
            "rates: [{name: a, indicators: [dvc.online_rate], levels: [province], floor: 1, deviations: 3.0,"
            " smallest_points: 0.0, months_needed: 3, months_looked_at: 6, remedy_vi: x, remedy_en: x}]",
            "'smallest_points' must be above 0",
        ),
    ],
)
def test_a_wrong_rule_is_named(workspace: Workspace, text: str, says: str) -> None:
    (workspace.settings.contracts / "plausibility.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=says):
        rules_of(workspace.registry, workspace.settings.contracts, "dvc")
