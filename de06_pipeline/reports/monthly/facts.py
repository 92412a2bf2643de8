"""Everything a report says about one area and month, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Indicator, Registry
from de06_pipeline.reports.monthly.numbers import standing_of, value_of

WINDOWS = ("month", "stock", "ytd")
"""In the order in which a figure is looked for where a window is not named."""

RANKED_FROM = 5
"""Provinces with a value from which a place among them says something."""

KNOWN = ("reported", "reported_zero", "partial")
"""Statuses with a number."""


class ReportFigure(NamedTuple):
    """A figure as stored; ``numerator`` and ``denominator`` in the units stored."""

    numerator: int | None
    denominator: int | None
    status: str
    bound: str = ""
    basis: str = ""
    areas_expected: int = 0
    areas_reported: int = 0
    revision: int = 1

    @property
    def is_known(self) -> bool:
        return self.status in KNOWN and self.numerator is not None


@dataclass(frozen=True, slots=True)
class ReportUnit:
    """An administrative unit as a report shows it.

    ``longitude``, ``latitude``: of its centre in degrees; None where it is not in the table.
    """

    area_id: int
    code: str
    name: str
    full_name: str
    level: str
    longitude: float | None = None
    latitude: float | None = None

    @property
    def within_sentence(self) -> str:
        """The full name as Vietnamese writes it in a sentence: `tỉnh Quảng Nam`, `Việt Nam`."""
        if self.full_name == self.name:
            return self.full_name
        return self.full_name[:1].lower() + self.full_name[1:]


@dataclass(frozen=True, slots=True)
class ReportDelivery:
    """What became of one dataset of one supplier in the month.

    Attributes:
        state: ``accepted``, ``refused``, ``missing``, ``overdue``, ``carried``, ``none`` (nobody
            expects it in the month).
        late_days: days between the due day and the first accepted files; 0 in time.
        stands: rows of an earlier delivery are in force.
        carried_from: of a snapshot, the month whose delivery is used.
        codes: indicators that rest on the dataset.
        report: relative link to the supplier's report, where it is written on this machine.
    """

    dataset: str
    title: Message
    supplier: str
    supplier_title: str
    state: str
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_superseded: int = 0
    files: int = 0
    received_on: date | None = None
    late_days: int = 0
    stands: bool = False
    carried_from: Month | None = None
    reasons: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    report: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Revision:
    """A figure of the month that was first published with other numbers."""

    unit: ReportUnit
    indicator: Indicator
    window: str
    before: ReportFigure
    now: ReportFigure
    revised_at: datetime


@dataclass(frozen=True, slots=True)
class PublishedAgreement:
    """A published figure beside the computed one; a row of ``published_comparison``."""

    id: str
    place: str
    indicator_code: str
    breakdown: str
    as_of: date
    published: float
    bound: str
    computed: float | None
    period_end: date | None
    verdict: str
    reason: Message | None
    synthetic: bool


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """A component of the scorecard of QĐ 766 in force in the month, as its reference table says.

    ``component``, ``rate``: codes of indicators; empty where it cannot be measured, and ``note``
    says what is missing.
    """

    item: str
    component: str
    points: float
    rate: str
    threshold: float | None
    note: Message


@dataclass(frozen=True, slots=True)
class Facts:
    """One area's month.

    Attributes:
        area: the province or country the report is about.
        units: the units below it: districts, communes from 2025-07, provinces of the country.
        siblings: ``area_id`` of the provinces it is ranked among, itself included.
        months: of the trends, oldest first; the report's own last.
        series: (code, window, area_id) → month → figure. Months in which a unit did not exist have
            the sum of the units that became it, where that can be added up.
        breakdowns: (code, window) → breakdown's text → figure, of the area in the month.
        published_at: when figures were published last.
        synthetic: some of the deliveries are sample exports.
    """

    registry: Registry
    month: Month
    area: ReportUnit
    units: tuple[ReportUnit, ...]
    siblings: tuple[int, ...]
    country: ReportUnit
    months: tuple[Month, ...]
    series: Mapping[tuple[str, str, int], Mapping[Month, ReportFigure]]
    breakdowns: Mapping[tuple[str, str], Mapping[str, ReportFigure]]
    deliveries: tuple[ReportDelivery, ...] = ()
    revisions: tuple[Revision, ...] = ()
    agreements: tuple[PublishedAgreement, ...] = ()
    scorecard: tuple[ScoreItem, ...] = ()
    unit_names: Mapping[str, Message] = field(default_factory=dict)
    published_at: datetime | None = None
    synthetic: bool = False
    predecessors: tuple[str, ...] = ()

    def figure(
        self, code: str, window: str, area_id: int | None = None, month: Month | None = None
    ) -> ReportFigure | None:
        """The figure of an area (the report's own by default) and month (the report's own)."""
        area = self.area.area_id if area_id is None else area_id
        return self.series.get((code, window, area), {}).get(month or self.month)

    def window_of(self, code: str) -> str:
        """The window a code is shown with: the first of :data:`WINDOWS` that the registry gives it."""
        windows = {str(window) for window in self.registry.indicator(code).windows}
        return next(window for window in WINDOWS if window in windows)

    def value(
        self, code: str, window: str, area_id: int | None = None, month: Month | None = None
    ) -> float | None:
        """A figure's value; None where it has no number."""
        figure = self.figure(code, window, area_id, month)
        if figure is None or not figure.is_known:
            return None
        return value_of(self.registry.indicator(code), figure.numerator, figure.denominator)

    def standing(self, code: str, window: str, area_id: int | None = None) -> float | None:
        """What an area's place goes by; None where its figure has no number."""
        figure = self.figure(code, window, area_id)
        if figure is None or not figure.is_known:
            return None
        return standing_of(self.registry.indicator(code), figure.numerator, figure.denominator)

    def trend(
        self, code: str, window: str, area_id: int | None = None
    ) -> list[ReportFigure | None]:
        """A figure for each of :attr:`months`."""
        area = self.area.area_id if area_id is None else area_id
        history = self.series.get((code, window, area), {})
        return [history.get(month) for month in self.months]

    def rank(self, code: str, window: str) -> tuple[int, int] | None:
        """Place of the area among its siblings by the indicator's direction, and how many have a
        value; None where the indicator has no direction or fewer than :data:`RANKED_FROM` have one.
        """
        indicator = self.registry.indicator(code)
        own = self.standing(code, window)
        if own is None or indicator.direction == "none":
            return None
        values = [self.standing(code, window, area_id) for area_id in self.siblings]
        if sum(value is not None for value in values) < RANKED_FROM:
            return None
        return place_among(own, values, indicator.direction == "higher")


def place_among(
    own: float, values: Iterable[float | None], higher_is_better: bool
) -> tuple[int, int] | None:
    """(place, how many): 1 + those that are better; equal ones share a place. None below two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    better = sum(value > own if higher_is_better else value < own for value in known)
    return better + 1, len(known)


def added_up(parts: Sequence[ReportFigure | None]) -> ReportFigure | None:
    """The figure of a unit from those of the units that became it; None unless every part is known
    whole.
    """
    known = [
        part for part in parts if part is not None and part.is_known and part.status != "partial"
    ]
    if not known or len(known) < len(parts):
        return None
    if any(part.denominator is None for part in known) and any(
        part.denominator is not None for part in known
    ):
        return None
    bottom = (
        None
        if known[0].denominator is None
        else sum(part.denominator for part in known if part.denominator is not None)
    )
    top = sum(part.numerator for part in known if part.numerator is not None)
    bases = {part.basis for part in known}
    return ReportFigure(
        top,
        bottom,
        "reported" if top else "reported_zero",
        basis=known[0].basis if len(bases) == 1 else "mixed",
        areas_expected=sum(part.areas_expected for part in known),
        areas_reported=sum(part.areas_reported for part in known),
    )
