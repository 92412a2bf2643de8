"""The report's sections as tables and lists that a page, a workbook and a document show alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import REPORTED_KINDS, Indicator, Kind, OverTime, ReportForm
from de06_pipeline.reports.monthly.facts import Facts, ReportFigure, ReportUnit, place_among
from de06_pipeline.reports.monthly.numbers import (
    DASH,
    STATUS,
    band_of,
    change,
    is_better,
    number,
    parts_shown,
    places_of,
    tone_of,
    value_of,
)
from de06_pipeline.reports.monthly.plan import Funnel, ReportPlan

NOTHING = Message("", "")
_HIGHLIGHTS = 7
_WORTH_SAYING = 0.5
"""Points of per cent below which a change is no news."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure ready to be shown: its value never without what it is made of.

    Attributes:
        text: the value with its bound; – where it is not known, and ``why`` says why.
        parts: numerator and denominator in the unit shown.
        small: the denominator is so small that one case more would move the rate by points.
        above: a rate above 100 %, shown as computed.
    """

    value: float | None
    text: str
    unit: Message
    parts: tuple[str, str] | None = None
    why: Message | None = None
    tone: str = "none"
    band: str = ""
    small: bool = False
    above: bool = False
    partial: Message | None = None
    basis: str = ""
    figure: ReportFigure | None = None

    @property
    def is_known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Card:
    """A headline indicator with its changes, target, rank and trend."""

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


@dataclass(frozen=True, slots=True)
class UnitRow:
    unit: ReportUnit
    cells: list[Shown]
    ranks: list[int | None]
    trends: list[list[float | None]]


@dataclass(frozen=True, slots=True)
class FormTable:
    """Form II.06a for one stretch of months.

    Attributes:
        rows: the label of each with one number a column; None where nothing is known.
        missing: months of the stretch that were not delivered whole.
        difference: (3) − (7) − (11) of the total; zero within one delivery, and over several months
            as far as the deliveries agree about what was open between them.
    """

    title: Message
    months: tuple[Month, ...]
    rows: list[tuple[str, list[int | None]]]
    missing: tuple[Month, ...]
    difference: int | None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    item: str
    name: Message
    points: float
    got: Shown | None
    rate: Shown | None
    rate_indicator: Indicator | None
    threshold: float | None
    note: Message


@dataclass(frozen=True, slots=True)
class FunnelStep:
    name: Message
    shown: Shown
    of_first: float | None
    of_before: float | None


@dataclass(frozen=True, slots=True)
class Highlight:
    """A sentence for a reader who has one minute. ``tone``: good, low or plain."""

    tone: str
    text: Message
    anchor: str


def shown(
    facts: Facts, plan: ReportPlan, indicator: Indicator, figure: ReportFigure | None
) -> Shown:
    """A figure of an indicator, ready to be shown; of None, "not delivered"."""
    unit = facts.unit_names.get(indicator.unit, Message(indicator.unit, indicator.unit))
    if figure is None or not figure.is_known:
        why = STATUS[figure.status if figure else "not_reported"]
        return Shown(None, DASH, unit, why=why, figure=figure)
    value = value_of(indicator, figure.numerator, figure.denominator)
    text = number(value, places_of(indicator))
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
        parts_shown(indicator, figure.numerator, figure.denominator),
        tone=tone_of(indicator, value),
        band=band_of(indicator, value),
        small=small,
        above=indicator.unit == "%" and value is not None and value > 100,
        partial=partial,
        basis=figure.basis,
        figure=figure,
    )


def card(facts: Facts, plan: ReportPlan, code: str) -> Card:
    indicator, window = facts.registry.indicator(code), facts.window_of(code)
    now = facts.value(code, window)
    before = facts.value(code, window, month=facts.month.plus(-1))
    year_ago = facts.value(code, window, month=facts.month.plus(-12))
    country = facts.figure(code, window, facts.country.area_id)
    return Card(
        indicator,
        window,
        shown(facts, plan, indicator, facts.figure(code, window)),
        change(indicator, now, before),
        is_better(indicator, now, before),
        change(indicator, now, year_ago),
        is_better(indicator, now, year_ago),
        facts.rank(code, window),
        shown(facts, plan, indicator, country)
        if facts.siblings and country is not None and indicator.unit == "%"
        else None,
        [shown(facts, plan, indicator, figure) for figure in facts.trend(code, window)],
    )


def cards(facts: Facts, plan: ReportPlan) -> list[Card]:
    return [card(facts, plan, code) for code in plan.headline]


def trends(facts: Facts, plan: ReportPlan) -> list[Card]:
    """The trends of what has a value in at least one month."""
    drawn = [card(facts, plan, code) for code in plan.trends]
    return [trend for trend in drawn if any(each.is_known for each in trend.trend)]


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
    values = [
        [facts.value(indicator.code, window, unit.area_id) for unit in facts.units]
        for indicator, window in columns
    ]
    rows = []
    for number_, unit in enumerate(facts.units):
        cells, ranks, lines = [], [], []
        for (indicator, window), column in zip(columns, values, strict=True):
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


# Official form


def form_tables(facts: Facts, form: ReportForm) -> list[FormTable]:
    """A form for the month, the quarter so far and the year so far; stretches of the same months are
    one table.

    Months, whole quarters and years to date are read as they are published (the form's view in the
    warehouse). A quarter that is not over is added up here, as are months before a merger.
    """
    month = facts.month
    first_of_quarter = Month(month.year, (month.month - 1) // 3 * 3 + 1)
    stretches = [
        (Message(f"Tháng {month.month}/{month.year}", f"Month {month}"), month, "month"),
        (
            Message(
                f"Quý {_ROMAN[(month.month - 1) // 3]}/{month.year} "
                f"(tháng {first_of_quarter.month}–{month.month})",
                f"Quarter {(month.month + 2) // 3} of {month.year} to {month}",
            ),
            first_of_quarter,
            "quarter" if month.month % 3 == 0 else "",
        ),
        (
            Message(
                f"Lũy kế từ đầu năm {month.year} (tháng 1–{month.month})",
                f"Year to date, {month.year}-01 to {month}",
            ),
            Month(month.year, 1),
            "ytd",
        ),
    ]
    titles: dict[tuple[Month, ...], Message] = {}
    windows: dict[tuple[Month, ...], str] = {}
    for title, first, window in stretches:
        months = tuple(_through(first, month))
        same = titles.get(months)
        windows[months] = windows.get(months) or window
        titles[months] = (
            Message(f"{same.vi}; {_lower(title.vi)}", f"{same.en}; {_lower(title.en)}")
            if same
            else title
        )
    return [
        _form_table(facts, form, title, months, windows[months]) for months, title in titles.items()
    ]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_ROMAN = ("I", "II", "III", "IV")


def _through(first: Month, last: Month) -> Iterator[Month]:
    while first <= last:
        yield first
        first = first.plus(1)


def _form_table(
    facts: Facts, form: ReportForm, title: Message, months: tuple[Month, ...], window: str
) -> FormTable:
    """``window``: of the published figures; empty for months to be added up."""
    if len(months) > 1 and facts.predecessors:
        window = ""
    columns = sorted(form.columns, key=lambda column: column.number)
    total: list[int | None] = []
    for column in columns:
        parts = [
            _published_count(facts, code, window) if window else _over_months(facts, code, months)
            for code in column.codes
        ]
        known = [part for part in parts if part is not None]
        total.append(sum(known) if len(known) == len(parts) else None)
    rows = [("", total)]
    if window:
        rows += _form_breakdowns(facts, form, window, total)
    by_number = dict(zip((column.number for column in columns), total, strict=True))
    difference = None
    sides = [by_number.get(number_) for number_ in (3, 7, 11)]
    if all(side is not None for side in sides):
        difference = (sides[0] or 0) - (sides[1] or 0) - (sides[2] or 0)
    codes = {code for column in columns for code in column.codes}
    missing = tuple(
        month
        for month in months
        if not all(_is_whole(facts.figure(code, "month", month=month)) for code in codes)
    )
    return FormTable(title, months, rows, missing, difference)


def _published_count(facts: Facts, code: str, window: str) -> int | None:
    figure = facts.figure(code, window)
    return figure.numerator if figure is not None and figure.is_known else None


def _form_breakdowns(
    facts: Facts, form: ReportForm, window: str, total: Sequence[int | None]
) -> list[tuple[str, list[int | None]]]:
    """The rows under the total; a column without a total has no number in them either."""
    columns = sorted(form.columns, key=lambda column: column.number)
    labels = sorted(
        {
            label
            for column in columns
            for code in column.codes
            for label in facts.breakdowns.get((code, window), {})
            if label.startswith(f"{form.breakdown}=") and ";" not in label
        },
        key=lambda label: form.place_of(label.partition("=")[2]),
    )
    rows: list[tuple[str, list[int | None]]] = []
    for label in labels:
        cells: list[int | None] = []
        for column, whole in zip(columns, total, strict=True):
            figures = [facts.breakdowns.get((code, window), {}).get(label) for code in column.codes]
            # A count without a row is zero: rows exist for values that occur.
            known = sum(figure.numerator or 0 for figure in figures if figure is not None)
            cells.append(None if whole is None else known)
        rows.append((label.partition("=")[2], cells))
    return rows


def _over_months(facts: Facts, code: str, months: Sequence[Month]) -> int | None:
    """A count over several months by its own rule: flows added up, opening states of the first
    month, closing states of the last; None where a month that is needed has no number.
    """
    indicator = facts.registry.indicator(code)
    over_time = indicator.numerator[0].over_time if indicator.numerator else OverTime.SUM
    needed = (
        months[:1]
        if over_time is OverTime.FIRST
        else months[-1:]
        if over_time is OverTime.LAST
        else months
    )
    area = facts.area.area_id
    history = facts.series.get((code, "month", area), {})
    figures = [history.get(month) for month in needed]
    # A month that was not delivered is left out and named; with none there is no number.
    known = [figure.numerator for figure in figures if figure is not None and figure.is_known]
    if not known or (over_time is not OverTime.SUM and len(known) < len(needed)):
        return None
    return sum(count for count in known if count is not None)


def _is_whole(figure: ReportFigure | None) -> bool:
    return figure is not None and figure.status in ("reported", "reported_zero")


# Scorecard, funnels, what other systems report


def scorecard(facts: Facts, plan: ReportPlan) -> list[ScoreRow]:
    rows = []
    for item in facts.scorecard:
        got = rate = rate_indicator = None
        name = item.note
        if item.component:
            indicator = facts.registry.indicator(item.component)
            name = Message(indicator.name_vi, indicator.name_en)
            got = shown(facts, plan, indicator, facts.figure(item.component, "month"))
            rate_indicator = facts.registry.indicator(item.rate)
            rate = shown(facts, plan, rate_indicator, facts.figure(item.rate, "month"))
        rows.append(
            ScoreRow(
                item.item,
                name,
                item.points,
                got,
                rate,
                rate_indicator,
                item.threshold,
                item.note,
            )
        )
    return rows


def band_name(facts: Facts) -> str:
    """The band of the scorecard as its breakdown names it; empty where there is none."""
    bands = facts.breakdowns.get(("q766.band", "month"), {})
    return next(
        (text.partition("=")[2] for text, figure in bands.items() if text and figure.is_known), ""
    )


def breakdown_said(plan: ReportPlan, text: str) -> Message:
    """``phase=1`` for people: Giai đoạn: 1."""
    vi, en = [], []
    for part in text.split(";"):
        name, _, value = part.partition("=")
        called = plan.breakdowns.get(name, Message(name, name))
        vi.append(f"{called.vi}: {value}")
        en.append(f"{called.en}: {value}")
    return Message(" · ".join(vi), " · ".join(en))


def funnel_steps(facts: Facts, plan: ReportPlan, funnel: Funnel) -> list[FunnelStep]:
    steps: list[FunnelStep] = []
    first = before = None
    for step in funnel.steps:
        indicator = facts.registry.indicator(step.code)
        result = shown(facts, plan, indicator, facts.figure(step.code, facts.window_of(step.code)))
        value = result.value
        if step.part == "numerator":
            top = result.figure.numerator if result.figure and result.figure.is_known else None
            unit = facts.unit_names.get(step.unit, Message(step.unit, step.unit))
            value = None if top is None else float(top)
            result = Shown(value, number(value), unit, why=result.why, figure=result.figure)
        name = step.name or Message(indicator.name_vi, indicator.name_en)
        steps.append(FunnelStep(name, result, _share(value, first), _share(value, before)))
        first, before = (value if first is None else first), value
    return steps


def _share(part: float | None, whole: float | None) -> float | None:
    return 100 * part / whole if part is not None and whole else None


def lines(facts: Facts, plan: ReportPlan, codes: Sequence[str]) -> list[Card]:
    return [card(facts, plan, code) for code in codes]


def other_systems(facts: Facts, plan: ReportPlan) -> list[tuple[Card, list[tuple[Message, Shown]]]]:
    """What agencies report already counted: the total and its breakdowns, of what was reported."""
    reported = []
    for indicator in facts.registry:
        if indicator.kind not in REPORTED_KINDS:
            continue
        by_label = [
            (breakdown_said(plan, label), shown(facts, plan, indicator, figure))
            for label, figure in sorted(facts.breakdowns.get((indicator.code, "month"), {}).items())
        ]
        reported.append((card(facts, plan, indicator.code), by_label))
    return reported


# Data state


def unavailable(facts: Facts, plan: ReportPlan) -> list[tuple[Indicator, Shown]]:
    """Indicators of the report's tables that have no number this month, with the reason."""
    codes = dict.fromkeys(
        [*plan.headline, *plan.units, *(c for part in plan.outline for c in part.indicators)]
    )
    without = []
    for code in codes:
        indicator = facts.registry.indicator(code)
        figure = facts.figure(code, facts.window_of(code))
        if figure is None and indicator.kind in REPORTED_KINDS:
            continue  # nobody is bound to report these every month
        result = shown(facts, plan, indicator, figure)
        if not result.is_known or result.partial:
            without.append((indicator, result))
    return without


