"""Great Expectations' statements over the product's own dialect: names and values as they are."""

from __future__ import annotations

import duckdb
import pytest

from de06_pipeline.contracts.model import Message, Rule, Severity
from de06_pipeline.quality import gx

VALUES = ["It's 5 %", 'a "name"', ":of", "%(s)s", "?", "$1"]


def rule(expectation: str, **arguments: object) -> Rule:
    return Rule("sample", expectation, arguments, Severity.CRITICAL, (), Message("", ""))


@pytest.mark.parametrize("column", ["order", "Group", "ngày nộp", "a b", "50%"])
@pytest.mark.parametrize("value", VALUES)
def test_names_and_values_are_taken_as_they_are_written(column: str, value: str) -> None:
    in_set = rule("expect_column_values_to_be_in_set", column=column, value_set=[value])
    with duckdb.connect() as con:
        con.execute(f'CREATE TABLE judged AS SELECT unnest($values::VARCHAR[]) AS "{column}"',
                    {"values": [*VALUES, None]})  # fmt: skip
        assert gx.examine(con, "judged", [in_set], {}) == [gx.Examined(6, 5)]
        (broken,) = gx.broken_conditions(con, "judged", [in_set])
        assert con.execute(f"SELECT count(*) FROM judged WHERE {broken}").fetchall() == [(5,)]


def test_truth_values_are_truth_values() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE judged AS SELECT unnest([true, true, false, NULL]) AS paid")
        rules = [rule("expect_column_values_to_be_in_set", column="paid", value_set=[True])]
        assert gx.examine(con, "judged", rules, {}) == [gx.Examined(3, 1)]


def test_patterns_are_found_anywhere_in_the_text() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE judged AS SELECT unnest(['a1b', 'ab', NULL]) AS code")
        rules = [rule("expect_column_values_to_match_regex", column="code", regex=r"\d")]
        assert gx.examine(con, "judged", rules, {}) == [gx.Examined(2, 1)]
