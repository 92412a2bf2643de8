"""A table of computed figures becomes integers in a temporary table, ready to be compared with the
figures in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import IntegrityError

from de06_pipeline.errors import AccountingError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.bulk import insert_batch
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import (
    BASES,
    BOUNDS,
    STATUSES,
    WITHDRAWN,
    dim_area,
    dim_indicator,
    figure_key,
    figure_values,
    series,
)

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 100_000

_temporary = MetaData()

staged = Table(
    "staged_figure",
    _temporary,
    *figure_key(),
    *figure_values(),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""What is to be in force."""

revised = Table(
    "revised_figure",
    _temporary,
    *figure_key(),
    *figure_values(),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""Figures in force that are to be replaced, with their new values."""

scope = Table(
    "publication_scope",
    _temporary,
    Column("month_id", Integer, primary_key=True, autoincrement=False),
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""The months and series whose figures the publication decides on: what is in force there and not
staged is withdrawn.
"""

_TABLES = (staged, revised, scope)


class PublishedWindow(NamedTuple):
    """One part of a publication's scope; ``codes``: of these indicators alone, None for all."""

    month: Month
    period_type: str
    time_window: str
    codes: frozenset[str] | None = None

    def holds(self, code: str) -> bool:
        return self.codes is None or code in self.codes


class _SeriesKey(NamedTuple):
    indicator_code: str
    breakdown: str
    period_type: str
    time_window: str


def create_temporary(connection: Connection) -> None:
    for table in _TABLES:
        table.create(connection, checkfirst=False)


def drop_temporary(connection: Connection) -> None:
    for table in _TABLES:
        table.drop(connection, checkfirst=False)


def stage(
    connection: Connection,
    figures: pa.Table,
    codes: Iterable[str],
    windows: Iterable[PublishedWindow],
) -> int:
    """Fill ``staged_figure`` and ``publication_scope``; add the series that do not exist yet.

    Returns:
        The number of figures staged.

    Raises:
        AccountingError: a figure lies outside the scope, appears twice, is for an area that is not
            in force in its month, or has a status or bound that does not exist. Always a fault of
            what computed them.
    """
    scoped_codes, scoped_windows = set(codes), set(windows)
    _check_scope(figures, scoped_codes, scoped_windows)
    _check_areas(connection, figures)
    known_series = series_ids(connection, figures, scoped_codes)
    _stage_scope(connection, known_series, scoped_windows)
    try:
        for batch in as_integers(figures, known_series).to_batches(max_chunksize=_BATCH_ROWS):
            insert_batch(connection, staged, batch)
    except IntegrityError:
        raise AccountingError(
            "The figures to publish hold two rows for one month, window, area, indicator and breakdown."
        ) from None
    if connection.dialect.name == "postgresql":
        # Without statistics the planner takes a temporary table for a small one.
        connection.execute(text(f"ANALYZE {staged.name}, {scope.name}"))
    return int(figures.num_rows)


def _distinct(figures: pa.Table, names: list[str]) -> list[tuple[object, ...]]:
    combinations = figures.select(names).group_by(names).aggregate([])
    return list(zip(*(combinations.column(name).to_pylist() for name in names), strict=True))


def _check_scope(figures: pa.Table, codes: set[str], windows: set[PublishedWindow]) -> None:
    by_window = {window[:3]: window for window in windows}
    for month, period_type, time_window, code in _distinct(
        figures, ["month", "period_type", "time_window", "indicator_code"]
    ):
        of_month = Month.of(month)  # type: ignore[arg-type]
        window = by_window.get((of_month, str(period_type), str(time_window)))
        if window is None or code not in codes or not window.holds(str(code)):
            raise AccountingError(
                f"Figure outside the publication's scope: {code}, {of_month} {period_type} {time_window}."
            )


def _check_areas(connection: Connection, figures: pa.Table) -> None:
    given = _distinct(figures, ["month", "area_id"])
    of_given = dim_area.c.area_id.in_(sorted({area_id for _, area_id in given}))
    rows = connection.execute(
        select(dim_area.c.area_id, dim_area.c.valid_from, dim_area.c.valid_to).where(of_given)
    )
    validity = {row.area_id: (row.valid_from, row.valid_to) for row in rows}
    for month, area_id in given:
        day = Month.of(month).last_day  # type: ignore[arg-type]
        if area_id not in validity:
            raise AccountingError(f"Figure for area {area_id}, which dim_area does not know.")
        valid_from, valid_to = validity[area_id]
        if (valid_from and valid_from > day) or (valid_to and valid_to < day):
            raise AccountingError(
                f"Figure for area {area_id} in {Month.of(day)}, when it was not in force."
            )


def series_ids(connection: Connection, figures: pa.Table, codes: set[str]) -> dict[_SeriesKey, int]:
    """Every stored series of the scope's indicators, the new ones included."""
    of_scope = select(series).where(series.c.indicator_code.in_(sorted(codes)))
    columns = list(_SeriesKey._fields)
    known = {_SeriesKey(*row[1:]) for row in connection.execute(of_scope)}
    new = sorted({_SeriesKey(*map(str, values)) for values in _distinct(figures, columns)} - known)
    if new:
        unknown = {each.indicator_code for each in new} - set(
            connection.execute(select(dim_indicator.c.code)).scalars()
        )
        if unknown:
            raise AccountingError(
                f"Figures for indicators that dim_indicator does not know: {', '.join(sorted(unknown))}."
            )
        connection.execute(insert(series), [each._asdict() for each in new])
    return {_SeriesKey(*row[1:]): row[0] for row in connection.execute(of_scope)}


def _stage_scope(
    connection: Connection, ids: dict[_SeriesKey, int], windows: set[PublishedWindow]
) -> None:
    rows = [
        {"month_id": month_id(window.month), "series_id": series_id}
        for window in windows
        for key, series_id in ids.items()
        if (key.period_type, key.time_window) == (window.period_type, window.time_window)
        and window.holds(key.indicator_code)
    ]
    if rows:
        connection.execute(insert(scope), rows)


def as_integers(figures: pa.Table, ids: dict[_SeriesKey, int]) -> pa.Table:
    """The figures in the columns and the order of ``staged_figure``, which is the order they are
    stored in.

    Args:
        ids: of :func:`series_ids`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    names = list(_SeriesKey._fields)
    keys = pa.table(
        {
            name: pa.array([getattr(figure_id, name) for figure_id in ids], pa.string())
            for name in names
        }
        | {"series_id": pa.array(ids.values(), pa.int32())}
    )
    if "basis" not in figures.column_names:
        figures = figures.append_column("basis", pa.repeat("", figures.num_rows))
    plain = figures.cast(
        pa.schema(
            [
                (f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type)
                for f in figures.schema
            ]
        )
    )
    joined = plain.join(keys, names)
    month = joined["month"]
    columns = {
        "month_id": pc.add(pc.multiply(pc.year(month), 100), pc.month(month)),
        "series_id": joined["series_id"],
        "area_id": joined["area_id"],
        "numerator": joined["numerator"],
        "denominator": joined["denominator"],
        "status": _places(joined["status"], STATUSES),
        "bound": _places(pc.fill_null(joined["bound"], ""), BOUNDS),
        "areas_expected": joined["areas_expected"],
        "areas_reported": joined["areas_reported"],
        "basis": _places(joined["basis"], BASES),
    }
    return pa.table(columns).sort_by(
        [("month_id", "ascending"), ("series_id", "ascending"), ("area_id", "ascending")]
    )


def _places(labels: pa.ChunkedArray, known: tuple[str, ...]) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pc.index_in(labels, pa.array(known))
    if places.null_count:
        raise AccountingError(
            f"A figure to publish has a status, bound or basis that is none of {', '.join(map(repr, known))}."
        )
    if known is STATUSES and pc.any(pc.equal(places, WITHDRAWN)).as_py():
        raise AccountingError(
            "A figure to publish has the status 'withdrawn': leave it out instead."
        )
    return places
