"""``de06 demo``: samples through the whole pipeline, and a screenful of what came of it."""

from __future__ import annotations

import typer
from rich.markup import escape

from de06_pipeline.commands.compare import counts_table, refresh_comparison
from de06_pipeline.commands.console import console
from de06_pipeline.commands.init import initialise
from de06_pipeline.commands.run import say_troubles
from de06_pipeline.commands.sample import DEFAULT_MONTHS, EARLY_DATASETS, EARLY_MONTH, write
from de06_pipeline.commands.side_by_side import Workers, fitting_jobs
from de06_pipeline.commands.tables import deliveries_by_dataset, headline_table
from de06_pipeline.cores import cores
from de06_pipeline.periods import Month, month_range
from de06_pipeline.reports.front.page import FRONT_PAGE
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.figures.official import comparison_rows

SHOWN_MONTH = Month(2024, 6)
SHOWN_AREA = "49"


def command() -> None:
    """Write sample exports, run every month through Dagster, and show what was built and where."""
    settings = Settings()
    months = month_range(DEFAULT_MONTHS)
    jobs = fitting_jobs(cores(), len(months), settings)
    with Workers(jobs, loads_all=True) as workers:
        workspace = initialise(settings)
        write(settings, DEFAULT_MONTHS, scale=1.0, seed=6)
        runs = workers.run({EARLY_MONTH: EARLY_DATASETS, **dict.fromkeys(months, ())})
        refresh_comparison(workspace.settings)
        workers.report([SHOWN_MONTH, months[-1]])
    console.print(deliveries_by_dataset(workspace.warehouse, months))
    console.print(headline_table(workspace, SHOWN_MONTH, SHOWN_AREA))
    console.print(counts_table(list(comparison_rows(workspace.warehouse))))
    console.print("All data are invented; the samples were made from the very figures published.")
    code = say_troubles(workspace, runs)
    console.print(escape(f"Warehouse  {workspace.warehouse.display_url}  (view indicator_monthly)"))
    console.print("UI         make ui, then http://127.0.0.1:3000")
    console.print(escape(f"Look at    {settings.reports / FRONT_PAGE}"), soft_wrap=True)
    raise typer.Exit(code)
