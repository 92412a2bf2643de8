"""What a rule may not say."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from de06_pipeline.contracts.model import Message, Rule, Severity
from de06_pipeline.errors import ContractError
from de06_pipeline.quality.rules import check_rules, evaluated_columns

GOOD = Rule(
    "sample.code.enum",
    "expect_column_values_to_be_in_set",
    {"column": "code", "value_set": ["a"]},
    Severity.CRITICAL,
    ("code",),
    Message("Sai mã.", "Wrong code."),
)
PAIR = dataclasses.replace(
    GOOD,
    id="sample.dates.order",
    expectation="expect_column_pair_values_a_to_be_greater_than_b",
    kwargs={
        "column_A": "ended",
        "column_B": "begun",
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    },
)


def test_good_rules_pass():
    check_rules([GOOD, PAIR])
    assert evaluated_columns(GOOD) == ("code",)
    assert evaluated_columns(PAIR) == ("ended", "begun")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"expectation": "expect_table_row_count_to_equal"}, "does not judge single rows"),
        ({"expectation": "expect_column_values_to_be_unique"}, "does not judge single rows"),
        ({"kwargs": {"value_set": ["a"]}}, "needs column"),
        ({"kwargs": {**GOOD.kwargs, "mostly": 0.9}}, "tolerance"),
        ({"kwargs": {**GOOD.kwargs, "row_condition": "x = 1"}}, "row_condition"),
        (
            {
                "expectation": PAIR.expectation,
                "kwargs": {"column_A": "a", "ignore_row_if": "either_value_is_missing"},
            },
            "column_B",
        ),
        (
            {"expectation": PAIR.expectation, "kwargs": {"column_A": "a", "column_B": "b"}},
            "ignore_row_if",
        ),
        ({"fields": ()}, "name the fields"),
    ],
)
def test_a_rule_that_cannot_be_counted_is_refused_by_name(change, named):
    with pytest.raises(ContractError, match=r"sample\.code\.enum") as failure:
        check_rules([dataclasses.replace(GOOD, **change)])
    assert named in str(failure.value)


def test_all_problems_are_named_at_once():
    with pytest.raises(ContractError) as failure:
        check_rules(
            [dataclasses.replace(GOOD, fields=()), dataclasses.replace(PAIR, fields=()), GOOD]
        )
    assert "sample.dates.order" in str(failure.value)
    assert "written 2 times" in str(failure.value)


def test_the_checks_and_their_import_leave_great_expectations_alone():
    code = (
        "import sys; from de06_pipeline.quality import accepted, checks, judge, lines;"
        "sys.exit(any(name in sys.modules for name in ('great_expectations', 'pandas', 'pyarrow', 'sqlalchemy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
