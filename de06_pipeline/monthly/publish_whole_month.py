"""All that is published from a calendar month's cells of one source, noted at its end as finished."""

from __future__ import annotations

from de06_pipeline.monthly.check_plausibility import Plausibility, check_plausibility
from de06_pipeline.monthly.find_gaps import basis_of, note_figures
from de06_pipeline.monthly.publish_month import MonthFigures, publish_month
from de06_pipeline.monthly.report_month_beside import report_month_beside
from de06_pipeline.monthly.restate_boundaries import Rebased, refresh_rebased
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType


def publish_whole_month(
    workspace: Workspace, source: str, month: Month, run_id: str
) -> tuple[MonthFigures, Rebased, Plausibility]:
    """Publish figures, those composed of them and those on other boundaries, and judge whether they
    are believable. Of many rows administrative months are made ready meanwhile.

    Safe to repeat: what is in force already is not written again.
    """
    basis = basis_of(workspace, source, month)
    with report_month_beside(workspace, source, month):
        figures = publish_month(workspace, source, month, run_id)
        rebased = refresh_rebased(workspace, [source])
        plausibility = check_plausibility(workspace, source, month, figures.months, run_id)
    note_figures(workspace.warehouse, source, PeriodType.MONTH, month, basis, run_id)
    return figures, rebased, plausibility
