"""Numbers in the Vietnamese format, and English ones that must not pass for them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from de06_pipeline.parsing.macros import create_macros


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_macros(connection)
        yield connection


BOTH = [
    ("0", 0),
    ("1234", 1234),
    ("1.234", 1234),
    ("12.345", 12345),
    ("1.234.567", 1234567),
    ("+5", 5),
    ("-5", -5),
    ("-1.234", -1234),
    ("-0", 0),
    ("007", 7),
    ("12,0", 12),
    ("12,00", 12),
    ("12,0000", 12),
    ("1234,000", 1234),
    ("1.234,000", 1234),
    ("0,000", 0),
    ("1.234,0", 1234),
]
NEITHER = [
    "1,234.5",
    "1.23",
    "1.2345",
    "1234.567",
    "70.7",
    "0.500",
    "00.500",
    "1..234",
    "1.234.56",
    "1 234",
    "1_000",
    "0x10",
    "0b1",
    "1e3",
    "1E+03",
    "1,5E+3",
    "12,",
    ",5",
    "+",
    "--5",
    "5-",
    "1,2,3",
    "70,7%",
    "(5)",
    "5 đ",
    "nan",
    "inf",
    "Infinity",
    "true",
    "Nguyễn",
    "99999999999999999999",
    "",
    None,
]


@pytest.mark.parametrize(("text", "expected"), BOTH)
def test_whole_numbers_read_as_integer_and_decimal(
    con: duckdb.DuckDBPyConnection, text: str, expected: int
) -> None:
    assert con.execute("SELECT vi_integer($t), vi_decimal($t)", {"t": text}).fetchall() == [
        (expected, Decimal(expected))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("70,7", "70.7"),
        ("1.234,5", "1234.5"),
        ("-0,25", "-0.25"),
        ("0,1234", "0.1234"),
        ("0,30000000000000004", "0.3"),
        ("0,00005", "0.0001"),
        ("99999999999999,9999", "99999999999999.9999"),
    ],
)
def test_decimals_are_not_integers(
    con: duckdb.DuckDBPyConnection, text: str, expected: str
) -> None:
    assert con.execute("SELECT vi_integer($t), vi_decimal($t)", {"t": text}).fetchall() == [
        (None, Decimal(expected))
    ]


@pytest.mark.parametrize("text", NEITHER)
def test_gives_null(con: duckdb.DuckDBPyConnection, text: str | None) -> None:
    assert con.execute(
        "SELECT vi_integer($t::VARCHAR), vi_decimal($t::VARCHAR)", {"t": text}
    ).fetchall() == [(None, None)]


def test_integers_reach_as_far_as_bigint_and_decimals_as_far_as_fourteen_digits(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert con.execute(
        "SELECT vi_integer('9223372036854775807'), vi_integer('9223372036854775808')"
    ).fetchall() == [(2**63 - 1, None)]
    assert con.execute(
        "SELECT vi_decimal('99999999999999'), vi_decimal('100000000000000')"
    ).fetchall() == [(Decimal(10**14 - 1), None)]


@pytest.mark.parametrize("text", ["12,000", "1,000", "-999,000", "+5,000"])
def test_what_may_be_thousands_in_english_is_no_count(
    con: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert con.execute(
        "SELECT vi_integer($t), vi_stated($t, 0), vi_stated($t, 3)", {"t": text}
    ).fetchall() == [(None, None, Decimal(text.split(",")[0]) * 1000)], "a scale is said in words"
