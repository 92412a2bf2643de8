"""What grows without Python: an indicator by one entry of the registry, a dataset by one contract."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest

import de06_pipeline
from de06_pipeline.contracts.lint import lint
from de06_pipeline.definitions import build_defs
from de06_pipeline.quality.checks import CHECKS
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.home import copy_of
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM

MONTH = "2024-01"

NEW_INDICATOR = """
  - code: eid.created_at_level_2
    name_vi: Tài khoản định danh mức 2 đã tạo lập
    name_en: Level 2 accounts created
    unit: account
    kind: count
    count: is_created and level = 2
    windows: [month]
"""

VISITS = """
apiVersion: v3.2.0
kind: DataContract
id: demo_visits
name: demo_visits
version: 1.0.0
status: active
domain: de-an-06
description: {purpose: One row per visit to a one-stop shop., limitations: Invented for a test.}
team: {name: UBND cấp huyện}
slaProperties:
  - {property: dueDay, value: 5, unit: d, description: Day of the following month by which the delivery is expected.}
customProperties:
  - {property: titleVi, value: Lượt đến bộ phận một cửa}
  - {property: titleEn, value: Visits}
  - {property: source, value: demo}
  - {property: tolerance, value: 0.5}
  - {property: nilReturn, value: true}
  - {property: snapshot, value: false}
  - {property: areaDate, value: visited_on}
schema:
  - name: demo_visits
    logicalType: object
    businessName: Lượt đến bộ phận một cửa
    dataGranularityDescription: One visit.
    properties:
      - name: visit_id
        businessName: Mã lượt
        description: Number of the visit.
        logicalType: string
        physicalType: code
        logicalTypeOptions: {pattern: "L[0-9]+"}
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        classification: public
        quality:
          - name: demo_visits.visit_id.required
            type: custom
            engine: greatExpectations
            severity: error
            description: The number is missing. Fill it in.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: visit_id_state, value_set: [empty]}}
            customProperties: [{property: messageVi, value: Thiếu Mã lượt. Điền rồi gửi lại.}, {property: isKey, value: true}]
          - name: demo_visits.visit_id.shape
            type: custom
            engine: greatExpectations
            severity: error
            description: The number has the wrong shape. Write L and digits.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: visit_id_state, value_set: [bad]}}
            customProperties: [{property: messageVi, value: Mã lượt sai cấu trúc. Ghi L và chữ số.}, {property: isKey, value: true}]
      - name: province
        businessName: Tỉnh
        description: Province.
        logicalType: string
        physicalType: province
        required: true
        classification: public
        quality:
          - name: demo_visits.province.required
            type: custom
            engine: greatExpectations
            severity: error
            description: The province is missing. Fill it in.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: province_state, value_set: [empty]}}
            customProperties: [{property: messageVi, value: Thiếu Tỉnh. Điền rồi gửi lại.}]
          - name: demo_visits.province.area
            type: custom
            engine: greatExpectations
            severity: error
            description: The province is not known. Write its code or name.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: province_state, value_set: [unknown]}}
            customProperties: [{property: messageVi, value: Không có tỉnh này. Ghi mã hoặc tên.}]
          - name: demo_visits.province.coverage
            type: custom
            engine: greatExpectations
            severity: error
            description: The province is not the supplier's. Leave the row out.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: province_state, value_set: [outside]}}
            customProperties: [{property: messageVi, value: Tỉnh không thuộc đơn vị gửi. Bỏ dòng này.}]
      - name: visited_on
        businessName: Ngày đến
        description: Day of the visit.
        logicalType: date
        physicalType: date
        required: true
        classification: public
        quality:
          - name: demo_visits.visited_on.required
            type: custom
            engine: greatExpectations
            severity: error
            description: The day is missing. Fill it in.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: visited_on_state, value_set: [empty]}}
            customProperties: [{property: messageVi, value: Thiếu Ngày đến. Điền rồi gửi lại.}]
          - name: demo_visits.visited_on.parse
            type: custom
            engine: greatExpectations
            severity: error
            description: The day is not a real date. Write dd/MM/yyyy.
            implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: visited_on_state, value_set: [bad]}}
            customProperties: [{property: messageVi, value: Ngày đến không có thật. Ghi dd/MM/yyyy.}]
