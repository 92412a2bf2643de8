"""View ``parsed``: states, raw texts, codes, defaults, files and row numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pytest

from de06_pipeline.contracts.model import EnumValue, Field, FieldType
from de06_pipeline.errors import AccountingError
from de06_pipeline.landing.sink import RecordSink
from de06_pipeline.parsing.macros import STATES, create_macros
from de06_pipeline.parsing.typed import TypedInput, account_for, reading_records
from de06_pipeline_tests.unit.parsing_kit import contract, create_parsed, delivered, parse_cells

NO_DATES = (
    "01/01/0001 00:00:00",
    "1/1/0001 12:00:00 SA",
    "0001-01-01T00:00:00Z",
    "1900-01-01",
    "00/01/1900",
    "0",
    "00:00:00",
    "31/12/9999",
    "0000-00-00",
    "01/01/1753",
)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(tmp_path / "step.duckdb") as connection:
        connection.execute("SET threads = 2")
        yield connection


@pytest.mark.parametrize(
    ("field", "cells", "expected"),
    [
        (
            Field("f", FieldType.TEXT, ""),
            ["Nguyễn", "", '"x"'],
            [("Nguyễn", "ok"), (None, "empty"), ('"x"', "ok")],
        ),
        (
            Field("f", FieldType.TEXT, ""),
            ["NULL", "-", "\\N", "N/A", "(null)", '=""', "NA", "#N/A", "'0012", '="0012"'],
            [*[(None, "empty")] * 6, ("NA", "ok"), ("#N/A", "ok"), ("0012", "ok"), ("0012", "ok")],
        ),
        (
            Field("f", FieldType.TEXT, "", column_required=True),
            ["#N/A", "#SPILL!", "Err:502", "#1"],
            [*[(None, "empty")] * 3, ("#1", "ok")],
        ),
        (
            Field("f", FieldType.CODE, ""),
            ['="0012"', "'0012", "null", "#REF!"],
            [
                ("0012", "ok", None),
                ("0012", "ok", None),
                (None, "empty", None),
                (None, "bad", "#REF!"),
            ],
        ),
        (
            Field("f", FieldType.DATE, ""),
            [*NO_DATES, "NULL", "02/01/1900", "10:00", "31/02/2024"],
            [
                *[(None, "empty", None)] * 11,
                (date(1900, 1, 2), "ok", None),
                (None, "bad", "10:00"),
                (None, "bad", "31/02/2024"),
            ],
        ),
        (
            Field("f", FieldType.INTEGER, ""),
            ["1.234", "", "1.5"],
            [(1234, "ok", None), (None, "empty", None), (None, "bad", "1.5")],
        ),
        (
            Field("f", FieldType.INTEGER, "", default="0"),
            ["5", "", "x"],
            [(5, "ok", None), (0, "empty", None), (None, "bad", "x")],
        ),
        (
            Field("f", FieldType.DECIMAL, ""),
            ["70,7", "1,2,3"],
            [(Decimal("70.7"), "ok", None), (None, "bad", "1,2,3")],
        ),
        (
            Field("f", FieldType.YES_NO, "", default="false"),
            ["Có", "", "?"],
            [(True, "ok", None), (False, "empty", None), (None, "bad", "?")],
        ),
        (
            Field(
                "f",
                FieldType.ENUM,
                "",
                enum=(EnumValue(1, "Một"), EnumValue(2, "Hai")),
                default="1",
            ),
            ["hai", "", "3"],
            [(2, "ok", None), (1, "empty", None), (None, "bad", "3")],
        ),
        (
            Field("f", FieldType.DATE, "", empty_tokens=("N/A", "-")),
            ["1/7/2024", "01/07/2024 23:59", "n/a", "-", "31/02/2024"],
            [
                (date(2024, 7, 1), "ok", None),
                (date(2024, 7, 1), "ok", None),
                (None, "empty", None),
                (None, "empty", None),
                (None, "bad", "31/02/2024"),
            ],
        ),
        (
            Field("f", FieldType.TIMESTAMP, ""),
            ["01/07/2024", "01/07/2024 08:05", "", "?"],
            [
                (datetime(2024, 7, 1), "ok", None, False),
                (datetime(2024, 7, 1, 8, 5), "ok", None, True),
                (None, "empty", None, None),
                (None, "bad", "?", None),
            ],
        ),
        (
            Field("f", FieldType.TIMESTAMP, "", end_of_day=True),
            ["01/07/2024", "01/07/2024 00:00", "01/07/2024 00:01", "45474", "45474,5"],
            [
                (datetime(2024, 7, 1, 23, 59, 59), "ok", None, False),
                (datetime(2024, 7, 1, 23, 59, 59), "ok", None, True),
                (datetime(2024, 7, 1, 0, 1), "ok", None, True),
                (datetime(2024, 7, 1, 23, 59, 59), "serial", None, False),
                (datetime(2024, 7, 1, 12), "serial", None, True),
            ],
        ),
        (
            Field("f", FieldType.CODE, "", pattern=r"[0-9]{12}|[0-9]{9}", pad_to=12),
            [
                "012345678901",
                "12345678901",
                "123456789",
                "1,23457E+11",
                "1234567890",
                "01234 5678 901",
            ],
            [
                ("012345678901", "ok", None),
                ("012345678901", "padded", None),
                ("123456789", "ok", None),
                (None, "bad", "1,23457E+11"),
                (None, "bad", "1234567890"),
                ("012345678901", "ok", None),
            ],
        ),
        (
            Field("f", FieldType.CODE, "", upper=True),
            ["h57 . 132", "1,2E+11", "4.5e10", "1E5", "a\u0111"],
            [
                ("H57.132", "ok", None),
                (None, "bad", "1,2E+11"),
                (None, "bad", "4.5e10"),
                ("1E5", "ok", None),
                ("AĐ", "ok", None),
            ],
        ),
        (
            Field(
                "f",
                FieldType.CODE,
                "",
                pattern=r"\d\.\d{6}",
                strip_suffix=r"\.(?:\d{2,3}\.)*H\d{2}",
                upper=True,
            ),
            [
                "1.004222",
                "1.004222.000.00.00.H22",
                "1.004222.h22",
                "1.00422.H22",
                ".H22",
                "",
                "1.004222.000",
            ],
            [
                ("1.004222", "ok", None, None),
                ("1.004222", "ok", None, ".000.00.00.H22"),
                ("1.004222", "ok", None, ".H22"),
                (None, "bad", "1.00422.H22", None),
                (None, "bad", ".H22", None),
                (None, "empty", None, None),
                (None, "bad", "1.004222.000", None),
            ],
        ),
        (
            Field("f", FieldType.CODE, "", strip_suffix=r" ?- ?.*"),
            ["VNM - Viet Nam", "- Viet Nam", "D"],
            [
                ("VNM", "ok", None, "-VietNam"),
                (None, "bad", "- Viet Nam", None),
                ("D", "ok", None, None),
            ],
        ),
        (Field("f", FieldType.COMMUNE, ""), ["Xã Đại Đồng", ""], [("Xã Đại Đồng",), (None,)]),
    ],
)
def test_a_field(
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    field: Field,
    cells: list[str],
    expected: list[tuple[object, ...]],
) -> None:
    assert parse_cells(con, tmp_path, field, cells) == expected


FIELDS = (
    Field("dossier_code", FieldType.CODE, "", key=True, pattern=r"D\d+", strip_suffix="-.*"),
    Field("received_at", FieldType.TIMESTAMP, ""),
    Field("fee_vnd", FieldType.INTEGER, "", default="0"),
    Field("province", FieldType.PROVINCE, ""),
    Field("note", FieldType.TEXT, ""),
    Field("is_late", FieldType.YES_NO, "", derived=True, transform="true"),
)


def test_columns_and_types_do_not_depend_on_the_file(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    create_parsed(con, contract(*FIELDS), [delivered(tmp_path, [("D1",)], ["dossier_code"])])
    state = "ENUM('ok', 'empty', 'bad', 'padded', 'serial')"
    assert [row[:2] for row in con.execute("DESCRIBE FROM parsed()").fetchall()] == [
        ("delivery_no", "SMALLINT"),
        ("file_no", "SMALLINT"),
        ("row_number", "BIGINT"),
        *[(f"{field.name}__cell", "VARCHAR") for field in FIELDS if not field.derived],
        ("dossier_code", "VARCHAR"),
        ("dossier_code_state", state),
        ("dossier_code_raw", "VARCHAR"),
        ("dossier_code_suffix", "VARCHAR"),
        ("received_at", "TIMESTAMP"),
        ("received_at_state", state),
        ("received_at_raw", "VARCHAR"),
        ("received_at_has_time", "BOOLEAN"),
        ("fee_vnd", "BIGINT"),
        ("fee_vnd_state", state),
        ("fee_vnd_raw", "VARCHAR"),
        ("province_text", "VARCHAR"),
        ("note", "VARCHAR"),
        ("note_state", state),
    ]
    assert con.execute(
        "SELECT fee_vnd, fee_vnd_state, received_at_state, province_text, note_state FROM parsed()"
    ).fetchall() == [(0, "empty", "empty", None, "empty")]


def test_two_files_of_different_layout(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The second lacks optional columns, has an unknown one and others in another order."""
    first = delivered(
        tmp_path,
        [("D1", "01/07/2024", "5"), ("D2-x", "?", "")],
        ["dossier_code", "received_at", "fee_vnd"],
        1,
    )
    second = delivered(tmp_path, [("skipped", "Huế", "D3")], ["", "province", "dossier_code"], 2, 7)
    sql = create_parsed(con, contract(*FIELDS), [first, second])
    rows = con.execute(
        "SELECT file_no, row_number, dossier_code, dossier_code_suffix, received_at, received_at_raw, fee_vnd, province_text "
        "FROM parsed() ORDER BY file_no, row_number"
    ).fetchall()
    assert rows == [
        (1, 2, "D1", None, datetime(2024, 7, 1), None, 5, None),
        (1, 3, "D2", "-x", None, "?", 0, None),
        (2, 7, "D3", None, None, None, 0, "Huế"),
    ]
    assert sql.count("read_csv($records") == 2
    assert str(tmp_path) not in sql


