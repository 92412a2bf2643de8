"""Rates of the ledger of deliveries: ``quality.*``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.finished import insert
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.ledger import (
    Ledger,
    areas_delivered,
    rows_accepted,
    rule_failures,
)
from de06_pipeline.indicators.computation.step import Step
from de06_pipeline.registry.model import Indicator


def add_areas_delivered(step: Step, indicator: Indicator, labels: Labels) -> None:
    """``quality.delivery_rate``."""
    _add(step, indicator, areas_delivered)


def add_areas_delivered_in_time(step: Step, indicator: Indicator, labels: Labels) -> None:
    """``quality.on_time_delivery_rate``."""
    _add(step, indicator, lambda ledger, code: areas_delivered(ledger, code, in_time=True))


def add_rows_accepted(step: Step, indicator: Indicator, labels: Labels) -> None:
    """``quality.acceptance_rate``."""
    _add(step, indicator, rows_accepted)


def add_rule_failures(step: Step, indicator: Indicator, labels: Labels) -> None:
    """``quality.rule_failures``."""
    _add(step, indicator, rule_failures)


def _add(
    step: Step, indicator: Indicator, figures: Callable[[Ledger, str], Iterator[FinishedFigure]]
) -> None:
    ledger = step.request.ledgers.get(step.month)
    if ledger is not None:
        insert(step, figures(ledger, indicator.code))
