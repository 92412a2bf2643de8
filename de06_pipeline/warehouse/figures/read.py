"""Figures for people: one with its revisions and what it was made from, or all totals of an area
and month. Reading only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, and_, func, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.schema import dim_indicator, dim_month, figure, publication
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.tables import indicator_history, indicator_monthly

COUNTRY = "VN"
"""Stands for the country where an area's code is asked for: the views give it none."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of ``indicator_monthly`` or, with ``superseded_at``, of ``indicator_history``."""

    month: date
    period_type: str
    time_window: str
    area_level: str
    province_code: str | None
    province_name: str | None
    district_code: str | None
    district_name: str | None
    commune_code: str | None
    commune_name: str | None
    indicator_code: str
    breakdown: str
    numerator: int | None
    denominator: int | None
    value: float | None
    unit: str
    status: str
    areas_expected: int
    areas_reported: int
    bound: str
    revision: int
    computed_at: datetime
    run_id: str
    basis: str
    superseded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FigureStory:
    """One figure, how it came to be, and what it was before.

    Attributes:
        indicator: its row of ``dim_indicator``.
        source: whose publication it is.
        basis: months whose cells it was computed from, with their content hashes at that time.
        past: earlier revisions, newest first.
    """

    figure: Figure
    indicator: Mapping[str, Any]
    source: str
    code_version: str
    basis: Mapping[Month, str | None]
    past: tuple[Figure, ...]


def figure_story(
    warehouse: Warehouse,
    indicator_code: str,
    month: Month,
    area_code: str,
    breakdown: str = "",
    period_type: str = "month",
    time_window: str = "month",
) -> FigureStory | None:
    """What ``de06 why`` tells about a figure; None where there is no such figure.

    Args:
        area_code: of the province, district or commune in that month, or :data:`COUNTRY`.
    """

    def this(view: Table) -> ColumnElement[bool]:
        wanted = {
            "indicator_code": indicator_code,
            "breakdown": breakdown,
            "period_type": period_type,
            "time_window": time_window,
        }
        return and_(
            _of_area(view, month, area_code),
            *(view.c[name] == value for name, value in wanted.items()),
        )

    with warehouse.reading() as connection:
        history = connection.execute(
            select(indicator_history)
            .where(this(indicator_history))
            .order_by(indicator_history.c.revision.desc())
        ).mappings()
        revisions = [figure_of(row) for row in history]
        if not revisions:
            return None
        indicator = (
            connection.execute(select(dim_indicator).where(dim_indicator.c.code == indicator_code))
            .mappings()
            .one()
        )
        # Publications follow each other in time, no two at one instant.
        published = (
            connection.execute(
                select(publication).where(publication.c.computed_at == revisions[0].computed_at)
            )
            .mappings()
            .one()
        )
    return FigureStory(
        figure=revisions[0],
        indicator=dict(indicator),
        source=published["source"],
        code_version=published["code_version"],
        basis={
            Month.parse(text): content_hash for text, content_hash in published["basis"].items()
        },
        past=tuple(revisions[1:]),
    )


@dataclass(frozen=True, slots=True)
class FigureKind:
    """Which of the figures of an indicator, area and month one is."""

    time_window: str
    breakdown: str


def kinds_of_figure(
    warehouse: Warehouse, indicator_code: str, month: Month, area_code: str, period_type: str
) -> tuple[FigureKind, ...]:
    """The windows and breakdowns that figures in force of an indicator, area and month have."""
    view = indicator_monthly
    query = (
        select(view.c.time_window, view.c.breakdown)
        .where(
            _of_area(view, month, area_code),
            view.c.indicator_code == indicator_code,
            view.c.period_type == period_type,
            view.c.status != "withdrawn",
        )
        .distinct()
    )
    with warehouse.reading() as connection:
        return tuple(FigureKind(**row) for row in connection.execute(query).mappings())


def totals_of_provinces(
    warehouse: Warehouse,
    first: Month,
    last: Month,
    province_codes: Collection[str],
    indicator_codes: Collection[str],
) -> tuple[Figure, ...]:
    """The calendar months' totals in force of some provinces and the units in them, by month."""
    columns = indicator_monthly.c
    query = select(indicator_monthly).where(
        columns.month.between(first.first_day, last.first_day),
        columns.period_type == "month",
        columns.time_window == "month",
        columns.breakdown == "",
        columns.province_code.in_(list(province_codes)),
        columns.indicator_code.in_(list(indicator_codes)),
        columns.status != "withdrawn",
    )
    with warehouse.reading() as connection:
        rows = connection.execute(query.order_by(columns.month)).mappings()
        return tuple(figure_of(row) for row in rows)


def figure_of(row: RowMapping) -> Figure:
    """A row of ``indicator_monthly`` or ``indicator_history``."""
    # NUMERIC in the views, whole numbers in truth; PostgreSQL gives decimals.
    whole = {
        name: None if row[name] is None else int(row[name]) for name in ("numerator", "denominator")
    }
    return Figure(**{**row, **whole})


def _of_area(view: Table, month: Month, area_code: str) -> ColumnElement[bool]:
    # Codes of different levels differ in length, so the finest one that a row has is its own.
    own_code = func.coalesce(
        view.c.commune_code, view.c.district_code, view.c.province_code, COUNTRY
    )
    return and_(view.c.month == month.first_day, own_code == area_code)


@dataclass(frozen=True, slots=True)
class LastPublication:
    """The newest publication. ``computed_at``: with its time zone."""

    source: str
    computed_at: datetime


def figures_in_force(warehouse: Warehouse) -> int:
    """How many figures are in force: the rows of ``indicator_monthly``."""
    with warehouse.reading() as connection:
        return connection.execute(select(func.count()).select_from(figure)).scalar_one()


def last_publication(warehouse: Warehouse) -> LastPublication | None:
    """The newest publication of any source; None where nothing was published."""
    query = (
        select(publication.c.source, publication.c.computed_at)
        .order_by(publication.c.publication_id.desc())
        .limit(1)
    )
    with warehouse.reading() as connection:
        row = connection.execute(query).one_or_none()
    return LastPublication(row.source, row.computed_at) if row else None


def last_published_by_month(warehouse: Warehouse) -> dict[Month, datetime]:
    """By month, when a figure of it was last put in force, revised or withdrawn."""
    newest = (
        select(figure.c.month_id, func.max(figure.c.publication_id).label("publication_id"))
        .group_by(figure.c.month_id)
        .subquery()
    )
    query = (
        select(dim_month.c.month, publication.c.computed_at)
        .join(newest, newest.c.month_id == dim_month.c.month_id)
        .join(publication, publication.c.publication_id == newest.c.publication_id)
    )
    with warehouse.reading() as connection:
        return {Month.of(row.month): row.computed_at for row in connection.execute(query)}
