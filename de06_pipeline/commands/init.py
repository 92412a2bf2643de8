"""``de06 init``: create the home folder, the Dagster instance and the warehouse schema."""

from __future__ import annotations

from pathlib import Path

from de06_pipeline.commands.console import console
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.settings import Settings


def initialise(settings: Settings) -> Workspace:
    """Create whatever is not there yet; safe to repeat and to run at the same time from several
    processes.
    """
    from de06_pipeline.defs.instance import create_instance

    settings.home.mkdir(parents=True, exist_ok=True)
    if "://" not in settings.landing:
        Path(settings.landing).mkdir(parents=True, exist_ok=True)
    workspace = Workspace(settings)
    workspace.create_warehouse()
    create_instance(settings).dispose()
    return workspace


def command() -> None:
    """Create the home folder, the Dagster instance and the warehouse schema. Safe to repeat."""
    settings = Settings()
    workspace = initialise(settings)
    console.print(f"home       {settings.home}")
    console.print(f"landing    {settings.landing}")
    console.print(f"lake       {settings.lake}")
    console.print(f"warehouse  {workspace.warehouse.display_url}")
    console.print(f"dagster    {settings.dagster_home}")
