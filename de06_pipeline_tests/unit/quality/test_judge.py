"""Judging a table: counts, violations, and failing closed."""

from __future__ import annotations

import dataclasses
import logging
import warnings

import duckdb
import pytest

from de06_pipeline.contracts.model import Contract, Message, Rule, Severity
from de06_pipeline.errors import ContractError, DisagreementError
from de06_pipeline.quality import gx
from de06_pipeline.quality.judge import judge
from de06_pipeline.quality.marks import mark_rules
from de06_pipeline_tests.unit.quality_kit import judge_table, mark

SECRET = "Nguyễn Thị Bí Mật 079099001234"
CONTRACT = Contract(
    "sample",
    "1.0.0",
    "dvc",
    Message("", ""),
    "",
    "",
    5,
    0.02,
    False,
    False,
    (),
    (),
    path="sample.odcs.yaml",
)


def rule(
    topic: str,
    kind: str,
    condition: str = "",
    severity: Severity = Severity.CRITICAL,
    **arguments: object,
) -> Rule:
    return Rule(
        f"sample.{topic}",
        f"expect_column_{kind}",
        arguments,
        severity,
        ("code",),
        Message("", ""),
        condition,
    )


PARSES = rule("code.parse", "values_to_not_be_in_set", column="code_state", value_set=["bad"])
KNOWN = rule("status.enum", "values_to_be_in_set", column="status", value_set=[1, 2])
ORDER = rule(
    "dates.order",
    "pair_values_a_to_be_greater_than_b",
    "status <> 2",
    column_A="ended",
    column_B="begun",
    or_equal=True,
    ignore_row_if="either_value_is_missing",
)
GIVEN = rule("note.required", "values_to_not_be_null", severity=Severity.WARNING, column="note")


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        connection.execute("CREATE TYPE field_state AS ENUM ('ok', 'empty', 'bad', 'padded')")
        connection.execute("""
            CREATE TABLE judged (file_no SMALLINT, row_number BIGINT, code_state field_state, status SMALLINT,
              begun DATE, ended DATE, note VARCHAR)""")
        connection.executemany(
            "INSERT INTO judged VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (1, 2, "ok", 1, "2024-06-01", "2024-06-01", SECRET),
                (1, 3, "bad", 9, "2024-06-02", "2024-06-01", SECRET),
                (1, 4, "empty", None, "2024-06-01", "2024-06-03", None),
                (2, 2, "padded", 2, "2024-06-05", "2024-06-01", SECRET),
                (2, 3, "ok", 1, "2024-06-05", None, None),
            ],
        )
        yield connection


def violations(con):
    return con.execute("FROM violation ORDER BY ALL").fetchall()


def test_counts_and_violations(con):
    counts = judge_table(con, CONTRACT, [PARSES, KNOWN, ORDER, GIVEN], "judged")
    assert [(c.rule.id, c.evaluated, c.failed) for c in counts] == [
        ("sample.code.parse", 5, 1),
        ("sample.status.enum", 4, 1),
        ("sample.dates.order", 2, 1),  # not status 2, not an unknown status, not an open row
        ("sample.note.required", 5, 2),
    ]
    assert violations(con) == [
        (1, 3, "sample.code.parse"),
        (1, 3, "sample.dates.order"),
        (1, 3, "sample.status.enum"),
    ]


def test_rules_may_be_judged_in_parts_over_tables_of_any_name(con):
    con.execute("CREATE TABLE elsewhere AS FROM judged WHERE file_no = 1")
    judge_table(con, CONTRACT, [PARSES], "elsewhere")
    judge_table(con, CONTRACT, [KNOWN], "judged")
    assert violations(con) == [(1, 3, "sample.code.parse"), (1, 3, "sample.status.enum")]


def test_no_rows_and_no_rules(con):
    con.execute("CREATE TABLE nothing AS FROM judged LIMIT 0")
    assert [
        (c.evaluated, c.failed)
        for c in judge_table(con, CONTRACT, [PARSES, ORDER, GIVEN], "nothing")
    ] == [(0, 0)] * 3
    assert judge_table(con, CONTRACT, [], "judged") == []
    assert violations(con) == []


def test_marks_tell_the_rows_that_judging_would(con):
    marks, marked = mark(con, CONTRACT, [PARSES, ORDER, GIVEN], "judged")
    rows = con.execute(
        f"SELECT file_no, row_number, {marks.breaks_any([PARSES, ORDER])}, {marks.breaks(GIVEN)}, {marks.breaks_any()} "
        f"FROM {marked} ORDER BY ALL"
    ).fetchall()
    assert rows == [
        (1, 2, False, False, False),
        (1, 3, True, False, True),
        (1, 4, False, True, True),
        (2, 2, False, False, False),
        (2, 3, False, True, True),
    ]


def test_more_rules_than_a_word_has_bits(con):
    """The bits of the 65th rule and of those after it stand in a second integer, then a third."""
    many = [
        rule(f"status.not_{n}", "values_to_not_be_in_set", column="status", value_set=[n])
        for n in range(1, 131)
    ]
    counts = judge_table(con, CONTRACT, many, "judged")
    assert [(c.rule.id, c.evaluated, c.failed) for c in counts if c.failed] == [
        ("sample.status.not_1", 4, 2),
        ("sample.status.not_2", 4, 1),
        ("sample.status.not_9", 4, 1),
    ]
    assert {c.evaluated for c in counts} == {4}
    conditional = [
        rule(f"{n}", "values_to_not_be_null", f"file_no + {n} > 70", column="note")
        for n in range(72)
    ]
    counts = judge_table(con, CONTRACT, conditional, "judged")
    assert [c.evaluated for c in counts] == [0] * 69 + [2] + [5] * 2


