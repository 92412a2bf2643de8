"""Indicators of the report that have no number this month, and why."""

from __future__ import annotations

from de06_pipeline.registry.model import REPORTED_KINDS, Indicator
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.monthly.sections.cards import Shown, shown


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
