"""Numbers under a unit of the whole table, where the contract says that it multiplies them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from de06_pipeline.errors import UnreadableFile
from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.sink import RecordSink, read_records
from de06_pipeline.landing.table.scaling import field_with_unit, scale_records, scales_of_columns
from de06_pipeline.landing.table.units import Scale, fields_under, one_scale, parse_scale

NUMBERS = {
    "fee": ColumnKind.NUMBER,
    "days": ColumnKind.NUMBER,
    "people": ColumnKind.NUMBER,
}
EXPECTED = ExpectedTable(
    {"Phí (đồng)": "fee", "Số ngày": "days", "Dân số": "people"}.get,
    frozenset(),
    frozenset(),
    kinds=NUMBERS,
    scaled_by={"fee": ("đồng",), "people": ("", "người")},
)


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("nghìn", Scale(3, "")),
        ("Triệu đồng", Scale(6, "đồng")),
        ("1.000 đồng", Scale(3, "đồng")),
        ("1000đ", Scale(3, "đồng")),
        ("'000 VNĐ", Scale(3, "đồng")),
        ("x 1.000.000 người", Scale(6, "người")),
        ("10^6 đồng", Scale(6, "đồng")),
        ("nghìn tỷ đồng", Scale(12, "đồng")),
        ("tỉ", Scale(9, "")),
        ("người, tỷ", None),
        ("nghìn người/tháng", None),
        ("trđ", None),
        ("thousand", None),
    ],
)
def test_what_a_unit_says(text: str, scale: Scale | None) -> None:
    assert parse_scale(text) == scale


@pytest.mark.parametrize(
    ("scale", "present", "fields"),
    [
        ("nghìn đồng", {"fee", "days"}, {"fee"}),
        ("nghìn", {"people"}, {"people"}),
        # Without a noun it is that of every number, and days are not to be multiplied.
        ("nghìn", {"people", "days"}, set()),
        ("nghìn", {"fee"}, set()),
        ("nghìn lượt", {"fee", "people"}, set()),
    ],
)
def test_which_numbers_it_multiplies(scale: str, present: set[str], fields: set[str]) -> None:
    assert fields_under(scale, present, EXPECTED) == fields


def test_a_header_with_a_unit_is_that_of_its_field() -> None:
    assert field_with_unit("Phí (nghìn đồng)", EXPECTED) == "fee"
    assert field_with_unit("Phí (ĐVT: 1.000đ)", EXPECTED) == "fee"
    assert field_with_unit("Dân số, nghìn người", EXPECTED) == "people"
    assert field_with_unit("Phí (nghìn người)", EXPECTED) is None
    assert field_with_unit("Số ngày (nghìn)", EXPECTED) is None
    assert field_with_unit("Thu khác (nghìn đồng)", EXPECTED) is None


def test_two_units_that_contradict_each_other_refuse_the_file() -> None:
    assert one_scale("x.csv", ("nghìn đồng", 1), ("1.000 đồng", 9)) == ("nghìn đồng", 1)
    with pytest.raises(UnreadableFile, match="row 9"):
        one_scale("x.csv", ("nghìn đồng", 1), ("triệu đồng", 9))
    both = ExpectedTable(
        lambda text: EXPECTED.field_of(text) or field_with_unit(text, EXPECTED),
        frozenset(),
        frozenset(),
        kinds=NUMBERS,
        scaled_by=EXPECTED.scaled_by,
    )
    header = ["Phí (triệu đồng)", "Số ngày"]
    assert scales_of_columns("x.csv", header, None, both) == {0: Scale(6, "đồng")}
    with pytest.raises(UnreadableFile, match="triệu đồng"):
        scales_of_columns("x.csv", header, ("nghìn đồng", 1), both)


@pytest.mark.parametrize("is_packed", [False, True])
def test_plain_numbers_are_multiplied_exactly(tmp_path: Path, is_packed: bool) -> None:
    written = ["105", "1.234,5", "0,1", "12345678901234,567", "-3", "21 tỷ", "70,7 %", "", "#N/A"]
    with RecordSink(tmp_path, "x", 3, is_packed=is_packed) as sink:
        block = "".join(f"{text}\x1f{text}\x1fa\n" for text in written)
        sink.write(block.encode(), np.arange(len(written)))
    scales = {0: Scale(3, "đồng"), 1: Scale(6, "đồng")}
    assert scale_records([sink.records], scales, {0: False, 1: True}) == 10
    rows = list(read_records([sink.records]))
    assert [row for row, _ in rows] == list(range(len(written)))
    lines = [cells for _, cells in rows]
    assert [line[0] for line in lines] == [
        "105000",
        "1234500",
        "100",
        "12345678901234567",
        "-3000",
        *written[5:],
    ]
    assert [line[1] for line in lines[:2]] == ["105 triệu đồng", "1.234,5 triệu đồng"]
    assert [line[1] for line in lines[5:]] == written[5:]
