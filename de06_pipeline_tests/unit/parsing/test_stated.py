"""Numbers as reports state them: bound, number, word for the scale, unit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline_tests.unit.parsing_kit import parse_cells

FIGURE = Field("f", FieldType.STATED, "", unit_words=("%", "hồ sơ", "tháng", "người"))

CASES = [
    ("> 108.000", "108000", ">", None),
    ("hơn 1,4 triệu", "1400000", ">", None),
    ("Trên 1,4 TRIỆU hồ sơ", "1400000", ">", "hồ sơ"),
    ("gần 25.000", "25000", "<", None),
    ("khoảng 760 nghìn người", "760000", "≈", "người"),
    ("≥5", "5", ">", None),
    ("06 tháng", "6", None, "tháng"),
    ("70,7%", "70.7", None, "%"),
    ("21 tỷ", "21000000000", None, None),
    ("1,5 nghìn tỷ", "1500000000000", None, None),
    ("1,23456 triệu", "1234560", None, None),
    ("-1,5 nghìn", "-1500", None, None),
]


@pytest.mark.parametrize(("text", "number", "bound", "unit"), CASES)
def test_a_stated_number_has_value_bound_and_unit(
    text: str, number: str, bound: str | None, unit: str | None, tmp_path: Path
) -> None:
    with duckdb.connect(tmp_path / "step.duckdb") as con:
        assert parse_cells(con, tmp_path, FIGURE, [text]) == [
            (Decimal(number), "ok", None, bound, unit)
        ]


UNCLEAR = [
    "gần 80% trở lên",  # two bounds
    "1.4 triệu",  # an English decimal point
    "1 triệu 400 nghìn",
    "triệu",
    "5 con",  # not a unit of the field
    "> > 5",
    "99.999.999.999 nghìn tỷ",  # more than fits
]


def test_what_is_not_clearly_one_number_is_bad(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "step.duckdb") as con:
        assert parse_cells(con, tmp_path, FIGURE, UNCLEAR) == [
            (None, "bad", text, None, None) for text in UNCLEAR
        ]
