"""Transforms and derived columns."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest

from de06_pipeline.contracts.model import Contract, Field, FieldType, Lookup
from de06_pipeline.errors import ContractError
from de06_pipeline.parsing.derived import (
    columns_behind,
    derived_columns,
    lookup_table,
    with_derived,
)
from de06_pipeline.periods import Month
from de06_pipeline_tests.unit.parsing_kit import contract

JUNE = Month(2024, 6)


def derived(name: str, kind: FieldType, transform: str) -> Field:
    return Field(name, kind, "", derived=True, transform=transform)


def rows(sample: Contract, relation: str) -> list[dict[str, object]]:
    with duckdb.connect() as con:
        answer = con.execute(with_derived(sample, JUNE, relation))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def test_a_later_transform_sees_what_an_earlier_one_made_or_replaced() -> None:
    sample = contract(
        Field("submitted_at", FieldType.TIMESTAMP, ""),
        Field(
            "received_at", FieldType.TIMESTAMP, "", transform="coalesce(received_at, submitted_at)"
        ),
        derived("received_on", FieldType.DATE, "received_at"),
        derived("is_first_half", FieldType.YES_NO, "extract(day from received_on) <= 15"),
        derived("is_second_half", FieldType.YES_NO, "not is_first_half"),
    )
    relation = "SELECT TIMESTAMP '2024-06-20 08:00:00' AS submitted_at, NULL::TIMESTAMP AS received_at, 7 AS row_number"
    assert rows(sample, relation) == [
        {
            "submitted_at": datetime(2024, 6, 20, 8),
            "received_at": datetime(2024, 6, 20, 8),
            "row_number": 7,
            "received_on": date(2024, 6, 20),
            "is_first_half": False,
            "is_second_half": True,
        }
    ]


def test_a_transform_sees_area_columns_and_states() -> None:
    sample = contract(
        derived(
            "is_province_level", FieldType.YES_NO, "province_state = 'ok' and district_id is null"
        )
    )
    assert (
        rows(sample, "SELECT 'ok' AS province_state, NULL::INTEGER AS district_id")[0][
            "is_province_level"
        ]
        is True
    )


def test_the_month_is_three_names() -> None:
    sample = contract(
        derived("starts", FieldType.TIMESTAMP, "month_start"),
        derived("ends", FieldType.TIMESTAMP, "MONTH_END"),
        derived("last_day", FieldType.DATE, "month_last_day"),
        derived("is_in_month", FieldType.YES_NO, "at >= month_start and at < month_end"),
        derived("text", FieldType.TEXT, "'month_start'"),
    )
    made = rows(sample, "SELECT TIMESTAMP '2024-06-30 23:59:59' AS at")[0]
    assert made["starts"] == datetime(2024, 6, 1)
    assert made["ends"] == datetime(2024, 7, 1)
    assert made["last_day"] == date(2024, 6, 30)
    assert made["is_in_month"] is True
    assert made["text"] == "month_start"


def test_values_get_the_type_of_their_field() -> None:
    sample = contract(
        derived("fee", FieldType.DECIMAL, "1"),
        derived("days", FieldType.INTEGER, "extract(day from month_last_day)"),
    )
    with duckdb.connect() as con:
        types = con.execute(
            f"DESCRIBE {with_derived(sample, JUNE, 'SELECT 1 AS row_number')}"
        ).fetchall()
    assert [(name, kind) for name, kind, *_ in types] == [
        ("row_number", "INTEGER"),
        ("fee", "DECIMAL(18,4)"),
        ("days", "BIGINT"),
    ]


def test_a_lookup_is_a_flag_and_null_where_there_is_nothing_to_look_up() -> None:
    lookup = Lookup("dvc_procedures", "procedure_code", "procedure_code")
    sample = contract(
        Field("procedure_code", FieldType.CODE, "", transform="upper(procedure_code)"),
        Field("procedure_known", FieldType.YES_NO, "", derived=True, lookup=lookup),
        derived("needs_check", FieldType.YES_NO, "not procedure_known"),
    )
    assert lookup_table(lookup) == "lookup_dvc_procedures_procedure_code"
    with duckdb.connect() as con:
        con.execute("CREATE TABLE lookup_dvc_procedures_procedure_code AS SELECT 'A' AS value")
        relation = "SELECT unnest(['a', 'b', NULL]) AS procedure_code"
        assert con.execute(with_derived(sample, JUNE, relation)).fetchall() == [
            ("A", True, False),
            ("B", False, True),
            (None, None, None),
        ]
        con.execute("DELETE FROM lookup_dvc_procedures_procedure_code")
        assert con.execute(with_derived(sample, JUNE, relation)).fetchall() == [
            ("A", False, True),
            ("B", False, True),
            (None, None, None),
        ]


def test_columns_come_in_the_order_of_the_contract() -> None:
    lookup = Lookup("other", "code", "code")
    sample = contract(
        Field("code", FieldType.CODE, ""),
        derived("b", FieldType.INTEGER, "1"),
        Field("known", FieldType.YES_NO, "", derived=True, lookup=lookup),
        derived("a", FieldType.INTEGER, "b + 1"),
    )
    assert [column for column, _ in derived_columns(sample, JUNE)] == ["b", "known", "a"]


def test_only_some_columns_with_all_that_they_look_at() -> None:
    sample = contract(
        Field("a", FieldType.INTEGER, ""),
        derived("double", FieldType.INTEGER, "a + b"),
        # Later than the column above looks at it, and itself made from another one.
        Field("b", FieldType.INTEGER, "", transform="b * c"),
        Field("c", FieldType.INTEGER, ""),
        Field("d", FieldType.INTEGER, "", transform="d + 1"),
        derived("other", FieldType.INTEGER, "d"),
    )
    behind = columns_behind(sample, JUNE, ["double"])
    assert behind == {"double", "a", "b", "c"}
    with duckdb.connect() as con:
        made = with_derived(sample, JUNE, "SELECT 1 AS a, 2 AS b, 3 AS c", behind)
        assert con.execute(f"SELECT double FROM ({made})").fetchall() == [(3,)]
    assert columns_behind(sample, JUNE, ["other"]) == {"other", "d"}


def test_without_transforms_the_relation_stays() -> None:
    assert (
        with_derived(contract(Field("note", FieldType.TEXT, "")), JUNE, "SELECT 1 AS note")
        == "SELECT 1 AS note"
    )


@pytest.mark.parametrize(
    "transform", ["1; 2", "select 1", "drop table parsed", "case when", """ 'a """]
)
def test_a_transform_that_is_not_one_expression_is_an_error_of_the_contract(transform: str) -> None:
    with pytest.raises(ContractError, match=r"sample\.yaml: the transform of 'flag'"):
        derived_columns(contract(derived("flag", FieldType.YES_NO, transform)), JUNE)


def test_an_area_takes_no_transform() -> None:
    with pytest.raises(ContractError, match="areas take no transform"):
        derived_columns(
            contract(Field("province", FieldType.PROVINCE, "", transform="upper(province)")), JUNE
        )
