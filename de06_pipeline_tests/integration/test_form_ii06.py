"""Form II.06a/VPCP/KSTT: a view of numbered columns, and an equation without which nothing is
published.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import text

from de06_pipeline.errors import AccountingError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import Measure
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.whole_months import new_workspace, run_months
from de06_pipeline_tests.unit.indicators_kit import World, dossier

GOLDEN = REPOSITORY / "de06_pipeline_tests" / "golden"
DATASETS = ("dvc_procedures", "dvc_dossiers")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = new_workspace(tmp_path_factory.mktemp("form"), GOLDEN / "landing")
    run_months(workspace, ("2024-03",), DATASETS, ("dvc",))
    yield workspace
    workspace.warehouse.engine.dispose()


def form(
    workspace: Workspace, district: str | None = None, reporting_period: str = "month"
) -> dict[str, dict[str, Any]]:
    """The rows of Long An, or of one of its districts, by breakdown."""
    where = (
        f"district_code = '{district}'"
        if district
        else "area_level = 'province' AND province_code = '80'"
    )
    with workspace.warehouse.reading() as connection:
        rows = connection.execute(
            text(
                f"SELECT * FROM form_dvc_reports_ii06 WHERE {where} "
                f"AND period_type = 'month' AND reporting_period = '{reporting_period}'"
            )
        ).mappings()
        return {row["breakdown"]: dict(row) for row in rows}


def test_the_form_of_a_province_is_what_was_counted_by_hand(workspace: Workspace) -> None:
    """golden/expected/dvc.csv has the counts."""
    total = form(workspace)[""]
    assert [
        int(total[name])
        for name in ("taken_in", "received_online", "received_otherwise", "carried_over")
    ] == [10, 3, 5, 2]
    assert [
        int(total[name])
        for name in ("finished", "finished_early", "finished_on_time", "finished_overdue")
    ] == [6, 2, 2, 2]
    assert [int(total[name]) for name in ("pending", "pending_in_time", "pending_overdue")] == [
        4,
        3,
        1,
    ]
    assert total["status"] == "reported"


def test_the_quarter_has_a_form_under_its_last_month(workspace: Workspace) -> None:
    """Only March was delivered, so the quarter knows the same dossiers and is partial."""
    quarter = form(workspace, reporting_period="quarter")[""]
    assert (int(quarter["taken_in"]), quarter["status"]) == (10, "partial")
    assert quarter["taken_in"] == quarter["finished"] + quarter["pending"]
    assert not form(workspace, reporting_period="half_year")


def test_its_rows_by_agency_add_up_and_keep_the_equation(workspace: Workspace) -> None:
    for rows in (form(workspace), form(workspace, "803"), form(workspace, "807")):
        total, parts = rows[""], [row for breakdown, row in rows.items() if breakdown]
        assert all(row["taken_in"] == row["finished"] + row["pending"] for row in rows.values())
        assert all(
            sum(row[name] for row in parts) == total[name]
            for name in ("taken_in", "finished", "pending")
        )


def test_a_form_that_does_not_add_up_stops_the_publication(tmp_path: Path) -> None:
    """Only for one kind of agency, so that no equation of the totals could see it: what commune
    offices finished goes missing.
    """
    registry = load_registry(REPOSITORY / "data_contracts" / "indicators")
    dvc = registry.sources["dvc"]
    early, on_time = (
        dvc.indicators[f"dvc.{name}"].numerator[0]
        for name in ("finished_early", "finished_on_time")
    )
    lossy = Measure(
        early.cells,
        f"({early.where}) and agency_level <> 'Xã' or ({on_time.where}) and agency_level = 'Huyện'",
    )
    changed = dataclasses.replace(dvc.indicators["dvc.finished_early"], numerator=(lossy,))
    indicators = MappingProxyType({**dvc.indicators, changed.code: changed})
    spoiled = dataclasses.replace(
        registry,
        sources={**registry.sources, "dvc": dataclasses.replace(dvc, indicators=indicators)},
    )
    world = World(tmp_path, "dvc", registry=spoiled)
    rows = [
        dossier("2024-06-03 08:00", "2024-06-04 08:00", "2024-06-10 17:00", agency_level="Xã"),
        dossier("2024-06-03 08:00", "2024-06-10 09:00", "2024-06-10 17:00"),
    ]
    world.deliver("dvc_dossiers", "2024-06", rows)
    with pytest.raises(AccountingError, match=r"agency_level=(Xã|Huyện)"):
        world.figures("2024-06")


def test_migrating_again_keeps_the_view(workspace: Workspace) -> None:
    workspace.create_warehouse()
    assert form(workspace)
