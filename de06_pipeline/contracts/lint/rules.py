"""Checks of rules: their ids, what they look at, and that every field has the rules it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from de06_pipeline.contracts.lint.columns import delivered_columns, made_column, states
from de06_pipeline.contracts.lint.fields import regex_problem
from de06_pipeline.contracts.lint.finding import ContractSource, LintFinding
from de06_pipeline.contracts.model import Contract, Field, FieldType, Rule, Severity
from de06_pipeline.contracts.reader import Reader

_ON_COLUMN = frozenset({"column"})
_ON_PAIR = frozenset({"column_A", "column_B"})
EXPECTATIONS = {
    "expect_column_values_to_be_in_set": _ON_COLUMN,
    "expect_column_values_to_not_be_in_set": _ON_COLUMN,
    "expect_column_values_to_match_regex": _ON_COLUMN,
    "expect_column_values_to_not_match_regex": _ON_COLUMN,
    "expect_column_values_to_be_between": _ON_COLUMN,
    "expect_column_values_to_be_null": _ON_COLUMN,
    "expect_column_values_to_not_be_null": _ON_COLUMN,
    "expect_column_pair_values_a_to_be_greater_than_b": _ON_PAIR,
    "expect_column_pair_values_to_be_equal": _ON_PAIR,
}
"""Expectations that judge single rows, with the arguments that name their columns."""

_KWARGS = ("implementation", "kwargs")
_ID = re.compile(r"(?P<dataset>[a-z][a-z0-9_]*)\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def rule_findings(source: ContractSource) -> list[LintFinding]:
    own = [
        finding
        for rule, entry in source.rules
        for check in _CHECKS
        for finding in check(source, rule, entry)
    ]
    return [*own, *_repeated_ids(source), *_needed(source)]


def _identifier(source: ContractSource, rule: Rule, entry: Reader) -> Iterator[LintFinding]:
    match = _ID.fullmatch(rule.id)
    if not match or match["dataset"] != source.contract.dataset:
        yield source.finding(
            "rule-id",
            f"'{rule.id}' must be {source.contract.dataset}.<field or topic>.<check>",
            entry,
            "name",
        )


def _expectation(source: ContractSource, rule: Rule, entry: Reader) -> Iterator[LintFinding]:
    needed = EXPECTATIONS.get(rule.expectation)
    if needed is None:
        text = f"'{rule.id}': {rule.expectation} does not judge single rows; use one of {', '.join(EXPECTATIONS)}"
        yield source.finding("expectation", text, entry, "implementation")
        return
    given = {name for name in rule.kwargs if name.startswith("column")}
    if given != needed:
        yield source.finding(
            "expectation",
            f"'{rule.id}' needs exactly {' and '.join(sorted(needed))}",
            entry,
            "implementation",
        )
    known = delivered_columns(source.contract).union(
        *(made_column(field) for field in source.contract.fields)
    )
    for name in sorted(given & needed):
        if rule.kwargs[name] not in known:
            yield source.finding(
                "rule-column",
                f"'{rule.id}' reads '{rule.kwargs[name]}', which is not a column",
                entry,
                *_KWARGS,
                name,
            )
    if needed is _ON_PAIR and rule.kwargs.get("ignore_row_if") != "either_value_is_missing":
        yield source.finding(
            "expectation",
            f"'{rule.id}': write ignore_row_if: either_value_is_missing",
            entry,
            "implementation",
        )


def _value_set(source: ContractSource, rule: Rule, entry: Reader) -> Iterator[LintFinding]:
    """A misspelt state or value would make a rule that never fails."""
    if "value_set" not in rule.kwargs:
        return
    values = rule.kwargs["value_set"]
    if not isinstance(values, list) or not values:
        yield source.finding(
            "value-set",
            f"'{rule.id}': value_set must be a list that is not empty",
            entry,
            *_KWARGS,
            "value_set",
        )
        return
    column = str(rule.kwargs.get("column"))
    field = next((field for field in source.contract.fields if field.name == column), None)
    possible: frozenset[object] = states(source.contract, column)
    if field and field.type is FieldType.ENUM:
        possible = frozenset(value.value for value in field.enum)
    if field and field.type is FieldType.YES_NO:
        possible = frozenset({True, False})
    strange = [value for value in values if possible and value not in possible]
    if strange:
        text = f"'{rule.id}': {column} is never {', '.join(map(str, strange))}; it is one of {', '.join(sorted(map(str, possible)))}"
        yield source.finding("value-set", text, entry, *_KWARGS, "value_set")


def _regex(source: ContractSource, rule: Rule, entry: Reader) -> Iterator[LintFinding]:
    if problem := regex_problem(str(rule.kwargs.get("regex", ""))):
        yield source.finding("regex", f"'{rule.id}': {problem}", entry, *_KWARGS, "regex")


def _messages(source: ContractSource, rule: Rule, entry: Reader) -> Iterator[LintFinding]:
    if rule.message.vi == rule.message.en:
        yield source.finding(
            "message",
            f"'{rule.id}': messageVi repeats the English description; translate it",
            entry,
        )


def _fields(source: ContractSource, rule: Rule, entry: Reader) -> Iterator[LintFinding]:
    delivered = {field.name for field in source.contract.delivered_fields}
    for name in rule.fields:
        if name not in delivered:
            yield source.finding(
                "rule-fields",
                f"'{rule.id}': '{name}' is not a delivered field",
                entry,
                "customProperties",
            )


def _key_rule(source: ContractSource, rule: Rule, entry: Reader) -> Iterator[LintFinding]:
    if rule.is_key and rule.severity is not Severity.CRITICAL:
        yield source.finding(
            "key-rule",
            f"'{rule.id}' says that the key can be read, so its severity must be error",
            entry,
            "severity",
        )


def _repeated_ids(source: ContractSource) -> Iterator[LintFinding]:
    seen: set[str] = set()
    for rule, entry in source.rules:
        if rule.id in seen:
            yield source.finding(
                "rule-id", f"'{rule.id}' is used twice; give each rule its own id", entry, "name"
            )
        seen.add(rule.id)


def _needed(source: ContractSource) -> Iterator[LintFinding]:
    """Every field refuses what cannot be read, a required one also what is empty; both before the
    key is used.
    """
    for field, entry in source.fields:
        if field.derived or (
            field.type is FieldType.TEXT and not entry.get("required", bool, False)
        ):
            continue
        if field.is_personal and not field.key:
            # A personal value may be judged in other ways than by its state (an ID by its
            # structure): it is dropped anyway.
            if not any(field.name in rule.fields for rule in source.contract.rules):
                yield source.finding(
                    "rule-missing",
                    f"'{field.name}' needs a rule, or the type text when nothing is made from it",
                    entry,
                )
            continue
        for state in _states_to_refuse(field, entry):
            rules = _refusing(source.contract, f"{field.name}_state", state)
            if not rules:
                text = f"'{field.name}' needs a rule that refuses the state '{state}' of {field.name}_state"
                yield source.finding("rule-missing", text, entry, "quality")
            elif field.key and state != "outside" and not any(rule.is_key for rule in rules):
                text = f"'{rules[0].id}' is about a part of the key: add {{property: isKey, value: true}}"
                yield source.finding("key-rule", text, entry, "quality")


def _states_to_refuse(field: Field, entry: Reader) -> Iterator[str]:
    if entry.get("required", bool, False):
        yield "empty"
    if field.type is FieldType.PROVINCE:
        yield "outside"
    if field.is_area:
        yield "unknown"
    elif field.type is not FieldType.TEXT:
        yield "bad"


def _refusing(contract: Contract, column: str, state: str) -> list[Rule]:
    refuses = "expect_column_values_to_not_be_in_set"
    return [
        rule
        for rule in contract.rules
        if rule.expectation == refuses
        and rule.kwargs.get("column") == column
        and state in (rule.kwargs.get("value_set") or [])
        and not rule.row_condition
    ]


_CHECKS = (_identifier, _expectation, _value_set, _regex, _messages, _fields, _key_rule)