def highlights(facts: Facts, plan: ReportPlan, every: Sequence[Card]) -> list[Highlight]:
    """A handful of sentences: what was refused or is missing, what fell and rose most, what is
    furthest below its target, which unit is last.
    """
    sentences = list(_trouble(facts))
    known = [headline for headline in every if headline.shown.is_known and not headline.shown.small]
    rates = [headline for headline in known if headline.indicator.unit == "%"]
    moved = [
        (abs(_moved(facts, rate)), rate)
        for rate in rates
        if rate.month_judged in ("better", "worse") and abs(_moved(facts, rate)) >= _WORTH_SAYING
    ]
    moved.sort(key=lambda pair: -pair[0])
    for wanted, tone in (("worse", "low"), ("better", "good")):
        best = next((rate for _, rate in moved if rate.month_judged == wanted), None)
        if best:
            sentences.append(_moved_sentence(best, tone))
    behind = [
        ((rate.indicator.target or 0) - (rate.shown.value or 0), rate)
        for rate in rates
        if rate.indicator.target is not None
        and rate.shown.tone in ("low", "fair")
        and rate.indicator.direction == "higher"
    ]
    behind.sort(key=lambda pair: -pair[0])
    for gap, rate in behind[:1]:
        assert rate.indicator.target is not None
        target = number(rate.indicator.target, 0)
        sentences.append(
            Highlight(
                "low",
                Message(
                    f"{rate.indicator.name_vi}: {_value(rate)}, còn cách mục tiêu {target} % là {number(gap, 1)} điểm %.",
                    f"{rate.indicator.name_en}: {_value(rate)}, {number(gap, 1)} points below the target of {target} %.",
                ),
                "headline",
            )
        )
    sentences += _extremes(facts, plan)
    return sentences[:_HIGHLIGHTS]


