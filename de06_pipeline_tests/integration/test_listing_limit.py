"""A small file with very many faults does not become a large quarantine and report: of each rule so
many rows are listed, and the others are counted.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.deliver import ingest
from de06_pipeline.ingest.information import NOT_LISTED
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import find_deliveries
from de06_pipeline.monthly.records import delivery_record
from de06_pipeline.periods import Month
from de06_pipeline.quality.lines import LISTED_ROWS
from de06_pipeline.reports.findings import Group, open_findings
from de06_pipeline.reports.page import Occasion
from de06_pipeline.reports.places import ReportFiles
from de06_pipeline.reports.summary import summary_lines
from de06_pipeline.reports.supplier import write_supplier_report
from de06_pipeline.warehouse.deliveries.record import record_delivery
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, csv_text, rows

DATASET, MONTH = "eid_accounts", Month(2024, 1)
FIRST, SECOND = "tệp a.csv", "tệp b.csv"
LIMIT = 3
BAD_DATES, NO_PROVINCE, BROKEN, WARNED, REPLACED = 7, 2, 5, 4, 6
"""Rows with each kind of fault; of dates two are in the second file."""


def _files() -> dict[str, str]:
    first = rows(DATASET, QUANG_NAM, MONTH, 60)
    second = rows(DATASET, QUANG_NAM, MONTH, 10, first=500)
    for row in [*first[:5], *second[:2]]:
        row["received_on"] = "31/02/2024"
    for row in first[10 : 10 + NO_PROVINCE]:
        row["province"] = row["district"] = ""
    for row in first[20 : 20 + WARNED]:
        row["citizen_id"] = "12345"
    second += [row | {"updated_at": "30/01/2024"} for row in first[30 : 30 + REPLACED]]
    broken = "một ô thôi\n" * BROKEN
    return {FIRST: csv_text(DATASET, first), SECOND: csv_text(DATASET, second) + broken}


@dataclass(frozen=True)
class Listed:
    """What came of the files: in the warehouse, on the screen, as the supplier's report."""

    home: Home
    outcome: DeliveryOutcome
    groups: dict[str, Group]
    screen: str
    page: str
    csv: list[dict[str, str]]


def _listed(empty_home: Path, folder: Path, limit: int) -> Listed:
    home = copy_of(empty_home, folder / "home")
    for name, text in _files().items():
        home.put(DATASET, str(MONTH), QUANG_NAM, text, name)
    workspace = home.workspace()
    contract, work = workspace.contracts[DATASET], folder / "work"
    (delivery,) = find_deliveries(str(home.landing), DATASET, MONTH)
    work.mkdir()
    context = IngestContext(
        workspace.areas, workspace.suppliers, workspace.lake.root, work, listed_rows=limit
    )
    outcome = ingest(delivery, contract, context)
    record_delivery(
        workspace.warehouse, delivery_record(outcome, contract, "run-1", workspace.lake)
    )
    occasion, files = Occasion("Quảng Nam"), ReportFiles(folder / "q.html", folder / "q.csv")
    write_supplier_report(contract, outcome, occasion, files, work, DuckSettings())
    with open_findings(contract, outcome, work / "again", DuckSettings()) as findings:
        groups = findings.groups(2)
    with files.csv.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    return Listed(
        home,
        outcome,
        {group.rule_id.removeprefix(f"{DATASET}."): group for group in groups},
        "\n".join(summary_lines(contract, outcome, groups, occasion)),
        files.html.read_text(encoding="utf-8"),
        lines,
    )


@pytest.fixture(scope="module")
def listed(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Listed:
    return _listed(empty_home, tmp_path_factory.mktemp("limited"), LIMIT)


@pytest.fixture(scope="module")
def whole(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Listed:
    return _listed(empty_home, tmp_path_factory.mktemp("whole"), LISTED_ROWS)


def _by_rule(lines: list[dict[str, str]]) -> Counter[str]:
    return Counter(line["rule"].removeprefix(f"{DATASET}.") for line in lines if line["row"])


def test_the_quarantine_holds_the_first_rows_of_each_rule(listed: Listed, whole: Listed) -> None:
    query = "SELECT rule_id, file_name, row_number FROM quarantine ORDER BY 1, 2, 3"
    first: dict[str, list[tuple[str, str, int]]] = {}
    for line in whole.home.query(query):
        first.setdefault(line[0], []).append(line)
    assert {rule.removeprefix(f"{DATASET}."): len(lines) for rule, lines in first.items()} == {
        "received_on.parse": BAD_DATES,
        "province.required": NO_PROVINCE,
        "record.broken": BROKEN,
    }
    assert listed.home.query(query) == [line for lines in first.values() for line in lines[:LIMIT]]


def test_counts_do_not_know_of_the_limit(listed: Listed, whole: Listed) -> None:
    for query in (
        "SELECT file_name, status, rows_read, rows_accepted, rows_quarantined, rows_superseded FROM delivery ORDER BY 1",
        "SELECT rule_id, evaluated, failed, success FROM quality_result ORDER BY 1",
    ):
        assert listed.home.query(query) == whole.home.query(query)
    assert listed.outcome.refused
    assert listed.outcome.total("rows_quarantined") == BAD_DATES + NO_PROVINCE + BROKEN
    assert {name: group.rows for name, group in listed.groups.items()} == {
        name: group.rows for name, group in whole.groups.items()
    }


def test_the_warehouse_says_of_each_file_how_many_faults_are_not_listed(
    listed: Listed, whole: Listed
) -> None:
    query = f"SELECT file_name, occurrences FROM file_information WHERE code = '{NOT_LISTED}' ORDER BY 1"
    assert listed.home.query(query) == [(FIRST, 5 - LIMIT), (SECOND, 2 + BROKEN - LIMIT)]
    assert whole.home.query(query) == []


def test_the_csv_lists_as_many_and_says_how_many_more_there_are(
    listed: Listed, whole: Listed
) -> None:
    assert _by_rule(whole.csv) == {
        "received_on.parse": BAD_DATES,
        "province.required": NO_PROVINCE,
        "record.broken": BROKEN,
        "citizen_id.shape": WARNED,
        "record.superseded": REPLACED,
    }
    assert _by_rule(listed.csv) == {
        "received_on.parse": LIMIT,
        "province.required": NO_PROVINCE,
        "record.broken": LIMIT,
        "record.superseded": LIMIT,
    }
    said = {
        line["rule"].removeprefix(f"{DATASET}."): line["problem_en"].rpartition("(")[2]
        for line in listed.csv
        if not line["row"] and line["severity"] != "refused"
    }
    assert said == {
        "received_on.parse": "7 rows, 4 of them not listed one by one.)",
        "record.broken": "5 rows, 2 of them not listed one by one.)",
        "citizen_id.shape": "4 rows, not listed one by one.)",
        "record.superseded": "6 rows, 3 of them not listed one by one.)",
    }


def test_page_and_screen_say_how_many_more_there_are(listed: Listed, whole: Listed) -> None:
    for left in (4, 2, 3):
        assert f"Another {left} rows are counted and not listed" in listed.page
    assert "Too many rows to list" in listed.page
    assert "The full list, row by row" not in listed.page
    assert f"{2 + BROKEN - LIMIT} lỗi chỉ được đếm" in listed.screen
    assert "… và 5 dòng nữa" in listed.screen
    assert "The full list, row by row" in whole.page
    assert "not listed" not in whole.page
    assert whole.outcome.unlisted == {}
