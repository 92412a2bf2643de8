"""Which part of a unit lies in which unit of another month: figures are carried from one to the
other by it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Level
from de06_pipeline.areas.territory import FIRST_COMMUNES, Territory
from de06_pipeline.errors import UsageError
from de06_pipeline.periods import FIRST_MONTH, Month

WHOLE = 1_000_000
"""Shares are whole millionths, so that those of a unit add up to all of it on every engine."""

LAST_MONTH = Month(9999, 12)
"""Stands for "and on" in a span of months."""


class AreaShare(NamedTuple):
    """The part of a unit that lies in a unit of the boundaries.

    Attributes:
        area_id: a unit in force in the figures' month.
        to_id: a unit of the same kind in force on the boundaries.
        province_id: the province of the latter on the boundaries; itself for a province, None for
            the country.
        part: in millionths, by residents of the 2019 census. ``WHOLE`` is exact, anything less an
            estimate.
        is_same: of one level and the same ground, so that even what cannot be added up may be
            carried over.
    """

    area_id: int
    to_id: int
    province_id: int | None
    part: int
    is_same: bool


@dataclass(frozen=True, slots=True)
class ShareSpan:
    """A share, and the first and last month of figures that it holds for."""

    share: AreaShare
    first: Month
    last: Month


def shares(
    territory: Territory, areas: AreaBook, month: Month, boundaries: Month
) -> list[AreaShare]:
    """How every unit that has figures in ``month`` lies in the units in force in the month
    ``boundaries``.

    Returns:
        The country, provinces to provinces, and districts or communes to the districts or communes
        of the boundaries; for each unit of the month parts that add up to ``WHOLE``.
    """
    if max(month, boundaries) < FIRST_COMMUNES:
        territory = territory.of_districts
    country = areas.country.area_id
    listed = [AreaShare(country, country, None, WHOLE, True)]
    province_of = dict(
        zip(
            territory.holders(territory.unit_level(boundaries), boundaries),
            territory.holders(Level.PROVINCE, boundaries),
            strict=True,
        )
    )
    for before, after in (
        (Level.PROVINCE, Level.PROVINCE),
        (territory.unit_level(month), territory.unit_level(boundaries)),
    ):
        overlap = _overlap(territory, before, month, after, boundaries)
        origins = Counter(to_id for weights in overlap.values() for to_id in weights)
        for area_id, weights in overlap.items():
            is_same = before is after and len(weights) == 1
            for to_id, part in apportion(WHOLE, weights).items():
                province_id = to_id if after is Level.PROVINCE else province_of[to_id]
                listed.append(
                    AreaShare(area_id, to_id, province_id, part, is_same and origins[to_id] == 1)
                )
    return listed


def _overlap(
    territory: Territory, before: Level, month: Month, after: Level, boundaries: Month
) -> Mapping[int, dict[int, int]]:
    """By unit of the month, what it counts in each unit of the boundaries."""
    together: dict[tuple[int, int], int] = {}
    pairs = zip(territory.holders(before, month), territory.holders(after, boundaries), strict=True)
    for pair, atom in zip(pairs, territory.atomic_areas, strict=True):
        together[pair] = together.get(pair, 0) + atom.weight
    overlap: dict[int, dict[int, int]] = defaultdict(dict)
    for area_id, to_id in sorted(together):
        overlap[area_id][to_id] = together[area_id, to_id]
    return overlap


@lru_cache(maxsize=4)  # every new warehouse asks for the same ones, and most months for none other
def spans(
    territory: Territory, areas: AreaBook, boundaries: Month, last: Month
) -> tuple[ShareSpan, ...]:
    """The shares of every month from the first to ``last`` (and on), those that stay the same put
    together.
    """
    open_spans: dict[AreaShare, tuple[Month, Month]] = {}
    closed: list[ShareSpan] = []
    periods = list(_boundary_periods(areas, last))
    for first, until in periods:
        present = shares(territory, areas, first, boundaries)
        continued = {share: (open_spans.get(share, (first, until))[0], until) for share in present}
        closed += [
            ShareSpan(share, *months)
            for share, months in open_spans.items()
            if share not in continued
        ]
        open_spans = continued
    closed += [ShareSpan(share, *months) for share, months in open_spans.items()]
    return tuple(closed)


def merged_whole(
    territory: Territory, areas: AreaBook, month: Month, boundaries: Month
) -> frozenset[int]:
    """The units of the boundaries that are made of several units of ``month``, of their own level
    and each of them whole.

    Empty where the boundaries are the earlier ones: going back, nothing says which of two units a
    row belongs to.
    """
    return (
        frozenset()
        if month > boundaries
        else _merged_whole(territory, areas, first_month_of(areas, month), boundaries)
    )


@lru_cache(maxsize=256)
def _merged_whole(
    territory: Territory, areas: AreaBook, month: Month, boundaries: Month
) -> frozenset[int]:
    month_shares = shares(territory, areas, month, boundaries)
    level = {area_id: areas.get(area_id).level for share in month_shares for area_id in share[:2]}
    unfit = {
        share.to_id
        for share in month_shares
        if share.part < WHOLE or level[share.area_id] is not level[share.to_id]
    }
    return frozenset(
        share.to_id for share in month_shares if not share.is_same and share.to_id not in unfit
    )


def first_month_of(areas: AreaBook, month: Month) -> Month:
    """The first month since 2022-01 with the very units of ``month``: what names its boundaries.

    Raises:
        UsageError: the month lies before 2022-01: the tables do not reach back further.
    """
    if month < Month.parse(FIRST_MONTH):
        raise UsageError(
            f"The boundaries of {month} are not known; the area tables begin with {FIRST_MONTH}."
        )
    return next(
        first for first, until in _boundary_periods(areas, month) if first <= month <= until
    )


def last_change(areas: AreaBook) -> Month:
    """The month of the last change of units that the area tables know."""
    return Month.of(max(area.valid_from for area in areas.areas if area.valid_from))


def _boundary_periods(areas: AreaBook, last: Month) -> Iterable[tuple[Month, Month]]:
    """Spans of months between which no unit begins or ends; the last one is open."""
    first = month = Month.parse(FIRST_MONTH)
    while month < last:
        if areas.boundary_version(month.plus(1)) != areas.boundary_version(month):
            yield first, month
            first = month.plus(1)
        month = month.plus(1)
    yield first, LAST_MONTH


def apportion(total: int, weights: dict[int, int]) -> dict[int, int]:
    """``total`` in whole numbers in proportion to positive weights, the largest remainders rounded
    up.
    """
    if len(weights) == 1:
        return dict.fromkeys(weights, total)
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts
