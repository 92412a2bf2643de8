"""The reference tables say what the law says, and loading refuses tables that contradict
themselves.
"""

from __future__ import annotations

import csv
import re
import shutil
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Level
from de06_pipeline.areas.tables import csv_rows
from de06_pipeline.errors import ContractError
from de06_pipeline_tests.unit.areas_cases import BOOK, REFERENCE, full_name, month, unit


@pytest.mark.parametrize(
    ("reporting", "provinces", "districts"),
    [
        ("2021-01", 63, 705),  # Thủ Đức took in two districts on 2021-01-01
        ("2024-08", 63, 705),
        ("2024-09", 63, 704),  # Mỹ Lộc into Nam Định
        ("2024-11", 63, 704),
        ("2024-12", 63, 701),  # Cửa Lò into Vinh, Đạ Huoai and Cát Tiên into Đạ Tẻh
        ("2025-01", 63, 696),
        ("2025-06", 63, 696),
        ("2025-07", 34, 0),
        ("2026-10", 34, 0),
    ],
)
def test_counts_of_provinces_and_districts(reporting: str, provinces: int, districts: int) -> None:
    assert len(BOOK.in_force("province", month(reporting))) == provinces
    assert len(BOOK.in_force("district", month(reporting))) == districts


def test_counts_of_communes() -> None:
    assert len(BOOK.in_force("commune", month("2025-06"))) == 10_035
    assert len(BOOK.in_force("commune", month("2025-07"))) == 3_321
    assert len(BOOK.in_force("commune", month("2026-10"))) == 3_321
    wards = [
        sum(area.kind == "phường" for area in BOOK.in_force("commune", month(m)))
        for m in ("2025-07", "2026-10")
    ]
    assert wards == [687, 687 + 22]


def test_every_province_has_an_exact_successor_and_the_63_become_34() -> None:
    new = {
        BOOK.successor_in(area.area_id, month("2025-07"))
        for area in BOOK.in_force("province", month("2025-06"))
    }
    assert new == set(BOOK.in_force("province", month("2025-07")))


def test_successors_are_in_force_the_day_after_and_on_the_same_level() -> None:
    followed = [
        (area, area.successor_id, area.valid_to)
        for area in BOOK.areas
        if area.successor_id and area.valid_to
    ]
    assert len(followed) == sum(area.successor_id is not None for area in BOOK.areas) > 9_700
    for area, successor_id, last_day in followed:
        successor = BOOK.get(successor_id)
        assert successor.level is area.level
        assert successor.valid_from is None or successor.valid_from <= last_day + timedelta(days=1)
        assert successor.valid_to is None or successor.valid_to > last_day


def test_no_unit_went_to_another_province_than_its_own() -> None:
    last, first = month("2025-06"), month("2025-07")
    carried = [
        (area, BOOK.successor_in(area.area_id, first)) for area in BOOK.in_force("commune", last)
    ]
    assert all(
        now is None or BOOK.province_of(now.area_id) is BOOK.province_of(area.area_id, first)
        for area, now in carried
    )


def test_conversions_that_are_not_exact_have_no_successor() -> None:
    # Trà Lĩnh lost Quốc Toản; An Dương and Lộc Hà were divided; the city of Huế became two
    # districts.
    for code, reporting in (
        ("046", "2020-01"),
        ("312", "2024-12"),
        ("448", "2024-12"),
        ("474", "2024-12"),
    ):
        assert unit("district", code, reporting).successor_id is None
    assert all(
        district.successor_id is None for district in BOOK.in_force("district", month("2025-06"))
    )
    split = [
        commune
        for commune in BOOK.in_force("commune", month("2025-06"))
        if commune.successor_id is None
    ]
    assert len(split) == 10_035 - 9_595


def test_a_code_means_one_unit_at_a_time() -> None:
    for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE):
        for reporting in ("2021-01", "2024-12", "2025-01", "2025-06", "2025-07", "2026-09"):
            codes = [area.code for area in BOOK.in_force(level, month(reporting))]
            assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("reporting", "count"), [("2024-12", 18), ("2025-01", 17)])
def test_districts_of_quang_nam(reporting: str, count: int) -> None:
    assert (
        len(BOOK.children(unit("province", "49", reporting).area_id, "district", month(reporting)))
        == count
    )


@pytest.mark.parametrize(
    ("code", "reporting", "count"),
    [("49", "2025-06", 233), ("80", "2025-06", 186), ("48", "2025-07", 94), ("80", "2025-07", 96)],
)
def test_communes_of_a_province(code: str, reporting: str, count: int) -> None:
    assert (
        len(BOOK.children(unit("province", code, reporting).area_id, "commune", month(reporting)))
        == count
    )


