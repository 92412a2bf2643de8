"""Totals in force that other figures are composed from. Reading only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import BOUNDS, STATUSES, WITHDRAWN, figure, series
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class TotalInForce:
    """A figure of a month, as stored: a share without a denominator is a percentage in ten
    thousandths.
    """

    area_id: int
    code: str
    numerator: int | None
    denominator: int | None
    status: str
    bound: str
    areas_expected: int
    areas_reported: int


def totals_in_force(
    warehouse: Warehouse, month: Month, codes: Collection[str]
) -> tuple[TotalInForce, ...]:
    """The figures of a calendar month, not broken down, by indicator and area."""
    total = and_(
        series.c.breakdown == "", series.c.period_type == "month", series.c.time_window == "month"
    )
    values = (
        figure.c.numerator,
        figure.c.denominator,
        figure.c.status,
        figure.c.bound,
        figure.c.areas_expected,
        figure.c.areas_reported,
    )
    query = (
        select(figure.c.area_id, series.c.indicator_code, *values)
        .join(series, series.c.series_id == figure.c.series_id)
        .where(
            figure.c.month_id == month_id(month),
            figure.c.status != WITHDRAWN,
            series.c.indicator_code.in_(sorted(codes)),
            total,
        )
        .order_by(series.c.indicator_code, figure.c.area_id)
    )
    with warehouse.reading() as connection:
        rows = connection.execute(query).all()
    return tuple(
        TotalInForce(*row[:4], STATUSES[row.status], BOUNDS[row.bound], *row[6:]) for row in rows
    )
