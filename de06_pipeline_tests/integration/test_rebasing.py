"""Figures across 2025-07 on the boundaries of their month, of the latest month, and of the
districts that were.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from de06_pipeline.analysis import figures
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.monthly.restate_boundaries import refresh_rebased
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.across_2025 import deliver_by_supplier, deliver_nationally
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, Row
from de06_pipeline_tests.integration.whole_months import new_workspace, run_months

OLD, LAST, NEW = "2024-12", "2025-06", "2025-07"
MONTHS = (OLD, LAST, NEW)
DATASETS = ("dvc_procedures", "dvc_dossiers")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """All four provinces deliver, but Quảng Nam not in 2025-06."""
    folder = tmp_path_factory.mktemp("across-2025")
    for month in MONTHS:
        deliver_nationally(folder / "landing", month, "dvc_procedures")
    for month in (OLD, NEW):
        deliver_nationally(folder / "landing", month, "dvc_dossiers")
    deliver_by_supplier(folder / "landing", LAST, "dvc_dossiers", leave_out=("quang-nam",))
    workspace = new_workspace(folder / "home", folder / "landing")
    run_months(workspace, MONTHS, DATASETS, ["dvc"])
    refresh_rebased(workspace, also=[Month(2025, 1)])
    return workspace


def rows(world: Workspace, view: str, columns: str, where: str) -> list[tuple[Any, ...]]:
    with world.warehouse.reading() as connection:
        query = f"SELECT {columns} FROM {view} WHERE period_type = 'month' AND time_window = 'month' AND {where} ORDER BY 1, 2, 3"
        return [tuple(row) for row in connection.execute(text(query))]


def received(
    world: Workspace, view: str, columns: str, where: str = "TRUE"
) -> list[tuple[Any, ...]]:
    return rows(
        world,
        view,
        columns,
        f"indicator_code = 'dvc.received' AND breakdown = '' AND numerator > 0 AND {where}",
    )


def test_code_80_means_two_provinces(world: Workspace) -> None:
    assert received(
        world,
        "indicator_monthly",
        "month, province_name, numerator",
        "province_code = '80' AND area_level = 'province'",
    ) == [
        ("2024-12-01", "Long An", 4),
        ("2025-06-01", "Long An", 4),
        ("2025-07-01", "Tây Ninh", 10),
    ]


@pytest.mark.parametrize(
    ("months", "province", "expected"),
    [
        (
            "",
            "80",
            {
                *(("2024-12", "72", 6), ("2024-12", "80", 4)),
                *(("2025-06", "72", 6), ("2025-06", "80", 4)),
                ("2025-07", "80", 10),
            },
        ),
        ("2024-12", "80", {("2024-12", "80", 4)}),
        ("", "72", {("2024-12", "72", 6), ("2025-06", "72", 6)}),
    ],
    ids=["Tây Ninh that is", "Long An", "Tây Ninh that was"],
)
def test_the_frame_takes_a_code_as_its_last_month_does(
    world: Workspace, months: str, province: str, expected: set[tuple[str, str, int]]
) -> None:
    frame = figures(
        ["dvc.received"],
        months,
        province=province,
        level="province",
        window="month",
        settings=world.settings,
    )
    of_provinces = {
        (f"{row.month:%Y-%m}", str(row.province_code), int(row.value))
        for row in frame.itertuples()
        if row.value
    }
    assert of_provinces == expected


def test_on_the_latest_boundaries_a_province_is_what_it_was_made_from(world: Workspace) -> None:
    columns = "province_name, month, boundaries, numerator, status, is_estimated"
    assert received(world, "indicator_rebased", columns, "area_level = 'province'") == [
        ("Tây Ninh", "2024-12-01", "2025-07-01", 10, "reported", 0),
        ("Tây Ninh", "2025-06-01", "2025-07-01", 10, "reported", 0),
        ("Tây Ninh", "2025-07-01", "2025-07-01", 10, "reported", 0),
        ("Đà Nẵng", "2024-12-01", "2025-07-01", 17, "reported", 0),
        ("Đà Nẵng", "2025-06-01", "2025-07-01", 7, "partial", 0),
        ("Đà Nẵng", "2025-07-01", "2025-07-01", 17, "reported", 0),
    ]


def test_a_breakdown_of_which_a_part_is_missing_is_partial_too(world: Workspace) -> None:
    where = "indicator_code = 'dvc.received' AND breakdown = 'agency_level=Huyện' AND area_level = 'province'"
    records = rows(
        world,
        "indicator_rebased",
        "province_name, month, status, areas_expected, areas_reported",
        where,
    )
    assert ("Đà Nẵng", "2025-06-01", "partial", 1, 0) in records
    assert ("Đà Nẵng", "2024-12-01", "reported", 1, 1) in records


def test_districts_merged_in_2025_hold_what_both_had(world: Workspace) -> None:
    where = "boundaries = '2025-01-01' AND district_name IN ('Quế Sơn', 'Nông Sơn')"
    columns = "month, area_level, district_name, numerator, is_estimated"
    assert received(world, "indicator_on_boundaries", columns, where) == [
        ("2024-12-01", "district", "Quế Sơn", 8, 0),
        ("2025-07-01", "former_district", "Quế Sơn", 8, 0),
    ]
    before = received(
        world,
        "indicator_monthly",
        "district_name, month, numerator",
        "month = '2024-12-01' AND district_code IN ('509', '519')",
    )
    assert before == [("Nông Sơn", "2024-12-01", 3), ("Quế Sơn", "2024-12-01", 5)]


def test_former_districts_go_on_apart_from_the_districts_in_force(world: Workspace) -> None:
    rows_rebased = received(
        world,
        "indicator_former_district",
        "district_name, area_level, month, numerator, is_estimated",
    )
    assert ("Quế Sơn", "former_district", "2025-07-01", 8, 0) in rows_rebased
    assert ("Tây Ninh", "former_district", "2025-07-01", pytest.approx(5.364948), 1) in rows_rebased
    assert {row[1:3] for row in rows_rebased} == {("former_district", "2025-07-01")}
    assert sum(row[3] for row in rows_rebased) == pytest.approx(25)
    for view in ("indicator_monthly", "indicator_rebased"):
        assert not rows(
            world,
            view,
            "month, area_level, district_code",
            "month >= '2025-07-01' AND district_code IS NOT NULL",
        )
        assert not rows(
            world, view, "month, area_level, district_code", "area_level = 'former_district'"
        )


def test_communes_hold_estimates_for_the_months_of_districts(world: Workspace) -> None:
    where = "area_level = 'commune' AND month = '2024-12-01' AND commune_name IN ('Nông Sơn', 'Quế Phước')"
    rows = received(world, "indicator_rebased", "commune_name, numerator, is_estimated", where)
    assert [(name, estimated) for name, _, estimated in rows] == [
        ("Nông Sơn", 1),
        ("Quế Phước", 1),
    ]
    assert sum(numerator for _, numerator, _ in rows) == pytest.approx(3)


def test_ratios_are_made_from_the_sums(world: Workspace) -> None:
    where = "indicator_code = 'dvc.online_rate' AND breakdown = '' AND month = '2024-12-01' AND {}"
    parts = rows(
        world,
        "indicator_monthly",
        "numerator, denominator, value",
        where.format("province_code IN ('48', '49') AND area_level = 'province'"),
    )
    [whole] = rows(
        world,
        "indicator_rebased",
        "numerator, denominator, value",
        where.format("province_name = 'Đà Nẵng' AND area_level = 'province'"),
    )
    numerator, denominator = sum(part[0] for part in parts), sum(part[1] for part in parts)
    assert whole == (numerator, denominator, pytest.approx(100 * numerator / denominator))


@pytest.mark.parametrize("code", ["dvc.processing_days_median", "dvc.services"])
def test_what_cannot_be_added_up_is_counted_anew_or_left_out(world: Workspace, code: str) -> None:
    def shown(view: str, where: str) -> list[tuple[Any, ...]]:
        where = f"indicator_code = '{code}' AND breakdown = '' AND {where}"
        return rows(world, view, "area_level, province_name, numerator, status", where)

    old, new = f"month = '{OLD}-01'", f"month = '{NEW}-01'"
    # The same rows on the same ground: the month before the change counted on the later boundaries
    # is the month after it.
    merged = "area_level = 'province' AND province_name IN ('Đà Nẵng', 'Tây Ninh')"
    assert shown("indicator_rebased", f"{old} AND {merged}") == shown(
        "indicator_monthly", f"{new} AND {merged}"
    )
    assert len(shown("indicator_rebased", f"{old} AND {merged}")) == 2
    assert shown("indicator_rebased", f"{new} AND area_level = 'country'") == shown(
        "indicator_monthly", f"{new} AND area_level = 'country'"
    )
    assert shown("indicator_rebased", f"{old} AND area_level = 'commune'") == []
    periods = f"indicator_code = '{code}' AND {old} AND {merged}"
    with world.warehouse.reading() as connection:
        records = connection.execute(
            text(f"SELECT DISTINCT period_type FROM indicator_rebased WHERE {periods} ORDER BY 1")
        )
        published = connection.execute(
            text(
                f"SELECT DISTINCT period_type FROM indicator_monthly WHERE indicator_code = '{code}' ORDER BY 1"
            )
        )
        assert records.scalars().all() == published.scalars().all()
    assert shown(
        "indicator_on_boundaries", f"{old} AND boundaries = '2025-01-01' AND district_code = '509'"
    )
    assert (
        shown(
            "indicator_on_boundaries",
            f"{new} AND boundaries = '2025-01-01' AND district_code = '509'",
        )
        == []
    )


def test_the_country_is_the_same_on_every_boundaries(world: Workspace) -> None:
    where = "area_level IN ('country', 'province') AND breakdown = '' AND period_type = 'month' AND time_window = 'month'"
    columns = "boundaries, month, indicator_code, area_level, numerator"
    sums: dict[tuple[str, ...], float] = {}
    with world.warehouse.reading() as connection:
        rows = connection.execute(
            text(
                f"SELECT {columns} FROM indicator_on_boundaries o WHERE {where} AND numerator IS NOT NULL "
                "AND (SELECT over_space FROM dim_indicator WHERE code = o.indicator_code) = 'sum'"
            )
        )
        for boundaries, month, code, level, numerator in rows:
            key = (boundaries, month, code)
            sums[key] = sums.get(key, 0) + (numerator if level == "province" else -numerator)
    assert {key[0] for key in sums} == {"2025-01-01", "2025-03-01", "2025-07-01"}
    assert all(difference == pytest.approx(0, abs=1e-3) for difference in sums.values())


def test_a_refresh_with_nothing_new_changes_nothing(world: Workspace) -> None:
    outcome = refresh_rebased(world)
    assert [str(first) for first in outcome.boundaries] == ["2025-01", "2025-03", "2025-07"]
    assert (outcome.renewed, outcome.recounted) == ((), ())


@pytest.mark.parametrize(
    ("supplier", "place", "is_counted"),
    [
        ("quang-nam", {}, False),
        ("nam-dinh", {"province": "Nam Định", "district": "Nam Định"}, True),
    ],
)
def test_months_are_counted_anew_where_the_province_delivered(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    supplier: str,
    place: Row,
    *,
    is_counted: bool,
) -> None:
    """In September 2024 a district of Nam Định became part of the city of Nam Định."""
    months, dataset = ("2024-08", "2024-09"), "dvc_dossiers"
    for month in months:
        made = tiny_exports.rows(dataset, QUANG_NAM, Month.parse(month))
        folder = tmp_path / "landing" / dataset / month / supplier
        folder.mkdir(parents=True)
        (folder / "export.csv").write_text(
            tiny_exports.csv_text(dataset, [row | place for row in made]), encoding="utf-8"
        )
    workspace = new_workspace(tmp_path / "home", tmp_path / "landing")
    run_months(workspace, months, [dataset], ["dvc"])
    counted: list[Month] = []

    def noted(request: FiguresRequest) -> pa.Table:
        counted.extend(month for month, _ in request.months)
        return compute_figures(request)

    monkeypatch.setattr(f"{refresh_rebased.__module__}.compute_figures", noted)
    assert refresh_rebased(workspace).recounted == ("2024-09 dvc: 2024-08",)
    assert counted == [Month(2024, 8)] * (2 if is_counted else 0)


def test_a_run_keeps_the_latest_boundaries_and_a_command_others(home: Home) -> None:
    home.deliver("cccd_issuance", "2024-03", QUANG_NAM)
    opening = {
        "indicator_code": "cccd.issued_stock",
        "breakdown": "request_type=Cấp mới",
        "as_of": "29/02/2024",
        "value": "100",
    }
    home.deliver("opening_balances", "2024-03", QUANG_NAM, [opening | {"province": "Quảng Nam"}])
    [run] = home.run("2024-03", datasets=["opening_balances", "cccd_issuance"])
    assert run.success, run.failures
    coverage = home.de06(
        "why", "--indicator", "cccd.coverage", "--month", "2024-03", "--area", "49"
    )
    assert coverage.says("population census 2019 × national growth"), coverage.text
    asked = "SELECT boundaries_id, is_asked_for FROM boundaries ORDER BY 1"
    assert home.query(asked) == [(202402, 0)]
    printed = home.de06("rebase", "2025-06")
    assert printed.says("2024-02, 2025-03"), printed.text
    assert home.query(asked) == [(202402, 0), (202503, 1)]
    [(here,)] = home.query("SELECT DISTINCT boundaries FROM indicator_rebased")
    assert here == "2024-02-01"
    refused = home.de06("rebase", "2021-01")
    assert (refused.code, refused.says("The boundaries of 2021-01 are not known")) == (2, True)