def test_files_of_one_layout_share_a_statement(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = [
        delivered(tmp_path, [(f"D{number}",)], ["dossier_code"], number, 10 * number)
        for number in (1, 2, 3)
    ]
    sql = create_parsed(con, contract(*FIELDS), files)
    assert sql.count("read_csv(") == 1
    assert con.execute(
        "SELECT file_no, row_number, dossier_code FROM parsed() ORDER BY ALL"
    ).fetchall() == [
        (1, 10, "D1"),
        (2, 20, "D2"),
        (3, 30, "D3"),
    ]


def test_a_file_may_come_in_parts(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    parts = [
        delivered(tmp_path, rows, ["dossier_code"], number, 10 * number)
        for number, rows in enumerate([[("D1",)], [], [("D3",)]])
    ]
    two = TypedInput(
        1, tuple(path for part in parts for path in part.records), 2, 1, {"dossier_code": 0}
    )
    other = delivered(tmp_path, [("D4",)], ["dossier_code"], 4, 40)
    for number, files in enumerate([[two], [two, other]], start=1):
        create_parsed(con, contract(*FIELDS), files)
        account_for(con, files, "parsed()")
        expected = [(1, 0, "D1"), (1, 20, "D3"), (4, 40, "D4")][: 1 + number]
        assert (
            con.execute(
                "SELECT file_no, row_number, dossier_code FROM parsed() ORDER BY ALL"
            ).fetchall()
            == expected
        )
        con.execute("DROP MACRO TABLE parsed")


def test_records_keep_their_numbers_over_many_row_groups(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """More than two threads' share, which come in any order."""
    long = [(f"D{number}", f"x{number % 7}") for number in range(300_000)]
    files = [
        delivered(tmp_path, [("D0", "x")], ["dossier_code", "note"], 1, 0),
        delivered(tmp_path, long, ["dossier_code", "note"], 2, 0),
        delivered(tmp_path, long, ["dossier_code", "note"], 3, 0),
    ]
    create_parsed(con, contract(*FIELDS), files)
    assert con.execute("SELECT count(*), count(DISTINCT row_number) FROM parsed()").fetchall() == [
        (600_001, 300_000)
    ]
    assert con.execute(
        "SELECT count(*) FROM parsed() WHERE dossier_code <> 'D' || row_number"
    ).fetchall() == [(0,)]
    account_for(con, files, "parsed()")


def test_a_file_without_records_and_a_delivery_without_files(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    create_parsed(con, contract(*FIELDS), [delivered(tmp_path, [], ["dossier_code"])])
    assert con.execute("SELECT count(*) FROM parsed()").fetchall() == [(0,)]
    con.execute("DROP MACRO TABLE parsed")
    create_parsed(con, contract(*FIELDS), [])
    assert con.execute("SELECT count(*) FROM parsed()").fetchall() == [(0,)]


def test_a_file_with_none_of_the_fields(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    create_parsed(con, contract(*FIELDS), [delivered(tmp_path, [("a", "b")] * 3, ["", ""])])
    assert con.execute(
        "SELECT row_number, fee_vnd, dossier_code_state FROM parsed()"
    ).fetchall() == [(n, 0, "empty") for n in (2, 3, 4)]


def test_every_record_is_accounted_for(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = delivered(tmp_path, [("D1",), ("D2",)], ["dossier_code"])
    create_parsed(con, contract(*FIELDS), [file])
    account_for(con, [file], "parsed()")
    with pytest.raises(AccountingError, match="3 records were read, 2 were typed"):
        account_for(con, [replace(file, record_count=3)], "parsed()")
    with pytest.raises(AccountingError, match="file 2: 1 records were read, 0 were typed"):
        account_for(con, [replace(file, file_no=2, record_count=1)], "parsed()")


def test_a_record_that_duckdb_rejects_is_our_fault_and_is_not_quoted(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = delivered(tmp_path, [("D1", "Nguyễn Văn A"), ("D2", "b", "c")], ["dossier_code", "note"])
    create_parsed(con, contract(*FIELDS), [file])
    with pytest.raises(AccountingError) as caught, reading_records():
        con.execute("CREATE TABLE typed AS SELECT * FROM parsed()")
    assert "Nguyễn" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_record_without_a_row_number_is_our_fault(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = delivered(tmp_path, [("D1",)], ["dossier_code"])
    file.records[0].write_text("\x1fD1\nx\x1fD2\n")
    create_parsed(con, contract(*FIELDS), [file])
    with pytest.raises(AccountingError, match="rejects a record"), reading_records():
        con.execute("CREATE TABLE typed AS SELECT * FROM parsed()")


def test_a_long_record(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "ắ" * 1_000_000
    create_parsed(
        con,
        contract(*FIELDS),
        [delivered(tmp_path, [("D1", text), ("D2", "")], ["dossier_code", "note"])],
    )
    assert con.execute("SELECT length(note) FROM parsed() ORDER BY row_number").fetchall() == [
        (1_000_000,),
        (None,),
    ]


def test_a_wide_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    names = [""] * 2_000 + ["dossier_code"]
    create_parsed(con, contract(*FIELDS), [delivered(tmp_path, [["x"] * 2_000 + ["D1"]], names)])
    assert con.execute("SELECT dossier_code FROM parsed()").fetchall() == [("D1",)]


def test_states_have_the_numbers_of_their_type(con: duckdb.DuckDBPyConnection) -> None:
    create_macros(con)
    named = con.execute("SELECT enum_range(NULL::field_state)").fetchone()
    assert named == (list(STATES),)


def test_texts_typed_once_are_what_each_row_of_them_is(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    typed = contract(
        Field("area", FieldType.PROVINCE, ""),
        Field("at", FieldType.TIMESTAMP, "", end_of_day=True),
        Field("code", FieldType.CODE, "", pattern=r"\d\.\d{6}", strip_suffix=r"\.H\d\d"),
        Field("day", FieldType.DATE, ""),
        Field("id", FieldType.CODE, "", pattern=r"\d{12}", pad_to=12),
        Field("fee", FieldType.DECIMAL, "", default="0"),
        Field("count", FieldType.STATED, "", unit_words=("hồ sơ",)),
        Field("kind", FieldType.ENUM, "", enum=(EnumValue(1, "Một"), EnumValue(2, "Hai"))),
        Field("note", FieldType.TEXT, "", column_required=True),
    )
    cells = [
        ("75", "2024-06-01", "1.004222.H22", "45444", "1234567890", "", "hơn 1,4 triệu hồ sơ"),
        ("NULL", "1/6/2024 12h49", "1.004222", "01.06.2024", "012345678901", "1.5", "5"),
        ("'01", "0001-01-01", "x", "2024-13-01", "1,2E+11", "12.000,5", "gần 80% trở lên"),
        ("", "2024-06-01 10:00:00", "", "", "", "-3", ""),
    ]
    rows = [(*row, kind, note) for row in cells for kind in ("1", "HAI", "3") for note in "ab"]
    block = "".join("\x1f".join(row) + "\n" for row in [*rows, *reversed(rows)] * 3).encode()
    numbers = np.arange(len(rows) * 6)
    positions = {field.name: at for at, field in enumerate(typed.delivered_fields)}
    results = []
    for is_packed in (False, True):
        with RecordSink(tmp_path, f"{is_packed}", len(positions), is_packed=is_packed) as sink:
            sink.write(block, numbers)
        written = sink.written
        assert len(written.texts) == (len(positions) if is_packed else 0)
        file = TypedInput(
            1, written.records, len(numbers), len(positions), positions, texts=written.texts
        )
        create_parsed(con, typed, [file])
        kept = "SELECT COLUMNS(lambda c: NOT c LIKE '%\\_\\_%' ESCAPE '\\') FROM parsed() ORDER BY row_number"
        results.append(con.execute(kept).fetchall())
    assert results[0] == results[1]
    assert len(results[0]) == len(numbers)
