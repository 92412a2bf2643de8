"""What a monthly report is made from, read in a few large queries instead of one for each figure:
totals of many months and areas, one month's breakdowns, and what was revised.

Rows are integers as stored; who knows the indicator makes values of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, select

from de06_pipeline.periods import Month, vietnam_time
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import (
    BASES,
    BOUNDS,
    STATUSES,
    delivery,
    figure,
    figure_past,
    publication,
    series,
)
from de06_pipeline.warehouse.store import Warehouse


class FigureRow(NamedTuple):
    """A figure in force, calendar months only."""

    month: Month
    area_id: int
    indicator_code: str
    time_window: str
    breakdown: str
    numerator: int | None
    denominator: int | None
    status: str
    bound: str
    basis: str
    areas_expected: int
    areas_reported: int
    revision: int


class RevisedRow(NamedTuple):
    """A figure that an office has seen with other numbers, and the ones before."""

    area_id: int
    indicator_code: str
    time_window: str
    breakdown: str
    numerator: int | None
    denominator: int | None
    status: str
    revision: int
    revised_at: datetime
    run_id: str
    new_numerator: int | None
    new_denominator: int | None
    new_status: str


def figure_rows(
    warehouse: Warehouse,
    months: Collection[Month],
    area_ids: Collection[int],
    *,
    totals: bool = True,
) -> Iterator[FigureRow]:
    """The figures in force of some months and areas, totals or (``totals=False``) breakdowns."""
    columns = (
        *(figure.c.month_id, figure.c.series_id, figure.c.area_id),
        *(figure.c.numerator, figure.c.denominator, figure.c.status, figure.c.bound),
        *(figure.c.basis, figure.c.areas_expected, figure.c.areas_reported, figure.c.revision),
    )
    with warehouse.reading() as connection:
        named = {
            row.series_id: (row.indicator_code, row.time_window, row.breakdown)
            for row in connection.execute(select(series).where(series.c.period_type == "month"))
            if (row.breakdown == "") is totals
        }
        # Month, series and area are the key, in this order: each is found without a scan.
        query: Select[Any] = select(*columns).where(
            figure.c.month_id.in_([month_id(month) for month in months]),
            figure.c.series_id.in_(list(named)),
            figure.c.area_id.in_(list(area_ids)),
        )
        known = {month_id(month): month for month in months}
        for row in connection.execute(query):
            name = named.get(row.series_id)
            if name is None:
                continue
            yield FigureRow(
                known[row.month_id],
                row.area_id,
                *name,
                row.numerator,
                row.denominator,
                STATUSES[row.status],
                BOUNDS[row.bound],
                BASES[row.basis],
                row.areas_expected,
                row.areas_reported,
                row.revision,
            )


def revised_rows(warehouse: Warehouse, month: Month) -> list[RevisedRow]:
    """What the totals of one month were before their last revision.

    A figure that was revised several times appears once, with its next to last numbers.
    """
    past, now, earlier = figure_past.c, figure.c, publication.alias("earlier")
    query = (
        select(
            *(past.area_id, series.c.indicator_code, series.c.time_window, series.c.breakdown),
            *(past.numerator, past.denominator, past.status, past.revision),
            *(publication.c.computed_at, publication.c.run_id),
            *(now.numerator.label("new_numerator"), now.denominator.label("new_denominator")),
            now.status.label("new_status"),
        )
        .join(
            figure,
            and_(
                past.month_id == now.month_id,
                past.series_id == now.series_id,
                past.area_id == now.area_id,
                past.revision == now.revision - 1,
            ),
        )
        .join(series, series.c.series_id == past.series_id)
        .join(publication, publication.c.publication_id == now.publication_id)
        .join(earlier, earlier.c.publication_id == past.publication_id)
        # Steps of one run publish one after another; what nobody could read in between is no news.
        .where(
            earlier.c.run_id != publication.c.run_id,
            past.month_id == month_id(month),
            series.c.period_type == "month",
            series.c.breakdown == "",
        )
    )
    with warehouse.reading() as connection:
        return [
            RevisedRow(
                row.area_id,
                row.indicator_code,
                row.time_window,
                row.breakdown,
                row.numerator,
                row.denominator,
                STATUSES[row.status],
                row.revision,
                row.computed_at,
                row.run_id,
                row.new_numerator,
                row.new_denominator,
                STATUSES[row.new_status],
            )
            for row in connection.execute(query)
        ]


def last_published(warehouse: Warehouse) -> datetime | None:
    """When figures were published last."""
    newest = select(publication.c.computed_at).order_by(publication.c.computed_at.desc()).limit(1)
    with warehouse.reading() as connection:
        return connection.execute(newest).scalar_one_or_none()


def last_received(warehouse: Warehouse, month: Month) -> dict[tuple[str, str], date]:
    """When the first accepted files of a month's deliveries were written, by dataset and supplier:
    their day in Vietnam decides whether they were late.
    """
    query = select(
        delivery.c.dataset, delivery.c.supplier, delivery.c.attempt, delivery.c.received_at
    ).where(delivery.c.month == month.first_day, delivery.c.status == "accepted")
    first: dict[tuple[str, str], tuple[int, datetime]] = {}
    with warehouse.reading() as connection:
        for dataset, supplier, attempt, received in connection.execute(query):
            known = first.get((dataset, supplier))
            if known is None or attempt < known[0]:
                first[dataset, supplier] = (attempt, received)
            elif attempt == known[0]:
                first[dataset, supplier] = (attempt, max(received, known[1]))
    return {key: vietnam_time(received).date() for key, (_, received) in first.items()}
