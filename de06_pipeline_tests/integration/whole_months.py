"""Run months of a landing zone through the pipeline, without Dagster, and read what it published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from de06_pipeline.monthly.cells_month import build_month_cells
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.publish_month import publish_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.schema import delivery, quarantine
from de06_pipeline.warehouse.views import indicator_monthly

RUN = "test"


def new_workspace(home: Path, landing: Path, tolerance: float | None = None) -> Workspace:
    """A fresh home with its warehouse.

    Args:
        tolerance: share of rows that may be quarantined, instead of the contracts' own.
    """
    settings = Settings(home=home, landing=str(landing), lake=str(home / "lake"), warehouse_url=f"sqlite:///{home / 'warehouse.sqlite'}")
    workspace = Workspace(settings)
    if tolerance is not None:
        workspace.contracts = {name: replace(contract, tolerance=tolerance) for name, contract in workspace.contracts.items()}
    home.mkdir(parents=True, exist_ok=True)
    workspace.create_warehouse()
    return workspace


def run_months(workspace: Workspace, months: Sequence[str], datasets: Sequence[str], sources: Sequence[str]) -> None:
    """Ingest the datasets and publish the sources, month by month, as the monthly job does."""
    for month in map(Month.parse, months):
        for dataset in datasets:
            ingest_month(workspace, workspace.contract(dataset), month, RUN)
        for source in sources:
            build_month_cells(workspace, source, month, RUN)
            publish_month(workspace, source, month, RUN)


def files_of(workspace: Workspace) -> list[Any]:
    """Rows of the table `delivery`: one a file."""
    with workspace.warehouse.engine.connect() as connection:
        return list(connection.execute(select(delivery)))


def quarantine_of(workspace: Workspace) -> list[Any]:
    """Rows of the table `quarantine`: one a broken rule."""
    with workspace.warehouse.engine.connect() as connection:
        return list(connection.execute(select(quarantine)))


def figures_of(workspace: Workspace, source: str) -> list[Any]:
    """Rows of the view `indicator_monthly` of a source."""
    with workspace.warehouse.engine.connect() as connection:
        query = select(indicator_monthly).where(indicator_monthly.c.indicator_code.startswith(f"{source}."))
        return list(connection.execute(query))
