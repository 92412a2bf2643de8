"""Figures as plausibility rules look at them, and what the rules found."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, and_, delete, exists, insert, select

from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import (
    STATUSES,
    dim_area,
    dim_month,
    figure,
    plausibility_finding,
    series,
)
from de06_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

_KNOWN = tuple(STATUSES.index(status) for status in ("reported", "reported_zero", "partial"))
_WHOLE = tuple(STATUSES.index(status) for status in ("reported", "reported_zero"))
_PERIOD_TYPE = "month"


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure that is more than what it may be at most."""

    month: Month
    area_id: int
    time_window: str
    breakdown: str
    value: int
    limit: int


class Counted(NamedTuple):
    """One whole month's count of an area. ``of``: the denominator of a rate, None of a plain count.

    A year of a country's districts has tens of thousands; a dataclass takes three times as long to
    make.
    """

    month: Month
    area_id: int
    counted: int
    of: int | None

    @property
    def rate(self) -> float | None:
        """In per cent; None of a count, and where there is nothing to be a share of."""
        return 100 * self.counted / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class PlausibilityFinding:
    """One figure that is hard to believe: a row of ``plausibility_finding``, run and clock left
    out.

    Attributes:
        value: what the rules compare: the figure's numerator; for catalogues, how many values are
            unknown.
        low, high: what the rule allows; None where there is no limit on that side.
        message: area, month, indicator, value, band and remedy.
        accepted_by, accepted_on, reason: of the review that found it right; None while it is open.
    """

    source: str
    month: Month
    rule_id: str
    indicator_code: str
    area_id: int
    area_code: str
    area_name: str
    time_window: str
    breakdown: str
    value: int
    low: int | None
    high: int | None
    message: Message
    accepted_by: str | None = None
    accepted_on: date | None = None
    reason: str | None = None


def figures_above(
    warehouse: Warehouse, left: str, right: str, months: Collection[Month]
) -> tuple[Compared, ...]:
    """Where the figure ``left`` is more than ``right`` of the same month, area, breakdown and
    window, both known.
    """
    f, g, s, t = figure.alias(), figure.alias(), series.alias(), series.alias()
    query = (
        select(
            f.c.month_id,
            f.c.area_id,
            s.c.time_window,
            s.c.breakdown,
            f.c.numerator.label("value"),
            g.c.numerator.label("limit"),
        )
        .join(s, s.c.series_id == f.c.series_id)
        .join(
            t,
            and_(
                t.c.breakdown == s.c.breakdown,
                t.c.period_type == s.c.period_type,
                t.c.time_window == s.c.time_window,
            ),
        )
        .join(
            g,
            and_(
                g.c.month_id == f.c.month_id,
                g.c.series_id == t.c.series_id,
                g.c.area_id == f.c.area_id,
            ),
        )
        .where(
            s.c.indicator_code == left,
            t.c.indicator_code == right,
            s.c.period_type == _PERIOD_TYPE,
            s.c.time_window != "ytd",
        )
        .where(f.c.status.in_(_KNOWN), g.c.status.in_(_KNOWN), f.c.numerator > g.c.numerator)
    )
    return _compared(warehouse, query.where(f.c.month_id.in_(_ids(months))))


def shares_above_whole(
    warehouse: Warehouse, code: str, months: Collection[Month]
) -> tuple[Compared, ...]:
    """Where a ratio's numerator is more than its denominator."""
    query = (
        select(
            figure.c.month_id,
            figure.c.area_id,
            series.c.time_window,
            series.c.breakdown,
            figure.c.numerator.label("value"),
            figure.c.denominator.label("limit"),
        )
        .join(series, series.c.series_id == figure.c.series_id)
        .where(
            series.c.indicator_code == code,
            series.c.period_type == _PERIOD_TYPE,
            figure.c.month_id.in_(_ids(months)),
        )
        .where(
            figure.c.status.in_(_KNOWN),
            figure.c.denominator > 0,
            figure.c.numerator > figure.c.denominator,
        )
    )
    return _compared(warehouse, query)


