"""Rates of the ledger of deliveries: ``quality.*``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.finished import insert
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.ledger import (
    Ledger,
    areas_delivered,
    rows_accepted,
    rule_failures,
)
from de06_pipeline.registry.model import Indicator


def add_areas_delivered(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``quality.delivery_rate``."""
    _add(calc, indicator, areas_delivered)


def add_areas_delivered_in_time(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``quality.on_time_delivery_rate``."""
    _add(calc, indicator, lambda ledger, code: areas_delivered(ledger, code, in_time=True))


def add_rows_accepted(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``quality.acceptance_rate``."""
    _add(calc, indicator, rows_accepted)


def add_rule_failures(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``quality.rule_failures``."""
    _add(calc, indicator, rule_failures)


def _add(
    calc: Calculation,
    indicator: Indicator,
    figures: Callable[[Ledger, str], Iterator[FinishedFigure]],
) -> None:
    ledger = calc.request.ledgers.get(calc.month)
    if ledger is not None:
        insert(calc, figures(ledger, indicator.code))
