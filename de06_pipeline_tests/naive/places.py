"""Which province and district a row means: by code or name, in its month, and in the month of its
own first date where that fails.
"""

from __future__ import annotations

import calendar
import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from de06_pipeline_tests.naive.texts import folded

_PREFIXES = {
    "province": ("tỉnh ", "thành phố ", "tp. ", "tp.", "tp "),
    "district": (
        "huyện ",
        "quận ",
        "thị xã ",
        "thành phố ",
        "h. ",
        "h.",
        "q. ",
        "tx. ",
        "tx.",
        "tx ",
        "tp. ",
        "tp.",
        "tp ",
    ),
}


class WrongPlace(ValueError):
    """A place that was never in force, lies elsewhere, or is none of the supplier's."""


@dataclass(frozen=True)
class Unit:
    """One version of a province or district."""

    key: str
    level: str
    code: str
    name: str
    province: str
    first: date
    last: date
    successor: str

    def is_in_force(self, day: date) -> bool:
        return self.first <= day <= self.last


def last_day(month: str) -> date:
    """The day that decides what is in force in a month (`YYYY-MM`)."""
    year, number = map(int, month.split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])


class Places:
    """Provinces and districts through time, and which provinces a supplier covers."""

    def __init__(self, reference: Path) -> None:
        with (reference / "areas.csv").open(encoding="utf-8", newline="") as lines:
            rows = [r for r in csv.DictReader(lines) if r["level"] in ("province", "district")]
        self.units = {
            r["area_id"]: Unit(
                r["area_id"],
                r["level"],
                r["code"],
                r["name"],
                r["province_code"],
                date.fromisoformat(r["valid_from"] or "0001-01-01"),
                date.fromisoformat(r["valid_to"] or "9999-12-31"),
                r["successor_id"],
            )
            for r in rows
        }
        with (reference / "suppliers.csv").open(encoding="utf-8", newline="") as lines:
            self.suppliers = list(csv.DictReader(lines))

    def covered(self, supplier: str, month: str) -> set[str]:
        """Codes of the provinces that a supplier delivers for in a month."""
        spans = [
            s
            for s in self.suppliers
            if s["supplier"] == supplier
            and s["from_month"] <= month <= (s["to_month"] or "9999-12")
        ]
        return {code for span in spans for code in span["province_codes"].split(";")}

    def provinces(self, month: str) -> list[str]:
        """Codes of all provinces in force in a month."""
        day = last_day(month)
        return [u.code for u in self.units.values() if u.level == "province" and u.is_in_force(day)]

    def districts(self, province: str, month: str) -> list[Unit]:
        """Districts of a province in force in a month."""
        day = last_day(month)
        return [
            u
            for u in self.units.values()
            if u.level == "district" and u.province == province and u.is_in_force(day)
        ]

    def resolve(
        self, province: str, district: str, month: str, own: date | None, supplier: str
    ) -> tuple[str, str]:
        """Codes of a row's province and district (empty where none is known).

        Args:
            own: the row's own first date.

        Raises:
            WrongPlace: the row must be quarantined.
        """
        now = last_day(month)
        then = last_day(f"{own:%Y-%m}") if own else None
        in_province = self._known("province", province, "", now, then)
        if in_province is None or in_province.code not in self.covered(supplier, month):
            raise WrongPlace
        if not district:
            return in_province.code, ""
        return in_province.code, self._district(district, in_province, now, then)

    def later(self, province: str, district: str, origin: str, month: str) -> str:
        """What a district of an earlier month has become; empty where it was split."""
        if not district:
            return ""
        unit = next(u for u in self.districts(province, origin) if u.code == district)
        after = self._after(unit, last_day(month))
        return after.code if after else ""

    def _district(self, text: str, province: Unit, now: date, then: date | None) -> str:
        if district := self._find("district", text, province.code, now):
            return district.code
        # Then by the province's own code of that time, since a code may have meant another
        # province.
        if then is not None:
            before = [
                u
                for u in self.units.values()
                if u.level == "province" and u.is_in_force(then) and self._after(u, now) == province
            ]
            for old_province in before:
                if district := self._find("district", text, old_province.code, then):
                    later = self._after(district, now)
                    return later.code if later else ""
        raise WrongPlace

    def _known(
        self, level: str, text: str, province: str, now: date, then: date | None
    ) -> Unit | None:
        if place := self._find(level, text, province, now):
            return place
        place = self._find(level, text, province, then) if then else None
        return self._after(place, now) if place else None

    def _find(self, level: str, text: str, province: str, day: date) -> Unit | None:
        names = _names(level, text)
        for unit in self.units.values():
            if (
                unit.level != level
                or not unit.is_in_force(day)
                or (province and unit.province != province)
            ):
                continue
            if unit.code == text or folded(unit.name) in names:
                return unit
        return None

    def _after(self, unit: Unit, day: date) -> Unit | None:
        """What all of a unit became by a day."""
        while not unit.is_in_force(day):
            if not unit.successor:
                return None
            unit = self.units[unit.successor]
        return unit


def _names(level: str, text: str) -> set[str]:
    lower = text.lower().removeprefix("ubnd ")
    return {folded(lower)} | {
        folded(lower.removeprefix(p)) for p in _PREFIXES[level] if lower.startswith(p)
    }
