"""Figures that are made together with their status and bound, as rows of table ``figure``."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from de06_pipeline.duck.rows import create_table
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.figure import FinishedFigure

_COLUMNS = [
    ("area_id", "INTEGER"),
    ("indicator_code", "VARCHAR"),
    ("breakdown", "VARCHAR"),
    ("numerator", "BIGINT"),
]
_COLUMNS += [
    ("denominator", "BIGINT"),
    ("status", "VARCHAR"),
    ("bound", "VARCHAR"),
    ("expected", "INTEGER"),
    ("reported", "INTEGER"),
]

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
    """Add figures of the step's month and window to table ``figure``."""
    create_table(calc.con, "finished_figure", _COLUMNS, [_VALUES(figure) for figure in figures])
    calc.con.execute(
        f"INSERT INTO figure SELECT DATE '{calc.month.first_day}', 'month', '{calc.window}', area_id, indicator_code, breakdown, "
        "numerator, denominator, status, bound, expected, reported FROM finished_figure"
    )
