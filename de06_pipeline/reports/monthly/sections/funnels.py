"""Funnels: the steps of a service, each as a share of the one before and of the first."""

from __future__ import annotations

from dataclasses import dataclass

from de06_pipeline.contracts.model import Message
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.numbers import number
from de06_pipeline.reports.monthly.plan import Funnel, ReportPlan
from de06_pipeline.reports.monthly.sections.cards import Shown, shown


@dataclass(frozen=True, slots=True)
class FunnelStep:
    name: Message
    shown: Shown
    of_first: float | None
    of_before: float | None


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