def test_communes_of_a_district_and_of_the_country() -> None:
    ben_luc = unit("district", "803", "2025-06")
    communes = BOOK.children(ben_luc.area_id, "commune", month("2025-06"))
    assert "Thị trấn Bến Lức" in {commune.full_name for commune in communes}
    assert {BOOK.parent_of(commune.area_id) for commune in communes} == {ben_luc}
    assert len(BOOK.children(BOOK.country.area_id, "commune", month("2025-07"))) == 3_321


def test_parents_and_provinces_through_time() -> None:
    phu_vang, ben_luc = unit("district", "478", "2024-06"), unit("district", "803", "2024-06")
    assert full_name(BOOK.parent_of(phu_vang.area_id, month("2024-12"))) == "Tỉnh Thừa Thiên Huế"
    assert full_name(BOOK.parent_of(phu_vang.area_id, month("2025-01"))) == "Thành phố Huế"
    assert full_name(BOOK.province_of(ben_luc.area_id)) == "Tỉnh Long An"
    assert full_name(BOOK.province_of(ben_luc.area_id, month("2025-07"))) == "Tỉnh Tây Ninh"
    ward_of_hue = unit(
        "commune", "19750", "2024-06"
    )  # its parent in the list of 2025-06-30 is a district made in 2025
    assert (
        full_name(BOOK.province_of(ward_of_hue.area_id, month("2024-06"))) == "Tỉnh Thừa Thiên Huế"
    )
    assert full_name(BOOK.province_of(ward_of_hue.area_id, month("2025-01"))) == "Thành phố Huế"
    assert BOOK.province_of(BOOK.country.area_id) is None
    assert BOOK.province_of(BOOK.country.area_id, month("2025-01")) is None
    assert BOOK.parent_of(BOOK.country.area_id) is None


def test_successor_in_goes_forward_only() -> None:
    tay_ninh = unit("province", "80", "2025-07")
    assert BOOK.successor_in(tay_ninh.area_id, month("2025-06")) is None
    assert BOOK.successor_in(tay_ninh.area_id, month("2026-06")) is tay_ninh


def test_a_chain_of_successors_is_followed_to_its_end() -> None:
    thua_thien_hue = unit("province", "46", "2024-12")
    assert BOOK.successor_in(thua_thien_hue.area_id, month("2025-07")) is unit(
        "province", "46", "2025-07"
    )


def test_codes_may_lack_leading_zeros() -> None:
    assert BOOK.by_code("province", "1", month("2024-06")) == BOOK.by_code(
        "province", "01", month("2024-06")
    )
    assert BOOK.by_code("country", "VN", month("2024-06")) is BOOK.country
    assert BOOK.by_code("district", "803", month("2025-07")) is None


def test_dim_rows_have_the_columns_of_dim_area() -> None:
    rows = BOOK.dim_rows()
    assert len(rows) == len(BOOK.areas)
    long_an = next(row for row in rows if row["full_name"] == "Tỉnh Long An")
    tay_ninh = next(row for row in rows if row["area_id"] == long_an["successor"])
    assert (tay_ninh["code"], tay_ninh["name"], tay_ninh["valid_from"]) == (
        "80",
        "Tây Ninh",
        date(2025, 7, 1),
    )


