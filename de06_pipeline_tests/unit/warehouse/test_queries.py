"""Answers for people: status, why, and the standing check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from de06_pipeline.warehouse.deliveries.accepted import accepted, accepted_in_force
from de06_pipeline.warehouse.deliveries.queries import (
    delivery_summaries,
    files_in_force,
    rule_results,
    source_files,
)
from de06_pipeline.warehouse.deliveries.record import (
    confirm_missing,
    record_delivery,
    record_missing,
)
from de06_pipeline.warehouse.deliveries.records import RuleRecord
from de06_pipeline.warehouse.deliveries.standing import Expected, Standing, Trouble, standing
from de06_pipeline.warehouse.figures.cells import set_cells
from de06_pipeline.warehouse.figures.publish import publish
from de06_pipeline.warehouse.figures.read import figure_story
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    JULY,
    JUNE,
    LONG_AN,
    WHEN,
    delivery,
    figure,
    new_warehouse,
    publication,
    quarantine_file,
    sqlite_url,
)

DUE, TODAY = date(2024, 7, 5), date(2024, 7, 6)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return new_warehouse(sqlite_url(tmp_path))


def test_summaries_add_up_the_last_attempt(warehouse: Warehouse) -> None:
    [file] = delivery().files
    old = replace(file, name="v1/t6.csv", is_replaced=True)
    record_delivery(warehouse, delivery("aaa", files=(file,)))
    record_delivery(
        warehouse, delivery("bbb", files=(old, file, replace(file, name="t6b.csv")), run_id="run-2")
    )
    record_delivery(warehouse, delivery("ccc", month=JULY))
    [summary] = delivery_summaries(warehouse, [JUNE])
    assert (summary.month, summary.status, summary.attempt, summary.files, summary.run_id) == (
        JUNE,
        "accepted",
        2,
        2,
        "run-2",
    )
    assert (
        summary.rows_read,
        summary.rows_accepted,
        summary.rows_quarantined,
        summary.rows_superseded,
    ) == (20, 18, 2, 0)
    assert (summary.is_in_force, summary.was_accepted, summary.received_at) == (True, True, WHEN)
    assert [s.month for s in delivery_summaries(warehouse)] == [JUNE, JULY]
    assert delivery_summaries(warehouse, dataset="eid_accounts") == ()


def test_summaries_tell_what_stands(warehouse: Warehouse) -> None:
    def told() -> tuple[str, bool, bool]:
        [summary] = delivery_summaries(warehouse)
        return summary.status, summary.is_in_force, summary.was_accepted

    record_delivery(warehouse, delivery(None))
    assert told() == ("refused", False, False)
    record_delivery(warehouse, delivery("aaa"))
    record_delivery(warehouse, delivery(None, run_id="run-3"))
    assert told() == ("refused", True, False)
    record_delivery(warehouse, delivery("aaa", run_id="run-4"))
    record_missing(warehouse, "dvc_dossiers", JUNE, "long-an", "run-5")
    assert told() == ("missing", True, True)
    confirm_missing(warehouse, "dvc_dossiers", JUNE, "long-an", "run-6")
    assert told() == ("missing", False, True)


def test_files_that_must_still_be_there(warehouse: Warehouse) -> None:
    [file] = delivery().files
    record_delivery(
        warehouse,
        delivery(
            "aaa",
            files=(
                file,
                replace(file, name="a.csv"),
                replace(file, name="v1/x.csv", is_replaced=True),
            ),
        ),
    )
    assert files_in_force(warehouse, "dvc_dossiers", JUNE, "long-an") == ("a.csv", "t6.csv")
    record_missing(warehouse, "dvc_dossiers", JUNE, "long-an", "run-2", ["a.csv"])
    assert files_in_force(warehouse, "dvc_dossiers", JUNE, "long-an") == ("t6.csv",)
    assert delivery_summaries(warehouse)[0].status == "missing"


def test_rules_and_quarantine(warehouse: Warehouse, tmp_path: Path) -> None:
    record_delivery(
        warehouse, delivery("aaa", rules=(RuleRecord("old.rule", "warning", 1, 0, True),))
    )
    now = (
        RuleRecord("b.rule", "warning", 10, 3, True),
        RuleRecord("a.rule", "critical", 10, 1, False, 0.02),
    )
    record_delivery(
        warehouse,
        delivery(
            "bbb", rules=now, run_id="run-2", quarantine=quarantine_file(tmp_path / "q.parquet", 3)
        ),
    )
    record_delivery(
        warehouse,
        delivery("ccc", supplier="tay-ninh", quarantine=quarantine_file(tmp_path / "q.parquet", 1)),
    )
    assert rule_results(warehouse, "dvc_dossiers", JUNE, "long-an") == (now[1], now[0])
    with warehouse.reading() as connection:
        rows = connection.exec_driver_sql("SELECT supplier, rule_id FROM quarantine").all()
    assert Counter(map(tuple, rows)) == {
        ("long-an", "dvc_dossiers.received_at.parse"): 2,
        ("long-an", "dvc_dossiers.record.broken"): 1,
        ("tay-ninh", "dvc_dossiers.record.broken"): 1,
    }


def test_source_files_are_those_of_the_cells_in_force(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery("aaa"))
    record_delivery(warehouse, delivery("p5", dataset="dvc_procedures"))
    pointers = (
        *accepted(warehouse, "dvc_dossiers", JUNE),
        *accepted_in_force(warehouse, "dvc_procedures", JULY, carry=True),
    )
    given = {
        "path": "p",
        "content_hash": "c",
        "input_hash": "i",
        "inputs": {},
        "accepted": pointers,
        "run_id": "run-1",
    }
    set_cells(warehouse, "dvc", JULY, **given)
    # The same rows again under other file times: the file is the newest one, listed once. Then
    # other rows, not yet in cells.
    [file] = delivery().files
    record_delivery(
        warehouse,
        delivery(
            "aaa", fingerprint="touched", run_id="run-2", files=(replace(file, name="again.csv"),)
        ),
    )
    record_delivery(warehouse, delivery("bbb", run_id="run-3"))
    files = source_files(warehouse, "dvc", [JULY])
    assert [(f.dataset, f.month, f.supplier, f.file_name, f.run_id) for f in files] == [
        ("dvc_dossiers", JUNE, "long-an", "again.csv", "run-2"),
        ("dvc_procedures", JUNE, "long-an", "t6.csv", "run-1"),
    ]
    assert source_files(warehouse, "dvc", [JUNE]) == ()


def test_the_story_of_a_figure(warehouse: Warehouse) -> None:
    given = {
        "path": "p",
        "content_hash": "c1",
        "input_hash": "i",
        "inputs": {},
        "accepted": (),
        "run_id": "run-1",
    }
    set_cells(warehouse, "dvc", JUNE, **given)
    other = figure(LONG_AN, 1, 2, indicator_code="dvc.online_rate")
    publish(warehouse, publication(figure(LONG_AN, 7), other), now=WHEN)
    more = publication(
        figure(LONG_AN, 8), other, run_id="run-2", basis={JUNE: "c1", JULY: None}, code_version="9"
    )
    publish(warehouse, more, now=WHEN + timedelta(days=1))
    story = figure_story(warehouse, "dvc.received", JUNE, "80")
    assert story is not None
    assert (
        story.figure.numerator,
        story.figure.revision,
        story.figure.province_name,
        story.figure.value,
    ) == (8, 2, "Long An", 8)
    assert (story.source, story.code_version, story.basis) == ("dvc", "9", {JUNE: "c1", JULY: None})
    assert (story.indicator["code"], story.indicator["target"]) == ("dvc.received", "90")
    [past] = story.past
    assert (past.numerator, past.revision, past.computed_at, past.superseded_at) == (
        7,
        1,
        WHEN,
        WHEN + timedelta(days=1),
    )
    assert figure_story(warehouse, "dvc.received", JUNE, "VN") is None
    assert figure_story(warehouse, "dvc.received", JUNE, "80", breakdown="channel=x") is None


def _standing(
    warehouse: Warehouse, *expected: Expected, of: Sequence[int] = (LONG_AN,)
) -> list[Standing]:
    return list(standing(warehouse, expected, TODAY, lambda *_: of))


def _troubles(warehouse: Warehouse, *expected: Expected) -> list[tuple[str, Trouble, bool]]:
    return [(s.supplier, s.trouble, s.is_in_force) for s in _standing(warehouse, *expected)]


def test_standing_reports_refused_and_missing_without_being_asked(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery("aaa"))
    record_delivery(warehouse, delivery(None, supplier="tay-ninh"))
    record_delivery(warehouse, delivery("ccc", supplier="hue"))
    assert _troubles(warehouse) == [("tay-ninh", Trouble.REFUSED, False)]
    record_delivery(warehouse, delivery(None, run_id="run-2"))
    record_missing(warehouse, "dvc_dossiers", JUNE, "hue", "run-2")
    assert _troubles(warehouse) == [
        ("hue", Trouble.MISSING, True),
        ("long-an", Trouble.REFUSED, True),
        ("tay-ninh", Trouble.REFUSED, False),
    ]
    confirm_missing(warehouse, "dvc_dossiers", JUNE, "hue", "run-3")
    assert _troubles(warehouse, Expected("dvc_dossiers", JUNE, "hue", DUE)) == [
        ("long-an", Trouble.REFUSED, True),
        ("tay-ninh", Trouble.REFUSED, False),
    ]


def test_standing_reports_what_is_overdue(warehouse: Warehouse) -> None:
    own, late = (
        Expected("dvc_dossiers", JUNE, "long-an", DUE),
        Expected("dvc_dossiers", JUNE, "hue", DUE),
    )
    not_due = Expected("dvc_dossiers", JULY, "hue", TODAY)
    record_delivery(warehouse, delivery("aaa"))
    assert _troubles(warehouse, own, late, not_due) == [("hue", Trouble.OVERDUE, False)]
    record_delivery(warehouse, delivery("national", supplier="all"))
    assert _troubles(warehouse, own, late, not_due) == []


def test_a_refused_delivery_that_was_taken_back_is_overdue(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery(None))
    record_missing(warehouse, "dvc_dossiers", JUNE, "long-an", "run-2")
    assert _troubles(warehouse, Expected("dvc_dossiers", JUNE, "long-an", DUE)) == [
        ("long-an", Trouble.OVERDUE, False)
    ]


def test_an_old_snapshot_is_carried(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery("aaa", dataset="dvc_procedures"))
    expected = [
        Expected("dvc_procedures", JULY, supplier, DUE, is_snapshot=True)
        for supplier in ("long-an", "hue")
    ]
    assert [(s.supplier, s.trouble, s.carried_from) for s in _standing(warehouse, *expected)] == [
        ("hue", Trouble.OVERDUE, None),
        ("long-an", Trouble.CARRIED, JUNE),
    ]
    of_less_ground = _standing(warehouse, *expected, of=())
    assert {s.trouble for s in of_less_ground} == {Trouble.OVERDUE}
