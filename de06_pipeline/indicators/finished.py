"""Figures that are made together with their status and bound, as rows of table ``figure``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from de06_pipeline.indicators.engine import create_table
from de06_pipeline.indicators.step import Step

_COLUMNS = [("area_id", "INTEGER"), ("indicator_code", "VARCHAR"), ("breakdown", "VARCHAR"), ("numerator", "BIGINT")]
_COLUMNS += [("denominator", "BIGINT"), ("status", "VARCHAR"), ("bound", "VARCHAR"), ("expected", "INTEGER"), ("reported", "INTEGER")]


@dataclass(frozen=True, slots=True)
class FinishedFigure:
    """One figure of a step's month and window.

    Attributes:
        expected, reported: how many suppliers' areas at or below the area should have reported it, and did.
    """

    area_id: int
    code: str
    breakdown: str
    numerator: int | None
    denominator: int | None
    status: str
    bound: str
    expected: int
    reported: int


def insert(step: Step, figures: Iterable[FinishedFigure]) -> None:
    """Add figures to table ``figure``."""
    create_table(step.con, "finished_figure", _COLUMNS, [astuple(figure) for figure in figures])
    step.con.execute(
        f"INSERT INTO figure SELECT DATE '{step.month.first_day}', 'month', '{step.window}', area_id, indicator_code, breakdown, "
        "numerator, denominator, status, bound, expected, reported FROM finished_figure"
    )


def joint_bound(bounds: Iterable[str]) -> str:
    """The bound of a sum or score made from numbers with these bounds: more than, where none is less than; about, where they differ."""
    found = {bound for bound in bounds if bound}
    return found.pop() if len(found) == 1 else "≈" if found else ""
