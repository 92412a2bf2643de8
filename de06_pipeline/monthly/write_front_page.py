"""Gather and write the front page of all reports; made by every run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.model import Message
from de06_pipeline.monthly.find_attention import STALE, Attention, attention
from de06_pipeline.monthly.find_changes import refresh_changes
from de06_pipeline.monthly.report_deliveries import deliveries_of_month
from de06_pipeline.monthly.report_facts import ReportMonth
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_time
from de06_pipeline.reports.front.page import (
    FRONT_PAGE,
    LOOK,
    STATES,
    BigChange,
    FrontPage,
    Grid,
    GridCell,
    GridRow,
    ReportRow,
    Todo,
    front_page,
)
from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.monthly.facts import Facts, ReportDelivery
from de06_pipeline.reports.monthly.files import FOLDER, monthly_report
from de06_pipeline.reports.monthly.numbers import number
from de06_pipeline.reports.official_page import PAGE
from de06_pipeline.reports.places import supplier_report
from de06_pipeline.reports.whole import write_whole
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries
from de06_pipeline.warehouse.deliveries.standing import Trouble
from de06_pipeline.warehouse.figures.official import months_with_figures
from de06_pipeline.warehouse.figures.read import COUNTRY
from de06_pipeline.warehouse.figures.report_rows import last_published

MONTHS_SHOWN = 13
CHANGES_SHOWN = 10
_URGENCY: dict[str, int] = {
    Trouble.REFUSED: 0,
    Trouble.MISSING: 0,
    Trouble.OVERDUE: 0,
    Trouble.CARRIED: 1,
}


def write_front_page(workspace: Workspace) -> Path:
    """Write ``<reports>/index.html`` in place of an earlier one, and the pages of revised figures
    that it leads to; returns where it is.
    """
    path = workspace.settings.reports / FRONT_PAGE
    write_whole(path, front_page(gather(workspace)))
    return path


def gather(workspace: Workspace) -> FrontPage:
    """What the page shows: the last thirteen months with a delivery, and the newest figures."""
    delivered = sorted({summary.month for summary in delivery_summaries(workspace.warehouse)})
    months = tuple(delivered[-MONTHS_SHOWN:])
    by_month = {
        month: [delivery for _, delivery in deliveries_of_month(workspace, month)]
        for month in months
    }
    published = last_published(workspace.warehouse)
    newest, facts = _newest_facts(workspace)
    todos = _todos(workspace, attention(workspace))
    comparison = workspace.settings.reports / PAGE
    return FrontPage(
        months=months,
        grids=tuple(_grids(by_month)),
        todos=tuple(sorted(todos, key=lambda todo: (todo.urgency, _reversed(todo.month)))),
        changes=tuple(_changes(workspace, newest, facts)),
        changed_month=newest,
        reports=tuple(_reports(workspace.areas, workspace.settings.reports)),
        published_at=vietnam_time(published).strftime("%H:%M %d/%m/%Y") if published else "",
        synthetic=any(provincial.synthetic for provincial in facts),
        published_page=PAGE if comparison.is_file() else "",
        revised=tuple(
            (month, page.relative_to(workspace.settings.reports).as_posix())
            for month, page in sorted(refresh_changes(workspace).items(), reverse=True)
        ),
    )


def _grids(by_month: dict[Month, list[ReportDelivery]]) -> Iterator[Grid]:
    every = [delivery for each in by_month.values() for delivery in each]
    titles = {delivery.dataset: delivery.title for delivery in every}
    delivered = {
        (month, delivery.dataset, delivery.supplier): delivery
        for month, each in by_month.items()
        for delivery in each
    }
    for dataset, title in titles.items():
        suppliers = {
            delivery.supplier: delivery.supplier_title
            for delivery in every
            if delivery.dataset == dataset
        }
        rows = tuple(
            GridRow(
                name,
                tuple(_cell(delivered.get((month, dataset, supplier))) for month in by_month),
            )
            for supplier, name in suppliers.items()
        )
        yield Grid(dataset, title, rows)


def _cell(delivery: ReportDelivery | None) -> GridCell:
    if delivery is None:
        return GridCell("none", STATES["none"])
    state = STATES[delivery.state]
    rows = number(delivery.rows_accepted)
    counts = (
        Message(
            f": dùng {rows} trên {number(delivery.rows_read)} dòng, loại {number(delivery.rows_quarantined)}",
            f": {rows} of {number(delivery.rows_read)} rows used, {number(delivery.rows_quarantined)} set aside",
        )
        if delivery.rows_read
        else Message("", "")
    )
    return GridCell(
        delivery.state,
        Message(f"{delivery.supplier_title} {state.vi}{counts.vi}", f"{state.en}{counts.en}"),
        delivery.report,
        delivery.late_days > 0,
    )


def _reversed(month: str) -> tuple[int, ...]:
    return tuple(-ord(character) for character in month)


def _todos(workspace: Workspace, findings: list[Attention]) -> Iterator[Todo]:
    """Refused and missing first, then older data, then figures to look at."""
    yield from _stale(findings)
    for finding in findings:
        if finding.kind == STALE:
            continue
        contract = workspace.contracts.get(finding.what)
        title = contract.title if contract else Message(finding.what, finding.what)
        where = " · ".join(part for part in (title.vi, finding.supplier) if part)
        yield Todo(
            urgency=_URGENCY.get(finding.kind, LOOK),
            what=Message(finding.trouble_vi or finding.trouble, finding.trouble),
            where=where,
            month=finding.month,
            remedy=Message(finding.remedy_vi or finding.remedy, finding.remedy),
            link=_report_link(workspace, finding),
        )


def _stale(findings: list[Attention]) -> Iterator[Todo]:
    """Months to be made anew: one line a reason, with the sources and months that have it."""
    by_reason: dict[str, list[Attention]] = {}
    for finding in findings:
        if finding.kind == STALE:
            by_reason.setdefault(finding.trouble, []).append(finding)
    for each in by_reason.values():
        months = sorted({finding.month for finding in each})
        span = months[0] if len(months) == 1 else f"{months[0]}..{months[-1]}"
        yield Todo(
            urgency=LOOK,
            what=Message(each[0].trouble_vi, each[0].trouble),
            where=", ".join(sorted({finding.what for finding in each})),
            month=span,
            remedy=Message(f"chạy lại: de06 run {span}", f"backfill: de06 run {span}"),
        )


def _report_link(workspace: Workspace, finding: Attention) -> str:
    reports = workspace.settings.reports
    if finding.what not in workspace.contracts or not finding.supplier:
        return ""
    files = supplier_report(reports, finding.what, Month.parse(finding.month), finding.supplier)
    return files.html.relative_to(reports).as_posix() if files.written else ""


def _newest_facts(workspace: Workspace) -> tuple[Month | None, list[Facts]]:
    """The newest month with figures, and its provinces'."""
    for month in reversed(months_with_figures(workspace.warehouse)):
        shared = ReportMonth(workspace, month)
        provinces = shared.reporting_provinces()
        if provinces:
            return month, shared.facts(provinces)
    return None, []


