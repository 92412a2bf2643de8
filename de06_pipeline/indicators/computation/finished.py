"""Figures that are made together with their status and bound, as rows of table ``figure``."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.relations import FIGURE, FINISHED_FIGURE

# Thirty times as fast as dataclasses.astuple, which copies every value deeply.
_VALUES = attrgetter(
    "area_id",
    "code",
    "breakdown",
    "numerator",
    "denominator",
    "status",
    "bound",
    "expected",
    "reported",
)


def insert(calc: Calculation, figures: Iterable[FinishedFigure]) -> None:
    """Take figures of the step's month and window for table ``figure``; :func:`store` adds them."""
    calc.finished.extend(figures)


def store(calc: Calculation) -> None:
    """Add all figures taken so far to table ``figure``: a table for each indicator's few would cost
    more than what is in them.
    """
    if not calc.finished:
        return
    FINISHED_FIGURE.create(calc.con, [_VALUES(figure) for figure in calc.finished])
    calc.finished.clear()
    calc.con.execute(
        f"INSERT INTO {FIGURE} SELECT DATE '{calc.month.first_day}', 'month', '{calc.window}', area_id, indicator_code, breakdown, "
        f"numerator, denominator, status, bound, areas_expected, areas_reported FROM {FINISHED_FIGURE}"
    )