"""

VISITS_REGISTRY = """
source: demo
rows:
  visits:
    dataset: demo_visits
    conditions:
      is_of_month: visited_on >= period_start and visited_on < period_end
cells:
  visits: {rows: visits}
defaults: {direction: none, disclosure: public, legal_basis: none}
indicators:
  - code: demo.visits
    name_vi: Lượt đến
    name_en: Visits
    unit: visit
    kind: count
    cells: visits
    count: is_of_month
    windows: [month, ytd]
"""


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """A copy of contracts, registry and reference data that a test may add to."""
    return Path(shutil.copytree(REPOSITORY / "data_contracts", tmp_path / "data_contracts"))


def test_an_indicator_is_one_entry_of_the_registry(
    empty_home: Path, contracts: Path, tmp_path: Path
) -> None:
    home = copy_of(empty_home, tmp_path / "home", contracts)
    home.deliver("eid_accounts", MONTH, QUANG_NAM)
    assert home.de06("run", MONTH, "--no-reports", "--dataset", "eid_accounts").code == 0
    before = home.table("indicator_monthly")

    registry = contracts / "indicators" / "eid.yaml"
    registry.write_text(registry.read_text(encoding="utf-8") + NEW_INDICATOR, encoding="utf-8")
    assert home.de06("status").says(
        f"eid │ {MONTH} │ │ stale: registry changed", f"de06 run {MONTH}"
    )
    assert home.de06("run", MONTH, "--no-reports", "--dataset", "eid_accounts").code == 0
    assert home.figures("eid.created_at_level_2", MONTH)["49"] == (6, None)
    after = home.table("indicator_monthly")
    assert [row for row in after if "eid.created_at_level_2" not in row] == before, (
        "the other figures are as they were"
    )
    assert home.de06(
        "why", "--indicator", "eid.created_at_level_2", "--month", MONTH, "--area", "502"
    ).says("Tài khoản định danh mức 2 đã tạo lập", "is_created and level = 2", "export.csv")


def test_a_dataset_is_one_contract_and_its_entries(
    empty_home: Path, contracts: Path, tmp_path: Path
) -> None:
    (contracts / "sources" / "demo_visits.odcs.yaml").write_text(VISITS, encoding="utf-8")
    (contracts / "indicators" / "demo.yaml").write_text(VISITS_REGISTRY, encoding="utf-8")
    assert [f for f in lint(contracts / "sources") if "demo_visits" in str(f)] == []

    graph = build_defs(contracts).resolve_asset_graph()
    for path in (
        "landing/demo_visits",
        "delivery/demo_visits",
        "accepted/demo_visits",
        "cells/demo",
        "warehouse/demo_monthly",
    ):
        assert graph.has(dg.AssetKey(path.split("/")))
    checks = graph.get(dg.AssetKey(["accepted", "demo_visits"])).check_keys
    assert {check.name for check in checks} == {check.name for check in CHECKS}

    home = copy_of(empty_home, tmp_path / "home", contracts)
    lines = [
        "Mã lượt,Tỉnh,Ngày đến",
        "L1,Quảng Nam,03/01/2024",
        "L2,49,2024-01-04",
        "L3,Quảng Nam,29/12/2023",
        "X,Quảng Nam,05/01/2024",
    ]
    home.put("demo_visits", MONTH, QUANG_NAM, "\n".join(lines) + "\n")
    assert home.de06("run", MONTH, "--no-reports", "--dataset", "demo_visits").code == 0
    assert home.figures("demo.visits", MONTH)["49"] == (2, None)
    assert home.query("SELECT row_number, rule_id, masked_value FROM quarantine") == [
        (5, "demo_visits.visit_id.shape", "A×1")
    ]


def test_no_python_names_the_dataset_that_was_added_by_a_contract() -> None:
    package = Path(de06_pipeline.__file__).parent
    named = [
        p
        for p in package.rglob("*.py")
        if "samples" not in p.parts and "eid_accounts" in p.read_text(encoding="utf-8")
    ]
    assert named == []


REPORTED = ("agency_reports", "reported.yaml", "models.deployed", "health.qr_reader_rate")


def test_no_python_names_what_agencies_report() -> None:
    """Neither the dataset nor an indicator of it: a further one is an entry of the registry and a
    value of the contract.
    """
    package = Path(de06_pipeline.__file__).parent
    texts = [
        path.read_text(encoding="utf-8")
        for path in package.rglob("*.py")
        if "samples" not in path.parts
    ]
    assert [name for name in REPORTED if any(name in text for text in texts)] == []


NEW_REPORTED_INDICATOR = """
  - code: transport.ticketless_rate
    name_vi: Tỷ lệ vé điện tử
    name_en: Electronic tickets
    kind: share
    unit: "%"
