"""A scorecard: components that turn a rate into points, and bands of the total.

Rules come from the reference tables.

All arithmetic is exact; points are whole hundredths, rounded half up once, when a component is
scored.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.computation.figure import FinishedFigure, joint_bound

HUNDREDTHS = 100
FULL_MARKS = 100
"""Points of a whole scorecard, measurable or not."""

_MEASURED = ("reported", "reported_zero", "partial")
_PERCENTAGE = Fraction(1, 1_000_000)
"""A share without a denominator is stored in ten thousandths of a per cent."""


@dataclass(frozen=True, slots=True)
class ScoreComponent:
    """One component in force.

    Attributes:
        code: its indicator; empty where it cannot be measured.
        rate: the indicator whose value is scored.
        threshold: the rate, from 0 to 1, that earns all points.
    """

    code: str
    points: int
    rate: str
    threshold: Fraction


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """A band of the total; ``from_points`` of 100 belong to it."""

    grade: int
    label: str
    from_points: int


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a component or a whole scorecard, in hundredths; ``status`` as of the figures it is
    made from.
    """

    points: int
    measurable: int
    status: str
    bound: str
    expected: int
    reported: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.points, self.measurable)


def components_in_force(path: Path, day: date) -> tuple[ScoreComponent, ...]:
    """The components of ``q766_components.csv`` (or a table like it) in force on a day, those that
    cannot be measured among them.

    Raises:
        ContractError: their points do not add up to 100, or a component is in force twice.
    """
    rows = rules_in_force(path, day)
    components = tuple(
        ScoreComponent(
            row["component"],
            int(row["points"]),
            row["rate"],
            Fraction(row["threshold"] or 100) / 100,
        )
        for row in rows
    )
    codes = [component.code for component in components if component.code]
    if components and sum(component.points for component in components) != FULL_MARKS:
        raise ContractError(
            f"{path}: the components in force on {day} have {sum(component.points for component in components)} points; they must have 100."
        )
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise ContractError(
            f"{path}: '{min(twice)}' is in force twice on {day}; end one with valid_to."
        )
    return components


def bands_in_force(path: Path, day: date) -> tuple[ScoreBand, ...]:
    """The bands of ``q766_bands.csv`` in force on a day, the best first."""
    bands = [
        ScoreBand(int(row["grade"]), row["label"], int(row["from_points"]))
        for row in rules_in_force(path, day)
    ]
    return tuple(sorted(bands, key=lambda band: -band.from_points))


def rates_of(path: Path) -> frozenset[str]:
    """Every indicator that some component, of any time, takes its rate from."""
    return frozenset(row["rate"] for row in _rows(path) if row["rate"])


def score(component: ScoreComponent, rate: FinishedFigure) -> Score | None:
    """The points that a rate earns: all from the threshold on, in proportion below.

    None where the rate has no value.
    """
    if rate.status not in _MEASURED or rate.numerator is None or rate.denominator == 0:
        return None
    value = (
        rate.numerator * _PERCENTAGE
        if rate.denominator is None
        else Fraction(rate.numerator, rate.denominator)
    )
    full = component.points * HUNDREDTHS
    earned = min(Fraction(1), value / component.threshold)
    points = int(full * earned + Fraction(1, 2))
    # More than a rate that already earns everything changes nothing.
    bound = "" if earned == 1 and rate.bound == ">" else rate.bound
    return Score(
        points, full, _status(points, rate.status == "partial"), bound, rate.expected, rate.reported
    )


def total(scores: Iterable[Score]) -> Score | None:
    """The components that could be measured together; None where none could."""
    measured = list(scores)
    if not measured:
        return None
    points = sum(score.points for score in measured)
    return Score(
        points=points,
        measurable=sum(score.measurable for score in measured),
        status=_status(points, any(score.status == "partial" for score in measured)),
        bound=joint_bound(score.bound for score in measured),
        expected=max(score.expected for score in measured),
        reported=min(score.reported for score in measured),
    )


def band_of(share: Fraction, bands: Sequence[ScoreBand]) -> ScoreBand:
    """The best band whose limit a share of the measurable points reaches."""
    return next(band for band in bands if share * FULL_MARKS >= band.from_points)


def ranks(shares: Mapping[int, Fraction]) -> dict[int, int]:
    """Rank of each area, from 1; equal shares share a rank, and the next one is skipped."""
    return {
        area_id: 1 + sum(other > share for other in shares.values())
        for area_id, share in shares.items()
    }


def _status(points: int, is_partial: bool) -> str:
    return "partial" if is_partial else "reported" if points else "reported_zero"


def rules_in_force(path: Path, day: date) -> list[dict[str, str]]:
    """The rows of a table of rules that are in force on a day, as they are written."""
    return [
        row
        for row in _rows(path)
        if row["valid_from"] <= day.isoformat() <= (row["valid_to"] or day.isoformat())
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise ContractError(f"{path}: is missing; the registry names it.") from None
