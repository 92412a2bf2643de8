"""Tables that several commands print."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from de06_pipeline.commands.console import decimal, number
from de06_pipeline.contracts.model import Severity
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.reports.places import supplier_report
from de06_pipeline.warehouse.deliveries.queries import DeliverySummary, rule_results
from de06_pipeline.warehouse.figures.read import Figure

_STATUS = {
    "accepted": "accepted",
    "refused": "[bold red]refused[/]",
    "missing": "[bold red]missing[/]",
}


def deliveries_table(workspace: Workspace, summaries: Iterable[DeliverySummary]) -> Table:
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
            for r in rule_results(workspace.warehouse, s.dataset, s.month, s.supplier)
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


def refused_reports(workspace: Workspace, summaries: Iterable[DeliverySummary]) -> list[str]:
    """One line for each refused delivery: where the report for its supplier lies."""
    return [
        f"{s.dataset} {s.month} {s.supplier}: {report_of(workspace, s.dataset, s.month, s.supplier)}"
        for s in summaries
        if s.status == "refused"
    ]


def report_of(workspace: Workspace, dataset: str, month: Month, supplier: str) -> str:
    """Where the supplier's report on its last delivery lies; says so where there is none on this
    machine.
    """
    files = supplier_report(workspace.settings.reports, dataset, month, supplier)
    return str(files.html) if files.written else f"no report on this machine ({files.html})"


def figures_table(title: str, figures: Iterable[Figure], names: dict[str, str]) -> Table:
    """Figures of one area and month, numbers as Vietnamese reports write them."""
    table = Table(title=title, title_justify="left")
    for name in ("indicator", "chỉ tiêu", "breakdown", "window"):
        table.add_column(name)
    for name in ("numerator", "denominator", "value"):
        table.add_column(name, justify="right")
    for name in ("unit", "status"):
        table.add_column(name)
    for f in figures:
        table.add_row(
            f.indicator_code,
            names.get(f.indicator_code, ""),
            f.breakdown,
            f.time_window,
            "" if f.numerator is None else number(f.numerator),
            "" if f.denominator is None else number(f.denominator),
            ""
            if f.value is None
            else decimal(f.value)
            if f.denominator is not None
            else number(round(f.value)),
            f.unit,
            f.status,
        )
    return table
