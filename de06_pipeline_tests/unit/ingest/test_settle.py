"""View ``judged``: which columns it keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from de06_pipeline.areas.attach import AreaJoin
from de06_pipeline.contracts.model import Contract, Field, FieldType, Message, Rule, Severity
from de06_pipeline.errors import AccountingError, ContractError
from de06_pipeline.ingest.judged import WITH_TEXTS, create_judged
from de06_pipeline.parsing.typed import TypedInput, create_parsed
from de06_pipeline.periods import Month

FIELDS = (
    Field("code", FieldType.CODE, "", key=True),
    Field("name", FieldType.TEXT, "", stored=False),
    Field("identity", FieldType.TEXT, "", stored=False),
    Field("phone", FieldType.TEXT, "", stored=False),
    Field("updated_at", FieldType.TIMESTAMP, "", stored=False),
    Field("has_phone", FieldType.YES_NO, "", derived=True, transform="phone IS NOT NULL"),
)
RULE = Rule(
    "sample.identity.given",
    "expect_column_values_to_not_be_null",
    {"column": "identity"},
    Severity.WARNING,
    ("identity",),
    Message("", ""),
)
CONTRACT = Contract(
    "sample", "1.0.0", "dvc", Message("", ""), "", "", 5, 0.02, True, False, FIELDS, (RULE,), supersede_by="updated_at"
)  # fmt: skip


def test_texts_are_kept_of_rows_that_break_a_rule_alone(tmp_path: Path) -> None:
    """A derived column may have been made from one; a rule, or what chooses between repeats, keeps
    it.
    """
    records = tmp_path / "records"
    records.write_text(
        "2\x1fD1\x1fTên\x1f1\x1f090\x1f2024-06-01\n3\x1fD2\x1fHọ\x1f\x1f091\x1f?\n",
        encoding="utf-8",
    )
    delivered = [field.name for field in FIELDS if not field.derived]
    positions = {name: position for position, name in enumerate(delivered)}
    with duckdb.connect() as con:
        create_parsed(con, CONTRACT, [TypedInput(1, (records,), 2, len(delivered), positions)])
        create_judged(
            con, CONTRACT, Month(2024, 6), AreaJoin("", (), ()), tmp_path / "judged.parquet"
        )
        columns = {name for name, *_ in con.execute("DESCRIBE judged").fetchall()}
        kept = con.execute("SELECT code, has_phone, cells FROM judged ORDER BY code").fetchall()
        with_texts = con.execute(
            f"SELECT row_number, code, name, phone, updated_at_raw, has_phone FROM {WITH_TEXTS}"
        ).fetchall()
    assert kept == [("D1", True, None), ("D2", True, ["D2", "Họ", None, "091", "?"])]
    assert with_texts == [(3, "D2", "Họ", "091", "?", True)]
    assert {"code", "identity", "updated_at", "has_phone"} <= columns
    assert not columns & {"name", "phone"}


def test_a_condition_that_cannot_be_evaluated_is_the_contracts_fault_and_quotes_nothing(
    tmp_path: Path,
) -> None:
    records = tmp_path / "records"
    records.write_text("2\x1fD1\x1fNguyễn\x1f\x1f\x1f\n", encoding="utf-8")
    delivered = [field.name for field in FIELDS if not field.derived]
    positions = {name: position for position, name in enumerate(delivered)}
    casting = replace(CONTRACT, rules=(replace(RULE, row_condition="name::INTEGER > 1"),))
    with duckdb.connect() as con:
        create_parsed(con, casting, [TypedInput(1, (records,), 1, len(delivered), positions)])
        with pytest.raises(ContractError, match="casts or compares") as failure:
            create_judged(
                con, casting, Month(2024, 6), AreaJoin("", (), ()), tmp_path / "judged.parquet"
            )
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None
    assert "Nguy" not in str(failure.value)


def test_a_record_that_duckdb_rejects_is_our_fault_whatever_the_rules_are(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.write_text("2\x1fD1\x1fTên\x1f1\x1f090\n", encoding="utf-8")
    delivered = [field.name for field in FIELDS if not field.derived]
    positions = {name: position for position, name in enumerate(delivered)}
    with duckdb.connect() as con:
        create_parsed(con, CONTRACT, [TypedInput(1, (records,), 1, len(delivered), positions)])
        with pytest.raises(AccountingError, match="rejects a record"):
            create_judged(
                con, CONTRACT, Month(2024, 6), AreaJoin("", (), ()), tmp_path / "judged.parquet"
            )
