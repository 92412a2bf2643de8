"""Three counts of every expectation type over random rows: GX on DuckDB, GX on pandas, and our own
predicate.
"""

from __future__ import annotations

import importlib
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import Contract, Message, Rule, Severity
from de06_pipeline.quality.judge import RuleCount
from de06_pipeline.quality.rules import ROW_EXPECTATIONS
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.quality_kit import judge_table

NOTHING = Message("", "")
CONTRACT = Contract("sample", "1.0.0", "dvc", NOTHING, "", "", 5, 0.02, False, False, (), ())
PAIR = {"ignore_row_if": "either_value_is_missing"}

# (expectation, arguments, row condition in SQL, the same for pandas)
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "expect_column_values_to_be_in_set",
        {"column": "code", "value_set": ["a", "B%", "it's", "ợ"]},
        "",
        "",
    ),
    ("expect_column_values_to_be_in_set", {"column": "status", "value_set": [1, 2, 5]}, "", ""),
    (
        "expect_column_values_to_be_in_set",
        {"column": "flag", "value_set": [True]},
        "status >= 2",
        "status >= 2",
    ),
    (
        "expect_column_values_to_not_be_in_set",
        {"column": "state", "value_set": ["bad", "padded"]},
        "",
        "",
    ),
    (
        "expect_column_values_to_not_be_in_set",
        {"column": "status", "value_set": [3]},
        "state = 'ok'",
        "state == 'ok'",
    ),
    (
        "expect_column_values_to_match_regex",
        {"column": "code", "regex": r"^[a-zợ]\d*$|%|:x"},
        "",
        "",
    ),
    (
        "expect_column_values_to_match_regex",
        {"column": "code", "regex": "'s$"},
        "status IN (1, 2)",
        "status in [1, 2]",
    ),
    ("expect_column_values_to_not_match_regex", {"column": "code", "regex": r"\d|%"}, "", ""),
    (
        "expect_column_values_to_be_between",
        {"column": "status", "min_value": 2, "max_value": 4, "strict_max": True},
        "",
        "",
    ),
    ("expect_column_values_to_be_between", {"column": "amount", "min_value": 0}, "", ""),
    (
        "expect_column_values_to_be_between",
        {"column": "amount", "max_value": 1.5, "strict_max": True},
        "flag",
        "flag == True",
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "filed", "min_value": "2024-06-10", "max_value": "2024-06-20"},
        "",
        "",
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "ended", "max_value": "2024-06-20 12:00:00"},
        "status < 4",
        "status < 4",
    ),
    ("expect_column_values_to_be_null", {"column": "code"}, "", ""),
    (
        "expect_column_values_to_be_null",
        {"column": "ended"},
        "status NOT IN (3, 4)",
        "status == status and status not in [3, 4]",
    ),
    ("expect_column_values_to_not_be_null", {"column": "begun"}, "", ""),
    (
        "expect_column_values_to_not_be_null",
        {"column": "ended"},
        "status = 4 OR flag",
        "status == 4 or flag == True",
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "ended", "column_B": "begun", "or_equal": True, **PAIR},
        "",
        "",
    ),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "amount", "column_B": "status", **PAIR},
        "flag",
        "flag == True",
    ),
    (
        "expect_column_pair_values_to_be_equal",
        {"column_A": "status", "column_B": "amount", **PAIR},
        "",
        "",
    ),
    (
        "expect_column_pair_values_to_be_equal",
        {"column_A": "begun", "column_B": "ended", **PAIR},
        "state <> 'bad'",
        "state != 'bad'",
    ),
]
RULES = [
    Rule(
        f"sample.case_{i}.check",
        kind,
        arguments,
        Severity.CRITICAL if i % 2 else Severity.WARNING,
        ("code",),
        NOTHING,
        condition,
    )
    for i, (kind, arguments, condition, _) in enumerate(CASES)
]

