"""Invented people. None of them can be a real one.

Names are put together at random from common parts. Identity numbers have the legal form
(3 digits province of birth registration, 1 digit century and gender, 2 digits birth year, 6 digits;
NĐ 137/2015) but their last six digits begin with 999: those six digits are drawn at random for
real citizens and no public range is reserved for tests, so the samples keep to the last thousand,
as the fewest people can be born in one province and year that reach it, and a check can recognise
them (``SYNTHETIC_SEQUENCE``). Telephone numbers begin with 010, never opened: all 01x mobile
numbers were withdrawn in 2018. Tax codes begin with 99, where no province's range lies.
"""

from __future__ import annotations

import numpy as np

from de06_pipeline.samples.draw import Booleans, Integers, Times

SYNTHETIC_SEQUENCE = 999_000


def _words(text: str) -> list[str]:
    return text.split()


_FAMILY = _words(
    "Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trương Lương Mai"
)
_MIDDLE = _words("Văn Thị Minh Ngọc Thanh Hữu Đức Quang Thùy Kim Xuân Hoài Gia Bảo Anh Khánh")
_GIVEN = _words(
    "An Bình Châu Dũng Đạt Giang Hà Hạnh Hiếu Hòa Huy Hương Khoa Khôi Lan Linh Long Mai Mạnh Nam Nga Ngân Nhung Phong Phúc Phương "
    "Quân Quỳnh Sơn Tâm Thảo Thắng Thu Thủy Tiến Trang Trung Tú Tuấn Tùng Uyên Vân Việt Vy Xuân Yến"
)
_BIRTH_PROVINCES = np.array(["049", "080", "048", "051", "079", "082", "001", "038", "040"])
_BIRTH_SHARES = {
    "49": (0.86, 0.0, 0.06, 0.04, 0.01, 0.0, 0.01, 0.01, 0.01),
    "80": (0.0, 0.8, 0.0, 0.0, 0.11, 0.06, 0.01, 0.01, 0.01),
}


def names(rng: np.random.Generator, size: int) -> list[str]:
    family, middle, given = (
        rng.integers(len(parts), size=size) for parts in (_FAMILY, _MIDDLE, _GIVEN)
    )
    return [
        f"{_FAMILY[f]} {_MIDDLE[m]} {_GIVEN[g]}"
        for f, m, g in zip(family, middle, given, strict=True)
    ]


def citizen_ids(
    rng: np.random.Generator, province_code: str, births: Times, women: Booleans
) -> list[str]:
    """Identity numbers that fit birth year and gender. Neighbouring rows (1,000) never share one."""
    size = len(births)
    province = _BIRTH_PROVINCES[
        rng.choice(len(_BIRTH_PROVINCES), size=size, p=np.array(_BIRTH_SHARES[province_code]))
    ]
    years = births.astype("datetime64[Y]").astype(np.int64) + 1970
    digits = (years >= 2000) * 2 + women
    sequence = SYNTHETIC_SEQUENCE + np.arange(size) % 1000
    return [
        f"{p}{d}{y % 100:02d}{s}"
        for p, d, y, s in zip(province, digits, years, sequence, strict=True)
    ]


def phones(rng: np.random.Generator, size: int) -> list[str]:
    return [f"010{number:07d}" for number in rng.integers(10_000_000, size=size)]


def tax_codes(rng: np.random.Generator, size: int) -> list[str]:
    return [f"99{number:08d}" for number in rng.integers(100_000_000, size=size)]


def births(rng: np.random.Generator, on: Times, ages: Integers) -> Times:
    """Birth dates of people who are ``ages`` years old (completed) on the days ``on``."""
    days = ages * 365.25 + rng.integers(10, 350, size=len(ages))
    born: Times = on.astype("datetime64[D]") - days.astype(np.int64).astype("timedelta64[D]")
    return born
