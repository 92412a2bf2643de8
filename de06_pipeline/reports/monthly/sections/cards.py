"""Figures as a report shows them: one by one, on cards with what they are compared with, and by unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Indicator, Kind
from de06_pipeline.reports.monthly.facts import (
    RANKED_FROM,
    Facts,
    ReportFigure,
    ReportUnit,
    place_among,
)
from de06_pipeline.reports.monthly.numbers import (
    BASIS,
    DASH,
    STATUS,
    band_of,
    change,
    is_better,
    number,
    parts_shown,
    places_for,
    standing_of,
    tone_of,
    value_of,
)
from de06_pipeline.reports.monthly.plan import ReportPlan

_DELIVERED = Message("dân số do đơn vị gửi", "population that was delivered")


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure ready to be shown: its value never without what it is made of.

    Attributes:
        text: the value with its bound; – where it is not known, and ``why`` says why.
        standing: what its place among others goes by.
        parts: numerator and denominator in the unit shown.
        small: the denominator is so small that one case more would move the rate by points.
        above: a rate above 100 %, shown as computed.
        estimated: that the population under it was not delivered.
    """

    value: float | None
    text: str
    unit: Message
    standing: float | None = None
    parts: tuple[str, str] | None = None
    why: Message | None = None
    tone: str = "none"
    band: str = ""
    small: bool = False
    above: bool = False
    partial: Message | None = None
    estimated: Message | None = None
    figure: ReportFigure | None = None

    @property
    def is_known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Card:
    """A headline indicator with its changes, target, rank and trend.

    Attributes:
        not_compared: why there is no change on last month although both months have a number.
    """

    indicator: Indicator
    window: str
    shown: Shown
    month_change: Message | None
    month_judged: str
    year_change: Message | None
    year_judged: str
    rank: tuple[int, int] | None
    country: Shown | None
    trend: list[Shown]
    not_compared: Message | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    unit: ReportUnit
    cells: list[Shown]
    ranks: list[int | None]
    trends: list[list[float | None]]


def shown(
    facts: Facts, plan: ReportPlan, indicator: Indicator, figure: ReportFigure | None
) -> Shown:
    """A figure of an indicator, ready to be shown; of None, "not delivered"."""
    unit = facts.unit_names.get(indicator.unit, Message(indicator.unit, indicator.unit))
    if figure is None or not figure.is_known:
        why = STATUS[figure.status if figure else "not_reported"]
        return Shown(None, DASH, unit, why=why, figure=figure)
    value = value_of(indicator, figure.numerator, figure.denominator)
    text = number(value, places_for(indicator, value))
    is_rate = indicator.kind in (Kind.RATIO, Kind.SHARE, Kind.MEAN, Kind.MEDIAN)
    small = (
        is_rate
        and figure.denominator is not None
        and figure.denominator < plan.small_denominator
        and indicator.code not in plan.whole_lists
    )
    partial = None
    if figure.status == "partial":
        partial = (
            Message(
                f"{figure.areas_reported}/{figure.areas_expected} địa phương đã gửi",
                f"{figure.areas_reported} of {figure.areas_expected} areas delivered",
            )
            if figure.areas_expected > 1
            else STATUS["partial"]
        )
    return Shown(
        value,
        f"{figure.bound} {text}".strip(),
        unit,
        standing_of(indicator, figure.numerator, figure.denominator),
        parts_shown(indicator, figure.numerator, figure.denominator),
        tone=tone_of(indicator, value),
        band=band_of(indicator, value),
        small=small,
        above=indicator.unit == "%" and value is not None and value > 100,
        partial=partial,
        estimated=BASIS.get(figure.basis),
        figure=figure,
    )


def is_place(rank: Shown) -> bool:
    """Whether a rank says something: it is known, and among at least :data:`RANKED_FROM` where its
    denominator says among how many.
    """
    if rank.figure is None or not rank.is_known:
        return False
    among = rank.figure.denominator
    return among is None or among >= RANKED_FROM


def card(facts: Facts, plan: ReportPlan, code: str) -> Card:
    indicator, window = facts.registry.indicator(code), facts.window_of(code)
    last_month, last_year = facts.month.plus(-1), facts.month.plus(-12)
    month_change, month_judged = _change_on(facts, indicator, window, last_month)
    year_change, year_judged = _change_on(facts, indicator, window, last_year)
    country = facts.figure(code, window, facts.country.area_id)
    return Card(
        indicator,
        window,
        shown(facts, plan, indicator, facts.figure(code, window)),
        month_change,
        month_judged,
        year_change,
        year_judged,
        facts.rank(code, window),
        shown(facts, plan, indicator, country)
        if facts.siblings and country is not None and indicator.unit == "%"
        else None,
        [shown(facts, plan, indicator, figure) for figure in facts.trend(code, window)],
        _difference_of_base(facts, indicator, window, last_month),
    )


