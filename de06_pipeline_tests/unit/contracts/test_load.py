"""Loading contracts: what becomes of the file, and that each mistake names file, line and remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from de06_pipeline.contracts.load import load_contract, load_contracts
from de06_pipeline.contracts.model import Classification, EnumValue, FieldType, Message, Severity
from de06_pipeline.errors import ContractError
from de06_pipeline_tests.unit.contract_rows import CONTRACTS
from de06_pipeline_tests.unit.small_contract import SMALL, write


def test_the_project_s_contracts_load_in_the_order_of_their_names() -> None:
    assert list(CONTRACTS) == [
        "agency_reports",
        "asm_establishments",
        "asm_notices",
        "cccd_issuance",
        "dvc_catalogue",
        "dvc_dossiers",
        "dvc_procedures",
        "eid_accounts",
        "opening_balances",
        "population",
    ]


def test_a_contract_becomes_plain_values(tmp_path: Path) -> None:
    contract = load_contract(write(tmp_path))
    assert (contract.dataset, contract.version, contract.source, contract.owner) == (
        "visits",
        "1.0.0",
        "asm",
        "Công an cấp tỉnh",
    )
    assert contract.title == Message("Lượt khách", "Visits")
    assert (contract.due_day, contract.tolerance, contract.nil_return, contract.snapshot) == (
        5,
        0.02,
        True,
        False,
    )
    assert (contract.area_date, contract.supersede_by) == ("arrived_on", "arrived_on")
    assert [field.name for field in contract.key_fields] == ["visit_id"]
    channel = contract.field("channel")
    assert channel.type is FieldType.ENUM
    assert channel.integer_enum
    assert channel.enum == (EnumValue(1, "Trực tiếp"), EnumValue(2, "Trực tuyến", ("Online",)))
    assert (channel.header_vi, channel.aliases, channel.default, channel.column_required) == (
        "Kênh",
        ("Kênh gửi",),
        "1",
        False,
    )
    assert contract.field("visit_id").column_required
    assert contract.field("visit_id").pattern == "[A-Z]+-[0-9]+"
    guest = contract.field("guest")
    assert guest.classification is Classification.PII
    assert not guest.stored


def test_rules_come_field_by_field_then_those_over_several_fields(tmp_path: Path) -> None:
    rules = load_contract(write(tmp_path)).rules
    assert [rule.id.removeprefix("visits.") for rule in rules] == [
        "visit_id.required",
        "visit_id.shape",
        "province.area",
        "channel.enum",
        "arrived_on.parse",
        "arrived_on.in_month",
    ]
    assert rules[0].is_key
    assert rules[0].severity is Severity.CRITICAL
    assert rules[0].fields == ("visit_id",)
    assert rules[0].message == Message("Thiếu mã lượt.", "The visit's ID is missing.")
    assert rules[-1].severity is Severity.WARNING
    assert rules[-1].row_condition == "channel = 1"
    assert rules[-1].kwargs == {"column": "is_in_month", "value_set": [True]}


@pytest.mark.parametrize(
    ("old", "new", "at", "text"),
    [
        ("version: 1.0.0\n", "", "apiVersion", "'version' is missing"),
        ("version: 1.0.0", "version: 1.0", "version: 1.0", "'version' must be a text"),
        ("value: 0.02", "value: a little", "a little", "'tolerance' must be a number"),
        ("value: 0.02", "value: true", "tolerance", "'tolerance' must be a number"),
        ("property: snapshot", "property: snapshoot", "snapshoot", "'snapshoot' is not known here"),
        (
            "snapshot, value: false",
            "nilReturn, value: false",
            "nilReturn, value: false",
            "'nilReturn' is given twice",
        ),
        ("property: dueDay", "property: latency", "slaProperties", "has no 'dueDay'"),
        ("{purpose: One row per visit.}", "{usage: none}", "description", "'purpose' is missing"),
        ("{purpose: One row per visit.}", "text", "description", "'description' must be a mapping"),
        (
            "  - name: visits\n",
            "  - name: visit\n",
            "- name: visit",
            "must have the name of the contract",
        ),
        (
            "name: province\n",
            "name: visit_id\n",
            "- name: visit_id",
            "'visit_id' is described twice",
        ),
        (
            "physicalType: date",
            "physicalType: day",
            "physicalType: day",
            "'physicalType' must be one of text, code",
        ),
        (
            "classification: pii",
            "classification: secret",
            "secret",
            "'classification' must be one of public, restricted, pii",
        ),
        (
            "{value: 1, label: Trực tiếp}",
            "{value: 1.5, label: Trực tiếp}",
            "1.5",
            "must be a whole number or a text",
        ),
        ("value: [Online]", "value: [1]", "value: [1]", "'aliases' must be a list of texts"),
        ("severity: warning", "severity: info", "severity: info", "'severity' must be error"),
        (
            "type: custom\n        engine",
            "type: sql\n        engine",
            "type: sql",
            "must have type: custom and engine",
        ),
        (
            "{property: fields, value: [arrived_on]}",
            "{property: isKey, value: false}",
            "in_month",
            "needs the custom property 'fields'",
        ),
        (
            "{property: messageVi, value: Kênh ngoài danh mục.}",
            "{property: isKey, value: false}",
            "isKey, value: false",
            "'messageVi' is missing",
        ),
        (
            "property: default, value: '1'",
            "property: default, value: 1",
            "default, value: 1",
            "'default' must be a text",
        ),
        (
            "property: default, value: '1'",
            "property: lookup, value: {dataset: visits}",
            "lookup",
            "'lookup' needs exactly dataset, field and column",
        ),
        (
            "property: default, value: '1'",
            "property: lookup, value: {dataset: a, field: b, column: c, also: {dataset: d}}",
            "lookup",
            "'also' of a lookup needs exactly dataset, field and table",
        ),
    ],
)
def test_a_mistake_names_file_line_and_remedy(
    old: str, new: str, at: str, text: str, tmp_path: Path
) -> None:
    path = write(tmp_path, old, new)
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    place, _, rest = str(caught.value).removeprefix(f"{path}:").partition(": ")
    assert at in path.read_text(encoding="utf-8").splitlines()[int(place) - 1]
    assert text in rest


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"name: [1\n", "2: is not valid YAML"),
        (b"- 1\n", "must hold one mapping"),
        ("name: Đ".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_contract(content: bytes, text: str, tmp_path: Path) -> None:
    path = tmp_path / "visits.odcs.yaml"
    path.write_bytes(content)
    with pytest.raises(ContractError, match=text):
        load_contract(path)


def test_a_folder_without_contracts_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="holds no contract"):
        load_contracts(tmp_path)


def test_two_contracts_of_one_dataset_are_a_mistake(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, name="again.odcs.yaml")
    with pytest.raises(ContractError, match=r"already has .*again\.odcs\.yaml"):
        load_contracts(tmp_path)


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    path = write(tmp_path)
    first = load_contract(path)
    assert load_contract(path) is first
    path.write_text(SMALL.replace("version: 1.0.0", "version: 1.0.1"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert load_contract(path).version == "1.0.1"
