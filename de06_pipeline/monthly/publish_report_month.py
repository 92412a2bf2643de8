"""Compute and publish the figures of administrative months (from the 15th through the 14th) that a calendar month's cells change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from de06_pipeline import __version__
from de06_pipeline.indicators.figures import compute_figures
from de06_pipeline.indicators.model import PeriodType, Window
from de06_pipeline.indicators.windows import affected_by_reference, affected_reports, parts_of
from de06_pipeline.ingest.scratch import scratch_folder
from de06_pipeline.monthly.publish_month import MonthFigures, Scope, count_of, figures_request, in_words, snapshot_origins
from de06_pipeline.monthly.references import earliest_as_of
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.cells import cells
from de06_pipeline.warehouse.publish import Publication, publish
from de06_pipeline.warehouse.staging import Window as PublishedWindow


def publish_report_month(workspace: Workspace, source: str, month: Month, run_id: str) -> MonthFigures:
    """Recompute the administrative months of a source that touch a calendar month, and put them in force in one transaction.

    Those are the month that ends on the 14th of ``month``, the one that begins on its 15th where the next calendar month is in, the years
    to date that contain them and all later stocks. So each is computed again whichever of its two calendar months is published, in
    whatever order, and is ``partial`` until both are in.

    Raises:
        StaleRunError: the cells changed in between.
        ContractError: a month's cells have no halves; run the month again.
    """
    warehouse = workspace.warehouse
    # The same lock as for calendar months: both read the source's cells, and one of the two months may be building them.
    with warehouse.exclusive(f"figures-{source}"), scratch_folder(workspace.settings.scratch) as scratch:
        workspace.sync(warehouse)
        pointers = cells(warehouse, source)
        scope = _scope(workspace, source, month, pointers)
        request = replace(figures_request(workspace, source, scope, pointers, scratch), period=PeriodType.REPORT_MONTH)
        figures = compute_figures(request)
        touched = {part.month for m, _ in scope for part in parts_of(PeriodType.REPORT_MONTH, Window.MONTH, m)}
        result = publish(
            warehouse,
            Publication(
                source=source,
                run_id=run_id,
                codes=tuple(workspace.registry.sources[source].indicators),
                windows=[PublishedWindow(m, PeriodType.REPORT_MONTH.value, str(w)) for m, windows in scope for w in sorted(windows)],
                figures=figures,
                basis={m: pointers[m].content_hash if m in pointers else None for m in touched},
                code_version=f"{__version__}+{workspace.registry.version[:12]}",
            ),
        )
    months, statuses = tuple(m for m, _ in scope), dict(Counter(figures["status"].to_pylist()))
    return MonthFigures(result, count_of(figures, month), months, tuple(in_words(scope)), statuses)


def _scope(workspace: Workspace, source: str, month: Month, existing: Iterable[Month]) -> Scope:
    months = list(existing)
    carried = {m: snapshot_origins(workspace, source, m) for m in months if m > month}
    found = {m: set(windows) for m, windows in affected_reports(month, months, carried)}
    since = earliest_as_of(workspace, source, month)
    if since is not None:
        for m, windows in affected_by_reference(months, since):
            found.setdefault(m, set()).update(windows)
    return [(m, frozenset(found[m])) for m in sorted(found)]
