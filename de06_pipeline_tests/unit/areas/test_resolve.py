"""Resolving a row's area texts: the reporting month first, then the row's own month, carried
forward where exact.
"""

from __future__ import annotations

import pytest

from de06_pipeline.areas.resolve import Resolver
from de06_pipeline_tests.unit.areas_cases import BOOK, month, read

# Every unit of 2025-07 and the provinces it took in: (new code, new name, old code, old name). From
# Resolution 202/2025/QH15.
REFORM = [
    ("08", "Tuyên Quang", "02", "Hà Giang"),
    ("15", "Lào Cai", "10", "Lào Cai"),
    ("15", "Lào Cai", "15", "Yên Bái"),
    ("19", "Thái Nguyên", "06", "Bắc Kạn"),
    ("24", "Bắc Ninh", "24", "Bắc Giang"),
    ("24", "Bắc Ninh", "27", "Bắc Ninh"),
    ("25", "Phú Thọ", "26", "Vĩnh Phúc"),
    ("25", "Phú Thọ", "17", "Hòa Bình"),
    ("31", "Hải Phòng", "30", "Hải Dương"),
    ("33", "Hưng Yên", "34", "Thái Bình"),
    ("37", "Ninh Bình", "35", "Hà Nam"),
    ("37", "Ninh Bình", "36", "Nam Định"),
    ("44", "Quảng Trị", "44", "Quảng Bình"),
    ("44", "Quảng Trị", "45", "Quảng Trị"),
    ("48", "Đà Nẵng", "49", "Quảng Nam"),
    ("51", "Quảng Ngãi", "62", "Kon Tum"),
    ("52", "Gia Lai", "52", "Bình Định"),
    ("52", "Gia Lai", "64", "Gia Lai"),
    ("56", "Khánh Hòa", "58", "Ninh Thuận"),
    ("66", "Đắk Lắk", "54", "Phú Yên"),
    ("68", "Lâm Đồng", "67", "Đắk Nông"),
    ("68", "Lâm Đồng", "60", "Bình Thuận"),
    ("75", "Đồng Nai", "70", "Bình Phước"),
    ("79", "Hồ Chí Minh", "74", "Bình Dương"),
    ("79", "Hồ Chí Minh", "77", "Bà Rịa - Vũng Tàu"),
    ("80", "Tây Ninh", "80", "Long An"),
    ("80", "Tây Ninh", "72", "Tây Ninh"),
    ("82", "Đồng Tháp", "82", "Tiền Giang"),
    ("82", "Đồng Tháp", "87", "Đồng Tháp"),
    ("86", "Vĩnh Long", "83", "Bến Tre"),
    ("86", "Vĩnh Long", "84", "Trà Vinh"),
    ("91", "An Giang", "91", "Kiên Giang"),
    ("91", "An Giang", "89", "An Giang"),
    ("92", "Cần Thơ", "94", "Sóc Trăng"),
    ("92", "Cần Thơ", "93", "Hậu Giang"),
    ("96", "Cà Mau", "95", "Bạc Liêu"),
]


@pytest.mark.parametrize(("new_code", "new_name", "old_code", "old_name"), REFORM)
def test_the_63_provinces_become_34(
    new_code: str, new_name: str, old_code: str, old_name: str
) -> None:
    for text in (old_code, old_name):
        before = Resolver(BOOK, month("2025-06")).resolve(text, None, None, None)
        after = Resolver(BOOK, month("2025-07")).resolve(text, None, None, month("2025-06"))
        old, new = BOOK.get(before.province_id or 0), BOOK.get(after.province_id or 0)
        assert (old.code, before.province_state) == (old_code, "ok")
        assert (new.code, new.name) == (new_code, new_name)
        in_force_again = {
            "code": {u.code for u in BOOK.in_force("province", month("2025-07"))},
            "name": {new_name},
        }
        still_means_something = text in in_force_again["code"] | in_force_again["name"]
        assert after.province_state == ("ok" if still_means_something else "carried")


