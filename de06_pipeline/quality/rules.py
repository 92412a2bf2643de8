"""Which expectations a rule may use, and the checks of a rule that need neither rows nor Great
Expectations.

A rule must say something about one row, so that the rows that break it can be quarantined. Each
type listed here is held against Great Expectations' pandas engine on random rows by
``property/test_quality_engines.py``; a type is added here together with its case there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum

from de06_pipeline.contracts.model import Rule
from de06_pipeline.errors import ContractError


class Looks(Enum):
    """Which rows an expectation evaluates, among those its row condition lets through."""

    AT_VALUES = "column, rows where it is not null"
    AT_EVERY_ROW = "column, nulls too"
    AT_FULL_PAIRS = "two columns, rows where both are not null"


ROW_EXPECTATIONS: dict[str, Looks] = {
    "expect_column_values_to_be_in_set": Looks.AT_VALUES,
    "expect_column_values_to_not_be_in_set": Looks.AT_VALUES,
    "expect_column_values_to_match_regex": Looks.AT_VALUES,
    "expect_column_values_to_not_match_regex": Looks.AT_VALUES,
    "expect_column_values_to_be_between": Looks.AT_VALUES,
    "expect_column_values_to_be_null": Looks.AT_EVERY_ROW,
    "expect_column_values_to_not_be_null": Looks.AT_EVERY_ROW,
    "expect_column_pair_values_a_to_be_greater_than_b": Looks.AT_FULL_PAIRS,
    "expect_column_pair_values_to_be_equal": Looks.AT_FULL_PAIRS,
}

_IGNORE_INCOMPLETE_PAIRS = "either_value_is_missing"


def check_rules(rules: Sequence[Rule]) -> None:
    """Refuse rules that cannot be counted row by row in the same way by every engine.

    Cheap: Great Expectations is not imported. Arguments it alone knows (a regex, a value set) are
    checked when it runs.

    Raises:
        ContractError: names every rule that is wrong, and the remedy.
    """
    problems = [f"{rule.id}: {problem}" for rule in rules for problem in _problems(rule)]
    problems += [
        f"{rule_id}: written {times} times; give each rule its own id"
        for rule_id, times in _repeated(rules)
    ]
    if problems:
        raise ContractError(
            "Rules cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems)
        )


def evaluated_columns(rule: Rule) -> tuple[str, ...]:
    """The columns the expectation reads, besides those of the row condition."""
    if ROW_EXPECTATIONS[rule.expectation] is Looks.AT_FULL_PAIRS:
        return rule.kwargs["column_A"], rule.kwargs["column_B"]
    return (rule.kwargs["column"],)


def _problems(rule: Rule) -> list[str]:
    looks = ROW_EXPECTATIONS.get(rule.expectation)
    if looks is None:
        return [
            f"'{rule.expectation}' does not judge single rows; use one of {', '.join(sorted(ROW_EXPECTATIONS))}"
        ]
    problems = []
    needed = ("column_A", "column_B") if looks is Looks.AT_FULL_PAIRS else ("column",)
    missing = [name for name in needed if not isinstance(rule.kwargs.get(name), str)]
    if missing:
        problems.append(f"'{rule.expectation}' needs {' and '.join(missing)}")
    if (
        looks is Looks.AT_FULL_PAIRS
        and rule.kwargs.get("ignore_row_if") != _IGNORE_INCOMPLETE_PAIRS
    ):
        # Engines differ on a pair with one null (SQL: unknown, pandas: broken), so such a pair is
        # another rule's matter.
        problems.append(
            f"write ignore_row_if: {_IGNORE_INCOMPLETE_PAIRS}; an empty value is judged by its own rule"
        )
    if "mostly" in rule.kwargs:
        problems.append(
            "'mostly' has no meaning for single rows; the share that may fail is the contract's tolerance"
        )
    if "row_condition" in rule.kwargs or "condition_parser" in rule.kwargs:
        problems.append("write the row condition as the rule's own row_condition, in SQL")
    if not rule.fields:
        problems.append("name the fields a person must look at")
    return problems


def _repeated(rules: Sequence[Rule]) -> list[tuple[str, int]]:
    return [
        (rule_id, times)
        for rule_id, times in Counter(rule.id for rule in rules).items()
        if times > 1
    ]
