"""``de06 tidy``: Dagster's old runs and logs removed, after the setting that says how long they
stay.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from de06_pipeline.commands.console import console, number
from de06_pipeline.commands.init import open_home
from de06_pipeline.settings import Settings


def command(
    dry_run: Annotated[
        bool, typer.Option(help="Say what would be removed, and remove nothing.")
    ] = False,
) -> None:
    """Remove Dagster's runs with their events and logs that are older than DE06_KEEP_RUNS_DAYS.

    The last successful run of every month stays. Deliveries, figures and their revisions are in the
    warehouse and are not touched; nor is the landing zone.
    """
    from de06_pipeline.defs.instance import create_instance
    from de06_pipeline.defs.old_runs import old_logs, old_runs, old_tick_logs, remove_runs

    settings = Settings()
    open_home(settings)
    assert settings.dagster_home is not None
    now, days = datetime.now(UTC), settings.keep_runs_days
    with create_instance(settings) as instance:
        runs = old_runs(instance, days, now)
        logs = old_logs(settings.logs, days, now)
        logs += old_tick_logs(settings.dagster_home, days, now)
        if not dry_run:
            remove_runs(instance, runs, settings.dagster_home)
            for path in logs:
                path.unlink(missing_ok=True)
    what = f"{number(len(runs))} runs and {number(len(logs))} files of logs"
    told = "would be removed" if dry_run else "removed"
    console.print(f"{what} older than {days} days {told}.")
    if dry_run and runs:
        console.print(f"The oldest run is of {min(run.ended_on for run in runs)}.")