@pytest.mark.parametrize(("code", "before", "after"), [
    ("80", "Tỉnh Long An", "Tỉnh Tây Ninh"),
    ("15", "Tỉnh Yên Bái", "Tỉnh Lào Cai"),
    ("24", "Tỉnh Bắc Giang", "Tỉnh Bắc Ninh"),
    ("44", "Tỉnh Quảng Bình", "Tỉnh Quảng Trị"),
    ("52", "Tỉnh Bình Định", "Tỉnh Gia Lai"),
    ("82", "Tỉnh Tiền Giang", "Tỉnh Đồng Tháp"),
    ("91", "Tỉnh Kiên Giang", "Tỉnh An Giang"),
])  # fmt: skip
def test_a_code_without_a_date_is_ambiguous(code: str, before: str, after: str) -> None:
    assert read(code, None, None, "2025-06").province == f"{before}/ok"
    assert read(code, None, None, "2025-07").province == f"{after}/ok"


def test_a_code_and_a_name_must_fit_the_same_unit() -> None:
    assert read("80 - Long An", None, None, "2025-06").province == "Tỉnh Long An/ok"
    assert read("80 - Tây Ninh", None, None, "2025-07").province == "Tỉnh Tây Ninh/ok"
    assert read("80 - Tây Ninh", None, None, "2025-06").province == "-/unknown"
    assert (
        read("80 - Long An", None, None, "2025-07", own="2025-06").province
        == "Tỉnh Tây Ninh/carried"
    )
    assert read("Long An", "803 - Cần Giuộc", None, "2025-06").district == "-/unknown"
    assert read("511 - Khánh Hòa", None, None, "2025-08").province == "Tỉnh Khánh Hòa/ok"


@pytest.mark.parametrize(
    "text",
    [
        "TP.HCM",
        "TPHCM",
        "TP Hồ Chí Minh",
        "Thành phố Hồ Chí Minh",
        "HCM",
        "tp. hồ chí minh",
        "Sài Gòn",
        "79",
        "Tỉnh Hồ Chí Minh",
    ],
)
def test_ways_to_write_ho_chi_minh_city(text: str) -> None:
    assert read(text, None, None, "2024-06").province == "Thành phố Hồ Chí Minh/ok"


# A province in between: Huế


def test_thua_thien_hue_becomes_the_city_of_hue() -> None:
    for text in ("Thừa Thiên - Huế", "Tỉnh Thừa Thiên Huế", "TT Huế", "46"):
        assert read(text, None, None, "2024-12").province == "Tỉnh Thừa Thiên Huế/ok"
    assert read("TP Huế", None, None, "2025-01").province == "Thành phố Huế/ok"
    assert (
        read("Thừa Thiên Huế", None, None, "2025-01", own="2024-12").province
        == "Thành phố Huế/carried"
    )
    assert read("Thừa Thiên Huế", None, None, "2025-01").province == "-/unknown"
    assert (
        read("Thừa Thiên Huế", None, None, "2025-07", own="2024-12").province
        == "Thành phố Huế/carried"
    )


def test_the_district_of_hue_was_split_so_it_is_dropped() -> None:
    assert read("Thừa Thiên Huế", "TP Huế", None, "2024-12").district == "Thành phố Huế/ok"
    after = read("Huế", "TP Huế", None, "2025-01", own="2024-12")
    assert (after.province, after.district) == ("Thành phố Huế/ok", "-/dropped")
    assert read("Huế", "Quận Thuận Hóa", None, "2025-01").district == "Quận Thuận Hóa/ok"


# Districts


def test_nong_son_is_in_que_son_from_2025() -> None:
    assert read("Quảng Nam", "H. Nông Sơn", None, "2024-12").district == "Huyện Nông Sơn/ok"
    assert (
        read("Quảng Nam", "519", None, "2025-01", own="2024-12").district == "Huyện Quế Sơn/carried"
    )
    late = read("Quảng Nam", "Nông Sơn", None, "2025-01", own="2025-01")
    assert late.district == "-/unknown"
    assert "Huyện Quế Sơn (509)" in late.suggestion_vi


