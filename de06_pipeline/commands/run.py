"""``de06 run``: run the monthly job for some months, with the same definitions the UI and the
schedule use.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.markup import escape

from de06_pipeline.collector import loading
from de06_pipeline.commands.compare import refresh_comparison
from de06_pipeline.commands.console import console, err_console
from de06_pipeline.commands.init import check_home, check_landing, open_home
from de06_pipeline.commands.month_run import (
    MonthRun,
    check_partitions,
    run_months,
    selected_assets,
)
from de06_pipeline.commands.reports import refresh_reports, refresh_standing
from de06_pipeline.commands.side_by_side import Workers, fitting_jobs
from de06_pipeline.commands.tables import deliveries_table, refused_reports
from de06_pipeline.interruption import interrupted_by
from de06_pipeline.monthly.find_attention import misplaced_files
from de06_pipeline.monthly.find_behind import reports_behind
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, month_range
from de06_pipeline.reports.front.page import FRONT_PAGE
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.deliveries.queries import DeliverySummary, delivery_summaries
from de06_pipeline.warehouse.figures.cells import cells

EXIT_NOT_PUBLISHED = 1
EXIT_REFUSED = 3


def exit_code(
    runs: Sequence[MonthRun], summaries: Sequence[DeliverySummary], published: Collection[Month]
) -> int:
    """3 if a delivery was refused; 1 if something else keeps a month from being published whole;
    else 0.
    """
    if any(s.status == "refused" for s in summaries):
        return EXIT_REFUSED
    failed = any(run.failures for run in runs) or any(run.month not in published for run in runs)
    return (
        EXIT_NOT_PUBLISHED
        if failed or any(s.status == "missing" and s.is_in_force for s in summaries)
        else 0
    )


def report(workspace: Workspace, runs: Sequence[MonthRun]) -> int:
    """Print what became of each delivery and each run; returns the exit code."""
    summaries = delivery_summaries(workspace.warehouse, [run.month for run in runs])
    console.print(deliveries_table(workspace.warehouse, summaries))
    return say_troubles(workspace, runs)


def say_troubles(workspace: Workspace, runs: Sequence[MonthRun]) -> int:
    """Print what failed, was refused or has vanished; returns the exit code."""
    months = [run.month for run in runs]
    summaries = delivery_summaries(workspace.warehouse, months)
    published = {
        month
        for source in workspace.registry.sources
        for month in cells(workspace.warehouse, source)
    }
    for run in runs:
        for step, message in run.failures.items():
            err_console.print(f"[bold red]{run.month} {step}[/] {escape(message)}")
        for check, reason in run.refusals.items():
            err_console.print(f"[bold red]{run.month} {check}[/] refused: {escape(reason)}")
    for line in refused_reports(workspace.settings.reports, summaries):
        err_console.print(f"report for the supplier: {escape(line)}", soft_wrap=True)
    for run in runs:
        # Of a month that failed or was canceled nothing may have been recorded yet.
        if run.success and not any(s.month == run.month for s in summaries):
            err_console.print(
                f"{run.month}: nothing has been delivered; files belong under "
                f"{escape(workspace.settings.landing)}/<dataset>/{run.month}/<supplier>/"
            )
    for s in summaries:
        if s.status == "missing" and s.is_in_force:
            err_console.print(
                f"[bold red]{s.dataset} {s.month} {escape(s.supplier)}[/] files have disappeared; the last good delivery stays in force. "
                "Put them back, or confirm with de06 run --accept-missing."
            )
    for misplaced in misplaced_files(workspace):
        err_console.print(
            f"[bold yellow]{escape(misplaced.place)}[/] belongs to no delivery and was not read ({misplaced.files} "
            f"file{'' if misplaced.files == 1 else 's'}); move to {escape(misplaced.nearest)}",
            soft_wrap=True,
        )
    return exit_code(runs, summaries, published)


def command(
    months: Annotated[
        str, typer.Argument(help="One month or a range: 2024-06 or 2024-01..2024-09.")
    ],
    dataset: Annotated[
        list[str] | None,
        typer.Option(help="Only this dataset and what is made from it; may be repeated."),
    ] = None,
    accept_missing: Annotated[
        bool, typer.Option(help="Files that disappeared from the landing zone are gone for good.")
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(min=1, help="Months side by side, as many as cores and free memory allow."),
    ] = 1,
    reports: Annotated[
        bool, typer.Option(help="Write the months' reports and the front page at the end.")
    ] = True,
) -> None:
    """Run the monthly job.

    Exit code 0: all accepted and published; 3: a delivery was refused, the others are published; 1:
    a failure; 130 and 143: interrupted, the month's run is canceled and no other begins.
    """
    settings = Settings()
    check_home(settings)
    check_landing(settings)
    wanted = month_range(months)
    jobs = fitting_jobs(jobs, len(wanted), settings) if jobs > 1 else 1
    with ExitStack() as stack:
        workers = None
        if jobs > 1:
            asked = Workspace(settings)
            selected_assets(asked.contracts, asked.registry, dataset or [])
            check_partitions(wanted)
            # They load their libraries while the home is brought up to date here.
            workers = stack.enter_context(
                Workers(jobs, accept_missing=accept_missing, loads_all=True)
            )
        with loading():
            from de06_pipeline.defs.instance import open_instance
        stack.enter_context(open_instance(settings))
        workspace = open_home(settings)
        if workers:
            runs = workers.run(dict.fromkeys(wanted, dataset or []))
        else:
            runs = run_months(workspace, wanted, dataset or [], accept_missing)
        written = reports and interrupted_by() is None
        if interrupted_by() is None:
            refresh_comparison(workspace.settings)
        if written:
            # Those of other months too that show what these runs have revised.
            behind = reports_behind(workspace)
            reported = sorted({*(run.month for run in runs), *behind})
        if written and workers:
            workers.report(reported)
        elif written:
            refresh_reports(workspace.settings, reported)
        elif interrupted_by() is None:
            refresh_standing(workspace)
    code = report(workspace, runs)
    if written:
        console.print(
            escape(f"Reports    {workspace.settings.reports / FRONT_PAGE}"), soft_wrap=True
        )
    raise typer.Exit(code)
