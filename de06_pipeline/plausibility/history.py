"""A count against its own past: the same calendar month of earlier years, or the months just
before.
"""

from __future__ import annotations

from collections.abc import Mapping

from de06_pipeline.periods import Month
from de06_pipeline.plausibility.bands import Band, robust_band
from de06_pipeline.plausibility.rules import Outlier


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
