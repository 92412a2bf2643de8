"""The standing check: which deliveries and months need somebody right now, whatever their
partition.

Freshness policies ignore partitions, so arrival and staleness by month are our own records, shown
here in one place.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from de06_pipeline.defs.markdown import table
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.periods import TIMEZONE

if TYPE_CHECKING:
    from de06_pipeline.monthly.find_attention import Attention
    from de06_pipeline.monthly.workspace import Workspace
    from de06_pipeline.warehouse.store import Warehouse

VIEW_KEY = dg.AssetKey(["warehouse", "indicator_monthly"])
STANDING_JOB = CHECK = "standing"


def view_spec(figure_keys: Sequence[dg.AssetKey], owner: str) -> dg.AssetSpec:
    """The view that dashboards read, downstream of every source's figures."""
    return dg.AssetSpec(
        key=VIEW_KEY,
        deps=list(figure_keys),
        group_name="warehouse",
        owners=[owner],
        kinds={"sql"},
        description="View `indicator_monthly`: one row a figure in force. What dashboards and reports read.",
    )


@dg.asset_check(
    asset=VIEW_KEY,
    name=CHECK,
    description="Deliveries that are refused, missing, overdue or carried on from an earlier month, months that are stale, "
    "and files in no place of a delivery.",
)
def standing_check(workspace: WorkspaceResource) -> dg.AssetCheckResult:
    from de06_pipeline.monthly.find_attention import attention

    with no_values_leave("standing check"):
        troubles = attention(workspace.open())
    return dg.AssetCheckResult(severity=dg.AssetCheckSeverity.WARN, **_findings(troubles))


def say_what_stands(instance: dg.DagsterInstance, workspace: "Workspace") -> None:
    """Record, beside any run, the standing check and the state of the view that dashboards read."""
    from de06_pipeline.monthly.find_attention import attention

    with no_values_leave("standing check"):
        troubles, metadata = attention(workspace), _view_metadata(workspace.warehouse)
    instance.report_runless_asset_event(dg.AssetMaterialization(VIEW_KEY, metadata=metadata))
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=VIEW_KEY,
            check_name=CHECK,
            severity=dg.AssetCheckSeverity.WARN,
            blocking=False,
            **_findings(troubles),
        )
    )


def _findings(troubles: Sequence["Attention"]) -> dict[str, Any]:
    """What somebody waits for in a table of its own; figures to look at apart, by month."""
    from de06_pipeline.monthly.find_attention import IMPLAUSIBLE

    waited_for = [trouble for trouble in troubles if trouble.kind != IMPLAUSIBLE]
    of_figures = [trouble for trouble in troubles if trouble.kind == IMPLAUSIBLE]
    lines = table(
        ("dataset or source", "month", "supplier", "what", "remedy"),
        [(a.what, a.month, a.supplier, a.trouble, a.remedy) for a in waited_for],
    )
    said = [f"{len(waited_for)} need attention."] if waited_for else []
    said += [f"{len(of_figures)} rules of plausibility are open."] if of_figures else []
    metadata = {
        "attention": dg.MetadataValue.md(lines if waited_for else "–"),
        "count": dg.MetadataValue.int(len(troubles)),
    }
    if of_figures:
        by_month = sorted(of_figures, key=lambda trouble: trouble.month, reverse=True)
        metadata["figures to look at"] = dg.MetadataValue.md(
            table(
                ("month", "source", "what", "the first"),
                [(a.month, a.what, a.trouble, a.remedy) for a in by_month],
            )
        )
    return {
        "passed": not troubles,
        "description": " ".join(said) or "Nothing needs attention.",
        "metadata": metadata,
    }


def _view_metadata(warehouse: "Warehouse") -> dict[str, dg.MetadataValue]:
    """Columns of the view, how many figures are in force, and the last publication of any source."""
    from de06_pipeline.warehouse.descriptions import column_text
    from de06_pipeline.warehouse.figures.read import figures_in_force, last_publication
    from de06_pipeline.warehouse.views.tables import indicator_monthly

    metadata: dict[str, dg.MetadataValue] = {
        "dagster/column_schema": dg.MetadataValue.table_schema(
            dg.TableSchema(
                columns=[
                    dg.TableColumn(
                        column.name,
                        type=str(column.type).lower(),
                        description=column_text(column.name),
                    )
                    for column in indicator_monthly.columns
                ]
            )
        ),
        "dagster/row_count": dg.MetadataValue.int(figures_in_force(warehouse)),
    }
    last = last_publication(warehouse)
    if last is not None:
        metadata["last publication"] = dg.MetadataValue.timestamp(last.computed_at)
        metadata["last publication of"] = dg.MetadataValue.text(last.source)
    return metadata


standing_job = dg.define_asset_job(
    STANDING_JOB,
    selection=dg.AssetSelection.checks(dg.AssetCheckKey(VIEW_KEY, CHECK)),
    description="Look for deliveries and months that need somebody's attention.",
)

standing_schedule = dg.ScheduleDefinition(
    name="standing_morning",
    job=standing_job,
    cron_schedule="30 6 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="At 06:30, before people come to work: what needs attention.",
)
