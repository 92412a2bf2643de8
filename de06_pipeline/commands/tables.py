"""Tables that several commands print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from de06_pipeline.commands.console import number
from de06_pipeline.contracts.model import Severity
from de06_pipeline.monthly.report_facts import ReportMonth
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.places import supplier_report
from de06_pipeline.warehouse.deliveries.queries import (
    DeliverySummary,
    delivery_summaries,
    rule_results,
)
from de06_pipeline.warehouse.store import Warehouse

HEADLINES = 10
_STATUS = {
    "accepted": "accepted",
    "refused": "[bold red]refused[/]",
    "missing": "[bold red]missing[/]",
}


def deliveries_table(warehouse: Warehouse, summaries: Iterable[DeliverySummary]) -> Table:
    """Per dataset, month and supplier: rows read, accepted, quarantined, superseded, and warnings."""
    table = Table(title="Deliveries", title_justify="left")
    for name in ("dataset", "month", "supplier"):
        table.add_column(name)
    for name in ("read", "accepted", "quarantined", "superseded", "warnings"):
        table.add_column(name, justify="right")
    table.add_column("status")
    for s in summaries:
        warnings = sum(
            r.failed
            for r in rule_results(warehouse, s.dataset, s.month, s.supplier)
            if r.severity == Severity.WARNING.value
        )
        counts = (s.rows_read, s.rows_accepted, s.rows_quarantined, s.rows_superseded, warnings)
        status = _STATUS[s.status]
        if s.status != "accepted" and s.is_in_force:
            status += " (an earlier delivery stands)"
        table.add_row(
            s.dataset, str(s.month), escape(s.supplier), *(number(c) for c in counts), status
        )
    return table


def refused_reports(reports: Path, summaries: Iterable[DeliverySummary]) -> list[str]:
    """One line for each refused delivery: where the report for its supplier lies."""
    return [
        f"{s.dataset} {s.month} {s.supplier}: {report_of(reports, s.dataset, s.month, s.supplier)}"
        for s in summaries
        if s.status == "refused"
    ]


def report_of(reports: Path, dataset: str, month: Month, supplier: str) -> str:
    """Where the supplier's report on its last delivery lies; says so where there is none on this
    machine.
    """
    files = supplier_report(reports, dataset, month, supplier)
    return str(files.html) if files.written else f"no report on this machine ({files.html})"


def deliveries_by_dataset(warehouse: Warehouse, months: Sequence[Month]) -> Table:
    """A line a dataset: how many deliveries of some months became what, and their rows."""
    table = Table(title=f"Deliveries, {months[0]} to {months[-1]}", title_justify="left")
    table.add_column("dataset")
    for name in (
        *("accepted", "refused", "missing", "rows read"),
        *("used", "quarantined", "superseded"),
    ):
        table.add_column(name, justify="right")
    by_dataset: dict[str, list[DeliverySummary]] = {}
    for summary in delivery_summaries(warehouse, months):
        by_dataset.setdefault(summary.dataset, []).append(summary)
    for dataset, each in by_dataset.items():
        states = [sum(summary.status == state for summary in each) for state in _STATUS]
        rows = (
            sum(summary.rows_read for summary in each),
            sum(summary.rows_accepted for summary in each),
            sum(summary.rows_quarantined for summary in each),
            sum(summary.rows_superseded for summary in each),
        )
        table.add_row(dataset, *map(str, states), *map(number, rows))
    return table


def headline_table(workspace: Workspace, month: Month, code: str) -> Table:
    """The first ten headline figures of a province's monthly report."""
    shared = ReportMonth(workspace, month)
    (facts,) = shared.facts([shared.province(code)])
    table = Table(title=f"{facts.area.full_name}, {month}", title_justify="left")
    table.add_column("chỉ tiêu")
    for name in ("giá trị", "tử số / mẫu số", "so với tháng trước", "mục tiêu"):
        table.add_column(name, justify="right")
    for card in sections.cards(facts, shared.plan)[:HEADLINES]:
        shown, target = card.shown, card.indicator.target
        table.add_row(
            escape(card.indicator.name_vi),
            f"{shown.text} {shown.unit.vi}"
            if shown.is_known or shown.why is None
            else shown.why.vi,
            " / ".join(shown.parts) if shown.parts else "",
            card.month_change.vi if card.month_change else "",
            "" if target is None else f"{number(round(target))} {shown.unit.vi}",
        )
    return table
