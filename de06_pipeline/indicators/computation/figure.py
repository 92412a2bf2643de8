"""A figure with its status and bound, as it is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FinishedFigure:
    """One figure of a month and window.

    Attributes:
        expected, reported: how many suppliers' areas at or below the area should have reported it,
            and did.
    """

    area_id: int
    code: str
    breakdown: str
    numerator: int | None
    denominator: int | None
    status: str
    bound: str
    expected: int
    reported: int


def joint_bound(bounds: Iterable[str]) -> str:
    """The bound of a sum of numbers with these bounds: theirs where they do not contradict each
    other, else about.
    """
    kinds = {bound for bound in bounds if bound}
    return kinds.pop() if len(kinds) == 1 else "≈" if kinds else ""
