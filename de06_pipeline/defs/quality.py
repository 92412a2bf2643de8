"""Rates of deliveries: an asset of its own, materialized by every ingest step.

A step downstream of all datasets would be skipped in the very months in which one of them was
refused.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from de06_pipeline.defs.keys import delivery_key, figures_key
from de06_pipeline.defs.partitions import MONTHS
from de06_pipeline.registry.model import SourceRegistry
from de06_pipeline.reports.lineage import indicator_lineage

if TYPE_CHECKING:
    from de06_pipeline.monthly.ingest_month import MonthIngest


def quality_spec(registry: SourceRegistry, datasets: Sequence[str], owner: str) -> dg.AssetSpec:
    """The asset of a source of deliveries; ``datasets``: those expected every month."""
    return dg.AssetSpec(
        key=figures_key(registry.source),
        deps=[delivery_key(dataset) for dataset in datasets],
        partitions_def=MONTHS,
        group_name=registry.source,
        owners=[owner],
        kinds={"sql"},
        description=(
            f"The {len(registry.indicators)} indicators of {registry.source} in the warehouse (view `indicator_monthly`): who delivered, "
            "in time, and how much of it could be used. Each ingest publishes them anew."
        ),
        metadata={"indicators": dg.MetadataValue.md(indicator_lineage(registry))},
    )


def quality_materialization(
    outcome: "MonthIngest", sources: Sequence[SourceRegistry]
) -> Iterator[dg.AssetMaterialization]:
    """The event of the publication that an ingest made, if the registry has such a source."""
    for source in sources:
        if source.of_deliveries and outcome.quality is not None:
            result = outcome.quality
            yield dg.AssetMaterialization(
                asset_key=figures_key(source.source),
                partition=outcome.month.partition_key,
                metadata={
                    "after": outcome.dataset,
                    "new": result.new,
                    "changed": result.changed,
                    "withdrawn": result.withdrawn,
                    "unchanged": result.unchanged,
                },
            )