"""


def test_a_reported_indicator_is_an_entry_and_a_value_of_the_contract(
    empty_home: Path, contracts: Path, tmp_path: Path
) -> None:
    registry, contract = (
        contracts / "indicators" / "reported.yaml",
        contracts / "sources" / "agency_reports.odcs.yaml",
    )
    registry.write_text(
        registry.read_text(encoding="utf-8") + NEW_REPORTED_INDICATOR, encoding="utf-8"
    )
    value = (
        '          - {value: civil_status.digitised_rate, label: "Tỷ lệ số hóa dữ liệu hộ tịch"}\n'
    )
    text = contract.read_text(encoding="utf-8")
    contract.write_text(
        text.replace(
            value,
            value + '          - {value: transport.ticketless_rate, label: "Tỷ lệ vé điện tử"}\n',
        ),
        encoding="utf-8",
    )

    home = copy_of(empty_home, tmp_path / "home", contracts)
    report = 'Mã chỉ tiêu,Tỉnh/Thành phố,Số liệu,Mẫu số\nTỷ lệ vé điện tử,Quảng Nam,"hơn 1,2 nghìn",2 nghìn\n'
    home.put("agency_reports", MONTH, QUANG_NAM, report)
    assert home.de06("run", MONTH, "--no-reports", "--dataset", "agency_reports").code == 0
    assert home.figures("transport.ticketless_rate", MONTH)["49"] == (1200, 2000)
    assert home.de06(
        "why", "--indicator", "transport.ticketless_rate", "--month", MONTH, "--area", "49"
    ).says("> 60,00 % (reported)")
    assert home.query(
        "SELECT value, bound FROM indicator_monthly WHERE indicator_code = 'transport.ticketless_rate' AND value > 0"
    ) == [(60.0, ">")]


def test_scores_are_published_with_their_parts(
    empty_home: Path, contracts: Path, tmp_path: Path
) -> None:
    """By the step that publishes a part, whichever comes last; and shown as an asset of their own."""
    home = copy_of(empty_home, tmp_path / "home", contracts)
    home.deliver("dvc_dossiers", MONTH, QUANG_NAM)
    home.deliver("dvc_procedures", MONTH, QUANG_NAM)
    assert (
        home.de06(
            "run", MONTH, "--no-reports", "--dataset", "dvc_procedures", "--dataset", "dvc_dossiers"
        ).code
        == 0
    )
    assert home.figures("q766.measurable_points", MONTH)["49"] == (5000, None), (
        "nobody pays a fee: 6 points less"
    )
    report = 'Mã chỉ tiêu,Tỉnh/Thành phố,Số liệu\nfeedback.on_time_rate,Quảng Nam,"70,5 %"\n'
    home.put("agency_reports", MONTH, QUANG_NAM, report)
    assert home.de06("run", MONTH, "--no-reports", "--dataset", "agency_reports").code == 0
    assert home.figures("q766.measurable_points", MONTH)["49"] == (5600, None)
    assert home.figures("q766.feedback_on_time", MONTH)["49"] == (423, 600)
    why = home.de06("why", "--indicator", "q766.total", "--month", MONTH, "--area", "49")
    assert why.says("dvc_dossiers", "agency_reports", "export.csv"), "the files of all its parts"
