"""Publishing figures: one transaction that makes a scope's figures in force equal to those
computed, and keeps the past.

A figure is one (month, period type, window, area, indicator, breakdown). Of each there is one row
in force, in ``figure``, and every earlier revision in ``figure_past`` with the publication that
superseded it, so that the revisions of a figure follow each other without a gap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)

from de06_pipeline.errors import StaleRunError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.bulk import BATCH_ROWS, insert_batch
from de06_pipeline.warehouse.figures.staging import (
    PublishedWindow,
    Staged,
    create_temporary,
    drop_temporary,
    revised,
    scope,
    stage,
    staged,
)
from de06_pipeline.warehouse.reference import ensure_months
from de06_pipeline.warehouse.schema import (
    BOUNDS,
    WITHDRAWN,
    cells,
    figure,
    figure_past,
    publication,
)
from de06_pipeline.warehouse.store import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = ("month_id", "series_id", "area_id")
_COMPARED = ("numerator", "denominator", "status", "bound")
_COUNTS = ("areas_expected", "areas_reported", "basis")
_VALUES = (*_COMPARED, *_COUNTS)


@dataclass(frozen=True, slots=True)
class Publication:
    """Figures to put in force.

    Attributes:
        source: whose figures they are.
        codes: the source's indicators; with ``windows`` the scope. What is in force in the scope
            and not among ``figures`` becomes ``withdrawn``. From
            :func:`~de06_pipeline.warehouse.reference.indicator_codes`, so that indicators that have
            left the registry are withdrawn too.
        windows: the months and windows computed.
        figures: columns month (date32, first day), period_type, time_window, area_id,
            indicator_code, breakdown, numerator, denominator (int64 or null), status, bound,
            areas_expected, areas_reported; and basis, empty where there is no such column.
        basis: of every month whose cells were read, the content hash found; None where there were
            none.
        code_version: of the program, registry or both, for ``de06 why``.
    """

    source: str
    run_id: str
    codes: Collection[str]
    windows: Collection[PublishedWindow]
    figures: pa.Table
    basis: Mapping[Month, str | None]
    code_version: str = ""


@dataclass(frozen=True, slots=True)
class PublicationResult:
    """Numbers of figures.

    ``recounted``: only the counts of areas or the basis differ, which is no new revision.
    """

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    recounted: int = 0


def publish(
    warehouse: Warehouse, request: Publication, now: datetime | None = None
) -> PublicationResult:
    """Put figures in force.

    A figure whose (numerator, denominator, status, bound) is as before is not touched: revision,
    ``computed_at`` and ``run_id`` stay. Otherwise the old row goes to ``figure_past`` and the new
    one has the next revision. Where nothing differs, nothing at all is written.

    Args:
        now: when the figures were computed; the present by default. Put after the newest
            publication if it is not.

    Raises:
        StaleRunError: cells in ``basis`` are no longer the ones in force.
        AccountingError: the figures contradict their scope, the area tables or themselves.
    """
    with warehouse.writing() as connection:
        _check_basis(connection, request)
        create_temporary(connection)
        ready = stage(connection, request.figures, request.codes, request.windows)
        result = _compare(connection, ready)
        if result.new or result.changed or result.withdrawn:
            ensure_months(connection, {window.month for window in request.windows})
            publication_id = _insert_publication(
                connection, request, result, now or datetime.now(UTC)
            )
            if result.changed or result.withdrawn:
                _revise(connection, publication_id)
            if result.new:
                _insert_new(connection, publication_id, ready)
        if result.recounted:
            _recount(connection)
        drop_temporary(connection)
    return result


def _check_basis(connection: Connection, request: Publication) -> None:
    rows = connection.execute(
        select(cells.c.month, cells.c.content_hash).where(cells.c.source == request.source)
    )
    in_force = {Month.of(row.month): row.content_hash for row in rows}
    for month, content_hash in sorted(request.basis.items()):
        if in_force.get(month) != content_hash:
            raise StaleRunError(
                f"{request.source}: the rows of {month} were replaced while the figures were being computed; "
                "the newer ones stay in force. Run the month again."
            )


def _same_key(table: Table, other: Table) -> ColumnElement[bool]:
    return and_(*(table.c[name] == other.c[name] for name in _KEY))


def _figure_of(row: Table, names: tuple[str, ...] = _KEY) -> ColumnElement[bool]:
    """The figures in force with the key of another table's rows, looked up for each of these.

    SQLite, without statistics, goes through all figures of all months instead and looks up each of
    them in the other table; it cannot while the other side is an expression.
    """
    return and_(*(figure.c[name] == row.c[name] + 0 for name in names))


def _differ(table: Table, other: Table, names: tuple[str, ...]) -> ColumnElement[bool]:
    return or_(*(table.c[name].is_distinct_from(other.c[name]) for name in names))


def _in_scope() -> ColumnElement[bool]:
    return _figure_of(scope, ("month_id", "series_id"))


def _compare(connection: Connection, ready: Staged) -> PublicationResult:
    """Fill ``revised_figure`` and count the kinds of difference."""
    if not ready.has_past:
        return PublicationResult(new=ready.fresh.num_rows)
    key = [staged.c[name] for name in _KEY]
    changed = (
        select(*key, *(staged.c[name] for name in _VALUES))
        .join(figure, _figure_of(staged))
        .where(_differ(figure, staged, _COMPARED))
    )
    gone = (
        select(
            *(figure.c[name] for name in _KEY),
            null(),
            null(),
            literal(WITHDRAWN),
            literal(BOUNDS.index("")),
        )
        .add_columns(*(figure.c[name] for name in _COUNTS))
        .join(scope, _in_scope())
        .where(figure.c.status != WITHDRAWN, ~exists().where(_same_key(figure, staged)))
    )
    changed_count = _fill_revised(connection, changed)
    withdrawn_count = _fill_revised(connection, gone)
    counts_only = and_(_differ(figure, staged, _COUNTS), not_(_differ(figure, staged, _COMPARED)))
    stored, recounted = connection.execute(
        select(
            func.count(), func.coalesce(func.sum(case((counts_only, 1), else_=0)), 0)
        ).select_from(staged.join(figure, _figure_of(staged)))
    ).one()
    return PublicationResult(
        new=ready.staged_count - stored + ready.fresh.num_rows,
        changed=changed_count,
        withdrawn=withdrawn_count,
        unchanged=stored - changed_count - recounted,
        recounted=recounted,
    )


def _fill_revised(connection: Connection, query: Select[Any]) -> int:
    statement = insert(revised).from_select([*_KEY, *_VALUES], query)
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _insert_publication(
    connection: Connection, request: Publication, result: PublicationResult, now: datetime
) -> int:
    newest = connection.execute(select(func.max(publication.c.computed_at))).scalar()
    if newest is not None and now <= newest:
        # Clocks differ between machines; the validity of revisions must not overlap for that.
        now = newest + timedelta(microseconds=1)
    inserted = connection.execute(
        insert(publication).values(
            source=request.source,
            run_id=request.run_id,
            computed_at=now,
            basis={
                str(month): content_hash for month, content_hash in sorted(request.basis.items())
            },
            code_version=request.code_version,
            new_count=result.new,
            changed_count=result.changed,
            withdrawn_count=result.withdrawn,
        )
    )
    key = inserted.inserted_primary_key
    assert key is not None
    return int(key[0])


def _revise(connection: Connection, publication_id: int) -> None:
    """Move the rows named in ``revised_figure`` to the past and put their new values in place."""
    past = select(*figure.c, literal(publication_id)).join(revised, _figure_of(revised))
    connection.execute(insert(figure_past).from_select([*figure.c.keys(), "superseded_by"], past))
    new_values = {name: revised.c[name] for name in _VALUES}
    connection.execute(
        update(figure)
        .where(_figure_of(revised))
        .values(**new_values, revision=figure.c.revision + 1, publication_id=publication_id)
    )


def _insert_new(connection: Connection, publication_id: int, ready: Staged) -> None:
    columns = [*_KEY, *_VALUES]
    if ready.staged_count:
        new = select(
            *(staged.c[name] for name in columns), literal(1), literal(publication_id)
        ).where(~exists().where(_same_key(figure, staged)))
        connection.execute(
            insert(figure).from_select([*columns, "revision", "publication_id"], new)
        )
    for batch in ready.fresh.to_batches(max_chunksize=BATCH_ROWS):
        insert_batch(
            connection, figure, batch, constants={"revision": 1, "publication_id": publication_id}
        )


def _recount(connection: Connection) -> None:
    """Bring the counts of areas up to date where nothing else differs: no new revision, so in
    place.
    """
    connection.execute(
        update(figure)
        .where(_figure_of(staged), _differ(figure, staged, _COUNTS))
        .values({name: staged.c[name] for name in _COUNTS})
    )
