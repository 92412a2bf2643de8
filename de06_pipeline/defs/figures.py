"""From accepted rows to published figures: one cells asset and one publishing asset a source.

Publishing is one asset a source, so that a refused dossier export does not stop the figures of
lodging notices.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from de06_pipeline.contracts.model import Contract
from de06_pipeline.defs.composed import composed_materializations
from de06_pipeline.defs.keys import accepted_key, cells_key, figures_key, group_of
from de06_pipeline.defs.partitions import MONTHS, month_of
from de06_pipeline.defs.plausibility import plausibility_result, plausibility_spec
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.registry.model import SourceRegistry
from de06_pipeline.reports.lineage import columns_behind, indicator_lineage

if TYPE_CHECKING:
    from de06_pipeline.monthly.publish_month import MonthFigures
    from de06_pipeline.monthly.workspace import Workspace
    from de06_pipeline.periods import Month


def publication_metadata(outcome: "MonthFigures") -> dict[str, Any]:
    """What a publication wrote and left, by window and status."""
    return {
        "dagster/row_count": outcome.figures_of_month,
        "new": outcome.result.new,
        "changed": outcome.result.changed,
        "withdrawn": outcome.result.withdrawn,
        "unchanged": outcome.result.unchanged,
        "windows": dg.MetadataValue.md("\n".join(f"- {line}" for line in outcome.windows)),
        "statuses": dg.MetadataValue.md(
            "\n".join(f"- {name}: {count}" for name, count in outcome.statuses.items())
        ),
    }


def key_figures(
    workspace: "Workspace", registry: SourceRegistry, month: "Month"
) -> dict[str, dg.MetadataValue]:
    """The source's headline figures of the country, in their units, whose course over the months
    the UI draws; none that is not known.
    """
    from de06_pipeline.reports.monthly.numbers import value_of
    from de06_pipeline.warehouse.figures.report_rows import figure_rows

    country = workspace.areas.country.area_id
    figures: dict[str, dg.MetadataValue] = {}
    for row in figure_rows(workspace.warehouse, [month], [country]):
        if row.indicator_code in registry.headline and row.time_window == "month":
            indicator = registry.indicators[row.indicator_code]
            value = value_of(indicator, row.numerator, row.denominator)
            if value is not None:
                figures[f"{indicator.code} ({indicator.unit})"] = dg.MetadataValue.float(
                    float(value)
                )
    return figures


def _column_lineage(
    registry: SourceRegistry, contracts: Mapping[str, Contract]
) -> dg.TableColumnLineage:
    """An indicator is a column of the asset: which columns of accepted rows it is made from."""
    return dg.TableColumnLineage(
        deps_by_column={
            code: [
                dg.TableColumnDep(asset_key=accepted_key(dataset), column_name=name)
                for dataset, names in by_dataset.items()
                for name in names
            ]
            for code, by_dataset in columns_behind(registry, contracts).items()
        }
    )


def figure_assets(
    registry: SourceRegistry, own: Sequence[str], owner: str, contracts: Mapping[str, Contract]
) -> list[dg.AssetsDefinition]:
    """The two assets of one source.

    Args:
        own: the source's own datasets; what else it needs (populations, opening balances) is read
            by the figures only.
    """
    source = registry.source

    @dg.asset(
        key=cells_key(source),
        deps=[accepted_key(d) for d in own],
        partitions_def=MONTHS,
        group_name=group_of(source),
        owners=[owner],
        kinds={"duckdb", "parquet"},
        output_required=False,
        description=(
            f"Cells of {source}: the finest groups of a month (area × every dimension) with integer measures, from the accepted rows in "
            f"force of {', '.join(own)}. A pure function of them, the registry and the area tables."
        ),
    )
    def _cells(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from de06_pipeline.monthly.build_cells import build_month_cells
        from de06_pipeline.monthly.find_gaps import is_to_be_published
        from de06_pipeline.warehouse.restarts import again_after_restart

        month, opened = month_of(context), workspace.open()
        with no_values_leave(f"cells {source} {month}"):
            outcome = again_after_restart(
                opened.warehouse,
                lambda: build_month_cells(opened, source, month, context.run.run_id),
            )
            # Populations and opening balances change other months' figures, and rows that were
            # withdrawn their own.
            to_publish = outcome is None and is_to_be_published(opened, source, month)
        if to_publish:
            yield dg.MaterializeResult(metadata={"dagster/row_count": 0})
            return
        if outcome is None:
            context.log.info(f"{source} {month}: no accepted rows, so no cells and no figures.")
            return
        yield dg.MaterializeResult(
            metadata={
                "dagster/row_count": outcome.row_count,
                "content": outcome.content_hash,
                "made from": dg.MetadataValue.md(
                    "\n".join(f"- {line}" for line in outcome.made_from) or "nothing"
                ),
                "sql": dg.MetadataValue.md(f"```sql\n{outcome.sql}\n```"),
            }
        )

    references = [d for d in registry.datasets if d not in own]

    @dg.asset(
        key=figures_key(source),
        deps=[cells_key(source), *(accepted_key(d) for d in references)],
        partitions_def=MONTHS,
        group_name=group_of(source),
        owners=[owner],
        kinds={"sql"},
        output_required=False,
        description=(
            f"The {len(registry.indicators)} indicators of {source} in the warehouse (view `indicator_monthly`): month, year to date and "
            "stocks, by country, province and district or commune; with the later months' windows that this month changes."
        ),
        metadata={
            "indicators": dg.MetadataValue.md(indicator_lineage(registry)),
            "dagster/column_lineage": _column_lineage(registry, contracts),
        },
        check_specs=[plausibility_spec(source)],
    )
    def _figures(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from de06_pipeline.monthly.publish_whole_month import publish_whole_month
        from de06_pipeline.warehouse.restarts import again_after_restart

        month, opened, run_id = month_of(context), workspace.open(), context.run.run_id
        with no_values_leave(f"figures {source} {month}"):
            outcome, rebased, plausibility = again_after_restart(
                opened.warehouse, lambda: publish_whole_month(opened, source, month, run_id)
            )
        yield from composed_materializations(outcome.composed)
        yield dg.MaterializeResult(
            metadata={
                **publication_metadata(outcome),
                **key_figures(opened, registry, month),
                "counted anew on other boundaries": dg.MetadataValue.md(
                    "\n".join(f"- {line}" for line in rebased.recounted) or "–"
                ),
            },
            check_results=[plausibility_result(source, plausibility)],
        )

    return [_cells, _figures]