def counts_of(
    warehouse: Warehouse, code: str, levels: Collection[str], months: Collection[Month]
) -> tuple[Counted, ...]:
    """The totals of an indicator that are whole, by area and month: a country where provinces are
    missing says nothing about its size.
    """
    query = (
        select(figure.c.month_id, figure.c.area_id, figure.c.numerator, figure.c.denominator)
        .join(series, series.c.series_id == figure.c.series_id)
        .join(dim_area, dim_area.c.area_id == figure.c.area_id)
        .where(
            series.c.indicator_code == code,
            series.c.breakdown == "",
            series.c.time_window == "month",
        )
        .where(
            series.c.period_type == _PERIOD_TYPE,
            figure.c.status.in_(_WHOLE),
            figure.c.month_id.in_(_ids(months)),
        )
        .where(dim_area.c.level.in_(list(levels)), figure.c.numerator.is_not(None))
        .order_by(figure.c.area_id, figure.c.month_id)
    )
    with warehouse.reading() as connection:
        rows = connection.execute(query).all()
    return tuple(
        Counted(_month(number), area_id, int(counted), None if of is None else int(of))
        for number, area_id, counted, of in rows
    )


def months_published(warehouse: Warehouse, codes: Collection[str]) -> tuple[Month, ...]:
    """The months that have figures of some indicators, in order.

    Each month is looked up: going through all figures took longer with every month.
    """
    of_codes = select(series.c.series_id).where(series.c.indicator_code.in_(list(codes)))
    has_figures = exists().where(
        figure.c.month_id == dim_month.c.month_id, figure.c.series_id.in_(of_codes)
    )
    query = select(dim_month.c.month_id).where(has_figures).order_by(dim_month.c.month_id)
    with warehouse.reading() as connection:
        return tuple(_month(number) for number in connection.execute(query).scalars())


def record_findings(
    warehouse: Warehouse,
    source: str,
    months: Collection[Month],
    findings: Iterable[PlausibilityFinding],
    run_id: str,
) -> bool:
    """Put the findings about some months of a source in place of those stored; False where they are
    the same.
    """
    wanted = sorted(findings, key=_order)
    table = plausibility_finding
    here = and_(table.c.source == source, table.c.month.in_([month.first_day for month in months]))
    with warehouse.writing() as connection:
        stored = sorted(
            (_stored(row) for row in connection.execute(select(table).where(here)).mappings()),
            key=_order,
        )
        if stored == wanted:
            return False
        connection.execute(delete(table).where(here))
        if wanted:
            now = datetime.now(UTC)
            connection.execute(
                insert(table),
                [_row(finding) | {"run_id": run_id, "checked_at": now} for finding in wanted],
            )
    return True


def stored_findings(
    warehouse: Warehouse,
    source: str | None = None,
    month: Month | None = None,
    *,
    open_only: bool = False,
) -> tuple[PlausibilityFinding, ...]:
    """What stands, by source, month, rule and area.

    ``open_only``: without what a review has found right.
    """
    table = plausibility_finding
    query = select(table)
    if source is not None:
        query = query.where(table.c.source == source)
    if month is not None:
        query = query.where(table.c.month == month.first_day)
    if open_only:
        query = query.where(table.c.accepted_by.is_(None))
    with warehouse.reading() as connection:
        return tuple(
            sorted((_stored(row) for row in connection.execute(query).mappings()), key=_order)
        )


def _compared(warehouse: Warehouse, query: Select[Any]) -> tuple[Compared, ...]:
    with warehouse.reading() as connection:
        rows = connection.execute(query).mappings().all()
    compared = [
        Compared(
            _month(r["month_id"]),
            r["area_id"],
            r["time_window"],
            r["breakdown"],
            int(r["value"]),
            int(r["limit"]),
        )
        for r in rows
    ]
    return tuple(sorted(compared, key=lambda c: (c.month, c.time_window, c.breakdown, c.area_id)))


def _order(finding: PlausibilityFinding) -> tuple[object, ...]:
    return (
        finding.source,
        finding.month,
        finding.rule_id,
        finding.indicator_code,
        finding.time_window,
        finding.breakdown,
        finding.area_id,
    )


def _row(finding: PlausibilityFinding) -> dict[str, object]:
    values = {
        name: getattr(finding, name) for name in finding.__dataclass_fields__ if name != "message"
    }
    return values | {
        "month": finding.month.first_day,
        "message_vi": finding.message.vi,
        "message_en": finding.message.en,
    }


def _stored(row: RowMapping) -> PlausibilityFinding:
    names = set(PlausibilityFinding.__dataclass_fields__) - {"month", "message"}
    message = Message(row["message_vi"], row["message_en"])
    return PlausibilityFinding(
        month=Month.of(row["month"]), message=message, **{name: row[name] for name in names}
    )


def _ids(months: Collection[Month]) -> list[int]:
    return [month_id(month) for month in months]


@lru_cache(maxsize=1024)  # of the many thousand figures of a year
def _month(number: int) -> Month:
    return Month(number // 100, number % 100)
