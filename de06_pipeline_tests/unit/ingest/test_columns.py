"""Columns that no field takes and that have no header."""

from __future__ import annotations

from pathlib import Path

from de06_pipeline.ingest.columns import unnamed_columns


def test_a_column_without_a_header_is_named_where_it_holds_values(tmp_path: Path) -> None:
    first, second = tmp_path / "1.records", tmp_path / "2.records"
    first.write_text("2\x1fD1\x1f\x1f\x1f5\n", encoding="utf-8")
    second.write_text("3\x1fD2\x1f\x1fx\x1f\n", encoding="utf-8")
    told = unnamed_columns(["Mã", "", "", "Số"], [first, second])
    assert [(column.code, column.is_warning) for column in told] == [("column_3.unused", True)]
    assert "no. 3" in told[0].words.en
    assert unnamed_columns(["Mã", "A", "B", "Số"], [first, second]) == ()
    assert unnamed_columns(["Mã", "", "B", "Số"], [first, second]) == ()