def _changes(workspace: Workspace, month: Month | None, facts: list[Facts]) -> list[BigChange]:
    """The headline figures that moved most on the month before: rates by points, counts by per
    cent; rates of few are left out.
    """
    if month is None:
        return []
    plan = ReportMonth(workspace, month).plan
    changes: list[tuple[float, BigChange]] = []
    for province in facts:
        for card in sections.cards(province, plan):
            code, indicator = card.indicator.code, card.indicator
            before = province.figure(code, card.window, month=month.plus(-1))
            was = sections.shown(province, plan, indicator, before)
            now = card.shown
            if card.month_change is None or now.small or was.small:
                continue
            if not card.month_change.vi.startswith(("+", "−")):
                continue  # nothing of it is left after rounding: "không đổi", "±0 %"
            if now.value is None or was.value is None or now.value == was.value:
                continue
            difference = abs(now.value - was.value)
            weight = (
                difference if indicator.unit == "%" else 100 * difference / (abs(was.value) or 1)
            )
            files = monthly_report(
                workspace.settings.reports, month, province.area.code, province.area.name
            )
            link = f"{FOLDER}/{month}/{files.html.name}" if files.written else ""
            changes.append(
                (
                    weight,
                    BigChange(
                        province.area.full_name,
                        Message(indicator.name_vi, indicator.name_en),
                        was,
                        now,
                        card.month_change,
                        card.month_judged,
                        link,
                    ),
                )
            )
    changes.sort(key=lambda pair: -pair[0])
    return [change for _, change in changes[:CHANGES_SHOWN]]


def _reports(areas: AreaBook, reports: Path) -> Iterator[ReportRow]:
    """The reports that lie on this machine, newest month first."""
    folder = reports / FOLDER
    for month_folder in sorted(folder.iterdir(), reverse=True) if folder.is_dir() else ():
        month = Month.parse(month_folder.name)
        shown = [areas.country, *areas.in_force("province", month)]
        links = []
        for area in shown:
            code = COUNTRY if area is shown[0] else area.code
            files = monthly_report(reports, month, code, area.name)
            if files.written:
                name = "Cả nước" if area is shown[0] else area.name
                links.append((name, f"{FOLDER}/{month}/{files.html.name}"))
        if links:
            yield ReportRow(month, tuple(links))
