"""Two provinces with a few districts each: what a row says of its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from de06_pipeline_tests.naive.random_forms import Forms

Unit = tuple[str, str, str]
"""Code, name, kind."""


_NONG_SON = ("519", "2024-12")
"""A district and its last month: from January 2025 it is part of Quế Sơn (509)."""


@dataclass(frozen=True)
class Province:
    """A province and the districts that rows name."""

    code: str
    name: str
    supplier: str
    office: str
    districts: Sequence[Unit]

    def text(self, forms: Forms) -> str:
        return forms.noisy(forms.place("province", self.code, self.name, "tỉnh"))

    def texts(self, forms: Forms, always: bool = False, in_force: str = "") -> dict[str, str]:
        """Province, district and commune of a row.

        Args:
            always: the district is given.
            in_force: the month in which the district must be in force; empty: Nông Sơn occurs after
                its end, as it does in old dossiers.
        """
        district = forms.rng.choice(
            [d for d in self.districts if not (in_force > _NONG_SON[1] and d[0] == _NONG_SON[0])]
        )
        given = always or forms.often(0.8)
        text = forms.place("district", *district)
        if forms.often(0.1):
            text = forms.retoned(text)
        return {
            "province": self.text(forms),
            "district": forms.noisy(text) if given else "",
            "commune": forms.rng.choice(("", "", "Xã Không Tên", "20335")),
        }


QUANG_NAM = Province(
    *("49", "Quảng Nam", "quang-nam", "H47"),
    (
        ("502", "Tam Kỳ", "thành phố"),
        ("503", "Hội An", "thành phố"),
        ("509", "Quế Sơn", "huyện"),
        ("519", "Nông Sơn", "huyện"),
    ),
)
LONG_AN = Province(
    *("80", "Long An", "long-an", "H39"),
    (
        ("803", "Bến Lức", "huyện"),
        ("808", "Châu Thành", "huyện"),
        ("798", "Mộc Hóa", "huyện"),
        ("795", "Kiến Tường", "thị xã"),
    ),
)
PROVINCES = (QUANG_NAM, LONG_AN)
