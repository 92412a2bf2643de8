"""The figures of administrative months: one publishing asset a source, whose month rests on two
calendar months.

An asset of its own, so that a missing calendar month holds back only the two administrative months
that touch it.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from de06_pipeline.defs.figures import publication_metadata
from de06_pipeline.defs.keys import accepted_key, cells_key, group_of, report_figures_key
from de06_pipeline.defs.partitions import MONTHS, month_of
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.registry.model import PeriodType, SourceRegistry


def report_month_asset(
    registry: SourceRegistry, references: list[str], owner: str
) -> dg.AssetsDefinition:
    """The publishing asset of one source's administrative months.

    Args:
        references: datasets of one date (populations, opening balances) that its figures rest on
            too.
    """
    source = registry.source
    # The administrative month of June runs from 15 May through 14 June: it rests on the cells of
    # May and June.
    both_months = dg.TimeWindowPartitionMapping(
        start_offset=-1, end_offset=0, allow_nonexistent_upstream_partitions=True
    )
    counted = [
        indicator
        for indicator in registry.indicators.values()
        if registry.in_report_month(indicator)
    ]

    @dg.asset(
        key=report_figures_key(source),
        deps=[
            dg.AssetDep(cells_key(source), partition_mapping=both_months),
            *(accepted_key(d) for d in references),
        ],
        partitions_def=MONTHS,
        group_name=group_of(source),
        owners=[owner],
        kinds={"sql"},
        output_required=False,
        description=(
            f"{len(counted)} indicators of {source} by administrative month (kỳ báo cáo, from the 15th of the month before through the "
            "14th): month, year to date from 15 December, and stocks on the 14th. Partial until both calendar months are in; computed "
            "again when either is published."
        ),
    )
    def _report_figures(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[Any]:
        from de06_pipeline.monthly.find_gaps import basis_of, note_figures
        from de06_pipeline.monthly.publish_report_month import publish_report_month
        from de06_pipeline.warehouse.restarts import again_after_restart

        month, opened, run_id = month_of(context), workspace.open(), context.run.run_id
        with no_values_leave(f"administrative month {source} {month}"):
            basis = basis_of(opened, source, month)
            outcome = again_after_restart(
                opened.warehouse, lambda: publish_report_month(opened, source, month, run_id)
            )
            note_figures(opened.warehouse, source, PeriodType.REPORT_MONTH, month, basis, run_id)
        yield dg.MaterializeResult(metadata=publication_metadata(outcome))

    return _report_figures
