"""The floor under DuckDB: limits, quoting, small tables, handles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from de06_pipeline.duck.connection import DuckSettings, memory_database, step_database
from de06_pipeline.duck.quoting import identifier, literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import create_table, insert_rows, number, parquet_sql

CON = duckdb.connect()


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_is_itself_and_any_name_names(text: str) -> None:
    assert CON.execute(f"SELECT {literal(text)}").fetchone() == (text,)
    if text:
        assert CON.execute(f"SELECT 1 AS {identifier(text)}").description[0][0] == text


def test_all_databases_have_the_limits_and_the_local_time(tmp_path: Path) -> None:
    # A user's folder may have an apostrophe in its name.
    folder = tmp_path / "o'clock"
    settings = DuckSettings("300MB", 2, folder)
    for database, threads in (
        (memory_database(settings), 2),
        (step_database(folder / "step", settings, 0), 1),
        (step_database(folder / "step", settings, 1 << 30), 2),
    ):
        with database as con:
            rows = con.execute(
                "SELECT current_setting('memory_limit'), current_setting('threads'), "
                "current_setting('TimeZone'), current_setting('temp_directory')"
            ).fetchone()
        assert rows is not None
        assert rows[:3] == ("286.1 MiB", threads, "Asia/Ho_Chi_Minh")
        assert str(rows[3]).startswith(str(folder))
    assert [path.name for path in folder.iterdir()] == ["step"]  # what memory spilled is gone


def test_small_tables_of_python_values() -> None:
    columns = [("n", "INTEGER"), ("t", "VARCHAR"), ("d", "DATE"), ("b", "BOOLEAN")]
    rows = [(1, "it's", date(2024, 6, 1), True), (None, None, None, None)]
    create_table(CON, "small", columns, rows)
    insert_rows(CON, "small", rows)
    assert CON.execute("FROM small").fetchall() == rows * 2
    create_table(CON, "small", columns, [])
    assert number(CON, "SELECT count(*) FROM small") == 0


def test_parquet_files_are_read_as_one_relation_by_name(tmp_path: Path) -> None:
    paths = [str(tmp_path / "b'.parquet"), str(tmp_path / "a.parquet")]
    for path, query in zip(paths, ("SELECT 1 AS x, 2 AS y", "SELECT 3 AS y"), strict=True):
        CON.execute(f"COPY ({query}) TO {literal(path)} (FORMAT parquet)")
    assert CON.execute(f"SELECT x, y FROM {parquet_sql(paths)} ORDER BY y").fetchall() == [
        (1, 2),
        (None, 3),
    ]


def test_a_handle_stands_for_its_name_and_holds_its_types() -> None:
    handle = Relation("handled", (("a", "SMALLINT"), ("b", "VARCHAR")))
    handle.create_as(CON, "SELECT 'x' AS b, 7 AS a, 1 AS c")
    assert CON.execute(f"FROM {handle}").fetchall() == [(7, "x")]
    types = [row[:2] for row in CON.execute(f"DESCRIBE {handle}").fetchall()]
    assert types == list(handle.columns)
    with pytest.raises(duckdb.ConversionException):
        handle.create_as(CON, "SELECT 'x' AS a, '' AS b")
    Relation("handled", (("a", "INTEGER"),)).create(CON, [(1,), (2,)])
    assert number(CON, f"SELECT sum(a) FROM {handle}") == 3
