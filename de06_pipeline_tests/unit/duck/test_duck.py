"""The floor under DuckDB: limits, quoting, small tables, handles."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.parquet import read_schema

from de06_pipeline.duck import connection
from de06_pipeline.duck.connection import (
    DuckSettings,
    connection_beside,
    memory_database,
    step_database,
)
from de06_pipeline.duck.quoting import identifier, literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import (
    arrow_table,
    create_table,
    insert_rows,
    number,
    parquet_columns,
    parquet_sql,
    write_parquet,
)

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


def test_rows_come_as_an_arrow_table_whatever_was_asked_before() -> None:
    with memory_database(DuckSettings()) as con:
        con.execute("CREATE TABLE t AS SELECT range::INTEGER AS a FROM range(3)")
        assert number(con, "SELECT a FROM t ORDER BY a") == 0
        assert arrow_table(con, "FROM t ORDER BY a").to_pydict() == {"a": [0, 1, 2]}


@pytest.mark.parametrize("settings", [DuckSettings(), DuckSettings().for_rows(0)])
def test_what_is_no_date_is_null_for_try_cast_whatever_it_is_read_from(
    tmp_path: Path, settings: DuckSettings
) -> None:
    """DuckDB 2 would hand the type to the reader of the file, and stop at the first that is none."""
    texts = [*["2024-06-12 21:12:00"] * 30_000, "2024-02-31 08:00:00"]
    (tmp_path / "t.csv").write_text("\n".join(["moment", *texts]), encoding="ascii")
    with memory_database(settings) as con:
        given = con.execute(
            "SELECT count(*), count(moment) FROM (SELECT TRY_CAST(moment AS TIMESTAMP) AS moment "
            "FROM read_csv(?, header = true, all_varchar = true))",
            [str(tmp_path / "t.csv")],
        ).fetchall()
    assert given == [(30_001, 30_000)]


@pytest.mark.parametrize("rows", [12, 1_000_000])
@pytest.mark.parametrize("is_step", [False, True])
def test_a_column_is_written_as_one_that_can_hold_nulls_whether_it_does_or_not(
    tmp_path: Path, is_step: bool, rows: int
) -> None:
    """DuckDB would decide by the rows, so bytes would depend on who was delivered with whom."""
    settings = DuckSettings().for_rows(rows)
    opened = (
        step_database(tmp_path / "step", settings, 1000 * rows)
        if is_step
        else memory_database(settings)
    )
    with opened as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS filled, NULL::INTEGER AS gone")
        write_parquet(con, "SELECT filled, gone, filled + 1 AS more FROM t", tmp_path / "t.parquet")
    assert all(field.nullable for field in read_schema(tmp_path / "t.parquet"))


@pytest.mark.parametrize("is_step", [False, True])
def test_a_database_in_memory_begins_empty_whoever_used_it_before(
    tmp_path: Path, is_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One that another test has left keeps the functions that are the same for all.
    monkeypatch.setattr(connection, "_idle", [])
    everything = (
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE TEMP TABLE u AS SELECT 1 AS a",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE MACRO m(a) AS a + 1",
        "SET TimeZone = 'UTC'",
        "SET threads = 3",
    )
    settings = DuckSettings(threads=1, spill_root=tmp_path)
    for _ in range(3):
        opened = step_database(tmp_path, settings, 0) if is_step else memory_database(settings)
        with opened as con:
            names = con.execute(
                "SELECT table_name FROM duckdb_tables() UNION ALL "
                "SELECT view_name FROM duckdb_views() WHERE NOT internal UNION ALL "
                "SELECT function_name FROM duckdb_functions() WHERE NOT internal"
            ).fetchall()
            assert names == []
            row = con.execute("SELECT current_setting('TimeZone'), current_setting('threads')")
            assert row.fetchone() == ("Asia/Ho_Chi_Minh", 1)
            for statement in everything:
                con.execute(statement)
    assert list(tmp_path.iterdir()) == []


def test_a_database_taken_up_again_has_the_limit_of_its_new_user() -> None:
    limits = []
    for limit in ("300MB", "300MB", "400MB"):
        with memory_database(DuckSettings(limit)) as con:
            limits.append(con.execute("SELECT current_setting('memory_limit')").fetchone())
    assert limits == [("286.1 MiB",), ("286.1 MiB",), ("381.4 MiB",)]


@pytest.mark.parametrize("size", [0, 1 << 30])
def test_a_connection_beside_sees_what_is_not_temporary(tmp_path: Path, size: int) -> None:
    with step_database(tmp_path, DuckSettings(), size) as con:
        con.execute("CREATE TABLE t AS SELECT 7 AS a")
        beside = connection_beside(con)
        assert number(beside, "SELECT a FROM t") == 7
        beside.close()
        assert number(con, "SELECT a FROM t") == 7


def test_databases_in_memory_side_by_side_are_apart() -> None:
    with memory_database(DuckSettings()) as first, memory_database(DuckSettings()) as second:
        first.execute("CREATE TABLE t AS SELECT 1 AS a")
        assert number(second, "SELECT count(*) FROM duckdb_tables()") == 0


def test_a_database_that_spilled_or_failed_is_not_used_again(tmp_path: Path) -> None:
    small = DuckSettings("50MB", 1, tmp_path)
    with memory_database(small) as con:
        con.execute("CREATE TEMP TABLE t AS SELECT md5(i::VARCHAR) FROM range(3000000) AS r(i)")
        assert any(tmp_path.rglob("*.tmp"))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(duckdb.Error), memory_database(small) as con:
        con.execute("SELECT error('x')")
    with memory_database(small) as con:
        assert number(con, "SELECT count(*) FROM duckdb_tables()") == 0
        folder = con.execute("SELECT current_setting('temp_directory')").fetchone()
        assert folder is not None
        assert Path(folder[0]).parent == tmp_path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_has_databases_of_its_own() -> None:
    with memory_database(DuckSettings()):
        pass
    child = os.fork()
    if child == 0:
        with memory_database(DuckSettings(threads=2)) as con:
            total = number(con, "SELECT sum(i) FROM range(1000000) AS r(i)")
        os._exit(0 if total == 499_999_500_000 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


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


def test_the_columns_of_a_file_are_those_it_has_now(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    for query in ("SELECT 1 AS a", "SELECT 1 AS a, 2 AS b"):
        CON.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet)")
        expected = {name.split(" AS ")[1] for name in query.split(", ")}
        assert parquet_columns(CON, str(path)) == expected
        assert parquet_columns(CON, str(path)) == expected
