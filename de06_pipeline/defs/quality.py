"""Rates of deliveries: one step a month, after everything else of its run.

It depends on what was landed, and reads the ledger that the ingests have written. A step downstream of
the ingests would be skipped in the very months in which one of them found nothing, refused all or
failed.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from de06_pipeline.defs.keys import figures_key, group_of, landing_key
from de06_pipeline.defs.partitions import MONTHS, month_of
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.registry.model import PeriodType, SourceRegistry
from de06_pipeline.reports.lineage import indicator_lineage

if TYPE_CHECKING:
    from de06_pipeline.warehouse.figures.publish import PublicationResult

LAST = {"dagster/priority": "-1"}
"""The in-process executor takes a step of lower priority only when no other one can run."""


def quality_asset(
    registry: SourceRegistry, datasets: Sequence[str], owner: str
) -> dg.AssetsDefinition:
    """The asset of a source of deliveries; ``datasets``: those expected every month."""

    @dg.asset(
        key=figures_key(registry.source),
        deps=[landing_key(dataset) for dataset in datasets],
        partitions_def=MONTHS,
        group_name=group_of(registry.source),
        owners=[owner],
        kinds={"sql"},
        op_tags=LAST,
        description=(
            f"The {len(registry.indicators)} indicators of {registry.source} in the warehouse (view `indicator_monthly`): who delivered, "
            "in time, and how much of it could be used, as the ledger of deliveries says when all of a run is ingested."
        ),
        metadata={"indicators": dg.MetadataValue.md(indicator_lineage(registry))},
    )
    def _quality(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from de06_pipeline.monthly.find_gaps import ledger_of_month, note_figures
        from de06_pipeline.monthly.publish_quality import publish_quality
        from de06_pipeline.warehouse.restarts import again_after_restart

        month, opened, run_id = month_of(context), workspace.open(), context.run.run_id

        def published() -> "PublicationResult":
            basis = ledger_of_month(opened, month)
            result = publish_quality(opened, registry, month, run_id)
            note_figures(opened.warehouse, registry.source, PeriodType.MONTH, month, basis, run_id)
            return result

        with no_values_leave(f"figures {registry.source} {month}"):
            result = again_after_restart(opened.warehouse, published)
        yield dg.MaterializeResult(
            metadata={
                name: getattr(result, name) for name in ("new", "changed", "withdrawn", "unchanged")
            }
        )

    return _quality
