"""Compute and publish the figures of administrative months (from the 15th through the 14th) that a
calendar month's cells change.
"""

from __future__ import annotations

from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.computation.windows import affected_reports
from de06_pipeline.monthly.publish_month import (
    MonthFigures,
    figures_request,
    publish_request,
    reach_of,
    with_references,
)
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.warehouse.figures.cells import cells


def publish_report_month(
    workspace: Workspace, source: str, month: Month, run_id: str
) -> MonthFigures:
    """Recompute the administrative months of a source that touch a calendar month, and put them in
    force in one transaction.

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
        reach = reach_of(workspace, source, month, pointers)
        changed = affected_reports(month, pointers, reach.carried)
        scope = with_references(changed, pointers, reach.references_since)
        request = figures_request(
            workspace, source, scope, pointers, scratch, PeriodType.REPORT_MONTH
        )
        return publish_request(
            workspace.warehouse, workspace.registry, request, month, pointers, run_id
        )
