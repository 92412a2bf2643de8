"""Which monthly reports show a figure that has been revised since they were written.

A late file for an old month revises later months too: their longer windows, their stocks, and what
their reports say of the months before.
"""

from __future__ import annotations

from datetime import UTC, datetime

from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.monthly.files import monthly_report
from de06_pipeline.warehouse.figures.read import COUNTRY, last_published_by_month

_MONTHS_BEFORE = 12
"""How far back a report looks: its trends, and the change on last year."""


def reports_behind(workspace: Workspace) -> list[Month]:
    """The months whose reports are there and older than a figure they show.

    The country's page is looked at, which is written last.
    """
    published = last_published_by_month(workspace.warehouse)
    country = workspace.areas.country.name
    behind = []
    for month in sorted(published):
        page = monthly_report(workspace.settings.reports, month, COUNTRY, country).html
        shown = [month.plus(-back) for back in range(_MONTHS_BEFORE + 1)]
        revised = max(published[each] for each in shown if each in published)
        if page.is_file() and datetime.fromtimestamp(page.stat().st_mtime, UTC) < revised:
            behind.append(month)
    return behind