def _change_on(
    facts: Facts, indicator: Indicator, window: str, month: Month
) -> tuple[Message | None, str]:
    """The change on an earlier month and whether it is one for the better; none where the figures
    are not of the same areas or points.
    """
    if _difference_of_base(facts, indicator, window, month):
        return None, "same"
    now = facts.value(indicator.code, window)
    before = facts.value(indicator.code, window, month=month)
    return change(indicator, now, before), is_better(indicator, now, before)


def _difference_of_base(
    facts: Facts, indicator: Indicator, window: str, month: Month
) -> Message | None:
    """In what an earlier month's figure is of something else than this month's: provinces that did
    not deliver in one of them, points that could be measured in one alone, a population that is
    estimated in one and delivered in the other. Such a difference is no change. None where both are
    alike, or one has no number.
    """
    now = facts.figure(indicator.code, window)
    before = facts.figure(indicator.code, window, month=month)
    if now is None or before is None or not now.is_known or not before.is_known:
        return None
    if _areas_of(now) != _areas_of(before):
        areas = f"{before.areas_reported}/{before.areas_expected}"
        return Message(
            f"không so với tháng trước: khi đó {areas} địa phương đã gửi",
            f"not compared with last month: {areas} areas had delivered then",
        )
    if now.basis != before.basis:
        was = BASIS.get(before.basis, _DELIVERED)
        return Message(
            f"không so với tháng trước: khi đó mẫu số là {was.vi}",
            f"not compared with last month: its denominator was the {was.en}",
        )
    if indicator.kind is Kind.SCORE and now.denominator != before.denominator:
        parts = parts_shown(indicator, before.numerator, before.denominator)
        points = parts[1] if parts else DASH
        return Message(
            f"không so với tháng trước: khi đó đo được {points} điểm",
            f"not compared with last month: {points} points could be measured then",
        )
    return None


def _areas_of(figure: ReportFigure) -> tuple[int, int] | None:
    """How many of its areas a partial figure is of; None for a whole one, whatever their number."""
    return (figure.areas_reported, figure.areas_expected) if figure.status == "partial" else None


def cards(facts: Facts, plan: ReportPlan) -> list[Card]:
    return [card(facts, plan, code) for code in plan.headline]


def trends(facts: Facts, plan: ReportPlan) -> list[Card]:
    """The trends of what has a value in at least one month."""
    drawn = [card(facts, plan, code) for code in plan.trends]
    return [trend for trend in drawn if any(each.is_known for each in trend.trend)]


def lines(facts: Facts, plan: ReportPlan, codes: Sequence[str]) -> list[Card]:
    return [card(facts, plan, code) for code in codes]


def unit_table(
    facts: Facts, plan: ReportPlan, codes: Sequence[str] = ()
) -> tuple[list[tuple[Indicator, str]], list[UnitRow]]:
    """The units below the area with the columns of the plan that any of them has a figure for."""
    columns = [
        (facts.registry.indicator(code), facts.window_of(code)) for code in codes or plan.units
    ]
    columns = [
        (indicator, window)
        for indicator, window in columns
        if any(facts.figure(indicator.code, window, unit.area_id) for unit in facts.units)
    ]
    standings = [
        [facts.standing(indicator.code, window, unit.area_id) for unit in facts.units]
        for indicator, window in columns
    ]
    rows = []
    for number_, unit in enumerate(facts.units):
        cells, ranks, lines = [], [], []
        for (indicator, window), column in zip(columns, standings, strict=True):
            figure = facts.figure(indicator.code, window, unit.area_id)
            cells.append(shown(facts, plan, indicator, figure))
            own = column[number_]
            place = (
                None
                if own is None or indicator.direction == "none"
                else place_among(own, column, indicator.direction == "higher")
            )
            ranks.append(place[0] if place else None)
            lines.append(
                [facts.value(indicator.code, window, unit.area_id, month) for month in facts.months]
            )
        rows.append(UnitRow(unit, cells, ranks, lines))
    return columns, [row for row in rows if any(cell.figure for cell in row.cells)]
