"""What an administrative unit is, and what the reading of a row's area columns comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from de06_pipeline.periods import Month


class Level(StrEnum):
    """The levels of administration. Districts exist until 2025-06-30 only (NQ 202/2025/QH15)."""

    COUNTRY = "country"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"

    @property
    def code_width(self) -> int:
        """Digits of the level's GSO code, leading zeros included; 0 for the country."""
        return {"country": 0, "province": 2, "district": 3, "commune": 5}[self.value]


class Area(
    NamedTuple
):  # fourteen thousand are made at each start: a dataclass takes ten times as long
    """One version of one unit: a new name, type or territory makes a new version with its own
    ``area_id``.

    Attributes:
        area_id: stable number, never reused (``dim_area.area_id``).
        code: GSO code as text; means something only together with a date.
        name: without prefix, except where only a number would be left (``Quận 1``).
        full_name: with prefix.
        kind: ``tỉnh``, ``thành phố``, ``quận``, ``huyện``, ``thị xã``, ``phường``, ``xã``, ``thị
            trấn``, ``đặc khu``.
        province_code: code of its province; its own for a province, empty for the country.
        parent_id: the version of its parent on its first day (communes of the list of 2025-06-30:
            on that day).
        valid_from: first day in force; None where it lies before the records.
        valid_to: last day in force; None while in force.
        successor_id: the one unit that took in all of it; None where there is none or it was split.
    """

    area_id: int
    level: Level
    code: str
    name: str
    full_name: str
    kind: str
    province_code: str
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None
    successor_id: int | None

    def in_force(self, month: Month) -> bool:
        """Whether the unit is in force on the month's last day."""
        day = month.last_day
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class AreaState(StrEnum):
    """How the text given for one level was understood. See the table in ``docs/architecture.md``."""

    OK = "ok"
    EMPTY = "empty"
    CARRIED = "carried"
    DROPPED = "dropped"
    UNKNOWN = "unknown"
    CONTRADICTS = "contradicts"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The units of one row. The suggestions name official units only, never what the row says."""

    province_id: int | None
    district_id: int | None
    commune_id: int | None
    province_state: AreaState
    district_state: AreaState
    commune_state: AreaState
    suggestion_vi: str = ""
    suggestion_en: str = ""
