"""Write the monthly reports of a month: page, workbook and document of each province that has
figures, and of the country. What they share is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.areas.model import Area, Level
from de06_pipeline.monthly.find_basis import MonthBasis
from de06_pipeline.monthly.find_changes import changed_figures
from de06_pipeline.monthly.report_facts import ReportMonth
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.changes.page import MonthChanges, changes_files
from de06_pipeline.reports.front.page import FRONT_PAGE
from de06_pipeline.reports.monthly.document import write_document
from de06_pipeline.reports.monthly.facts import Facts, ReportUnit
from de06_pipeline.reports.monthly.files import MonthlyFiles, monthly_report
from de06_pipeline.reports.monthly.page import Links, report_page
from de06_pipeline.reports.monthly.workbook.write import write_workbook
from de06_pipeline.reports.official_page import PAGE
from de06_pipeline.reports.whole import write_whole
from de06_pipeline.reports.why.page import SourceBasis, why_page
from de06_pipeline.warehouse.figures.read import COUNTRY

_ROOT = "../../"
"""From a report to the folder of all reports."""

BATCH = 8
"""Provinces whose figures are in memory at a time."""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """One report. ``size``: bytes of its page."""

    code: str
    name: str
    files: MonthlyFiles
    size: int


def write_reports(
    workspace: Workspace,
    month: Month,
    codes: Sequence[str] | None = None,
    *,
    country: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> list[WrittenReport]:
    """Write the reports of a month; none of a month of which nothing has been delivered or counted.

    Args:
        codes: of provinces; None for every province with a figure that has a number.
        country: the country's too.
        progress: called with a name and the share done before each report.

    Raises:
        UsageError: a code is not that of a province in the month.
    """
    shared = ReportMonth(workspace, month)
    chosen = (
        list(shared.reporting_provinces())
        if codes is None
        else [shared.province(code) for code in codes]
    )
    if not shared.is_known():
        return []
    areas: list[Area] = [*chosen, *([workspace.areas.country] if country else [])]
    ours = {
        area.area_id: files_of(workspace.settings.reports, month, area)
        for area in (*shared.reporting_provinces(), *areas)
    }

    def link(unit: ReportUnit) -> str:
        files = ours.get(unit.area_id)
        return files.html.name if files and (files.written or unit.area_id in wanted) else ""

    wanted = {area.area_id for area in areas}
    basis = MonthBasis(workspace, month, _ROOT)
    written: list[WrittenReport] = []
    for batch in _batches(areas):
        for facts in shared.facts(batch):
            if progress:
                progress(facts.area.name, len(written) / len(areas))
            files = ours[facts.area.area_id]
            written.append(_write(shared, facts, files, link))
            area = workspace.areas.get(facts.area.area_id)
            _write_why(shared, facts, basis.of(area), area, files)
    return written


def files_of(reports: Path, month: Month, area: Area) -> MonthlyFiles:
    """Where an area's report of a month lies, written or not."""
    code = COUNTRY if area.level is Level.COUNTRY else area.code
    return monthly_report(reports, month, code, area.name)


def _batches(areas: Sequence[Area]) -> Iterable[Sequence[Area]]:
    for first in range(0, len(areas), BATCH):
        yield areas[first : first + BATCH]


def _write(
    shared: ReportMonth, facts: Facts, files: MonthlyFiles, link: Callable[[ReportUnit], str]
) -> WrittenReport:
    links = Links(
        xlsx=files.xlsx.name,
        docx=files.docx.name,
        front=f"{_ROOT}{FRONT_PAGE}",
        root=_ROOT,
        why=files.why.name,
        published=f"{_ROOT}{PAGE}",
        unit=link,
    )
    write_workbook(files.xlsx, facts, shared.plan)
    write_document(files.docx, facts, shared.plan)
    write_whole(files.html, report_page(facts, shared.plan, links))
    return WrittenReport(facts.area.code, facts.area.full_name, files, files.html.stat().st_size)


def _write_why(
    shared: ReportMonth,
    facts: Facts,
    basis: tuple[SourceBasis, ...],
    area: Area,
    files: MonthlyFiles,
) -> None:
    workspace, month = shared.workspace, shared.month
    changes = (
        changed_figures(workspace, month, area=area)
        if facts.revisions
        else MonthChanges(month, 0, ())
    )
    every_change = changes_files(workspace.settings.reports, month).html
    link = (
        f"{_ROOT}{every_change.parent.name}/{every_change.name}" if every_change.is_file() else ""
    )
    write_whole(files.why, why_page(facts, shared.plan, basis, changes, files.html.name, link))
