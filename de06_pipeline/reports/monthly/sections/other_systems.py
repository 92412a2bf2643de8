"""What agencies report already counted: totals and their breakdowns."""

from __future__ import annotations

from de06_pipeline.contracts.model import Message
from de06_pipeline.registry.model import REPORTED_KINDS
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.monthly.sections.cards import Card, Shown, card, shown


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


def breakdown_said(plan: ReportPlan, text: str) -> Message:
    """``phase=1`` for people: Giai đoạn: 1."""
    vi, en = [], []
    for part in text.split(";"):
        name, _, value = part.partition("=")
        called = plan.breakdowns.get(name, Message(name, name))
        vi.append(f"{called.vi}: {value}")
        en.append(f"{called.en}: {value}")
    return Message(" · ".join(vi), " · ".join(en))
