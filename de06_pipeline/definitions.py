"""The one place where everything Dagster is put together."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import dagster as dg

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.defs.alerts import ALERT_SENSORS
from de06_pipeline.defs.composed import composed_spec
from de06_pipeline.defs.dead_runs import dead_runs
from de06_pipeline.defs.figures import figure_assets
from de06_pipeline.defs.ingest import ingest_assets
from de06_pipeline.defs.jobs import monthly_job, selection_of
from de06_pipeline.defs.keys import figures_key, report_figures_key
from de06_pipeline.defs.landed import landed_sensor
from de06_pipeline.defs.landing import landing_spec
from de06_pipeline.defs.landing_retention import landing_retention_job
from de06_pipeline.defs.metrics import metrics_sensors
from de06_pipeline.defs.official import official_asset, official_job, official_schedule
from de06_pipeline.defs.quality import quality_asset
from de06_pipeline.defs.rebased import rebased_spec
from de06_pipeline.defs.report_month import report_month_asset
from de06_pipeline.defs.reports import report_asset, report_sensors, reports_job
from de06_pipeline.defs.schedules import nightly
from de06_pipeline.defs.shared_reports import shared_reports
from de06_pipeline.defs.standing import standing_check, standing_job, standing_schedule, view_spec
from de06_pipeline.defs.verdict import verdict_asset
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import Registry
from de06_pipeline.settings import Settings

OWNER = "team:data-engineering"

# Checks with partitions are marked as a preview, months before the first partition as beta (Dagster
# 1.13); they do what we need and are held by tests.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
warnings.filterwarnings("ignore", category=dg.BetaWarning)


def build_defs(contracts_folder: Path | None = None) -> dg.Definitions:
    """Build the definitions from contracts and registry.

    Args:
        contracts_folder: folder with ``sources/``, ``indicators/`` and ``reference/``; by default
            the one of the settings.
    """
    folder = contracts_folder or Settings().contracts
    contracts = list(load_contracts(folder / "sources").values())
    registry = load_registry(folder / "indicators")
    snapshots = {
        c.source: [d.dataset for d in contracts if d.source == c.source and d.snapshot]
        for c in contracts
    }
    assets: list[Any] = [landing_spec(c) for c in contracts]
    assets += [ingest_assets(c, snapshots[c.source]) for c in contracts]
    for name, source in registry.sources.items():
        if source.composed_of:
            assets.append(composed_spec(source, OWNER))
            continue
        if source.of_deliveries:
            assets.append(
                quality_asset(
                    source, [c.dataset for c in contracts if c.source in registry.sources], OWNER
                )
            )
            continue
        own = [c.dataset for c in contracts if c.source == name and c.dataset in source.datasets]
        assets += figure_assets(source, own, OWNER, {c.dataset: c for c in contracts})
        if source.has_report_months:
            assets.append(
                report_month_asset(source, [d for d in source.datasets if d not in own], OWNER)
            )
    assets.append(verdict_asset([c.dataset for c in contracts], OWNER))
    assets.append(view_spec(_published_keys(registry), OWNER))
    assets.append(rebased_spec(registry, [figures_key(name) for name in registry.sources], OWNER))
    assets.append(official_asset(OWNER))
    assets.append(report_asset([figures_key(name) for name in registry.sources], OWNER))
    monthly = monthly_job(contracts, registry)
    monthly_keys = frozenset(selection_of(contracts, registry))
    return dg.Definitions(
        assets=assets,
        asset_checks=[standing_check],
        jobs=[monthly, standing_job, official_job, reports_job, landing_retention_job],
        schedules=[nightly, standing_schedule, official_schedule],
        sensors=[
            *ALERT_SENSORS,
            dead_runs,
            shared_reports,
            landed_sensor(monthly),
            *report_sensors(monthly_keys),
            *metrics_sensors(monthly_keys, standing_job),
        ],
        resources={"workspace": WorkspaceResource()},
        # Twelve small steps: a process for each would cost twelve imports of Great Expectations.
        # Runs started in the UI ignore a job's own executor, so it is set here.
        executor=dg.in_process_executor,
    )


def _published_keys(registry: Registry) -> list[dg.AssetKey]:
    """Everything that publishes figures: by calendar month, and by administrative month where a
    source has any.
    """
    by_report = [
        report_figures_key(name)
        for name, source in registry.sources.items()
        if source.has_report_months
    ]
    return [*(figures_key(name) for name in registry.sources), *by_report]


_BUILT: dict[tuple[tuple[str, int, int], ...], dg.Definitions] = {}


def current_defs() -> dg.Definitions:
    """The definitions of the settings' contracts and registry, built anew when a file of theirs has
    changed: a command runs several jobs of them.
    """
    folder = Settings().contracts
    paths = sorted(folder.glob("sources/*")) + sorted(folder.glob("indicators/*"))
    state = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    if state not in _BUILT:
        _BUILT[state] = build_defs()
    return _BUILT[state]


defs = current_defs()