@pytest.mark.parametrize(
    ("province", "code"),
    [("80", "808"), ("72", "708"), ("82", "821"), ("83", "831"), ("89", "892"), ("91", "905")],
)
def test_chau_thanh_is_a_district_of_many_provinces(province: str, code: str) -> None:
    resolution = Resolver(BOOK, month("2024-06")).resolve(province, "Châu Thành", None, None)
    assert resolution.district_id is not None
    assert (BOOK.get(resolution.district_id).code, resolution.district_state) == (code, "ok")


def test_vinh_thanh_recurs_too() -> None:
    assert read("Bình Định", "Vĩnh Thạnh", None, "2024-06").district == "Huyện Vĩnh Thạnh/ok"
    assert read("Cần Thơ", "Vĩnh Thạnh", None, "2024-06").district == "Huyện Vĩnh Thạnh/ok"
    assert read("Long An", "Vĩnh Thạnh", None, "2024-06").district == "-/contradicts"


@pytest.mark.parametrize(
    ("province", "district", "expected"),
    [
        ("Long An", "UBND huyện Bến Lức", "Huyện Bến Lức/ok"),
        ("Quảng Nam", "TX Điện Bàn", "Thị xã Điện Bàn/ok"),
        ("Quảng Nam", "bắc trà mi", "Huyện Bắc Trà My/ok"),
        ("HCM", "Q.1", "Quận 1/ok"),
        ("HCM", "q 12", "Quận 12/ok"),
        ("HCM", "760", "Quận 1/ok"),
        ("Bình Định", "TP Qui Nhơn", "Thành phố Quy Nhơn/ok"),
        ("Tiền Giang", "TP Mĩ Tho", "Thành phố Mỹ Tho/ok"),
        ("Đăk Lăk", "Cư M’gar", "Huyện Cư M'gar/ok"),
        ("Hà Nội", "1", "Quận Ba Đình/ok"),
        ("Quảng Nam", "H. Tam Kỳ", "Thành phố Tam Kỳ/ok"),  # the wrong kind, but no other Tam Kỳ
        ("HCM", "Phường 1", "-/unknown"),
        ("HCM", "Huyện 1", "-/unknown"),
        ("Quảng Nam", "Bến Lức", "-/contradicts"),
        ("Quảng Nam", "803", "-/contradicts"),
        ("Quảng Nam", "999", "-/unknown"),
        ("Quảng Nam", "Điện Bản", "-/unknown"),
    ],
)
def test_districts_by_code_and_name_under_their_province(
    province: str, district: str, expected: str
) -> None:
    assert read(province, district, None, "2024-06").district == expected


def test_two_districts_of_one_name_need_their_kind() -> None:
    assert read("Đồng Tháp", "TP Cao Lãnh", None, "2024-06").district == "Thành phố Cao Lãnh/ok"
    assert read("Đồng Tháp", "H. Cao Lãnh", None, "2024-06").district == "Huyện Cao Lãnh/ok"
    bare = read("Đồng Tháp", "Cao Lãnh", None, "2024-06")
    assert bare.district == "-/unknown"
    assert bare.suggestion_vi == "Hãy ghi rõ: Thành phố Cao Lãnh (866) hay Huyện Cao Lãnh (873)."


def test_a_change_of_kind_is_carried_and_the_old_kind_stays_readable() -> None:
    assert (
        read("Bắc Giang", "H. Việt Yên", None, "2024-02", own="2024-01").district
        == "Thị xã Việt Yên/carried"
    )
    assert (
        read("Bắc Giang", "H. Việt Yên", None, "2024-02", own="2024-02").district
        == "Thị xã Việt Yên/ok"
    )
    assert (
        read("HCM", "Quận 9", None, "2021-01", own="2020-12").district
        == "Thành phố Thủ Đức/carried"
    )


def test_a_reused_code_means_the_unit_of_the_month() -> None:
    assert read("Lâm Đồng", "682", None, "2024-11").district == "Huyện Đạ Tẻh/ok"
    assert read("Lâm Đồng", "682", None, "2024-12").district == "Huyện Đạ Huoai/ok"
    assert (
        read("Lâm Đồng", "Cát Tiên", None, "2024-12", own="2024-05").district
        == "Huyện Đạ Huoai/carried"
    )


