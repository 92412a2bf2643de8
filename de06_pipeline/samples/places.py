"""The two offices that send samples, their districts, and the weights of both.

Codes and names: GSO catalogue of administrative units, to 2025-06-30. Populations: Population and
Housing Census of 2019-04-01 (total, and the estimate of those aged 14 and over), General Statistics
Office. They only weigh the volumes; the ``population`` sample is made from them in ``baselines``.
"""

from __future__ import annotations

from dataclasses import dataclass

from de06_pipeline.errors import UsageError
from de06_pipeline.periods import FIRST_MONTH, Month

LAST_MONTH = Month(2025, 6)
"""The provinces were merged and the districts abolished on 2025-07-01."""

NONG_SON_MERGED = Month(2025, 1)
"""Nông Sơn (519) went to Quế Sơn (509) on 2025-01-01, NQ 1241/NQ-UBTVQH15."""

TAM_KY = "502"
NONG_SON, NONG_SON_GOES_TO = "519", "509"


@dataclass(frozen=True, slots=True)
class District:
    code: str
    kind: str
    name: str
    population: int
    population_14_plus: int

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def named_in_text(self) -> str:
        return f"{self.kind.lower()} {self.name}"


@dataclass(frozen=True, slots=True)
class Office:
    """A province's office: the supplier of a delivery.

    Attributes:
        agency: the province's agency code in dossier codes (QCVN 102:2016, QĐ 20/2020/QĐ-TTg).
        old_codes: dossier codes in the older form, leaf first (``000.00.20.H47``).
    """

    supplier: str
    province_code: str
    province_name: str
    agency: str
    old_codes: bool
    districts: tuple[District, ...]

    def districts_in(self, month: Month) -> tuple[District, ...]:
        """The districts in force on the month's last day."""
        if month < NONG_SON_MERGED:
            return self.districts
        return tuple(d for d in self.districts if d.code != NONG_SON)

    def district(self, code: str) -> District:
        return next(d for d in self.districts if d.code == code)


QUANG_NAM = Office(
    "quang-nam",
    "49",
    "Quảng Nam",
    "H47",
    True,
    (
        District("502", "Thành phố", "Tam Kỳ", 122374, 95237),
        District("503", "Thành phố", "Hội An", 98599, 77224),
        District("504", "Huyện", "Tây Giang", 20005, 14048),
        District("505", "Huyện", "Đông Giang", 25116, 17571),
        District("506", "Huyện", "Đại Lộc", 141851, 112071),
        District("507", "Thị xã", "Điện Bàn", 226564, 175986),
        District("508", "Huyện", "Duy Xuyên", 126686, 99883),
        District("509", "Huyện", "Quế Sơn", 80821, 64546),
        District("510", "Huyện", "Nam Giang", 26123, 18162),
        District("511", "Huyện", "Phước Sơn", 26337, 17948),
        District("512", "Huyện", "Hiệp Đức", 37127, 27886),
        District("513", "Huyện", "Thăng Bình", 173726, 138220),
        District("514", "Huyện", "Tiên Phước", 66239, 50640),
        District("515", "Huyện", "Bắc Trà My", 41335, 28691),
        District("516", "Huyện", "Nam Trà My", 31306, 20326),
        District("517", "Huyện", "Núi Thành", 147721, 114286),
        District("518", "Huyện", "Phú Ninh", 77204, 60683),
        District("519", "Huyện", "Nông Sơn", 26678, 20881),
    ),
)

LONG_AN = Office(
    "long-an",
    "80",
    "Long An",
    "H39",
    False,
    (
        District("794", "Thành phố", "Tân An", 145120, 119164),
        District("795", "Thị xã", "Kiến Tường", 43674, 34650),
        District("796", "Huyện", "Tân Hưng", 47651, 36677),
        District("797", "Huyện", "Vĩnh Hưng", 50074, 38755),
        District("798", "Huyện", "Mộc Hóa", 28165, 21744),
        District("799", "Huyện", "Tân Thạnh", 77537, 60531),
        District("800", "Huyện", "Thạnh Hóa", 56074, 44017),
        District("801", "Huyện", "Đức Huệ", 65961, 52205),
        District("802", "Huyện", "Đức Hòa", 315711, 258408),
        District("803", "Huyện", "Bến Lức", 181660, 146901),
        District("804", "Huyện", "Thủ Thừa", 98333, 79320),
        District("805", "Huyện", "Tân Trụ", 66502, 53893),
        District("806", "Huyện", "Cần Đước", 187359, 151921),
        District("807", "Huyện", "Cần Giuộc", 214914, 171269),
        District("808", "Huyện", "Châu Thành", 109812, 88885),
    ),
)

OFFICES = (QUANG_NAM, LONG_AN)

AREA_NAMES = {office.province_code: office.province_name for office in OFFICES} | {
    district.code: district.full_name for office in OFFICES for district in office.districts
}
"""How the offices write their provinces and districts, by code."""


def require_sample_month(month: Month) -> None:
    """Samples exist for the months in which the two offices, with districts, existed.

    Raises:
        UsageError: the month lies outside.
    """
    if not Month.parse(FIRST_MONTH) <= month <= LAST_MONTH:
        raise UsageError(
            f"There are no samples for {month}: the sample offices are Quảng Nam and Long An with their districts; "
            f"choose months from {FIRST_MONTH} to {LAST_MONTH}."
        )
