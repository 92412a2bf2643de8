"""Run months of a landing zone through the pipeline, without Dagster, and read what it published."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from de06_pipeline.monthly.build_cells import build_month_cells
from de06_pipeline.monthly.find_gaps import (
    basis_of,
    is_to_be_published,
    ledger_of_month,
    note_figures,
)
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.publish_month import publish_month
from de06_pipeline.monthly.publish_quality import publish_quality
from de06_pipeline.monthly.publish_report_month import publish_report_month
from de06_pipeline.monthly.publish_whole_month import publish_whole_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.schema import delivery, quarantine
from de06_pipeline.warehouse.views.tables import indicator_monthly
from de06_pipeline_tests.integration.home import known_alike

RUN = "test"


def new_workspace(home: Path, landing: Path, tolerance: float | None = None) -> Workspace:
    """A fresh home with its warehouse.

    Args:
        tolerance: share of rows that may be quarantined, instead of the contracts' own.
    """
    home.mkdir(parents=True, exist_ok=True)
    template, warehouse = _template()
    (home / "warehouse.sqlite").write_bytes(warehouse)
    workspace = workspace_of(home, landing, tolerance)
    known_alike(template, workspace)
    return workspace


def workspace_of(home: Path, landing: Path, tolerance: float | None = None) -> Workspace:
    """The workspace of a home that has its warehouse."""
    template, _ = _template()
    workspace = Workspace(_settings(home, landing))
    # Contracts, registry and area tables do not change: read once, used by every workspace.
    workspace.contracts, workspace.registry = template.contracts, template.registry
    workspace.areas, workspace.suppliers = template.areas, template.suppliers
    if tolerance is not None:
        workspace.contracts = {
            name: replace(contract, tolerance=tolerance)
            for name, contract in template.contracts.items()
        }
    return workspace


def _settings(home: Path, landing: Path) -> Settings:
    # Every name given, so that neither the environment nor a .env file of the machine has a say.
    warehouse = f"sqlite:///{home / 'warehouse.sqlite'}"
    return Settings(
        home=home, landing=str(landing), lake=str(home / "lake"), warehouse_url=warehouse, threads=1
    )


@cache
def _template() -> tuple[Workspace, bytes]:
    """A workspace and its empty warehouse, whose 14,000 areas are written once instead of for every
    test.
    """
    with TemporaryDirectory() as folder:
        workspace = Workspace(_settings(Path(folder), Path(folder)))
        workspace.create_warehouse()
        with closing(sqlite3.connect(Path(folder) / "warehouse.sqlite")) as connection:
            # The file's bytes alone would lack what still lies in its write-ahead log.
            return workspace, connection.serialize()


def run_months(
    workspace: Workspace,
    months: Sequence[str],
    datasets: Sequence[str],
    sources: Sequence[str],
    run: str = RUN,
) -> None:
    """Ingest the datasets and publish the sources, month by month, as the monthly job does."""
    for month in map(Month.parse, months):
        for dataset in datasets:
            ingest_month(workspace, workspace.contract(dataset), month, run)
        for source in sources:
            build_month_cells(workspace, source, month, run)
            publish_month(workspace, source, month, run)
            publish_report_month(workspace, source, month, run)


def finish_months(
    workspace: Workspace,
    months: Sequence[str],
    datasets: Sequence[str],
    run: str = RUN,
    *,
    accept_missing: bool = False,
) -> None:
    """All that the monthly job publishes of some datasets, month by month, each step noted as
    finished: for what looks for gaps, or at all figures of a month.
    """
    sources = [
        source
        for source in workspace.registry.sources.values()
        if not (source.composed_of or source.of_deliveries)
        and not set(datasets).isdisjoint(source.datasets)
    ]
    for month in map(Month.parse, months):
        for dataset in datasets:
            contract = workspace.contract(dataset).in_force(month)
            ingest_month(workspace, contract, month, run, accept_missing=accept_missing)
        for source in sources:
            if _has_cells(workspace, source.source, month, run):
                publish_whole_month(workspace, source.source, month, run)
                if source.has_report_months:
                    _finish_report_month(workspace, source.source, month, run)
        _finish_quality(workspace, month, run)


def _has_cells(workspace: Workspace, source: str, month: Month, run: str) -> bool:
    return build_month_cells(workspace, source, month, run) is not None or is_to_be_published(
        workspace, source, month
    )


def _finish_report_month(workspace: Workspace, source: str, month: Month, run: str) -> None:
    basis = basis_of(workspace, source, month)
    publish_report_month(workspace, source, month, run)
    note_figures(workspace.warehouse, source, PeriodType.REPORT_MONTH, month, basis, run)


def _finish_quality(workspace: Workspace, month: Month, run: str) -> None:
    for source in workspace.registry.sources.values():
        if source.of_deliveries:
            basis = ledger_of_month(workspace, month)
            publish_quality(workspace, source, month, run)
            note_figures(workspace.warehouse, source.source, PeriodType.MONTH, month, basis, run)


def files_of(workspace: Workspace) -> list[Any]:
    """Rows of the table `delivery`: one a file."""
    with workspace.warehouse.engine.connect() as connection:
        return list(connection.execute(select(delivery)))


def quarantine_of(workspace: Workspace) -> list[Any]:
    """Rows of the table `quarantine`: one a broken rule."""
    with workspace.warehouse.engine.connect() as connection:
        return list(connection.execute(select(quarantine)))


def figures_of(workspace: Workspace, source: str, period_type: str = "month") -> list[Any]:
    """Rows of the view `indicator_monthly` of a source and period type."""
    with workspace.warehouse.engine.connect() as connection:
        codes = list(workspace.registry.sources[source].indicators)
        columns = indicator_monthly.c
        query = select(indicator_monthly).where(
            columns.indicator_code.in_(codes), columns.period_type == period_type
        )
        return list(connection.execute(query))
