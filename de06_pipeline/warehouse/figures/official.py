"""The comparison with published figures: finding the figures in force that it needs, and keeping
its result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import (
    BOUNDS,
    STATUSES,
    dim_month,
    figure,
    published_comparison,
    series,
)
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """A figure in force, as integers: the value is made by whoever knows the indicator."""

    month: Month
    breakdown: str
    numerator: int | None
    denominator: int | None
    status: str
    bound: str


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One row of table ``published_comparison``."""

    id: str
    document: str
    place: str
    indicator_code: str
    breakdown: str
    as_of: date
    published: float
    bound: str
    computed: float | None
    period_end: date | None
    gap_days: int | None
    verdict: str
    reason: str | None
    reason_en: str | None
    synthetic: bool


def months_with_figures(warehouse: Warehouse) -> list[Month]:
    """The months that figures have been published for, in order."""
    with warehouse.reading() as connection:
        return [
            Month.of(day)
            for day in connection.execute(
                select(dim_month.c.month).order_by(dim_month.c.month)
            ).scalars()
        ]


def figures_of_series(
    warehouse: Warehouse,
    indicator_code: str,
    breakdowns: Sequence[str],
    time_window: str,
    areas: Mapping[Month, int],
) -> tuple[StoredFigure, ...]:
    """The figures in force of some breakdowns of an indicator in one place, newest month first.

    Args:
        areas: the months looked at, each with the place's ``area_id`` in it. A place changes its
            number with its boundaries.
    """
    if not areas:
        return ()
    wanted = and_(
        series.c.indicator_code == indicator_code,
        series.c.period_type == "month",
        series.c.time_window == time_window,
    )
    places = or_(
        *(
            and_(figure.c.month_id == month_id(month), figure.c.area_id == area_id)
            for month, area_id in areas.items()
        )
    )
    query = (
        select(
            *(
                figure.c[name]
                for name in ("month_id", "numerator", "denominator", "status", "bound")
            ),
            series.c.breakdown,
        )
        .join(series, series.c.series_id == figure.c.series_id)
        .where(wanted, series.c.breakdown.in_(list(breakdowns)), places)
        .order_by(figure.c.month_id.desc())
    )
    with warehouse.reading() as connection:
        return tuple(
            StoredFigure(
                Month(*divmod(row.month_id, 100)),
                row.breakdown,
                row.numerator,
                row.denominator,
                STATUSES[row.status],
                BOUNDS[row.bound],
            )
            for row in connection.execute(query)
        )


def replace_comparison(warehouse: Warehouse, rows: Sequence[ComparisonRow]) -> bool:
    """Make the table hold exactly these rows, in one transaction; writes nothing where it does
    already.

    Returns:
        Whether anything was written.
    """
    wanted = {
        row.id: {name: getattr(row, name) for name in ComparisonRow.__dataclass_fields__}
        for row in rows
    }
    with warehouse.writing() as connection:
        stored = {
            row["id"]: dict(row)
            for row in connection.execute(select(published_comparison)).mappings()
        }
        if stored == wanted:
            return False
        connection.execute(delete(published_comparison))
        if wanted:
            connection.execute(insert(published_comparison), list[dict[str, Any]](wanted.values()))
    return True


def comparison_rows(warehouse: Warehouse) -> tuple[ComparisonRow, ...]:
    """The comparison as last made, by id."""
    with warehouse.reading() as connection:
        rows = connection.execute(
            select(published_comparison).order_by(published_comparison.c.id)
        ).mappings()
        return tuple(ComparisonRow(**row) for row in rows)
