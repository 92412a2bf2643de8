"""A figure against its own past: a count against the same calendar month of earlier years, or the
months just before; a rate against the latter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from de06_pipeline.periods import Month
from de06_pipeline.plausibility.bands import Band, RateBand, rate_band, robust_band
from de06_pipeline.plausibility.rules import Fall, Outlier, RateOutlier


class PastFigure(Protocol):
    """A count, or a rate of ``of`` in per cent: None of a count, and of a share of nothing."""

    @property
    def counted(self) -> int: ...
    @property
    def of(self) -> int | None: ...
    @property
    def rate(self) -> float | None: ...


def band_of(past: Mapping[Month, int], month: Month, rule: Outlier) -> Band | None:
    """The band that earlier figures give for a month; None where there are too few.

    The same month of earlier years first, because most counts have seasons (holidays, the school
    year, the summer's guests).

    Args:
        past: figures by month; those of ``month`` and later are not looked at.
    """
    years = [
        count for earlier, count in past.items() if earlier < month and earlier.month == month.month
    ]
    same_months = robust_band(years, rule.years)
    if same_months is not None:
        return same_months
    first = month.plus(-rule.months_looked_at)
    return robust_band(
        [count for earlier, count in past.items() if first <= earlier < month], rule.months
    )


def is_outlier(count: int, band: Band, rule: Outlier) -> bool:
    """Whether a count is remarkable.

    Small counts vary by themselves, so nothing is said below the floor.
    """
    return max(count, band.middle) >= rule.floor and not band.holds(count)


def months_judged_by(month: Month, later: tuple[Month, ...], rule: Outlier) -> tuple[Month, ...]:
    """The months among ``later`` whose band a figure of ``month`` is part of."""
    last = month.plus(rule.months_looked_at)
    return tuple(
        other for other in later if month < other and (other <= last or other.month == month.month)
    )


def fell_from(past: Mapping[Month, PastFigure], month: Month, rule: Fall) -> Month | None:
    """The last month with a figure, where this month's rate has become 0 or 100 % or its count 0, and
    that one's was not; None otherwise.

    Args:
        past: whole figures by month, ``month`` among them.
    """
    now = past[month]
    first = month.plus(-rule.months_looked_at)
    earlier = [other for other in past if first <= other < month]
    if not earlier:
        return None
    last = max(earlier)
    before = past[last]
    if now.of is None:
        return last if now.counted == 0 and before.counted >= rule.floor else None
    if now.of < rule.floor or before.rate is None:
        return None
    return last if now.counted in (0, now.of) and before.rate != now.rate else None


def rate_band_of(
    past: Mapping[Month, PastFigure], month: Month, rule: RateOutlier
) -> RateBand | None:
    """The band that the months just before give for a rate; None where there are too few, or the rate
    is of so few that it moves by itself.
    """
    if (past[month].of or 0) < rule.floor:
        return None
    first = month.plus(-rule.months_looked_at)
    earlier = [
        figure.rate
        for other, figure in past.items()
        if first <= other < month and figure.rate is not None and (figure.of or 0) >= rule.floor
    ]
    return rate_band(earlier, rule.months)


def months_compared_with(
    month: Month, later: tuple[Month, ...], months_looked_at: int
) -> tuple[Month, ...]:
    """The months among ``later`` that have ``month`` among the months just before them."""
    return tuple(other for other in later if month < other <= month.plus(months_looked_at))
