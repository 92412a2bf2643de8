"""Who reported: for each area of a figure, whether everything it is made from was delivered.

Suppliers' areas are provinces, so a district or commune has reported exactly when its province has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.periods import Month


@dataclass(frozen=True, slots=True)
class Place:
    """An area of a month's figures.

    Attributes:
        expected, reported: how many suppliers' areas at or below it should have delivered all of
            the window, and did.
        has_data: some of the window was delivered.
        is_whole: all of it was, on the same territory.
    """

    area_id: int
    level: str
    province_id: int | None
    expected: int
    reported: int
    has_data: bool
    is_whole: bool


def places(
    request: FiguresRequest, crosswalk: Crosswalk, needs: Sequence[tuple[str, tuple[Month, ...]]]
) -> list[Place]:
    """The areas of the figures that need some datasets over some months.

    Args:
        crosswalk: to the month that the figures are for.
        needs: datasets, each with the months it is needed for.

    Returns:
        The country, every province that was expected or delivered, and the units of those provinces
        that have data.
    """
    found: list[Place] = []
    for province in request.areas.in_force("province", crosswalk.month):
        months = [
            (dataset, month, crosswalk.origins(province.area_id, month))
            for dataset, each in needs
            for month in each
        ]
        complete = [
            bool(origins) and origins <= request.delivered(dataset, month)
            for dataset, month, origins in months
        ]
        present = {
            dataset
            for dataset, month, origins in months
            if origins & request.delivered(dataset, month)
        }
        expected = any(
            (reporting := request.reporting.get((dataset, crosswalk.month)))
            and province.area_id in reporting.expected
            for dataset, _ in needs
        )
        has_data = len(present) == len({dataset for dataset, _ in needs})
        if not expected and not present:
            continue
        whole = all(complete)
        place = Place(
            province.area_id, "province", province.area_id, 1, int(whole), has_data, whole
        )
        found.append(place)
        if has_data:
            history = sorted({month for _, each in needs for month in each})
            for unit in request.areas.children(
                province.area_id, crosswalk.unit_level, crosswalk.month
            ):
                same_territory = all(crosswalk.has_origin(unit.area_id, month) for month in history)
                found.append(
                    Place(
                        unit.area_id,
                        crosswalk.unit_level,
                        province.area_id,
                        1,
                        int(whole),
                        True,
                        whole and same_territory,
                    )
                )
    return [_country(request, found), *found]


def _country(request: FiguresRequest, found: Sequence[Place]) -> Place:
    provinces = [place for place in found if place.level == "province"]
    expected = sum(place.expected for place in provinces)
    reported = sum(place.reported for place in provinces)
    has_data = any(place.has_data for place in provinces)
    return Place(
        request.areas.country.area_id,
        "country",
        None,
        expected,
        reported,
        has_data,
        reported == expected,
    )