def _moved(facts: Facts, rate: Card) -> float:
    before = facts.value(rate.indicator.code, rate.window, month=facts.month.plus(-1))
    return (rate.shown.value or 0) - (before or 0)


def _value(rate: Card) -> str:
    parts = f" ({rate.shown.parts[0]}/{rate.shown.parts[1]})" if rate.shown.parts else ""
    return f"{rate.shown.text} %{parts}"


def _moved_sentence(rate: Card, tone: str) -> Highlight:
    assert rate.month_change is not None
    rises = not rate.month_change.vi.startswith("−")
    amount = rate.month_change.vi.lstrip("+−"), rate.month_change.en.lstrip("+−")
    return Highlight(
        tone,
        Message(
            f"{rate.indicator.name_vi} {'tăng' if rises else 'giảm'} {amount[0]} so với tháng trước, đạt {_value(rate)}.",
            f"{rate.indicator.name_en} {'rose' if rises else 'fell'} by {amount[1]} on last month, to {_value(rate)}.",
        ),
        "headline",
    )


def _trouble(facts: Facts) -> Iterator[Highlight]:
    by_state = {
        "refused": Message("bị từ chối", "refused"),
        "missing": Message("mất tệp", "files gone"),
        "overdue": Message("chưa gửi", "not delivered"),
        "carried": Message("dùng số cũ", "carried from an earlier month"),
    }
    for state, words in by_state.items():
        deliveries = [delivery for delivery in facts.deliveries if delivery.state == state]
        if not deliveries:
            continue
        names_vi = ", ".join(
            dict.fromkeys(
                f"{delivery.title.vi} ({delivery.supplier_title})" for delivery in deliveries[:3]
            )
        )
        names_en = ", ".join(
            dict.fromkeys(
                f"{delivery.title.en} ({delivery.supplier_title})" for delivery in deliveries[:3]
            )
        )
        more = f" … (+{len(deliveries) - 3})" if len(deliveries) > 3 else ""
        affected = len(
            {code for delivery in deliveries if not delivery.stands for code in delivery.codes}
        )
        effect = (
            Message(f"; {affected} chỉ tiêu bị ảnh hưởng", f"; {affected} indicators affected")
            if affected
            else NOTHING
        )
        yield Highlight(
            "low" if state != "carried" else "fair",
            Message(
                f"Dữ liệu {words.vi}: {names_vi}{more}{effect.vi}.",
                f"Data {words.en}: {names_en}{more}{effect.en}.",
            ),
            "data",
        )


