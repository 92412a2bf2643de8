"""Figures that were revised, each beside what it was before, and the publications that did it.
Reading only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import func, or_, select

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.read import Figure, figure_of
from de06_pipeline.warehouse.schema import figure_past, publication
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.tables import indicator_history

_KEY = (
    *("period_type", "time_window", "area_level", "province_code", "district_code"),
    *("commune_code", "indicator_code", "breakdown"),
)


@dataclass(frozen=True, slots=True)
class Revised:
    """One revision of a figure and the next."""

    before: Figure
    after: Figure


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """What is recorded of a publication.

    Attributes:
        basis: months whose cells it was computed from, with their content hashes at that time; empty
            for sources without cells.
        code_version: ``<program>+<registry>``.
    """

    source: str
    run_id: str
    computed_at: datetime
    basis: Mapping[Month, str | None]
    code_version: str


def revised_months(warehouse: Warehouse) -> dict[Month, int]:
    """The months with revised figures, and the number of the last publication that revised one.

    Steps of one run publish one after another; what nobody could read in between is no revision.
    """
    earlier, later = publication.alias("earlier"), publication.alias("later")
    query = (
        select(figure_past.c.month_id, func.max(figure_past.c.superseded_by))
        .join(earlier, earlier.c.publication_id == figure_past.c.publication_id)
        .join(later, later.c.publication_id == figure_past.c.superseded_by)
        .where(earlier.c.run_id != later.c.run_id)
        .group_by(figure_past.c.month_id)
    )
    with warehouse.reading() as connection:
        return {
            Month(month_id // 100, month_id % 100): newest
            for month_id, newest in connection.execute(query)
        }


def revised_figures(warehouse: Warehouse, month: Month) -> Iterator[Revised]:
    """Every revision of a month's figures beside the next, oldest first within a figure; of those of
    one run only the last, which is the one that somebody could read.
    """
    columns = indicator_history.c
    query = (
        select(indicator_history)
        .where(
            columns.month == month.first_day,
            or_(columns.revision > 1, columns.superseded_at.is_not(None)),
        )
        .order_by(*(columns[name] for name in _KEY), columns.revision)
    )
    with warehouse.reading() as connection:
        every_figure = map(figure_of, connection.execute(query).mappings())
        for _, revisions in groupby(every_figure, _key):
            # A run's later revision takes the place of its earlier one.
            last_of_run = {figure.run_id: figure for figure in revisions}
            for before, after in pairwise(last_of_run.values()):
                if (before.numerator, before.denominator, before.status) != (
                    after.numerator,
                    after.denominator,
                    after.status,
                ):
                    yield Revised(before, after)


def publications_of(warehouse: Warehouse, source: str) -> tuple[PublicationFacts, ...]:
    """The publications of a source that changed anything, oldest first."""
    query = (
        select(publication)
        .where(publication.c.source == source)
        .order_by(publication.c.computed_at)
    )
    with warehouse.reading() as connection:
        return tuple(_facts(row) for row in connection.execute(query).mappings())


def _facts(row: Any) -> PublicationFacts:
    return PublicationFacts(
        row["source"],
        row["run_id"],
        row["computed_at"],
        {Month.parse(text): content_hash for text, content_hash in row["basis"].items()},
        row["code_version"],
    )


def _key(figure: Figure) -> tuple[str | None, ...]:
    return tuple(getattr(figure, name) for name in _KEY)
