"""The scorecard of QĐ 766: what each component got, and the band."""

from __future__ import annotations

from dataclasses import dataclass

from de06_pipeline.contracts.model import Message
from de06_pipeline.registry.model import Indicator
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.monthly.sections.cards import Shown, shown


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
