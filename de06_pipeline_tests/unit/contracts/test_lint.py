"""Lint: the project's contracts are clean, and each mistake it knows is found in a contract that
has it.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

import de06_pipeline.contracts.lint as lint_package
from de06_pipeline.contracts.lint import lint
from de06_pipeline.contracts.lint.__main__ import main
from de06_pipeline.contracts.lint.rules import EXPECTATIONS
from de06_pipeline.quality.rules import ROW_EXPECTATIONS
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.small_contract import SMALL, write

PROJECT = REPOSITORY / "data_contracts" / "sources"
IN_MONTH = "arrived_on >= month_start and arrived_on < month_end"
DERIVED = "\n        customProperties: [{property: derived, value: true}]"
ABSENT = "        customProperties: [{property: absentColumn, value: {means: unknown}}]\n"
LOOKUP = "{property: lookup, value: {dataset: visits, field: guest, column: visit_id}}"
LISTED_TOO = LOOKUP.replace(
    "field: guest,", "field: visit_id, also: {dataset: visits, field: guest, table: guests.csv},"
)

MISTAKES: list[tuple[str, str, str]] = [
    ("load", "version: 1.0.0\n", ""),
    ("odcs-schema", "kind: DataContract\n", ""),
    ("odcs-schema", "status: active\n", "status: active\nstate: active\n"),
    ("odcs-model", "status: active\n", "status: 1\n"),
    ("dataset-name", "name: visits\n", "name: Visits\n"),
    ("source", "value: asm", "value: the ASM"),
    ("version", "version: 1.0.0", "version: v1"),
    ("due-day", "value: 5", "value: 30"),
    ("tolerance", "value: 0.02", "value: 2"),
    ("supersede-by", "supersedeBy, value: arrived_on", "supersedeBy, value: guest"),
    ("national-beside", "supersedeBy, value: arrived_on", "nationalBeside, value: arrived_on"),
    ("key", "primaryKeyPosition: 1", "primaryKeyPosition: 2"),
    ("key", "        required: true\n        primaryKey: true", "        primaryKey: true"),
    ("area-name", "name: province\n", "name: home\n"),
    ("area-name", "physicalType: province", "physicalType: district"),
    ("area-date", "  - {property: areaDate, value: arrived_on}\n", ""),
    ("header-unique", "synonym: Kênh gửi", "synonym: ngay  DEN"),
    ("field-name", "name: guest", "name: theGuest"),
    ("logical-type", "logicalType: date\n", "logicalType: timestamp\n"),
    ("header", "        businessName: Họ tên\n", ""),
    ("stored-text", "        classification: pii\n", "        classification: public\n"),
    ("derived", f"        transformLogic: {IN_MONTH}\n", ""),
    (
        "absent",
        "        classification: pii\n" + ABSENT,
        "        classification: pii\n",
    ),
    (
        "absent",
        "        logicalType: string\n        physicalType: province\n",
        "        logicalType: string\n        physicalType: province\n" + ABSENT,
    ),
    (
        "derived",
        "        description: The arrival lies",
        "        businessName: Trong tháng\n        description: The arrival lies",
    ),
    (
        "derived",
        "{property: default, value: '1'}",
        LOOKUP,
    ),
    (
        "enum",
        "          - {value: 1, label: Trực tiếp}",
        "          - {value: '1', label: Trực tiếp}",
    ),
    ("enum", "[Online]", "[trực tiếp]"),
    ("enum", "physicalType: enum", "physicalType: integer"),
    ("enum", "physicalType: date", "physicalType: enum"),
    ("code", "{property: default, value: '1'}", "{property: padTo, value: 2}"),
    ("regex", "'[A-Z]+-[0-9]+'", "'[A-Z+'"),
    ("regex", "'[A-Z]+-[0-9]+'", "'(?=A)[A-Z]+'"),
    ("default", "value: '1'", "value: channel"),
    ("default", "{property: default, value: '1'}", "{property: endOfDay, value: true}"),
    (
        "personal",
        "classification: pii\n        customProperties: [",
        "classification: pii\n        customProperties: [{property: stored, value: true}, ",
    ),
    (
        "personal",
        "physicalType: yes_no\n        classification: public\n        transformLogic: "
        + IN_MONTH
        + DERIVED[:-1]
        + ", {property: stored, value: false}]",
        "physicalType: text\n        classification: public\n        transformLogic: lower(guest)"
        + DERIVED,
    ),
    ("expression", IN_MONTH, "arrived_on >= month_start; select 1"),
    ("expression", IN_MONTH, "(select true)"),
    ("expression", IN_MONTH, "max(arrived_on) > month_start"),
    ("expression", IN_MONTH, "cast(visit_id as integer) > 1"),
    ("expression", IN_MONTH, "visit_id::date > month_start"),
    ("expression", IN_MONTH, "date '2024-02-31' < arrived_on"),
    ("expression", IN_MONTH, "read_text('x') = ''"),
    ("expression", IN_MONTH, "departed_on > month_start"),
    ("expression", IN_MONTH, "visit_id_raw = ''"),
    ("expression", IN_MONTH, "arrived_on >="),
    ("expression", "rowCondition: channel = 1", "rowCondition: kanal = 1"),
    ("expression", "areaDate, value: arrived_on", "areaDate, value: month_start"),
    (
        "expression",
        "  - {property: areaDate, value: arrived_on}\n",
        "  - {property: areaDate, value: arrived_on}\n  - {property: openAtEnd, value: gone > 1}\n",
    ),
    ("rule-id", "visits.channel.enum", "channel.enum"),
    ("rule-id", "visits.channel.enum", "visits.arrived_on.parse"),
    ("expectation", "expect_column_values_to_be_in_set", "expect_column_mean_to_be_between"),
    (
        "expectation",
        "{column: is_in_month, value_set: [true]}",
        "{column_A: is_in_month, value_set: [true]}",
    ),
    (
        "expectation",
        "expect_column_values_to_be_in_set\n          kwargs: {column: is_in_month, value_set: [true]}",
        "expect_column_pair_values_to_be_equal\n          kwargs: {column_A: arrived_on, column_B: arrived_on}",
    ),
    ("rule-column", "column: is_in_month", "column: is_in_mnth"),
    ("value-set", "value_set: [true]", "value_set: []"),
    ("value-set", "value_set: [true]", "value_set: [yes it is]"),
    (
        "value-set",
        "{column: channel_state, value_set: [bad]}",
        "{column: channel_state, value_set: [bad, bda]}",
    ),
    ("value-set", "{column: is_in_month, value_set: [true]}", "{column: channel, value_set: [3]}"),
    (
        "regex",
        "expect_column_values_to_be_in_set\n          kwargs: {column: is_in_month, value_set: [true]}",
        "expect_column_values_to_match_regex\n          kwargs: {column: visit_id, regex: '(x'}",
    ),
    ("message", "value: Ngày đến ngoài tháng.", "value: The arrival is not in the month."),
    ("rule-fields", "value: [arrived_on]", "value: [is_in_month]"),
    ("key-rule", "severity: error", "severity: warning"),
    ("key-rule", ", {property: isKey, value: true}", ""),
    ("rule-missing", "[empty, unknown, outside]", "[empty, unknown]"),
    (
        "rule-missing",
        "{column: arrived_on_state, value_set: [bad]}",
        "{column: arrived_on_state, value_set: [empty]}",
    ),
    (
        "rule-missing",
        "logicalType: string\n        physicalType: text",
        "logicalType: string\n        physicalType: code",
    ),
    (
        "lookup",
        f"        transformLogic: {IN_MONTH}\n        customProperties: [",
        f"        customProperties: [{LOOKUP}, ",
    ),
    (
        "lookup",
        f"        transformLogic: {IN_MONTH}\n        customProperties: [",
        f"        customProperties: [{LISTED_TOO}, ",
    ),
]


def kinds(folder: Path) -> set[str]:
    return {finding.kind for finding in lint(folder)}


def test_the_contracts_of_the_project_are_clean() -> None:
    assert [str(finding) for finding in lint(PROJECT)] == []


def test_the_small_contract_is_clean(tmp_path: Path) -> None:
    write(tmp_path)
    assert [str(finding) for finding in lint(tmp_path)] == []


@pytest.mark.parametrize(("kind", "old", "new"), MISTAKES)
def test_a_mistake_is_found(kind: str, old: str, new: str, tmp_path: Path) -> None:
    write(tmp_path, old, new, count=-1 if kind == "dataset-name" else 1)
    findings = [finding for finding in lint(tmp_path) if finding.kind == kind]
    assert findings
    assert all(finding.line >= 1 for finding in findings)


def test_a_finding_stands_at_the_line_of_the_mistake(tmp_path: Path) -> None:
    path = write(tmp_path, "column: is_in_month", "column: is_in_mnth")
    line = next(
        number
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if "is_in_mnth" in text
    )
    assert (
        str(lint(tmp_path)[0])
        == f"{path}:{line}: 'visits.arrived_on.in_month' reads 'is_in_mnth', which is not a column [rule-column]"
    )


def test_two_contracts_of_one_dataset(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, name="again.odcs.yaml")
    assert "versions" in kinds(tmp_path)


def test_every_kind_of_finding_has_a_mistake_here() -> None:
    """Kinds are read from the code, so that a new check cannot come without a contract that
    triggers it.
    """
    written: set[str] = set()
    for module in Path(lint_package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = (
                    node.func.attr
                    if isinstance(node.func, ast.Attribute)
                    else getattr(node.func, "id", "")
                )
                if name in ("finding", "Finding", "cls"):
                    written.add(str(node.args[0].value))
    assert written == {kind for kind, _, _ in MISTAKES} | {"versions"}


def test_rules_may_use_exactly_what_quality_can_count() -> None:
    assert set(EXPECTATIONS) == set(ROW_EXPECTATIONS)


def test_the_command_says_what_is_wrong_and_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "value: 0.02", "value: 2")
    assert main([str(tmp_path)]) == 1
    assert (
        capsys.readouterr().out
        == f"{path}:11: 'tolerance' is a share from 0 to below 1, such as 0.02 [tolerance]\n"
    )
    path.write_text(SMALL, encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert main([]) == 2


def test_an_empty_folder_is_a_finding(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    assert kinds(tmp_path) == {"load"}