def test_in_force_in_a_month_means_on_its_last_day() -> None:
    # Bắc Ninh becomes a city on 2026-09-20: the city's month is already September.
    assert read("Bắc Ninh", None, None, "2026-08").province == "Tỉnh Bắc Ninh/ok"
    assert read("Bắc Ninh", None, None, "2026-09").province == "Thành phố Bắc Ninh/ok"


# Districts after 2025-06: the level no longer exists


def test_districts_are_dropped_from_july_2025() -> None:
    row = read("Long An", "H. Bến Lức", None, "2025-07", own="2025-06")
    assert (row.province, row.district) == ("Tỉnh Tây Ninh/carried", "-/dropped")
    assert read("Tây Ninh", "803", None, "2025-07", own="2025-05").district == "-/dropped"
    # Forms keep old district names long after: that is no reason to lose the row.
    assert read("Tây Ninh", "H. Bến Lức", None, "2025-09", own="2025-09").district == "-/dropped"
    assert read("Đà Nẵng", "Nông Sơn", None, "2025-09").district == "-/dropped"


def test_a_district_that_never_was_there_is_still_wrong_after_july_2025() -> None:
    assert read("Tây Ninh", "Không Có", None, "2025-07", own="2025-06").district == "-/unknown"
    assert read("Cà Mau", "H. Bến Lức", None, "2025-07", own="2025-06").district == "-/contradicts"


# Communes


def test_communes_before_the_reform_never_cost_a_row() -> None:
    assert read("Long An", "Bến Lức", "TT Bến Lức", "2024-06").commune == "Thị trấn Bến Lức/ok"
    assert read("Long An", "Bến Lức", "27991", "2024-06").commune == "Thị trấn Bến Lức/ok"
    assert read("Long An", "Bến Lức", "Không Có", "2024-06").commune == "-/dropped"
    assert read("Long An", "Bến Lức", "TT Cần Giuộc", "2024-06").commune == "-/dropped"
    assert read("Long An", "Không Có", "TT Bến Lức", "2024-06").commune == "-/dropped"
    assert read("Long An", None, "TT Bến Lức", "2024-06").commune == "Thị trấn Bến Lức/ok"


def test_a_commune_of_nong_son_is_found_under_the_district_of_its_time() -> None:
    assert read("Quảng Nam", "Nông Sơn", "Xã Quế Lộc", "2024-06").commune == "Xã Quế Lộc/ok"
    assert read("Quảng Nam", "Quế Sơn", "Xã Quế Lộc", "2025-01").commune == "Xã Quế Lộc/ok"


def test_a_former_commune_is_carried_where_all_of_it_went_to_one() -> None:
    whole = read("Long An", "Bến Lức", "TT Bến Lức", "2025-07", own="2025-06")
    assert whole.commune == "Xã Bến Lức/carried"
    ambiguous_new_name = read(
        "Tây Ninh", "Châu Thành", "Xã Thanh Vĩnh Đông", "2025-07", own="2025-06"
    )
    assert ambiguous_new_name.commune == "Xã Thuận Mỹ/carried"


def test_a_former_commune_is_looked_for_where_it_was() -> None:
    # There was an An Thạnh in Bến Lức (Long An) and one in Bến Cầu (Tây Ninh), both whole, both in
    # Tây Ninh now.
    assert (
        read("Long An", None, "Xã An Thạnh", "2025-07", own="2025-06").commune
        == "Xã Bến Lức/carried"
    )
    assert (
        read("Tây Ninh", "Bến Lức", "Xã An Thạnh", "2025-07", own="2025-06").commune
        == "Xã Bến Lức/carried"
    )
    assert (
        read("Tây Ninh", "Bến Cầu", "Xã An Thạnh", "2025-07", own="2025-06").commune
        == "Xã Bến Cầu/carried"
    )
    assert read("Tây Ninh", None, "Xã An Thạnh", "2025-07", own="2025-06").commune == "-/dropped"
    assert (
        read("Đà Nẵng", "Nông Sơn", "Xã Quế Lộc", "2025-07", own="2024-06").commune
        == "Xã Nông Sơn/carried"
    )