@pytest.mark.parametrize("table", sorted(path.name for path in REFERENCE.glob("*.csv")))
def test_tables_are_nfc_with_unix_line_ends_and_full_rows(table: str) -> None:
    text = (REFERENCE / table).read_bytes().decode("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert "\r" not in text
    rows = list(csv.reader(text.splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(set(map(tuple, rows))) == len(rows)


def test_holidays_cover_ten_years_with_their_days_off() -> None:
    with (REFERENCE / "holidays.csv").open(encoding="utf-8", newline="") as file:
        days = {date.fromisoformat(row["date"]) for row in csv.DictReader(file)}
    assert {day.year for day in days} == set(range(2021, 2031))
    for known in (
        date(2024, 2, 8),
        date(2024, 4, 18),
        date(2024, 4, 29),
        date(2023, 5, 3),
        date(2025, 5, 2),
        date(2026, 1, 2),
    ):
        assert known in days
    assert date(2024, 2, 15) not in days


def test_procedure_groups_hold_each_code_once_and_the_published_labels() -> None:
    with (REFERENCE / "procedure_groups.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = [row["procedure_code"] for row in rows]
    assert len(codes) == len(set(codes))
    assert {"con dấu", "đăng ký xe mô tô", "hộ chiếu phổ thông", "thường trú", "tạm trú"} <= {
        row["group"] for row in rows
    }
    assert all(
        "placeholder" in row["note"] for row in rows if row["procedure_code"].startswith("9.")
    )


def test_a_code_of_a_group_that_the_portal_no_longer_lists_has_its_last_day() -> None:
    listed = {row["procedure_code"] for row in _reference("procedures_portal.csv")}
    groups = _reference("procedure_groups.csv")
    ended = {row["procedure_code"] for row in groups if row["valid_to"]}
    national = {row["procedure_code"] for row in groups} - {"9.999901", "9.999902"}
    assert ended == national - listed
    assert len(ended) == 13
    assert {row["valid_to"] for row in groups} == {"", "2026-05-31"}


def test_the_portal_s_list_holds_each_code_once_and_its_sectors_are_reviewed() -> None:
    rows = _reference("procedures_portal.csv")
    codes = [row["procedure_code"] for row in rows]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"\d\.\d{6}", code) for code in codes)
    assert all(row["name"] and row["issued_by"] and row["sector"] for row in rows)
    reviewed = {row["sector"] for row in _reference("sectors.csv")}
    reviewed |= {row["name"] for row in _reference("sector_names.csv")}
    assert {row["sector"] for row in rows} <= reviewed
    agencies = [agency for row in rows for agency in row["carried_out_by"].split("|")]
    assert all(agency == " ".join(agency.split()) for agency in agencies)


def _reference(table: str) -> list[dict[str, str]]:
    with (REFERENCE / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Loading


def test_a_row_that_is_cut_short_has_empty_fields_at_its_end(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b,c\n1,2,3\n\n4\n", encoding="utf-8")
    assert list(csv_rows(table, ("a", "c"))) == [
        (2, {"a": "1", "b": "2", "c": "3"}),
        (4, {"a": "4", "b": "", "c": ""}),
    ]


def _copied(tmp_path: Path, old: str, new: str, table: str = "areas.csv") -> Path:
    for name in ("areas.csv", "area_aliases.csv"):
        shutil.copy(REFERENCE / name, tmp_path / name)
    text = (tmp_path / table).read_text(encoding="utf-8")
    assert text.count(old) == 1, "the change must hit one row"
    (tmp_path / table).write_text(text.replace(old, new), encoding="utf-8", newline="")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("country,VN,", "country,VN,,,", "more fields"),
        ("101,province,01,", "x,province,01,", "areas.csv:3: invalid literal"),
        ("101,province,01,", "102,province,01,", "areas.csv:4: area_id 102 is taken by line 3"),
        ("101,province,01,", "101,region,01,", "areas.csv:3: 'region' is not a valid Level"),
        ("101,province,01,", "101,province,1,", "areas.csv:3: code '1' is not 2 digits"),
        (
            "thành phố,01,1,,2025-06-30,165,",
            "thành phố,01,,,2025-06-30,165,",
            "parent_id names no row",
        ),
        (
            "thành phố,01,1,,2025-06-30,165,",
            "thành phố,02,1,,2025-06-30,165,",
            "province_code is not that of its parent",
        ),
        (
            "thành phố,01,1,,2025-06-30,165,",
            "thành phố,01,1,,2025-06-30,1,",
            "successor_id names no province",
        ),
        (
            "thành phố,01,1,,2025-06-30,165,",
            "thành phố,01,1,,2025-05-30,165,",
            "not in force on the day after",
        ),
        ("thành phố,01,1,,2025-06-30,165,", "thành phố,01,1,,,,", "code 01 is in force twice"),
        (
            "thành phố,01,1,,2025-06-30,165,",
            "thành phố,01,1,2026-01-01,2025-06-30,165,",
            "valid_to lies before valid_from",
        ),
        ("area_id,level,", "id,level,", "areas.csv:1: column area_id is missing"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(ContractError, match=complaint.replace("'", ".").replace(" ", r"\s")):
        AreaBook.load(_copied(tmp_path, old, new))


def test_a_wrong_alias_level_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"area_aliases\.csv:2: 'city' is not a level"):
        AreaBook.load(
            _copied(tmp_path, "province,79,HCM,", "city,79,HCM,", table="area_aliases.csv")
        )


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"areas\.csv is missing"):
        AreaBook.load(tmp_path)


def test_the_version_changes_with_the_content_and_equal_content_is_read_once(
    tmp_path: Path,
) -> None:
    changed = AreaBook.load(
        _copied(
            tmp_path,
            "Thành phố Hà Nội,thành phố,01,1,,2025-06-30",
            "Thủ đô Hà Nội,thành phố,01,1,,2025-06-30",
        )
    )
    assert changed.version != BOOK.version
    # Not compared with BOOK: the books that other tests load may have pushed it out of the few kept.
    assert AreaBook.load(REFERENCE) is AreaBook.load(REFERENCE)
