"""Does a computed figure agree with the published one? Exact arithmetic; no floating point decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from de06_pipeline.official_figures.read import OfficialFigure
from de06_pipeline.registry.model import Indicator, Kind

ROUNDING = Fraction(1, 20)
"""Half of the one decimal that offices publish percentages and means with."""

ABOUT = Fraction(1, 20)
"""``≈`` (khoảng) means within 5 %."""

PERCENTAGE_PARTS = 10_000
"""A share that an agency reports as a percentage alone is stored in ten thousandths."""


class Verdict(StrEnum):
    """What came of a comparison, best first."""

    EQUAL = "equal"
    WITHIN_ROUNDING = "within_rounding"
    """A percentage or mean that differs by no more than half of its last published decimal."""
    INSIDE_BOUND = "inside_bound"
    """Published as "more than", "nearly" or "about" a number, and the computed one is."""
    CONTRADICTED = "contradicted"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed figure: its parts, and the bound that a figure counted by another system may have."""

    numerator: int
    denominator: int | None
    bound: str = ""

    def value(self, indicator: Indicator) -> Fraction | None:
        """The value in the indicator's unit; None where the denominator is zero."""
        if indicator.kind is Kind.SHARE and self.denominator is None:
            return Fraction(self.numerator, PERCENTAGE_PARTS)
        top = Fraction(self.numerator * indicator.value_multiplier, indicator.per)
        if not indicator.is_quotient:
            return top
        return top / self.denominator if self.denominator else None


def official_value(official: OfficialFigure, indicator: Indicator | None) -> Fraction:
    """The published number in the indicator's unit.

    A share published as two numbers is their quotient, in % where it is not ours.
    """
    if official.parts is None:
        return Fraction(official.value or 0)
    numerator, denominator = map(Fraction, official.parts)
    if indicator and not indicator.is_quotient:
        return numerator
    return (indicator.value_multiplier if indicator else 100) * numerator / denominator


def is_comparable(official: OfficialFigure, indicator: Indicator) -> bool:
    """Whether both speak in the same unit.

    The unit of "11 of 25" is that of its parts, which have none of their own with us.
    """
    return official.parts is not None or official.unit == indicator.unit


def verdict(official: OfficialFigure, computed: Computed, indicator: Indicator) -> Verdict:
    """Compare a figure that has a value with the published one.

    Two numbers without bounds are equal, or within rounding where the indicator is a quotient: a
    count that was published is not rounded. With a bound on either side they must have some number
    in common.
    """
    ours, theirs = computed.value(indicator), official_value(official, indicator)
    assert ours is not None
    if official.bound == computed.bound and ours == theirs and _same_parts(official, computed):
        return Verdict.EQUAL
    if not official.bound and not computed.bound:
        is_rounded = (
            indicator.is_quotient and official.parts is None and abs(ours - theirs) <= ROUNDING
        )
        return Verdict.WITHIN_ROUNDING if is_rounded else Verdict.CONTRADICTED
    return (
        Verdict.INSIDE_BOUND
        if _overlap(_range(theirs, official.bound), _range(ours, computed.bound))
        else Verdict.CONTRADICTED
    )


def _same_parts(official: OfficialFigure, computed: Computed) -> bool:
    """24 of 50 is not 12 of 25."""
    if official.parts is None or computed.denominator is None:
        return True
    numerator, denominator = official.parts
    return numerator == computed.numerator and denominator == computed.denominator


Range = tuple[Fraction | None, Fraction | None, bool]
"""Lowest and highest number, None for none, and whether the ends belong to it."""


def _range(value: Fraction, bound: str) -> Range:
    if bound == ">":
        return value, None, False
    if bound == "<":
        return None, value, False
    if bound == "≈":
        return value - abs(value) * ABOUT, value + abs(value) * ABOUT, True
    return value, value, True


def _overlap(first: Range, other: Range) -> bool:
    return _begins_before_end(first, other) and _begins_before_end(other, first)


def _begins_before_end(first: Range, other: Range) -> bool:
    lowest, highest = first[0], other[1]
    if lowest is None or highest is None:
        return True
    return lowest <= highest if first[2] and other[2] else lowest < highest
