"""View ``judged``: which columns it keeps."""

from __future__ import annotations

from pathlib import Path

import duckdb

from de06_pipeline.areas.attach import AreaJoin
from de06_pipeline.contracts.model import Contract, Field, FieldType, Message, Rule, Severity
from de06_pipeline.ingest.supersede import create_judged
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


def test_personal_texts_that_nothing_reads_again_are_not_written(tmp_path: Path) -> None:
    """A derived column may have been made from one; a rule, or what chooses between repeats, keeps
    it.
    """
    records = tmp_path / "records"
    records.write_text("2\x1fD1\x1fTên\x1f1\x1f090\x1f2024-06-01\n", encoding="utf-8")
    delivered = [field.name for field in FIELDS if not field.derived]
    with duckdb.connect() as con:
        create_parsed(
            con,
            CONTRACT,
            [
                TypedInput(
                    1, (records,), 1, len(delivered), {name: i for i, name in enumerate(delivered)}
                )
            ],
        )
        create_judged(
            con, CONTRACT, Month(2024, 6), AreaJoin("", (), ()), tmp_path / "judged.parquet"
        )
        columns = {name for name, *_ in con.execute("DESCRIBE judged").fetchall()}
        assert con.execute("SELECT code, has_phone FROM judged").fetchall() == [("D1", True)]
    assert {"code", "identity", "updated_at", "has_phone"} <= columns
    assert not columns & {"name", "phone"}