def _extremes(facts: Facts, plan: ReportPlan) -> list[Highlight]:
    """The first and the last unit by the on-time rate, or by the plan's first rate."""
    code = next(
        (
            c
            for c in plan.units
            if c == "dvc.on_time_rate" or facts.registry.indicator(c).unit == "%"
        ),
        None,
    )
    code = "dvc.on_time_rate" if "dvc.on_time_rate" in plan.units else code
    if code is None:
        return []
    indicator, window = facts.registry.indicator(code), facts.window_of(code)
    results = []
    for unit in facts.units:
        result = shown(facts, plan, indicator, facts.figure(code, window, unit.area_id))
        if result.value is not None and not result.small:
            results.append((result.value, unit, result))
    if len(results) < 3:
        return []
    results.sort(key=lambda triple: triple[0])
    (_, last, low), (_, first, high) = results[0], results[-1]

    def named(unit: ReportUnit, result: Shown) -> str:
        parts = f" ({result.parts[0]}/{result.parts[1]})" if result.parts else ""
        return f"{unit.full_name} {result.text} %{parts}"

    return [
        Highlight(
            "plain",
            Message(
                f"{indicator.name_vi}: cao nhất {named(first, high)}, thấp nhất {named(last, low)}.",
                f"{indicator.name_en}: highest in {named(first, high)}, lowest in {named(last, low)}.",
            ),
            "units",
        )
    ]
