"""What counts as the same name, and what does not."""

from __future__ import annotations

import unicodedata

import pytest

from de06_pipeline.areas.model import Level
from de06_pipeline.areas.names import name_readings, read_area_text, syllable_keys


def key(text: str) -> str:
    return "".join(syllable_keys(text))


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("Hòa Bình", "Hoà Bình"),
        ("Mộc Hóa", "MỘC HOÁ"),
        ("Thuỷ Nguyên", "Thủy Nguyên"),
        ("Đức Huệ", unicodedata.normalize("NFD", "đức huệ")),
        ("Đà Nẵng", "\u00d0à Nẵng"),
        ("Đà Nẵng", "\u0189à Nẵng"),
        ("Đắk Lắk", "Đăk Lăk"),
        ("Đắk Lắk", "Đak Lak"),
        ("Đắk Lắk", "Đắc Lắc"),
        ("Đắk R'Lấp", "Đăk RLấp"),
        ("M'Đrắk", "M’Đrăk"),
        ("Quy Nhơn", "Qui Nhơn"),
        ("Mỹ Tho", "Mĩ Tho"),
        ("Lý Sơn", "Lí Sơn"),
        ("Vỹ Dạ", "Vĩ Dạ"),
        ("A Vương", "Avương"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa – Vũng Tàu"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa-Vũng Tàu"),
        ("Thừa Thiên Huế", "Thừa Thiên - Huế"),
        ("Phan Rang-Tháp Chàm", "Phan Rang Tháp Chàm"),
        ("Quận 1", "Quận 01"),
        ("Bến Lức", "  bến   LỨC "),
    ],
)
def test_spellings_that_officials_mix_are_one_name(first: str, other: str) -> None:
    assert key(first) == key(other)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("Bình Thành", "Bình Thạnh"),
        ("Tân Phú", "Tân Phủ"),
        ("Long An", "Lòng An"),
        ("Hòa Binh", "Hoa Bình"),
        ("Thuý", "Thui"),
        ("Yên Lạc", "Yên Lắc"),
        ("Quận 1", "Quận 10"),
        ("Đức Hòa", "Đức Hoa"),
    ],
)
def test_names_that_differ_stay_different(first: str, other: str) -> None:
    assert key(first) != key(other)


@pytest.mark.parametrize(
    ("text", "level", "kind", "name"),
    [
        ("H. Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("H.Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("huyện Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("UBND huyện Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("Uỷ ban nhân dân huyện Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("UBND H. Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("CAH Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("CA huyện Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("Công an huyện Bến Lức", Level.DISTRICT, "huyện", "Bến Lức"),
        ("CATP Tân An", Level.DISTRICT, "thành phố", "Tân An"),
        ("Công an TP. Tân An", Level.DISTRICT, "thành phố", "Tân An"),
        ("TP.Tân An", Level.DISTRICT, "thành phố", "Tân An"),
        ("T.P Tân An", Level.DISTRICT, "thành phố", "Tân An"),
        ("TX Kiến Tường", Level.DISTRICT, "thị xã", "Kiến Tường"),
        ("thị xã Kiến Tường", Level.DISTRICT, "thị xã", "Kiến Tường"),
        ("Q1", Level.DISTRICT, "quận", "1"),
        ("Q.01", Level.DISTRICT, "quận", "1"),
        ("QUẬN 10", Level.DISTRICT, "quận", "10"),
        ("P5", Level.COMMUNE, "phường", "5"),
        ("P. Bến Nghé", Level.COMMUNE, "phường", "Bến Nghé"),
        ("TT. Bến Lức", Level.COMMUNE, "thị trấn", "Bến Lức"),
        ("X. Mỹ Yên", Level.COMMUNE, "xã", "Mỹ Yên"),
        ("UBND xã Mỹ Yên", Level.COMMUNE, "xã", "Mỹ Yên"),
        ("Đặc khu Phú Quốc", Level.COMMUNE, "đặc khu", "Phú Quốc"),
        ("T. Quảng Nam", Level.PROVINCE, "tỉnh", "Quảng Nam"),
        ("Công an tỉnh Quảng Nam", Level.PROVINCE, "tỉnh", "Quảng Nam"),
        ("UBND Thành phố Đồng Nai", Level.PROVINCE, "thành phố", "Đồng Nai"),
        ("TP.HCM", Level.PROVINCE, "thành phố", "HCM"),
    ],
)
def test_prefixes_are_taken_off_and_say_the_kind(
    text: str, level: Level, kind: str, name: str
) -> None:
    last = name_readings(text, level)[-1]
    assert (last.kind, last.key) == (kind, key(name))


def test_a_prefix_that_is_the_name_stays_readable_as_the_name() -> None:
    # Xã Ca Thành is no police office, Thị trấn H' no huyện, and an office without a kind leaves the
    # name.
    assert [reading.key for reading in name_readings("Ca Thành", Level.COMMUNE)] == [
        key("Ca Thành")
    ]
    assert name_readings("UBND Bến Lức", Level.DISTRICT)[-1].key == key("Bến Lức")
    assert name_readings("huyện", Level.DISTRICT)[-1].key == key("huyện")
    assert name_readings(" . ", Level.DISTRICT) == ()


@pytest.mark.parametrize(
    ("text", "level", "code", "has_name"),
    [
        ("80", Level.PROVINCE, "80", False),
        ("1", Level.PROVINCE, "01", False),
        ("803", Level.DISTRICT, "803", False),
        ("1", Level.DISTRICT, "001", False),
        ("4", Level.COMMUNE, "00004", False),
        ("80 - Long An", Level.PROVINCE, "80", True),
        ("80-Long An", Level.PROVINCE, "80", True),
        ("803 – Huyện Bến Lức", Level.DISTRICT, "803", True),
        ("00004: Phường Ba Đình", Level.COMMUNE, "00004", True),
        ("511 - Khánh Hòa", Level.PROVINCE, "", True),
        ("101900565 - Xã Gia Lâm", Level.COMMUNE, "", True),
        ("511", Level.PROVINCE, "", False),
        ("Long An", Level.PROVINCE, "", True),
    ],
)
def test_codes_with_their_zeros_and_numbers_of_other_lists(
    text: str, level: Level, code: str, has_name: bool
) -> None:
    read = read_area_text(text, level)
    assert (read.code, bool(read.names)) == (code, has_name)
