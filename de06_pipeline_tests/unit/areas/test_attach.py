"""Adding the units to the rows of `parsed` in a real DuckDB."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest

from de06_pipeline.areas.attach import AreaJoin, attach
from de06_pipeline.areas.suppliers import Supplier, SupplierBook
from de06_pipeline.contracts.model import Contract, Field, FieldType, Message
from de06_pipeline_tests.unit.areas_cases import BOOK, REFERENCE, month

SUPPLIERS = SupplierBook.load(REFERENCE, BOOK)
PROVINCE = Field("province", FieldType.PROVINCE, "")
DISTRICT = Field("district", FieldType.DISTRICT, "")
COMMUNE = Field("commune", FieldType.COMMUNE, "")

Row = tuple[str | None, str | None, str | None, str | None]
"""Province, district and commune as delivered, and the row's own date."""


def contract(*fields: Field, area_date: str = "coalesce(received_at, submitted_at)") -> Contract:
    nothing = Message("", "")
    return Contract(
        "dvc_dossiers",
        "1.0.0",
        "dvc",
        nothing,
        "",
        "",
        5,
        0.02,
        False,
        False,
        fields,
        (),
        area_date=area_date,
    )


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def put(con: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    con.execute(
        """CREATE TABLE parsed (file_no SMALLINT, row_number BIGINT, province_text VARCHAR, district_text VARCHAR,
        commune_text VARCHAR, received_at TIMESTAMP, submitted_at TIMESTAMP)"""
    )
    for number, row in enumerate(rows):
        con.execute("INSERT INTO parsed VALUES (1, ?, ?, ?, ?, ?, NULL)", [number, *row])


def joined(
    con: duckdb.DuckDBPyConnection, join: AreaJoin, columns: Sequence[tuple[str, str]] | None = None
) -> list[tuple[object, ...]]:
    selected = ", ".join(f"{sql} AS {column}" for column, sql in (columns or join.columns))
    return con.execute(
        f"SELECT {selected} FROM parsed p {join.joins} ORDER BY p.row_number"
    ).fetchall()


def in_words(rows: list[tuple[object, ...]]) -> list[str]:
    def words(area_id: object, state: object) -> str:
        return f"{BOOK.get(area_id).name if isinstance(area_id, int) else '-'}/{state}"

    return [" ".join(words(row[i], row[i + 1]) for i in (0, 2, 4)) for row in rows]


def supplier(name: str, reporting: str) -> Supplier:
    office = SUPPLIERS.get(name, month(reporting))
    assert office is not None
    return office


def test_rows_get_their_units_and_states(con: duckdb.DuckDBPyConnection) -> None:
    put(
        con,
        [
            ("Long An", "H. Bến Lức", None, "2024-06-03 08:00"),
            ("80", "803", "27991", None),
            ("Long An", "H. Bến Lức", None, "2024-06-04 08:00"),
            (None, None, None, None),
            ("Không Có", "Bến Lức", None, "2024-06-03"),
        ],
    )
    join = attach(
        con, "parsed", contract(PROVINCE, DISTRICT, COMMUNE), month("2024-06"), BOOK, {1: None}
    )
    assert [column for column, _ in join.columns] == [
        "province_id", "province_state", "district_id", "district_state", "commune_id", "commune_state",
    ]  # fmt: skip
    assert in_words(joined(con, join)) == [
        "Long An/ok Bến Lức/ok -/empty",
        "Long An/ok Bến Lức/ok Bến Lức/ok",
        "Long An/ok Bến Lức/ok -/empty",
        "-/empty -/empty -/empty",
        "-/unknown -/dropped -/empty",
    ]


def test_the_rows_own_month_decides_where_the_reporting_month_knows_no_unit(
    con: duckdb.DuckDBPyConnection,
) -> None:
    put(
        con,
        [
            ("Long An", None, None, "2025-06-30 23:59"),
            ("Long An", None, None, "2025-07-01 00:00"),
            ("Long An", None, None, None),
            ("Tây Ninh", "Bến Lức", "TT Bến Lức", "2025-05-02"),
        ],
    )
    join = attach(
        con, "parsed", contract(PROVINCE, DISTRICT, COMMUNE), month("2025-07"), BOOK, {1: None}
    )
    assert in_words(joined(con, join)) == [
        "Tây Ninh/carried -/empty -/empty",
        "-/unknown -/empty -/empty",
        "-/unknown -/empty -/empty",
        "Tây Ninh/ok -/dropped Bến Lức/carried",
    ]


def test_the_own_date_may_be_an_expression_and_falls_back(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [("Long An", None, None, None)])
    con.execute("UPDATE parsed SET submitted_at = TIMESTAMP '2025-06-12'")
    join = attach(con, "parsed", contract(PROVINCE), month("2025-07"), BOOK, {1: None})
    assert in_words(joined(con, join)) == ["Tây Ninh/carried -/empty -/empty"]


def test_absurd_own_dates_are_no_dates(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [("Long An", None, None, None), ("Long An", None, None, None)])
    con.execute(
        "UPDATE parsed SET received_at = CASE row_number WHEN 0 THEN TIMESTAMP '0044-03-15 (BC)' ELSE TIMESTAMP 'infinity' END"
    )
    join = attach(con, "parsed", contract(PROVINCE), month("2025-07"), BOOK, {1: None})
    assert in_words(joined(con, join)) == ["-/unknown -/empty -/empty"] * 2


def test_a_contract_without_an_own_date_has_no_grace(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [("Long An", None, None, "2025-06-01")])
    join = attach(
        con, "parsed", contract(PROVINCE, area_date=""), month("2025-07"), BOOK, {1: None}
    )
    assert in_words(joined(con, join)) == ["-/unknown -/empty -/empty"]


def test_levels_the_contract_lacks_are_empty(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [("Long An", "Không Có", "Không Có", None)])
    join = attach(con, "parsed", contract(PROVINCE), month("2024-06"), BOOK, {1: None})
    assert in_words(joined(con, join)) == ["Long An/ok -/empty -/empty"]


def test_a_contract_without_areas(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [("Long An", None, None, None), (None, None, None, None)])
    join = attach(
        con, "parsed", contract(), month("2024-06"), BOOK, {1: supplier("quang-nam", "2024-06")}
    )
    assert in_words(joined(con, join)) == ["-/empty -/empty -/empty"] * 2


def test_each_delivery_of_a_batch_covers_its_own_provinces(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [("Quảng Nam", "Hội An", None, None)] * 2 + [("Long An", "Bến Lức", None, None)] * 2)
    con.execute("ALTER TABLE parsed ADD COLUMN delivery_no SMALLINT")
    con.execute("UPDATE parsed SET delivery_no = 1 + row_number % 2")
    suppliers = {n: supplier(name, "2024-06") for n, name in ((1, "quang-nam"), (2, "long-an"))}
    join = attach(con, "parsed", contract(PROVINCE, DISTRICT), month("2024-06"), BOOK, suppliers)
    assert in_words(joined(con, join)) == [
        "Quảng Nam/ok Hội An/ok -/empty",
        "Quảng Nam/outside Hội An/ok -/empty",
        "Long An/outside Bến Lức/ok -/empty",
        "Long An/ok Bến Lức/ok -/empty",
    ]


def test_provinces_of_other_suppliers_are_outside(con: duckdb.DuckDBPyConnection) -> None:
    put(
        con,
        [
            ("Quảng Nam", "Hội An", None, None),
            ("Long An", "Bến Lức", None, None),
            ("Không Có", None, None, None),
        ],
    )
    join = attach(
        con,
        "parsed",
        contract(PROVINCE, DISTRICT),
        month("2024-06"),
        BOOK,
        {1: supplier("quang-nam", "2024-06")},
    )
    assert in_words(joined(con, join)) == [
        "Quảng Nam/ok Hội An/ok -/empty",
        "Long An/outside Bến Lức/ok -/empty",
        "-/unknown -/empty -/empty",
    ]
    suggestions = joined(con, join, join.suggestions)
    assert suggestions[0] == ("", "")
    assert suggestions[1] == (
        "Tỉnh Long An (80) không thuộc phạm vi báo cáo của Quảng Nam trong tháng này.",
        "Tỉnh Long An (80) is not covered by Quảng Nam in this month.",
    )


def test_a_carried_province_must_be_covered_too(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [("Quảng Nam", None, None, "2025-06-01"), ("Long An", None, None, "2025-06-01")])
    join = attach(
        con,
        "parsed",
        contract(PROVINCE),
        month("2025-07"),
        BOOK,
        {1: supplier("da-nang", "2025-07")},
    )
    assert in_words(joined(con, join)) == [
        "Đà Nẵng/carried -/empty -/empty",
        "Tây Ninh/outside -/empty -/empty",
    ]


def test_hints_follow_the_month_that_decided(con: duckdb.DuckDBPyConnection) -> None:
    put(
        con,
        [
            ("Quảng Nam", "Nông Sơn", None, "2024-12-31"),
            ("Quảng Nam", "Điện Bản", None, "2025-01-02"),
        ],
    )
    join = attach(con, "parsed", contract(PROVINCE, DISTRICT), month("2025-01"), BOOK, {1: None})
    assert [vi for vi, _ in joined(con, join, join.suggestions)] == [
        "Huyện Nông Sơn (519) nay là Huyện Quế Sơn (509) (hết hiệu lực ngày 31/12/2024).",
        "Có phải là Thị xã Điện Bàn (507)?",
    ]


def test_no_row_is_lost_or_doubled_and_empty_tables_work(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [])
    join = attach(
        con, "parsed", contract(PROVINCE, DISTRICT, COMMUNE), month("2025-07"), BOOK, {1: None}
    )
    assert joined(con, join) == []
    con.execute(
        """INSERT INTO parsed SELECT 1, i, ['Long An', 'Tây Ninh', NULL][1 + i % 3], [NULL, 'Bến Lức'][1 + i % 2], NULL,
        TIMESTAMP '2025-01-01' + INTERVAL (i % 300) DAY, NULL FROM range(10000) t(i)"""
    )
    join = attach(
        con, "parsed", contract(PROVINCE, DISTRICT, COMMUNE), month("2025-07"), BOOK, {1: None}
    )
    assert len(joined(con, join)) == 10_000


def test_the_join_is_by_hash(con: duckdb.DuckDBPyConnection) -> None:
    # A nested loop over 1 M rows took nine minutes.
    put(con, [("Long An", None, None, "2025-06-01")])
    join = attach(
        con, "parsed", contract(PROVINCE, DISTRICT, COMMUNE), month("2025-07"), BOOK, {1: None}
    )
    columns = ", ".join(f"{sql} AS {column}" for column, sql in join.columns)
    query = f"EXPLAIN (FORMAT json) SELECT {columns} FROM parsed p {join.joins}"
    plan = str(con.execute(query).fetchall())
    assert plan.count('"HASH_JOIN"') == 2
    assert "NESTED" not in plan
    assert "BLOCKWISE" not in plan
