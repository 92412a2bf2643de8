"""Administrative months that are made ready in a thread while a calendar month is published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from de06_pipeline.duck.beside import beside
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.monthly.in_force import own_pointers
from de06_pipeline.monthly.prepared import PreparedFigures
from de06_pipeline.monthly.publish_report_month import report_request
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.cells import cells

_ROWS_OF_ONE_THREAD = 2_000_000
"""So many are counted by one thread by the time the calendar month is published. More are left to all
threads, else a core would be idle at the end; but these and the calendar month's are in each other's
way, and over a million rows they win half as much as one does.
"""


@contextmanager
def report_month_beside(workspace: Workspace, source: str, month: Month) -> Iterator[None]:
    """Make the cells and compute the figures of the administrative months that a calendar month
    changes, while the body runs, where there are many rows: storing figures leaves a core idle.

    Nothing rests on it. :func:`~de06_pipeline.monthly.publish_report_month.publish_report_month`
    takes the figures from the workspace where it would compute the same, else computes them, and
    meets there whatever kept them from being made here. Where a process is at the cells already, or
    has one thread, or the lake is no folder (whose files are not fetched by a thread that cannot be
    ended), nothing is done.
    """
    workspace.prepared.pop(source, None)
    duck = _worth_a_thread(workspace, source, month)
    if duck is None:
        yield
        return
    with scratch_folder(workspace.settings.scratch) as scratch:
        own = replace(duck, spill_root=scratch)
        with beside(partial(_prepared, workspace, source, month, own, scratch)) as outcome:
            yield
    if outcome.exception() is None:
        workspace.prepared[source] = outcome.result()


def _prepared(
    workspace: Workspace, source: str, month: Month, duck: DuckSettings, scratch: Path
) -> PreparedFigures:
    pointers = cells(workspace.warehouse, source)
    request = report_request(workspace, source, month, pointers, scratch, limits=duck, waits=False)
    return PreparedFigures(request, pointers, compute_figures(request))


def _worth_a_thread(workspace: Workspace, source: str, month: Month) -> DuckSettings | None:
    """What a thread beside other work may use; None where it does not pay."""
    if not workspace.registry.sources[source].report_cells or workspace.lake_store is not None:
        return None
    rows = sum(pointer.row_count for pointer in own_pointers(workspace, source, month))
    duck = workspace.duck().for_rows(rows)
    if not duck.may_work_beside:
        return None
    return replace(duck, threads=1) if rows <= _ROWS_OF_ONE_THREAD else duck