def test_a_new_commune_with_the_name_of_a_former_one_elsewhere_is_not_taken_for_it() -> None:
    # Tân Lập of today lies in what was Tân Biên of Tây Ninh before 2025-07.
    assert read("Tây Ninh", None, "Xã Tân Lập", "2025-07", own="2025-06").commune == "Xã Tân Lập/ok"
    assert (
        read("Tây Ninh", "Tân Biên", "Xã Tân Lập", "2025-07", own="2025-06").commune
        == "Xã Tân Lập/ok"
    )
    assert (
        read("Long An", "Mộc Hóa", "Xã Tân Lập", "2025-07", own="2025-06").commune
        == read("Tây Ninh", "Mộc Hóa", "Xã Tân Lập", "2025-07", own="2025-06").commune
        == "Xã Mộc Hoá/carried"
    )
    # Long An had two.
    assert read("Long An", None, "Xã Tân Lập", "2025-07", own="2025-06").commune == "-/dropped"
    # Another part of the same district: which of them the row speaks of, nothing tells.
    assert (
        read("Long An", "Tân Hưng", "Xã Vĩnh Thạnh", "2025-07", own="2025-06").commune
        == "Xã Vĩnh Thạnh/ok"
    )


def test_nothing_is_carried_backwards() -> None:
    assert read("Bắc Giang", "TX Chũ", None, "2024-12", own="2025-02").district == "-/unknown"


def test_a_former_commune_that_was_split_is_dropped() -> None:
    split = read("Hà Nội", "Tây Hồ", "Phường Thụy Khuê", "2025-07", own="2025-06")
    assert (split.commune, split.province) == ("-/dropped", "Thành phố Hà Nội/ok")


def test_communes_after_the_reform_lie_in_a_province() -> None:
    assert read("Tây Ninh", None, "Xã Bến Lức", "2025-07").commune == "Xã Bến Lức/ok"
    assert read("80", None, "27991", "2025-07").commune == "Xã Bến Lức/ok"
    assert read("Tây Ninh", None, "X. Bến Lức", "2025-07").commune == "Xã Bến Lức/ok"
    assert read("Đà Nẵng", None, "A Vương", "2025-07").commune == "Xã Avương/ok"
    assert read("Đà Nẵng", None, "Xã Bến Lức", "2025-07").commune == "-/contradicts"
    assert read("Đà Nẵng", None, "27991", "2025-07").commune == "-/contradicts"
    assert read("Đà Nẵng", None, "27991", "2025-07", own="2025-06").commune == "-/contradicts"
    assert read("Tây Ninh", None, "Xã Không Có", "2025-07").commune == "-/unknown"


def test_an_old_commune_outside_the_list_of_the_last_day_is_dropped_not_refused() -> None:
    assert read("Tây Ninh", None, "Xã Không Có", "2025-07", own="2025-03").commune == "-/dropped"


def test_wards_are_never_matched_by_likeness() -> None:
    assert read("Tây Ninh", None, "Xã Bình Thành", "2025-07").commune == "Xã Bình Thành/ok"
    assert read("Tây Ninh", None, "Xã Bình Thạnh", "2025-07").commune == "-/unknown"
    assert read("Tây Ninh", None, "Xã Bến Lưc", "2025-07").commune == "-/unknown"
    assert read("Tây Ninh", None, "P. Bến Lức", "2025-07").commune == "-/unknown"


def test_a_commune_that_became_a_ward_in_2026() -> None:
    assert read("Bắc Ninh", None, "Xã Kép", "2026-08").commune == "Xã Kép/ok"
    assert (
        read("Bắc Ninh", None, "Xã Kép", "2026-09", own="2026-08").commune == "Phường Kép/carried"
    )
    assert read("Bắc Ninh", None, "Kép", "2026-09").commune == "Phường Kép/ok"
    late = read("Bắc Ninh", None, "Xã Kép", "2026-10", own="2026-10")
    assert late.commune == "-/unknown"
    assert "Phường Kép (07399)" in late.suggestion_vi


