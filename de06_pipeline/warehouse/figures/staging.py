"""Computed figures in a temporary table, ready to be compared with the figures in force; those that
there is nothing to compare with are told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    exists,
    func,
    insert,
    select,
    text,
)

from de06_pipeline.errors import AccountingError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.bulk import BATCH_ROWS, insert_batch
from de06_pipeline.warehouse.figures.integers import CodedFigures, SeriesKey
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import (
    dim_area,
    dim_indicator,
    figure,
    figure_key,
    figure_values,
    series,
)

if TYPE_CHECKING:
    import pyarrow as pa

_SERIES_BITS = 40

_temporary = MetaData()

staged = Table(
    "staged_figure",
    _temporary,
    *figure_key(),
    *figure_values(),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""What is to be in force, of months and series that have figures in force to compare it with."""

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
"""The months and series whose figures the publication decides on, but for series that it adds:
what is in force there and not staged is withdrawn.
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


class Staged(NamedTuple):
    """What is to be published.

    Attributes:
        staged_count: how many figures are staged.
        fresh: the others, in the columns and the order of ``figure``: those of months and series
            that have none in force, which leave nothing to compare.
        has_past: whether the scope has any figure in force.
    """

    staged_count: int
    fresh: pa.Table
    has_past: bool


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
) -> Staged:
    """Fill ``staged_figure`` and ``publication_scope``; add the series that do not exist yet.

    Raises:
        AccountingError: a figure lies outside the scope, appears twice, is for an area that is not
            in force in its month, or has a status or bound that does not exist. Always a fault of
            what computed them.
    """
    coded = CodedFigures(figures)
    scoped_codes, scoped_windows = set(codes), set(windows)
    _check_scope(coded, scoped_codes, scoped_windows)
    _check_areas(connection, coded)
    before, ids = series_ids(connection, coded, scoped_codes)
    rows = coded.as_integers(ids)
    _stage_scope(connection, before, scoped_windows)
    in_force = _in_force(connection)
    staged_rows, fresh = _parted(rows, in_force)
    for batch in staged_rows.to_batches(max_chunksize=BATCH_ROWS):
        insert_batch(connection, staged, batch)
    if connection.dialect.name == "postgresql":
        # Without statistics the planner takes a temporary table for a small one.
        connection.execute(text(f"ANALYZE {staged.name}, {scope.name}"))
    return Staged(staged_rows.num_rows, fresh, bool(in_force))


def _check_scope(figures: CodedFigures, codes: set[str], windows: set[PublishedWindow]) -> None:
    by_window = {window[:3]: window for window in windows}
    for month, key in figures.series_by_month():
        window = by_window.get((month, key.period_type, key.time_window))
        code = key.indicator_code
        if window is None or code not in codes or not window.holds(code):
            raise AccountingError(
                f"Figure outside the publication's scope: {code}, {month} {key.period_type} {key.time_window}."
            )


def _check_areas(connection: Connection, figures: CodedFigures) -> None:
    given = figures.areas_by_month()
    of_given = dim_area.c.area_id.in_(sorted({area_id for _, area_id in given}))
    rows = connection.execute(
        select(dim_area.c.area_id, dim_area.c.valid_from, dim_area.c.valid_to).where(of_given)
    )
    validity = {row.area_id: (row.valid_from, row.valid_to) for row in rows}
    for month, area_id in given:
        day = month.last_day
        if area_id not in validity:
            raise AccountingError(f"Figure for area {area_id}, which dim_area does not know.")
        valid_from, valid_to = validity[area_id]
        if (valid_from and valid_from > day) or (valid_to and valid_to < day):
            raise AccountingError(
                f"Figure for area {area_id} in {Month.of(day)}, when it was not in force."
            )


def series_ids(
    connection: Connection, figures: CodedFigures, codes: set[str]
) -> tuple[dict[SeriesKey, int], dict[SeriesKey, int]]:
    """Every stored series of the scope's indicators: as they were, and with the new ones added."""
    columns = [series.c[name] for name in SeriesKey._fields]
    of_scope = select(series.c.series_id, *columns).where(
        series.c.indicator_code.in_(sorted(codes))
    )
    before = _by_key(connection.execute(of_scope))
    new = sorted(set(figures.series) - set(before))
    if not new:
        return before, before
    unknown = {each.indicator_code for each in new} - set(
        connection.execute(select(dim_indicator.c.code)).scalars()
    )
    if unknown:
        raise AccountingError(
            f"Figures for indicators that dim_indicator does not know: {', '.join(sorted(unknown))}."
        )
    newest = connection.execute(select(func.coalesce(func.max(series.c.series_id), 0))).scalar_one()
    connection.execute(insert(series), [each._asdict() for each in new])
    added = connection.execute(of_scope.where(series.c.series_id > newest))
    return before, {**before, **_by_key(added)}


def _by_key(rows: Iterable[Any]) -> dict[SeriesKey, int]:
    return {
        SeriesKey(code, breakdown, period_type, time_window): series_id
        for series_id, code, breakdown, period_type, time_window in rows
    }


def _stage_scope(
    connection: Connection, ids: Mapping[SeriesKey, int], windows: set[PublishedWindow]
) -> None:
    """Fill ``publication_scope``; a series that did not exist before has nothing in force."""
    import pyarrow as pa

    by_window: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for key, series_id in ids.items():
        by_window[key.period_type, key.time_window].append((key.indicator_code, series_id))
    rows = [
        (number, series_id)
        for window in windows
        for number in (month_id(window.month),)
        for code, series_id in by_window[window.period_type, window.time_window]
        if window.holds(code)
    ]
    if rows:
        columns = [pa.array(column, pa.int32()) for column in zip(*rows, strict=True)]
        insert_batch(connection, scope, pa.record_batch(columns, ["month_id", "series_id"]))


def _in_force(connection: Connection) -> list[tuple[int, int]]:
    """The months and series of the scope that have figures in force."""
    in_force = exists().where(
        figure.c.month_id == scope.c.month_id, figure.c.series_id == scope.c.series_id
    )
    rows = connection.execute(select(scope.c.month_id, scope.c.series_id).where(in_force))
    return [(row.month_id, row.series_id) for row in rows]


def _parted(rows: pa.Table, in_force: Sequence[tuple[int, int]]) -> tuple[pa.Table, pa.Table]:
    """The figures of months and series that have some in force, and the others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not in_force:
        return rows.slice(0, 0), rows
    there = pa.array([month << _SERIES_BITS | series for month, series in in_force], pa.int64())
    keys = pc.bit_wise_or(
        pc.shift_left(rows["month_id"].cast(pa.int64()), _SERIES_BITS), rows["series_id"]
    )
    is_there = pc.is_in(keys, there)
    return rows.filter(is_there), rows.filter(pc.invert(is_there))
