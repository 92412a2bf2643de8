"""``de06 rebuild``: accepted rows and cells made anew from the landing zone, then the figures."""

from __future__ import annotations

from typing import Annotated

import typer

from de06_pipeline.commands.init import check_home, check_landing, open_home
from de06_pipeline.commands.month_run import run_months
from de06_pipeline.commands.run import report
from de06_pipeline.interruption import interrupted_by
from de06_pipeline.periods import month_range
from de06_pipeline.settings import Settings


def command(
    months: Annotated[
        str, typer.Argument(help="One month or a range: 2024-06 or 2024-01..2024-09.")
    ],
) -> None:
    """Make the lake of some months anew, in an order in which each finds what it rests on.

    First the accepted rows and cells of every month, oldest first; then the figures. Needs the
    files in the landing zone. Exit codes as of de06 run.
    """
    from de06_pipeline.defs.jobs import figures_of, lake_of

    settings = Settings()
    check_home(settings)
    check_landing(settings)
    workspace = open_home(settings)
    contracts = list(workspace.contracts.values())
    wanted = month_range(months)
    runs = run_months(workspace, wanted, selection=lake_of(contracts, workspace.registry))
    if interrupted_by() is None and all(not run.failures for run in runs):
        runs = run_months(workspace, wanted, selection=figures_of(contracts, workspace.registry))
    raise typer.Exit(report(workspace, runs))
