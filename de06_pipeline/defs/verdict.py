"""Whether every delivery of a month was accepted: the last step of a run, failed where one was
refused.

Dagster knows no other red for a partition than "planned by a run that failed". The step comes after
everything is published, so it holds nothing back; the run ends red, the backfill counts the month
as failed, and so are the partitions of this asset and of the refused dataset's ``delivery``.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from de06_pipeline.defs.keys import delivery_key, landing_key
from de06_pipeline.defs.links import ReportLinks, report_links
from de06_pipeline.defs.partitions import MONTHS, month_of
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.reports.places import supplier_report

if TYPE_CHECKING:
    from de06_pipeline.warehouse.deliveries.queries import DeliverySummary

VERDICT_KEY = dg.AssetKey(["delivery", "verdict"])
VERDICT_STEP = "delivery__verdict"
_LAST_OF_ALL = {"dagster/priority": "-2"}
"""After the rates of deliveries too (``defs/quality.py``)."""


def verdict_asset(datasets: Sequence[str], owner: str) -> dg.AssetsDefinition:
    """The asset; ``datasets``: those that anybody delivers.

    It depends on what was landed: downstream of the ingests it would be skipped when one of them
    failed.
    """

    @dg.asset(
        key=VERDICT_KEY,
        deps=[landing_key(dataset) for dataset in datasets],
        partitions_def=MONTHS,
        group_name="delivery_quality",
        owners=[owner],
        kinds={"sql"},
        op_tags=_LAST_OF_ALL,
        description=(
            "Every delivery of the month was accepted. Last in its run, after all figures are published: fails where the last delivery "
            "of a dataset and supplier was refused, so that the month is red here, among the runs and in a backfill."
        ),
    )
    def _verdict(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from de06_pipeline.warehouse.deliveries.queries import delivery_summaries

        month, opened = month_of(context), workspace.open()
        with no_values_leave(f"verdict {month}"):
            deliveries = delivery_summaries(opened.warehouse, [month])
        refused = [delivery for delivery in deliveries if delivery.status == "refused"]
        if refused:
            yield from _nothing_to_make(context, refused)
            names = ", ".join(f"{delivery.dataset}/{delivery.supplier}" for delivery in refused)
            raise dg.Failure(
                f"REFUSED in {month}: {names}. Everything else is published.",
                metadata=_metadata(deliveries, refused, report_links(opened.settings)),
                allow_retries=False,
            )
        yield dg.MaterializeResult(
            metadata=_metadata(deliveries, refused, report_links(opened.settings))
        )

    return _verdict


def is_broken(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether a run failed by more than the verdict that a delivery was refused."""
    if run.status is not dg.DagsterRunStatus.FAILURE:
        return False
    records = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE
    ).records
    events = (record.event_log_entry.dagster_event for record in records)
    return {event.step_key for event in events if event} != {VERDICT_STEP}


def _metadata(
    deliveries: Sequence["DeliverySummary"],
    refused: Sequence["DeliverySummary"],
    links: ReportLinks,
) -> dict[str, dg.MetadataValue]:
    rows = [
        (
            delivery.dataset,
            delivery.supplier,
            "an earlier delivery" if delivery.is_in_force else "nothing",
            supplier_report(links.folder, delivery.dataset, delivery.month, delivery.supplier).html,
        )
        for delivery in refused
    ]
    metadata: dict[str, dg.MetadataValue] = {
        "deliveries": dg.MetadataValue.int(len(deliveries)),
        "refused": dg.MetadataValue.int(len(refused)),
    }
    if rows:
        header = ("dataset", "supplier", "what stands", "report for the supplier")
        metadata |= {"reports": dg.MetadataValue.md(links.table(header, rows)), **links.machine()}
    return metadata


def _nothing_to_make(
    context: dg.AssetExecutionContext, refused: Sequence["DeliverySummary"]
) -> Iterator[dg.AssetMaterialization]:
    """What the run had planned and there was nothing for, such as the cells of a source that nobody
    delivers: else it would be red too, in a run in which nothing broke.
    """
    failed = context.instance.get_records_for_run(
        context.run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE, limit=1
    )
    if failed.records:
        return
    planned = _keys(context, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
    made = _keys(context, dg.DagsterEventType.ASSET_MATERIALIZATION)
    red = {VERDICT_KEY, *(delivery_key(delivery.dataset) for delivery in refused)}
    for key in sorted(planned - made - red):
        yield dg.AssetMaterialization(
            key,
            partition=context.partition_key,
            metadata={
                "dagster/row_count": 0,
                "note": "Nothing was delivered that this is made from.",
            },
        )


def _keys(context: dg.AssetExecutionContext, kind: dg.DagsterEventType) -> set[dg.AssetKey]:
    records = context.instance.get_records_for_run(
        context.run.run_id, of_type=kind, limit=10_000
    ).records
    events = (record.event_log_entry.dagster_event for record in records)
    return {event.asset_key for event in events if event and event.asset_key}