# Missing and wrong provinces


def test_nothing_given_is_empty() -> None:
    row = read(None, "", "  ", "2024-06")
    assert (row.province, row.district, row.commune) == ("-/empty", "-/empty", "-/empty")
    assert row.suggestion_vi == ""


def test_without_a_province_a_district_means_nothing() -> None:
    row = read(None, "803", "27991", "2024-06")
    assert (row.province, row.district) == ("-/empty", "-/unknown")
    assert row.suggestion_vi == "Hãy ghi tỉnh/thành phố."


def test_a_wrong_province_alone_is_blamed() -> None:
    row = read("Không Có", "Bến Lức", "TT Bến Lức", "2024-06")
    assert (row.province, row.district, row.commune) == ("-/unknown", "-/dropped", "-/dropped")


def test_a_province_is_not_carried_from_a_time_the_row_does_not_come_from() -> None:
    assert read("Long An", None, None, "2025-08", own="2025-08").province == "-/unknown"
    assert read("Long An", None, None, "2025-08").province == "-/unknown"
    assert read("Tây Ninh", None, None, "2025-06", own="2025-08").province == "Tỉnh Tây Ninh/ok"


# Suggestions


@pytest.mark.parametrize(
    ("texts", "reporting", "suggestion"),
    [
        (("Quãng Nam", None), "2024-06", "Có phải là Tỉnh Quảng Nam (49)?"),
        (("Quang Nam", None), "2024-06", "Có phải là Tỉnh Quảng Nam (49)?"),
        (("Quảng Nam", "Điện Bản"), "2024-06", "Có phải là Thị xã Điện Bàn (507)?"),
        (("Quảng Nam", "Bến Lức"), "2024-06", "Huyện Bến Lức (803) thuộc Tỉnh Long An."),
        (("Quảng Nam", "A Lưới"), "2024-12", "Huyện A Lưới (481) thuộc Tỉnh Thừa Thiên Huế."),
        (("Quảng Nam", "A Lưới"), "2025-03", "Huyện A Lưới (481) thuộc Thành phố Huế."),
        (("Quảng Nam", "Châu Thành"), "2024-06", "Không có đơn vị này trong Tỉnh Quảng Nam (49)."),
        (
            ("Long An", None),
            "2025-08",
            "Tỉnh Long An (80) nay là Tỉnh Tây Ninh (80) (hết hiệu lực ngày 30/06/2025).",
        ),
        (
            ("Huế", None),
            "2024-06",
            "Thành phố Huế (46) không còn hoặc chưa có hiệu lực trong tháng báo cáo.",
        ),
        (
            ("Tây Ninh", "Bến Lức"),
            "2025-08",
            "Từ ngày 01/07/2025 không còn cấp huyện; hãy để trống cột này.",
        ),
        (("Nguyễn Văn A", None), "2024-06", ""),
        (("Quảng Nam", "502"), "2024-06", ""),
    ],
)
def test_hints_name_the_unit_to_write(
    texts: tuple[str, str | None], reporting: str, suggestion: str
) -> None:
    assert read(*texts, None, reporting).suggestion_vi == suggestion


def test_hints_never_repeat_what_the_row_says() -> None:
    shifted = "Trần Thị Mẫu 079123456789"
    for reporting in ("2024-06", "2025-08"):
        for row in (
            Resolver(BOOK, month(reporting)).resolve(shifted, shifted, shifted, month("2024-01")),
            Resolver(BOOK, month("2024-06")).resolve("Quảng Nam", shifted, shifted, None),
            Resolver(BOOK, month("2025-08")).resolve("Đà Nẵng", shifted, shifted, None),
        ):
            assert "Mẫu" not in row.suggestion_vi + row.suggestion_en
            assert "079" not in row.suggestion_vi + row.suggestion_en
