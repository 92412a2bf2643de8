"""Figures composed of other sources' published ones: assets of their own, materialized by the steps
that publish their parts.

A step downstream of several sources would be skipped in every month in which one of them was not
delivered; what could be measured without it must still be published.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from de06_pipeline.defs.keys import figures_key, group_of
from de06_pipeline.defs.partitions import MONTHS
from de06_pipeline.registry.model import SourceRegistry
from de06_pipeline.reports.lineage import indicator_lineage

if TYPE_CHECKING:
    from de06_pipeline.monthly.publish_composed import ComposedFigures


def composed_spec(registry: SourceRegistry, owner: str) -> dg.AssetSpec:
    """The asset of a composed source."""
    return dg.AssetSpec(
        key=figures_key(registry.source),
        deps=[figures_key(part) for part in registry.composed_of],
        partitions_def=MONTHS,
        group_name=group_of(registry.source),
        owners=[owner],
        kinds={"sql"},
        description=(
            f"The {len(registry.indicators)} indicators of {registry.source} in the warehouse (view `indicator_monthly`), composed of the "
            f"published figures of {' and '.join(registry.composed_of)}. Each publication of one of these publishes them anew."
        ),
        metadata={"indicators": dg.MetadataValue.md(indicator_lineage(registry))},
    )


def composed_materializations(
    composed: Iterable["ComposedFigures"],
) -> Iterator[dg.AssetMaterialization]:
    """One event a month that was published anew; the numbers are those of all its months together."""
    for figures in composed:
        metadata: dict[str, Any] = {
            "figures": figures.figures,
            "months": ", ".join(map(str, figures.months)),
        }
        metadata |= {
            name: getattr(figures.result, name)
            for name in ("new", "changed", "withdrawn", "unchanged")
        }
        for month in figures.months:
            yield dg.AssetMaterialization(
                asset_key=figures_key(figures.source),
                partition=month.partition_key,
                metadata=metadata,
            )