def test_without_rules_nothing_is_broken(con):
    marks, marked = mark(con, CONTRACT, [], "judged")
    assert con.execute(
        f"SELECT DISTINCT {marks.breaks_any()}, {marks.breaks_any([])} FROM {marked}"
    ).fetchall() == [(False, False)]


def test_counts_are_told_apart_by_file(con):
    marks, marked = mark(con, CONTRACT, [PARSES, GIVEN], "judged")
    counts = judge(con, CONTRACT, marks, marked)
    of_files = {file: [(c.evaluated, c.failed) for c in counts.over([file])] for file in (1, 2, 3)}
    assert of_files == {1: [(3, 1), (3, 1)], 2: [(2, 0), (2, 1)], 3: [(0, 0), (0, 0)]}


def test_marking_names_a_rule_it_cannot_build(con):
    with pytest.raises(ContractError, match=r"sample\.absent\.null"):
        mark_rules(
            con, CONTRACT, [rule("absent.null", "values_to_be_null", column="absent")], "judged"
        )


def test_a_rule_over_a_column_that_does_not_exist_is_named(con):
    with pytest.raises(ContractError, match=r"sample\.absent\.null") as failure:
        judge_table(
            con,
            CONTRACT,
            [PARSES, rule("absent.null", "values_to_be_null", column="absent")],
            "judged",
        )
    assert "sample.code.parse" not in str(failure.value)


def test_a_rule_great_expectations_does_not_take_is_named(con):
    with pytest.raises(ContractError, match=r"sample\.status\.set"):
        judge_table(
            con,
            CONTRACT,
            [rule("status.set", "values_to_be_in_set", column="status", value_set=7)],
            "judged",
        )


def test_a_row_condition_that_is_not_sql_is_named_with_duckdbs_reason(con):
    with pytest.raises(
        ContractError, match=r"sample\.odcs\.yaml.*sample\.dates\.order.*statuss"
    ) as failure:
        judge_table(
            con, CONTRACT, [dataclasses.replace(ORDER, row_condition="statuss = 1")], "judged"
        )
    assert failure.value.__cause__ is None


@pytest.mark.parametrize(
    "rules", [[rule("note.number", "values_to_be_null", "note::INTEGER > 1", column="note")]]
)
def test_no_value_is_in_an_error_or_a_log_line(con, rules, caplog, capfd):
    """A row condition that casts makes DuckDB raise with the value in its text; none of it may come
    through.
    """
    marks, marked = mark(con, CONTRACT, rules, "judged")
    (column,) = marks.condition_columns.values()
    with (
        caplog.at_level(logging.DEBUG),
        warnings.catch_warnings(record=True) as warned,
        pytest.raises(ContractError) as failure,
    ):
        gx.examine(con, marked.name, rules, {rules[0].id: column})
    assert "sample.note.number" in str(failure.value)
    output = capfd.readouterr()
    chain = [
        failure.value.__cause__,
        None if failure.value.__suppress_context__ else failure.value.__context__,
    ]
    for text in (
        str(failure.value),
        caplog.text,
        output.out,
        output.err,
        str([str(w.message) for w in warned]),
        str(chain),
    ):
        assert "Nguy" not in text
        assert "079099" not in text


def test_judging_writes_nothing_to_the_terminal_or_the_log(con, caplog, capfd):
    with caplog.at_level(logging.INFO):
        judge_table(con, CONTRACT, [PARSES, KNOWN, GIVEN], "judged")
    output = capfd.readouterr()
    assert (output.out, output.err, caplog.text) == ("", "", "")
    assert logging.getLogger("great_expectations").level != logging.CRITICAL + 1


def test_a_different_count_fails_closed_and_names_the_rule(con, monkeypatch):
    examine = gx.examine

    def one_more(*arguments):
        first, second = examine(*arguments)
        return [first, dataclasses.replace(second, failed=second.failed + 1)]

    monkeypatch.setattr(gx, "examine", one_more)
    with pytest.raises(
        DisagreementError, match=r"sample\.status\.enum failed 1 of 4 rows by our count, 2 of 4"
    ):
        judge_table(con, CONTRACT, [PARSES, KNOWN], "judged")
    assert violations(con) == []


def test_a_condition_that_differs_from_great_expectations_own_count_fails_closed(con, monkeypatch):
    """The count must be made anew from the condition, not copied: a condition turned round is
    noticed.
    """
    conditions = gx.broken_conditions
    monkeypatch.setattr(
        gx, "broken_conditions", lambda *a: [f"NOT ({condition})" for condition in conditions(*a)]
    )
    with pytest.raises(DisagreementError, match=r"sample\.code\.parse"):
        judge_table(con, CONTRACT, [PARSES], "judged")


def test_the_steps_connection_stays_open_and_its_settings_stay(con):
    con.execute("SET TimeZone = 'Asia/Ho_Chi_Minh'")
    judge_table(con, CONTRACT, [PARSES], "judged")
    judge_table(con, CONTRACT, [KNOWN], "judged")
    assert con.execute("SELECT current_setting('TimeZone')").fetchone() == ("Asia/Ho_Chi_Minh",)
