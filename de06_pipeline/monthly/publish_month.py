"""Compute and publish the figures that a month's cells change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.computation.windows import (
    affected,
    affected_by_reference,
    touched_months,
)
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.indicators.methods import METHODS
from de06_pipeline.monthly.figures_request import Scope, figures_request
from de06_pipeline.monthly.find_stale import name_snapshots
from de06_pipeline.monthly.in_force import AcceptedInForce
from de06_pipeline.monthly.publish_composed import ComposedFigures, publish_composed
from de06_pipeline.monthly.put_in_force import put_in_force
from de06_pipeline.monthly.references import earliest_as_of
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, SourceRegistry, Window
from de06_pipeline.warehouse.deliveries.records import CellsPointer
from de06_pipeline.warehouse.figures.basis import Delivered, published_basis
from de06_pipeline.warehouse.figures.cells import cells
from de06_pipeline.warehouse.figures.publish import PublicationResult
from de06_pipeline.warehouse.figures.staging import PublishedWindow

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What a publication did.

    Attributes:
        figures_of_month: figures of the month itself, all windows.
        months: the months recomputed; ``windows``: the same with their windows, for people.
        statuses: figures computed, by status.
        composed: what was recomputed because it is made from this source's figures.
    """

    result: PublicationResult
    figures_of_month: int
    months: tuple[Month, ...]
    windows: tuple[str, ...]
    statuses: Mapping[str, int]
    composed: tuple[ComposedFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthReach:
    """Which other months rest on a month's deliveries.

    Attributes:
        carried: by later month, the months that its snapshots come from, and the month itself where
            they came from it and have been withdrawn since.
        references_since: the month of the earliest date among the populations and opening balances
            that were ever delivered for the month; None without any.
    """

    carried: Mapping[Month, set[Month]]
    references_since: Month | None


def publish_month(workspace: Workspace, source: str, month: Month, run_id: str) -> MonthFigures:
    """Recompute the figures of a source that depend on a month, and put them in force in one
    transaction.

    Those are the month's own, the year to date of later months of its year, the stocks of all later
    months, and whatever relies on a snapshot carried from it. One process at a time computes a
    source's figures, so that two months backfilled side by side each see the other's cells or are
    seen by it.

    Raises:
        StaleRunError: the cells changed in between.
        AccountingError: an identity of the registry does not hold.
    """
    warehouse = workspace.warehouse
    with (
        warehouse.exclusive(f"figures-{source}"),
        scratch_folder(workspace.settings.scratch) as scratch,
    ):
        workspace.sync(warehouse)
        pointers = cells(warehouse, source)
        reach = reach_of(workspace, source, month, pointers, PeriodType.MONTH)
        over_year = _over_year(workspace.registry.sources[source])
        changed = affected(month, pointers, reach.carried, over_year=bool(over_year))
        scope = with_references(changed, pointers, reach.references_since)
        own = dict(affected(month, pointers, reach.carried))
        # Of a later month that only the year reaches, its own figures stay but for those.
        narrowed = {
            m: over_year
            for m, windows in changed
            if Window.MONTH in windows and Window.MONTH not in own[m]
        }
        request = figures_request(workspace, source, scope, pointers, scratch)
        request = replace(request, narrowed=narrowed)
        outcome = publish_computed(
            workspace, request, compute_figures(request), month, pointers, run_id
        )
        carried_on = [m for m, windows in own.items() if m > month and Window.MONTH in windows]
        name_snapshots(workspace, source, pointers, carried_on)
    composed = publish_composed(
        workspace, source, [m for m, windows in scope if Window.MONTH in windows], run_id
    )
    return replace(outcome, composed=composed)


def publish_computed(
    workspace: Workspace,
    request: FiguresRequest,
    figures: pa.Table,
    month: Month,
    pointers: Mapping[Month, CellsPointer],
    run_id: str,
) -> MonthFigures:
    """Put a request's figures in force in one transaction.

    Args:
        month: whose publication this is; ``pointers``: the source's cells, as the request has them.

    Raises:
        StaleRunError: the cells changed in between.
    """
    scope = request.months
    touched = {each for m, _ in scope for each in touched_months(request.period, Window.MONTH, m)}
    windows = [
        PublishedWindow(
            m,
            request.period.value,
            str(w),
            request.narrowed.get(m) if w is Window.MONTH else None,
        )
        for m, windows_of_month in scope
        for w in sorted(windows_of_month)
    ]
    basis = {m: pointers[m].content_hash if m in pointers else None for m in touched}
    result = put_in_force(workspace, request.source.source, figures, windows, basis, run_id)
    counted = figures["status"].value_counts()
    statuses = dict(sorted((each["values"], each["counts"]) for each in counted.to_pylist()))
    return MonthFigures(
        result,
        _count_of(figures, month),
        tuple(m for m, _ in scope),
        tuple(_in_words(scope)),
        statuses,
    )


def reach_of(
    workspace: Workspace,
    source: str,
    month: Month,
    existing: Collection[Month],
    period: PeriodType,
) -> MonthReach:
    """How far the deliveries of a month reach among the months that a source has cells of.

    Args:
        period: whose figures are published: what the last publication rested on reaches as far.
    """
    references = workspace.registry.sources[source].reference_datasets
    before = published_basis(workspace.warehouse, source, period.value, month).accepted
    since = earliest_as_of(
        workspace.warehouse, workspace.lake_files, workspace.duck(), references, month
    )
    carried = {}
    if later := [m for m in existing if m > month]:
        own = workspace.own_contracts(source)
        in_force = AcceptedInForce(workspace.warehouse, workspace.suppliers, own)
        carried = {m: _origins(in_force, before, month, m) for m in later}
    return MonthReach(carried, since)


def _origins(
    in_force: AcceptedInForce, before: Collection[Delivered], month: Month, later: Month
) -> set[Month]:
    """The months that a later month's snapshots come from, or came from when ``month`` was published
    last with some deliveries.
    """
    origins = {pointer.month for pointer in in_force.of_all(later)}
    return origins | {month} if in_force.has_lost(before, month, later) else origins


def _over_year(source: SourceRegistry) -> frozenset[str]:
    """The indicators that look at the year so far in every window, so that later months' change too."""
    return frozenset(
        indicator.code
        for indicator in source.indicators.values()
        if indicator.method and METHODS[indicator.method].over_year
    )


def with_references(scope: Scope, existing: Iterable[Month], since: Month | None) -> Scope:
    """A scope and what populations and opening balances change besides.

    Args:
        since: the month of the earliest date among those that were delivered
            (:func:`~de06_pipeline.monthly.references.earliest_as_of`); None without any.
    """
    widened = {m: set(windows) for m, windows in scope}
    if since is not None:
        for m, windows in affected_by_reference(existing, since):
            widened.setdefault(m, set()).update(windows)
    return [(m, frozenset(widened[m])) for m in sorted(widened)]


def _count_of(figures: pa.Table, month: Month) -> int:
    """How many of some figures are of a month, all windows."""
    import pyarrow.compute as pc

    return int(pc.sum(pc.equal(figures["month"], month.first_day)).as_py() or 0)


def _in_words(scope: Scope) -> Collection[str]:
    """Months and windows for people, one line a month."""
    return [f"{m}: {', '.join(sorted(windows))}" for m, windows in scope]
