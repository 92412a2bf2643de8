"""Enumerations and yes/no."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from de06_pipeline.contracts.model import EnumValue, Field, FieldType
from de06_pipeline.parsing.choices import enum_value, yes_no_value
from de06_pipeline.parsing.macros import create_macros

CHANNEL = Field(
    "channel",
    FieldType.ENUM,
    "",
    enum=(
        EnumValue(1, "Trực tiếp"),
        EnumValue(2, "Trực tuyến", ("Qua mạng",)),
        EnumValue(3, "Bưu chính công ích", ("BCCI",)),
    ),
)
GENDER = Field(
    "gender",
    FieldType.ENUM,
    "",
    enum=(EnumValue("Nam", "Nam", ("M",)), EnumValue("Nữ", "Nữ", ("F",))),
)
COUNTRY = Field(
    "nationality",
    FieldType.ENUM,
    "",
    enum=(EnumValue("VNM", "Việt Nam"), EnumValue("D", "Đức"), EnumValue("LAO", "Lào")),
)
STATUS = Field(
    "status",
    FieldType.ENUM,
    "",
    enum=(
        EnumValue("Đã hủy", "Đã hủy"),
        EnumValue("Khóa", "Khóa"),
        EnumValue("Người dùng's", "x'y"),
    ),
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_macros(connection)
        yield connection


def value(con: duckdb.DuckDBPyConnection, sql: str, text: str | None) -> object:
    return con.execute(f"SELECT {sql} FROM (SELECT $t::VARCHAR AS t)", {"t": text}).fetchall()[0][0]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (CHANNEL, "1", 1),
        (CHANNEL, "Trực tuyến", 2),
        (CHANNEL, "TRỰC TUYẾN", 2),
        (CHANNEL, "trực TUYẾN", 2),
        (CHANNEL, "qua mạng", 2),
        (CHANNEL, "bcci", 3),
        (CHANNEL, "2 - Trực tuyến", 2),
        (CHANNEL, "2 - trực TUYẾN", 2),
        (CHANNEL, "2-Trực tuyến", 2),
        (CHANNEL, "2 – Trực tuyến", 2),
        (CHANNEL, "2. Trực tuyến", 2),
        (CHANNEL, "2: Trực tuyến", 2),
        (CHANNEL, "3 - BCCI", 3),
        (CHANNEL, "3 - Bưu điện", 3),
        (CHANNEL, "BCCI - Bưu chính công ích", 3),
        (GENDER, "M - Nam", "Nam"),
        (GENDER, "f - NỮ", "Nữ"),
        (GENDER, "F", "Nữ"),
        (COUNTRY, "VNM - Viet Nam", "VNM"),
        (COUNTRY, "d", "D"),
        (COUNTRY, "VIỆT NAM", "VNM"),
        (COUNTRY, "LAO - Lao People's Democratic Republic - CHDCND Lào", "LAO"),
        (STATUS, "ĐÃ HUỶ", "Đã hủy"),
        (STATUS, "đã huỷ", "Đã hủy"),
        (STATUS, "Khoá", "Khóa"),
        (STATUS, "X'Y", "Người dùng's"),
    ],
)
def test_reads(con: duckdb.DuckDBPyConnection, field: Field, text: str, expected: object) -> None:
    assert value(con, enum_value(field, "t"), text) == expected


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (CHANNEL, "4"),
        (CHANNEL, "01"),
        (CHANNEL, "12"),
        (CHANNEL, "1,0"),
        (CHANNEL, "1.5"),
        (CHANNEL, "1/7/2024"),
        (CHANNEL, "1 - 7"),
        (CHANNEL, "Truc tiep"),
        (CHANNEL, "1 - Trực tuyến"),
        (CHANNEL, "1 Trực tiếp"),
        (CHANNEL, "Trực tiếp - Trực tuyến"),
        (CHANNEL, "Trực tiếp - tại quầy"),
        (CHANNEL, "4 - Trực tuyến"),
        (CHANNEL, "-"),
        (CHANNEL, " - "),
        (CHANNEL, ""),
        (CHANNEL, None),
        (GENDER, "F - Nam"),
        (GENDER, "M - khác"),
        (COUNTRY, "VNM - Lào"),
        (STATUS, "Đã hùy"),
    ],
)
def test_gives_null(con: duckdb.DuckDBPyConnection, field: Field, text: str | None) -> None:
    assert value(con, enum_value(field, "t"), text) is None


@pytest.mark.parametrize(
    "text", ["1", "Có", "CÓ", "có", "C", "c", "x", "X", "TRUE", "true", "True", "1 - Có"]
)
def test_yes(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert value(con, yes_no_value("t"), text) is True


@pytest.mark.parametrize(
    "text", ["0", "Không", "KHÔNG", "không", "K", "k", "FALSE", "false", "False", "0 - Không"]
)
def test_no(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert value(con, yes_no_value("t"), text) is False


@pytest.mark.parametrize("text", ["2", "Co", "Khong", "cò", "yes", "đ", "1 - Không", "-", "", None])
def test_neither_yes_nor_no(con: duckdb.DuckDBPyConnection, text: str | None) -> None:
    assert value(con, yes_no_value("t"), text) is None
