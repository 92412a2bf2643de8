"""``de06 compare``: computed figures beside published ones."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.commands.console import console, err_console
from de06_pipeline.commands.init import open_home
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.official_figures.agreement import Verdict
from de06_pipeline.reports.official_page import PAGE
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.figures.official import ComparisonRow, comparison_rows

EXIT_FAILED = 1


def refresh_comparison(settings: Settings) -> bool:
    """Run the comparison's job in this process, recorded in the Dagster instance like any other
    run; whether it succeeded.
    """
    from de06_pipeline.definitions import current_defs
    from de06_pipeline.defs.instance import open_instance
    from de06_pipeline.defs.official import OFFICIAL_JOB
    from de06_pipeline.defs.origin import run_here

    with open_instance(settings) as instance:
        success = run_here(instance, current_defs().resolve_job_def(OFFICIAL_JOB))
    if not success:
        err_console.print(
            "[bold red]The comparison with published figures failed[/]; see the run of job 'published' in the UI."
        )
    return success


def counts_table(rows: list[ComparisonRow]) -> Table:
    """How many published figures have each verdict, and how many of those rest on sample exports."""
    table = Table(title="Published figures", title_justify="left")
    table.add_column("verdict")
    for name in ("figures", "from samples"):
        table.add_column(name, justify="right")
    for kind in Verdict:
        matching = [row for row in rows if row.verdict == kind]
        table.add_row(str(kind), str(len(matching)), str(sum(row.synthetic for row in matching)))
    return table


def report(workspace: Workspace, *, details: bool) -> None:
    """Print the counts, where the page is, and with ``details`` what is contradicted or cannot be
    computed.
    """
    rows = list(comparison_rows(workspace.warehouse))
    console.print(counts_table(rows))
    if any(row.synthetic for row in rows):
        console.print(
            "Samples were made from these very published figures: agreement on them proves nothing."
        )
    if details:
        for row in rows:
            if row.verdict == Verdict.CONTRADICTED:
                console.print(
                    escape(
                        f"{row.id} {row.place} {row.indicator_code} {row.breakdown}: {row.published:g}, computed {row.computed:g}"
                    )
                )
            elif row.verdict == Verdict.NOT_COMPUTABLE:
                console.print(
                    escape(
                        f"{row.id} {row.place} {row.indicator_code} {row.breakdown}: {row.reason} / {row.reason_en}"
                    )
                )
    console.print(escape(f"Page       {workspace.settings.reports / PAGE}"))


def command() -> None:
    """Compare computed with published figures: counts by verdict, what is contradicted or not
    computable, and the page.
    """
    workspace = open_home(Settings())
    if not refresh_comparison(workspace.settings):
        raise typer.Exit(EXIT_FAILED)
    report(workspace, details=True)
