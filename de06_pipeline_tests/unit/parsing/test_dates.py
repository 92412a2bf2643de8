"""Every form of a date, and what only looks like one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from de06_pipeline.parsing.macros import create_macros


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_macros(connection)
        yield connection


def parse(con: duckdb.DuckDBPyConnection, text: str | None) -> datetime | None:
    return con.execute(
        "SELECT vi_moment($t::VARCHAR, vi_timestamp_common($t::VARCHAR))", {"t": text}
    ).fetchall()[0][0]


DAY = datetime(2024, 7, 1)
MINUTE = datetime(2024, 7, 1, 8, 5)
SECOND = datetime(2024, 7, 1, 8, 5, 9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01/07/2024", DAY),
        ("1/7/2024", DAY),
        ("01/7/2024", DAY),
        ("01-07-2024", DAY),
        ("1-7-2024", DAY),
        ("2024-07-01", DAY),
        ("2024-7-1", DAY),
        ("20240701", DAY),
        ("29/02/2024", datetime(2024, 2, 29)),
        ("01/07/2024 08:05", MINUTE),
        ("1/7/2024 8:05", MINUTE),
        ("01/07/2024T08:05", MINUTE),
        ("01-07-2024 08:05", MINUTE),
        ("2024-07-01 08:05", MINUTE),
        ("2024-07-01T08:05", MINUTE),
        ("20240701 08:05", MINUTE),
        ("01/07/2024 08:05:09", SECOND),
        ("1/7/2024 8:05:09", SECOND),
        ("01-07-2024 08:05:09", SECOND),
        ("2024-07-01 08:05:09", SECOND),
        ("2024-07-01T08:05:09", SECOND),
        ("20240701 08:05:09", SECOND),
        ("20240701T08:05:09", SECOND),
        ("20240701080509", SECOND),
        ("01/07/2024 08:05:09.5", datetime(2024, 7, 1, 8, 5, 9, 500_000)),
        ("2024-07-01 08:05:09,123", datetime(2024, 7, 1, 8, 5, 9, 123_000)),
        ("2024-07-01T08:05:09.1234567", datetime(2024, 7, 1, 8, 5, 9, 123_456)),
        ("2024-07-01T08:05:09+07:00", SECOND),
        ("2024-07-01T08:05:09.250+0700", datetime(2024, 7, 1, 8, 5, 9, 250_000)),
        ("2024-07-01 08:05:09+07", SECOND),
        ("2024-07-01T01:05:09Z", SECOND),
        ("2024-06-30T20:05:09-05:00", SECOND),
        ("2024-07-01T06:35:09 +05:30", SECOND),
        ("20240701T01:05Z", MINUTE),
        ("01.07.2024", DAY),
        ("1.7.2024 8:05", MINUTE),
        ("01/07/2024 8h05", MINUTE),
        ("01.07.2024 08h05", MINUTE),
        ("01/07/2024 8 h 05", MINUTE),
        ("01/07/2024 8h", datetime(2024, 7, 1, 8)),
        ("01/07/2024 1h05 CH", datetime(2024, 7, 1, 13, 5)),
        ("01/07/2024 1 h 05 ch", datetime(2024, 7, 1, 13, 5)),
        ("01.07.2024 8h05 SA", MINUTE),
        ("01/07/2024 1h CH", datetime(2024, 7, 1, 13)),
        ("01/07/2024 12h SA", DAY),
        ("01/07/2024 08:05 SA", MINUTE),
        ("01/07/2024 8:05:09 SA", SECOND),
        ("1/7/2024 8:05:09 AM", SECOND),
        ("1/7/2024 12:05:00 SA", datetime(2024, 7, 1, 0, 5)),
        ("1/7/2024 12:05:00 CH", datetime(2024, 7, 1, 12, 5)),
        ("1/7/2024 1:05:00 CH", datetime(2024, 7, 1, 13, 5)),
        ("1/7/2024 11:05pm", datetime(2024, 7, 1, 23, 5)),
        ("01/07/2024 13:05:00 CH", datetime(2024, 7, 1, 13, 5)),
        ("10000", datetime(1927, 5, 18)),
        ("18264", datetime(1950, 1, 1)),
        ("45474", DAY),
        ("73415", datetime(2100, 12, 31)),
        ("45474,5", datetime(2024, 7, 1, 12)),
        ("45474.336909722222", SECOND),
        ("45474,0", DAY),
        ("01/01/1900", datetime(1900, 1, 1)),
        ("31/12/2100 23:59:59", datetime(2100, 12, 31, 23, 59, 59)),
    ],
)
def test_reads(con: duckdb.DuckDBPyConnection, text: str, expected: datetime) -> None:
    assert parse(con, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2024",
        "29/02/2023",
        "00/07/2024",
        "01/13/2024",
        "07/31/2024",
        "1/7/24",
        "01/07/24",
        "01-07-24",
        "2024",
        "07/2024",
        "2024/07/01",
        "2024.07.01",
        "01.07-2024",
        "01.07.24",
        "01/07-2024",
        "01/07/202",
        "01/07/20244",
        "2024701",
        "2024 701",
        "202407010805",
        "2024070108050",
        "31/12/1899",
        "01/01/2101",
        "9999",
        "73416",
        "045474",
        "4547",
        "454744",
        "4547a",
        "45.474",
        "1,23E+11",
        "01/07/2024 24:00",
        "01/07/2024 08:60",
        "01/07/2024 08:05:60",
        "01/07/2024 8:5",
        "01/07/2024 8:5:0",
        "1/07/2024 08:5:00",
        "01/07/2024 08",
        "01/07/2024 13:05 SA",
        "01/07/2024 13h05 SA",
        "01/07/2024 8h XY",
        "01/07/2024 8 CH",
        "01/07/2024 00:05 CH",
        "01/07/2024 08:05 XX",
        "01/07/2024 SA",
        "01/07/2024 25h05",
        "01/07/2024 8h5",
        "01/07/2024 08:05:09+07:00",
        "2024-07-01T08:05:09+15:00",
        "2024-07-01T08:05:09+07:60",
        "2024-07-01+07:00",
        "2024-07-01T",
        "-2024-07-01",
        "epoch",
        "infinity",
        "-infinity",
        "today",
        "Nguyễn Văn A",
        "0912345678",
        "012345678901",
        "",
        None,
    ],
)
def test_gives_null(con: duckdb.DuckDBPyConnection, text: str | None) -> None:
    assert parse(con, text) is None


@pytest.mark.parametrize(
    ("text", "has_time"),
    [
        ("01/07/2024", False),
        ("1/7/2024", False),
        ("20240701", False),
        ("45474", False),
        ("01.07.2024", False),
        ("01.07.2024 8:05", True),
        ("01/07/2024 8h", True),
        ("45474,000", False),
        ("45474,000000000", False),
        ("45474,5", True),
        ("45474.999999", True),
        ("1/7/2024 8:05", True),
        ("01/07/2024 00:00", True),
        ("20240701000000", True),
        ("2024-07-01T00:00:00Z", True),
    ],
)
def test_knows_whether_a_time_was_given(
    con: duckdb.DuckDBPyConnection, text: str, has_time: bool
) -> None:
    assert con.execute("SELECT vi_has_time($t)", {"t": text}).fetchall() == [(has_time,)]


def test_an_offset_means_seven_hours_also_where_the_zone_had_another(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """In 1960 the south of Vietnam kept UTC+8; an export's +07:00 still means the clock it shows."""
    assert parse(con, "1960-05-01T00:00:00+07:00") == datetime(1960, 5, 1)
