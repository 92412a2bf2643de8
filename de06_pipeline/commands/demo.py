"""``de06 demo``: samples through the whole pipeline, and what came of it."""

from __future__ import annotations

import typer

from de06_pipeline.commands.compare import refresh_comparison
from de06_pipeline.commands.compare import report as report_comparison
from de06_pipeline.commands.console import console
from de06_pipeline.commands.init import initialise
from de06_pipeline.commands.run import report, run_months
from de06_pipeline.commands.sample import DEFAULT_MONTHS, write
from de06_pipeline.commands.tables import figures_table
from de06_pipeline.periods import Month, month_range
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.figures.read import figures_of_area

SHOWN_MONTH = Month(2024, 6)
SHOWN_AREA, SHOWN_NAME = "502", "Tam Kỳ"


def command() -> None:
    """Write sample exports, run every month through Dagster, and show what was built and where."""
    settings = Settings()
    workspace = initialise(settings)
    write(settings, DEFAULT_MONTHS, scale=1.0, seed=6)
    runs = run_months(workspace, month_range(DEFAULT_MONTHS))
    code = report(workspace, runs)
    refresh_comparison(workspace)
    names = {indicator.code: indicator.name_vi for indicator in workspace.registry}
    figures = figures_of_area(workspace.warehouse, SHOWN_MONTH, SHOWN_AREA)
    console.print(
        figures_table(f"{SHOWN_NAME} ({SHOWN_AREA}), {SHOWN_MONTH}: synthetic data", figures, names)
    )
    report_comparison(workspace, details=False)
    console.print(f"Warehouse  {workspace.warehouse.display_url}  (view indicator_monthly)")
    console.print(f"Lake       {settings.lake}")
    console.print("UI         make ui, then http://127.0.0.1:3000")
    raise typer.Exit(code)
