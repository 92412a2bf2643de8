"""Who delivers in a month, and which provinces each covers."""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.areas.suppliers import Supplier, SupplierBook
from de06_pipeline.errors import ContractError
from de06_pipeline_tests.unit.areas_cases import BOOK, REFERENCE, month

SUPPLIERS = SupplierBook.load(REFERENCE, BOOK)


def supplier(name: str, reporting: str) -> Supplier:
    office = SUPPLIERS.get(name, month(reporting))
    assert office is not None
    return office


@pytest.mark.parametrize(
    "reporting", ["2022-01", "2024-12", "2025-01", "2025-06", "2025-07", "2026-10"]
)
def test_the_listed_suppliers_cover_every_province_once(reporting: str) -> None:
    covered = [
        area_id for listed in SUPPLIERS.in_force(month(reporting)) for area_id in listed.area_ids
    ]
    assert sorted(covered) == sorted(
        unit.area_id for unit in BOOK.in_force("province", month(reporting))
    )


def test_a_supplier_covers_the_unit_its_code_means_in_the_month() -> None:
    before, after = supplier("tay-ninh", "2025-06"), supplier("tay-ninh", "2025-07")
    assert [BOOK.get(area_id).code for area_id in before.area_ids] == ["72"]
    assert [BOOK.get(area_id).code for area_id in after.area_ids] == ["80"]
    assert after.covers(next(iter(after.area_ids)))
    assert not after.covers(next(iter(before.area_ids)))


def test_suppliers_come_and_go() -> None:
    assert SUPPLIERS.get("quang-nam", month("2025-06")) is not None
    assert SUPPLIERS.get("quang-nam", month("2025-07")) is None
    assert SUPPLIERS.get("thua-thien-hue", month("2025-01")) is None
    assert SUPPLIERS.get("hue", month("2025-01")) is not None
    assert SUPPLIERS.get("khong-co", month("2025-01")) is None


@pytest.mark.parametrize(
    ("name", "given", "reporting", "codes"),
    [
        ("da-nang", "2024-01", "2025-06", ["48"]),
        ("da-nang", "2025-06", "2025-07", []),
        ("da-nang", "2025-07", "2026-01", ["48"]),
        ("tay-ninh", "2025-06", "2025-07", []),
        ("cao-bang", "2025-06", "2025-07", ["04"]),
        ("quang-nam", "2025-06", "2025-07", []),
    ],
)
def test_what_a_supplier_delivered_says_nothing_of_ground_that_joined_it_since(
    name: str, given: str, reporting: str, codes: list[str]
) -> None:
    provinces = SUPPLIERS.spoken_for(name, month(given), month(reporting))
    assert [BOOK.get(area_id).code for area_id in provinces] == codes


def test_a_national_delivery_speaks_of_every_later_province() -> None:
    assert len(SUPPLIERS.spoken_for("all", month("2025-06"), month("2025-07"))) == 34


def test_all_is_national_and_not_listed() -> None:
    national = supplier("all", "2025-07")
    assert national.is_national
    assert len(national.area_ids) == 34
    assert "all" not in {listed.name for listed in SUPPLIERS.in_force(month("2025-07"))}


def _book(folder: Path, *lines: str) -> SupplierBook:
    text = "\n".join(("supplier,title,province_codes,from_month,to_month", *lines)) + "\n"
    (folder / "suppliers.csv").write_text(text, encoding="utf-8")
    return SupplierBook.load(folder, BOOK)


def test_a_supplier_may_cover_several_provinces_or_all(tmp_path: Path) -> None:
    book = _book(tmp_path, "mien-trung,Miền Trung,48;49,2024-01,2025-06", "bo,Bộ,*,2024-01,")
    several, ministry = book.in_force(month("2024-06"))
    assert {BOOK.get(area_id).name for area_id in several.area_ids} == {"Đà Nẵng", "Quảng Nam"}
    assert not several.is_national
    assert ministry.is_national
    assert len(ministry.area_ids) == 63
    assert [listed.name for listed in book.in_force(month("2025-07"))] == ["bo"]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["a,A,49,2024-01,2025-07"], "no province has the code '49' in 2025-07"),
        (["a,A,49,2024-13,"], "'2024-13' is not a month"),
        (["all,A,*,2024-01,"], "a supplier needs a name other than 'all'"),
        ([",A,49,2024-01,2024-02"], "a supplier needs a name"),
        (
            ["a,A,49,2024-01,2024-06", "a,A,48,2024-06,"],
            "suppliers.csv:3: a is listed twice for 2024-06",
        ),
        (["a,A,,2024-01,2024-06"], "no province has the code ''"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(
    tmp_path: Path, lines: list[str], complaint: str
) -> None:
    with pytest.raises(ContractError) as error:
        _book(tmp_path, *lines)
    assert complaint in str(error.value)
    assert f"suppliers.csv:{len(lines) + 1}:" in str(error.value)


@pytest.mark.parametrize(
    ("name", "reporting", "successors"),
    [
        ("quang-nam", "2025-07", ("da-nang",)),
        ("Quảng Nam", "2026-01", ("da-nang",)),
        ("quang_nam", "2025-07", ("da-nang",)),
        ("ha-giang", "2025-07", ("tuyen-quang",)),
        ("long-an", "2025-07", ("tay-ninh",)),
        ("quang-nam", "2025-06", None),
        ("an-giang", "2025-07", None),
        ("quang-name", "2025-07", None),
    ],
)
def test_a_supplier_that_ended_has_those_that_cover_its_provinces_after_it(
    name: str, reporting: str, successors: tuple[str, ...] | None
) -> None:
    former = SUPPLIERS.former(name, month(reporting))
    assert (former and former.successors) == successors
    assert former is None or str(former.last) == "2025-06"