_days = st.integers(0, 29).map(lambda n: date(2024, 6, 1) + timedelta(days=n))
_times = st.integers(0, 29 * 4).map(lambda n: datetime(2024, 6, 1) + timedelta(hours=6 * n))
_rows = st.lists(
    st.tuples(
        st.none() | st.sampled_from(["a", "B%", "it's", "ợ", "ợ7", "a:x", "", "12", "Á", "a\nb"]),
        st.none() | st.integers(1, 5),
        st.sampled_from(["ok", "empty", "bad", "padded"]),
        st.none() | st.booleans(),
        st.none() | st.integers(-4, 20).map(lambda n: n / 4),
        st.none() | _days,
        st.none() | _times,
        st.none() | _days,
    ),
    min_size=1,
    max_size=60,
)


def test_every_allowed_expectation_has_a_case():
    assert {kind for kind, *_ in CASES} == set(ROW_EXPECTATIONS)


# Shrinking would run Great Expectations hundreds of times; the rows of a failure are few as they
# are.
@settings(
    max_examples=examples(6),
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(rows=_rows)
def test_three_counts_agree(rows):
    """``judge`` itself fails where GX on DuckDB and our predicate differ, so its counts stand for
    both.
    """
    with duckdb.connect() as con:
        _create_judged(con, rows)
        counts = judge_table(con, CONTRACT, RULES, "judged")
        frame = con.execute("SELECT * FROM judged ORDER BY row_number").df()
        violations = dict(
            con.execute("SELECT rule_id, count(*) FROM violation GROUP BY rule_id").fetchall()
        )
    assert [(count.evaluated, count.failed) for count in counts] == _examined_by_pandas(frame)
    assert violations == {
        count.rule.id: count.failed for count in counts if _is_critical(count) and count.failed
    }


def _is_critical(count: RuleCount) -> bool:
    return count.rule.severity is Severity.CRITICAL


def _create_judged(con: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    con.execute("CREATE TYPE field_state AS ENUM ('ok', 'empty', 'bad', 'padded')")
    con.execute("""CREATE TABLE judged (file_no SMALLINT, row_number BIGINT, code VARCHAR, status SMALLINT, state field_state,
        flag BOOLEAN, amount DECIMAL(18,4), begun DATE, ended TIMESTAMP, filed DATE)""")
    if rows:
        con.executemany(
            "INSERT INTO judged VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, *row) for number, row in enumerate(rows, start=2)],
        )


def _examined_by_pandas(frame: Any) -> list[tuple[int, int]]:
    """The same expectations on GX's reference engine, over pandas' ordinary types, with row
    conditions in pandas' words.
    """
    import great_expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.registry import get_expectation_impl
    from great_expectations.expectations.row_conditions import Column

    plain = {
        "code": object,
        "status": float,
        "state": object,
        "flag": object,
        "amount": float,
        "begun": "datetime64[ns]",
        "ended": "datetime64[ns]",
    }
    frame = frame.astype(plain)
    frame["filed"] = [
        None if frame["filed"].isna()[i] else frame["filed"][i].date() for i in frame.index
    ]
    expectations = []
    for i, (kind, arguments, _, condition) in enumerate(CASES):
        if condition:
            frame[f"when_{i}"] = frame.eval(condition).astype(bool)
        only = (Column(f"when_{i}") == True) if condition else None  # noqa: E712
        expectations.append(
            get_expectation_impl(kind)(**arguments, row_condition=only, meta={"case": i})
        )
    # The product leaves this source out when it imports the library; importing it registers it.
    importlib.import_module("great_expectations.datasource.fluent.pandas_datasource")
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("reference").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
        batch_parameters={"dataframe": frame}
    )
    results = {
        r.expectation_config.meta["case"]: r.result
        for r in batch.validate(great_expectations.ExpectationSuite("all", expectations)).results
    }
    return [
        (r["element_count"] - r.get("missing_count", 0), r["unexpected_count"])
        for r in (results[i] for i in range(len(CASES)))
    ]
