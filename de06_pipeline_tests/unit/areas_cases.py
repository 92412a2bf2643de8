"""The real area tables, and short ways to ask them; shared by the tests of areas."""

from __future__ import annotations

from dataclasses import dataclass

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Area
from de06_pipeline.areas.resolve import Resolver
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
BOOK = AreaBook.load(REFERENCE)


def month(text: str) -> Month:
    return Month.parse(text)


def unit(level: str, code: str, reporting: str) -> Area:
    """The unit a code means in a month; fails the test if there is none."""
    area = BOOK.by_code(level, code, month(reporting))
    assert area is not None
    return area


def full_name(area: Area | None) -> str:
    return area.full_name if area else "-"


@dataclass(frozen=True)
class Read:
    """A resolution in words: ``full name/state`` for each level, ``-`` for no unit."""

    province: str
    district: str
    commune: str
    suggestion_vi: str


def read(
    province: str | None,
    district: str | None,
    commune: str | None,
    reporting: str,
    own: str | None = None,
) -> Read:
    resolution = Resolver(BOOK, month(reporting)).resolve(
        province, district, commune, month(own) if own else None
    )

    def words(area_id: int | None, state: str) -> str:
        return f"{BOOK.get(area_id).full_name if area_id else '-'}/{state}"

    return Read(
        words(resolution.province_id, resolution.province_state),
        words(resolution.district_id, resolution.district_state),
        words(resolution.commune_id, resolution.commune_state),
        resolution.suggestion_vi,
    )
