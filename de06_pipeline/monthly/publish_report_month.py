"""Compute and publish the figures of administrative months (from the 15th through the 14th) that a
calendar month's cells change.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.computation.windows import affected_reports
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.monthly.figures_request import figures_request
from de06_pipeline.monthly.publish_month import (
    MonthFigures,
    publish_computed,
    reach_of,
    with_references,
)
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.warehouse.deliveries.records import CellsPointer
from de06_pipeline.warehouse.figures.cells import cells


def publish_report_month(
    workspace: Workspace, source: str, month: Month, run_id: str
) -> MonthFigures:
    """Recompute the administrative months of a source that touch a calendar month, and put them in
    force in one transaction. Figures that were prepared are taken where they would be the same.

    Those are the month that ends on the 14th of ``month``, the one that begins on its 15th where
    the next calendar month is in, the years to date that contain them and all later stocks. So each
    is computed again whichever of its two calendar months is published, in whatever order, and is
    ``partial`` until both are in.

    Raises:
        StaleRunError: the cells changed in between.
        ContractError: accepted rows were made under an older contract; run their month again.
    """
    warehouse = workspace.warehouse
    # The same lock as for calendar months: both read the source's cells, and one of the two months
    # may be building them.
    with (
        warehouse.exclusive(f"figures-{source}"),
        scratch_folder(workspace.settings.scratch) as scratch,
    ):
        workspace.sync(warehouse)
        pointers = cells(warehouse, source)
        request = report_request(workspace, source, month, pointers, scratch)
        prepared = workspace.prepared.pop(source, None)
        figures = (
            prepared.figures
            if prepared is not None and prepared.are_of(request, pointers)
            else compute_figures(request)
        )
        return publish_computed(workspace, request, figures, month, pointers, run_id)


def report_request(
    workspace: Workspace,
    source: str,
    month: Month,
    pointers: Mapping[Month, CellsPointer],
    scratch: Path,
    *,
    limits: DuckSettings | None = None,
    waits: bool = True,
) -> FiguresRequest:
    """Everything the administrative months that touch a calendar month are made from; arguments as
    for :func:`~de06_pipeline.monthly.figures_request.figures_request`.
    """
    reach = reach_of(workspace, source, month, pointers, PeriodType.REPORT_MONTH)
    changed = affected_reports(month, pointers, reach.carried)
    return figures_request(
        workspace,
        source,
        with_references(changed, pointers, reach.references_since),
        pointers,
        scratch,
        PeriodType.REPORT_MONTH,
        limits=limits,
        waits=waits,
    )
