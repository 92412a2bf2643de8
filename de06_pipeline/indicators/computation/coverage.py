"""Who reported: for each area of a figure, whether everything it is made from was delivered.

Suppliers' areas are provinces, so a district or commune has reported exactly when its province has.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from de06_pipeline.indicators.cells.accepted_rows import unit_level
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.request import DeliveredField, FiguresRequest
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
    request: FiguresRequest,
    crosswalk: Crosswalk,
    needs: Sequence[tuple[str, tuple[Month, ...]]],
    fields: Collection[DeliveredField] = (),
) -> list[Place]:
    """The areas of the figures that need some datasets over some months.

    A delivery without the column of a needed field counts as not delivered. For the units of a
    province the column that names the unit is needed too.

    Args:
        crosswalk: to the month that the figures are for.
        needs: datasets, each with the months it is needed for.
        fields: of these datasets, or of those that they look into.

    Returns:
        The country, every province that was expected or delivered, and the units of those provinces
        that have data, or delivered all datasets without a needed column.
    """
    places: list[Place] = []
    history = sorted({month for _, each in needs for month in each})
    present = [crosswalk.present(month) for month in history]
    for province in request.areas.in_force("province", crosswalk.month):
        deliveries = _Deliveries(request, crosswalk, needs, province.area_id)
        expected = any(
            (reporting := request.reporting.get((dataset, crosswalk.month)))
            and province.area_id in reporting.expected
            for dataset, _ in needs
        )
        arrived = deliveries.state(())
        if not expected and not arrived.present:
            continue
        own = deliveries.state(fields) if fields else arrived
        places.append(
            Place(
                province.area_id,
                "province",
                province.area_id,
                1,
                int(own.whole),
                own.has_data,
                own.whole,
            )
        )
        if arrived.has_data:
            below = deliveries.state(fields, of_units=True)
            for unit in request.areas.children(
                province.area_id, crosswalk.unit_level, crosswalk.month
            ):
                same_territory = all(unit.area_id in there for there in present)
                places.append(
                    Place(
                        unit.area_id,
                        crosswalk.unit_level,
                        province.area_id,
                        1,
                        int(below.whole),
                        below.has_data,
                        below.whole and same_territory,
                    )
                )
    return [_country(request, places), *places]


@dataclass(frozen=True, slots=True)
class _State:
    """What a province has delivered of what figures need.

    Attributes:
        present: datasets of which something is there.
        has_data: something of each is; ``whole``: everything.
    """

    present: frozenset[str]
    has_data: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class _Deliveries:
    """What one province was to deliver."""

    request: FiguresRequest
    crosswalk: Crosswalk
    needs: Sequence[tuple[str, tuple[Month, ...]]]
    province_id: int

    def state(self, fields: Collection[DeliveredField], *, of_units: bool = False) -> _State:
        present: set[str] = set()
        whole = True
        for dataset, months in self.needs:
            for month in months:
                origins = self.crosswalk.origins(self.province_id, month)
                needed = [*fields, *self._unit_field(dataset, month)] if of_units else fields
                there = self.request.delivered(dataset, month)
                if needed:
                    there -= self.request.lacking(month, needed)
                if origins & there:
                    present.add(dataset)
                whole = whole and bool(origins) and origins <= there
        return _State(
            frozenset(present), len(present) == len({dataset for dataset, _ in self.needs}), whole
        )

    def _unit_field(self, dataset: str, month: Month) -> list[DeliveredField]:
        """The field that names the unit of a row, if any province delivered it without a column."""
        reporting = self.request.reporting.get((dataset, month))
        if not reporting or not reporting.lacking:
            return []
        return [(dataset, unit_level(self.request.areas, month))]


def _country(request: FiguresRequest, places: Sequence[Place]) -> Place:
    provinces = [place for place in places if place.level == "province"]
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
