"""The one job: a month from landing to warehouse.

The UI, the schedule and ``de06 run`` all run this one.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from de06_pipeline.contracts.model import Contract
from de06_pipeline.defs.keys import (
    accepted_key,
    cells_key,
    delivery_key,
    figures_key,
    report_figures_key,
)
from de06_pipeline.defs.verdict import VERDICT_KEY
from de06_pipeline.registry.model import Registry

MONTHLY_JOB = "monthly"


def monthly_job(
    contracts: Sequence[Contract], registry: Registry
) -> dg.UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        MONTHLY_JOB,
        selection=dg.AssetSelection.assets(*selection_of(contracts, registry)),
        # A run whose worker was lost starts again whole, like every other run of a month; what is
        # unchanged is only read again. "From the failure" gave the same figures in a trial.
        tags={"dagster/retry_strategy": "ALL_STEPS"},
        description="Ingest every delivery of a month, build its cells, publish its figures and those of later windows it changes.",
    )


def lake_of(contracts: Sequence[Contract], registry: Registry) -> list[dg.AssetKey]:
    """The assets that write the lake: deliveries, accepted rows, cells."""
    others = {*figures_of(contracts, registry), VERDICT_KEY}
    return [key for key in selection_of(contracts, registry) if key not in others]


def figures_of(contracts: Sequence[Contract], registry: Registry) -> list[dg.AssetKey]:
    """The assets that publish figures from cells."""
    published = {
        key for name in registry.sources for key in (figures_key(name), report_figures_key(name))
    }
    return [key for key in selection_of(contracts, registry) if key in published]


def selection_of(contracts: Sequence[Contract], registry: Registry) -> list[dg.AssetKey]:
    """The assets of some datasets and what is made from them."""
    datasets = {c.dataset for c in contracts}
    keys = [key for c in contracts for key in (delivery_key(c.dataset), accepted_key(c.dataset))]
    keys += [VERDICT_KEY] if keys else []
    for name, source in registry.sources.items():
        if source.of_deliveries and any(c.source in registry.sources for c in contracts):
            keys.append(figures_key(name))
        if datasets & set(source.datasets) and not source.composed_of:
            keys += [cells_key(name), figures_key(name)]
            keys += [report_figures_key(name)] if source.has_report_months else []
    return keys
