"""The band in which a count is not remarkable, from earlier counts of the same thing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

NORMAL_MAD = 1.4826
"""Makes the median absolute deviation comparable with a standard deviation."""


@dataclass(frozen=True, slots=True)
class BandRule:
    """How wide a band is.

    Attributes:
        deviations: robust standard deviations of the logarithm on either side of the median.
        smallest_factor: within the median divided by it and multiplied by it nothing is remarkable,
            however steady it was.
        needed: earlier counts without which nothing is said.
    """

    deviations: float = 3.0
    smallest_factor: float = 2.0
    needed: int = 3


@dataclass(frozen=True, slots=True)
class Band:
    """Lowest and highest unremarkable count, both inside; ``middle`` is the median."""

    low: int
    middle: int
    high: int

    def holds(self, count: int) -> bool:
        return self.low <= count <= self.high

    def distance(self, count: int) -> int:
        """How many too many or too few; 0 inside."""
        return max(self.low - count, count - self.high, 0)


def robust_band(earlier: Sequence[int], rule: BandRule) -> Band | None:
    """Median and median absolute deviation on the log of earlier counts; None where there are too
    few of them.

    On the log, because counts grow and fall by shares; robust, so that one wrong month among the
    earlier ones does not hide the next.
    """
    if len(earlier) < rule.needed:
        return None
    logs = [math.log1p(count) for count in earlier]
    middle = median(logs)
    spread = rule.deviations * NORMAL_MAD * median(abs(value - middle) for value in logs)
    width = max(spread, math.log(rule.smallest_factor))
    return Band(
        *(max(round(math.expm1(value)), 0) for value in (middle - width, middle, middle + width))
    )


@dataclass(frozen=True, slots=True)
class RateBandRule:
    """How wide the band of a rate is.

    Attributes:
        deviations: robust standard deviations on either side of the median.
        smallest_points: within so many percentage points of the median nothing is remarkable, however
            steady the rate was.
        needed: earlier rates without which nothing is said.
    """

    deviations: float = 3.0
    smallest_points: float = 20.0
    needed: int = 3


@dataclass(frozen=True, slots=True)
class RateBand:
    """Lowest and highest unremarkable rate in per cent, both inside and within 0 to 100."""

    low: float
    high: float

    def holds(self, rate: float) -> bool:
        return self.low <= rate <= self.high


def rate_band(earlier: Sequence[float], rule: RateBandRule) -> RateBand | None:
    """Median and median absolute deviation of earlier rates, in percentage points; None where there
    are too few of them.

    Not on the log, as counts are: a rate near 100 % has little room above it and all below.
    """
    if len(earlier) < rule.needed:
        return None
    middle = median(earlier)
    spread = rule.deviations * NORMAL_MAD * median(abs(rate - middle) for rate in earlier)
    width = max(spread, rule.smallest_points)
    return RateBand(max(middle - width, 0.0), min(middle + width, 100.0))
