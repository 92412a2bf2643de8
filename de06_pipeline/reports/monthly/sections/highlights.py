"""The handful of sentences a report begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from de06_pipeline.contracts.model import Message
from de06_pipeline.reports.monthly.facts import Facts, ReportUnit
from de06_pipeline.reports.monthly.numbers import number, places_for
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.monthly.sections.cards import Card, Shown, shown

NOTHING = Message("", "")
_HIGHLIGHTS = 7
_WORTH_SAYING = 0.5
"""Points of per cent below which a change is no news."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A sentence for a reader who has one minute. ``tone``: good, low or plain."""

    tone: str
    text: Message
    anchor: str


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
        points = number(gap, places_for(rate.indicator, gap))
        sentences.append(
            Highlight(
                "low",
                Message(
                    f"{rate.indicator.name_vi}: {_value(rate)}, còn cách mục tiêu {target} % là {points} điểm %.",
                    f"{rate.indicator.name_en}: {_value(rate)}, {points} points below the target of {target} %.",
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
    lowest = [place for place in results if place[0] == results[0][0]]
    highest = [place for place in results if place[0] == results[-1][0]]
    if len(highest) == len(results):
        return []
    last, first = _named(lowest), _named(highest)

    return [
        Highlight(
            "plain",
            Message(
                f"{indicator.name_vi}: cao nhất {first.vi}, thấp nhất {last.vi}.",
                f"{indicator.name_en}: highest in {first.en}, lowest in {last.en}.",
            ),
            "units",
        )
    ]


def _named(equal: Sequence[tuple[float, ReportUnit, Shown]]) -> Message:
    """Units of one value: the first of them, how many more, and the value, with its parts only where
    it is one unit's.
    """
    _, unit, result = equal[0]
    if len(equal) == 1:
        parts = f" ({result.parts[0]}/{result.parts[1]})" if result.parts else ""
        value = f"{unit.within_sentence} {result.text} %{parts}"
        return Message(value, value)
    more = len(equal) - 1
    return Message(
        f"{unit.within_sentence} và {more} địa bàn khác {result.text} %",
        f"{unit.within_sentence} and {more} more, {result.text} %",
    )
