"""Storing what the views of other boundaries rest on: shares of units, and figures counted anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select

from de06_pipeline.areas.shares import ShareSpan
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.bulk import BATCH_ROWS, insert_batch
from de06_pipeline.warehouse.figures.integers import CodedFigures
from de06_pipeline.warehouse.figures.staging import series_ids
from de06_pipeline.warehouse.rebased_schema import (
    area_share,
    boundaries,
    rebased_figure,
    rebased_month,
)
from de06_pipeline.warehouse.reference import ensure_months, month_id
from de06_pipeline.warehouse.schema import dim_indicator, figure, publication, series
from de06_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa


def latest_month(warehouse: Warehouse) -> Month | None:
    """The latest month that has figures."""
    with warehouse.reading() as connection:
        newest = connection.execute(select(func.max(figure.c.month_id))).scalar()
    return _month(newest) if newest else None


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Boundaries that figures can be seen on.

    Attributes:
        first: the first month with these very units.
        content_hash: of the shares.
        is_asked_for: somebody wants them kept for good.
    """

    first: Month
    content_hash: str
    is_asked_for: bool


def kept_boundaries(warehouse: Warehouse) -> tuple[Boundaries, ...]:
    """The boundaries that figures can be seen on, the earliest first."""
    with warehouse.reading() as connection:
        rows = connection.execute(select(boundaries).order_by(boundaries.c.boundaries_id))
        return tuple(
            Boundaries(Month.of(row.month), row.content_hash, row.is_asked_for) for row in rows
        )


def drop_boundaries(warehouse: Warehouse, firsts: Collection[Month]) -> None:
    """Keep some boundaries no longer."""
    with warehouse.writing() as connection:
        for first in firsts:
            _drop(connection, month_id(first))


def _drop(connection: Connection, key: int) -> None:
    for table in (area_share, rebased_figure, rebased_month, boundaries):
        connection.execute(delete(table).where(table.c.boundaries_id == key))


def keep_boundaries(warehouse: Warehouse, kept: Boundaries, spans: Iterable[ShareSpan]) -> None:
    """Put some boundaries and their shares in place of what was kept of them, recounted figures
    included.
    """
    first = kept.first
    key = month_id(first)
    rows = [
        {
            "boundaries_id": key,
            "area_id": span.share.area_id,
            "to_id": span.share.to_id,
            "first_month": month_id(span.first),
            "last_month": month_id(span.last),
            "province_id": span.share.province_id,
            "part": span.share.part,
            "is_same": span.share.is_same,
        }
        for span in spans
    ]
    with warehouse.writing() as connection:
        _drop(connection, key)
        values = {"content_hash": kept.content_hash, "is_asked_for": kept.is_asked_for}
        connection.execute(
            insert(boundaries).values(boundaries_id=key, month=first.first_day, **values)
        )
        connection.execute(insert(area_share), rows)


def recounted_months(warehouse: Warehouse, first: Month, source: str) -> Mapping[Month, str]:
    """The months of a source that were counted anew for some boundaries, with the hash of what they
    were made from.
    """
    with warehouse.reading() as connection:
        here = (rebased_month.c.boundaries_id == month_id(first)) & (
            rebased_month.c.source == source
        )
        rows = connection.execute(
            select(rebased_month.c.month_id, rebased_month.c.input_hash).where(here)
        )
        return {_month(row.month_id): row.input_hash for row in rows}


def put_recounted(
    warehouse: Warehouse,
    first: Month,
    source: str,
    codes: Collection[str],
    hashes: Mapping[Month, str | None],
    figures: pa.Table,
) -> None:
    """Replace the figures counted anew of some months.

    Args:
        codes: the indicators that are counted anew.
        hashes: the months, with what they were made from; None for months that are not to have such
            figures any more.
        figures: columns as for a publication.
    """
    key, months = month_id(first), [month_id(month) for month in hashes]
    with warehouse.writing() as connection:
        # Other codes than today's too: an indicator may have left the registry.
        of_source = select(series.c.series_id).join(
            dim_indicator, dim_indicator.c.code == series.c.indicator_code
        )
        of_source = of_source.where(dim_indicator.c.source == source)
        for month in months:
            here = (rebased_figure.c.boundaries_id == key) & (rebased_figure.c.month_id == month)
            connection.execute(
                delete(rebased_figure).where(here, rebased_figure.c.series_id.in_(of_source))
            )
            here = (
                (rebased_month.c.boundaries_id == key)
                & (rebased_month.c.month_id == month)
                & (rebased_month.c.source == source)
            )
            connection.execute(delete(rebased_month).where(here))
        ensure_months(connection, hashes)
        newest = connection.execute(
            select(func.max(publication.c.publication_id)).where(publication.c.source == source)
        ).scalar()
        coded = CodedFigures(figures)
        _, ids = series_ids(connection, coded, set(codes))
        constants = {"boundaries_id": key, "publication_id": newest or 0}
        for batch in coded.as_integers(ids).to_batches(max_chunksize=BATCH_ROWS):
            insert_batch(connection, rebased_figure, batch, constants=constants)
        made = {month_id(month): input_hash for month, input_hash in hashes.items() if input_hash}
        if made:
            connection.execute(
                insert(rebased_month),
                [
                    {
                        "boundaries_id": key,
                        "source": source,
                        "month_id": m,
                        "input_hash": input_hash,
                    }
                    for m, input_hash in made.items()
                ],
            )


def _month(number: int) -> Month:
    return Month(number // 100, number % 100)
