"""The standing check: which deliveries and months need somebody right now, whatever their
partition.

Freshness policies ignore partitions, so arrival and staleness by month are our own records, shown
here in one place.
"""

from collections.abc import Sequence

import dagster as dg

from de06_pipeline.defs.markdown import table
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.periods import TIMEZONE

VIEW_KEY = dg.AssetKey(["warehouse", "indicator_monthly"])
STANDING_JOB = "standing"


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
    name="standing",
    description="Deliveries that are refused, missing, overdue or carried on from an earlier month, months that are stale, "
    "and files in no place of a delivery.",
)
def standing_check(workspace: WorkspaceResource) -> dg.AssetCheckResult:
    from de06_pipeline.monthly.find_attention import attention

    with no_values_leave("standing check"):
        found = attention(workspace.open())
    lines = table(
        ("dataset or source", "month", "supplier", "what", "remedy"),
        [(a.what, a.month, a.supplier, a.trouble, a.remedy) for a in found],
    )
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(found)} need attention." if found else "Nothing needs attention.",
        metadata={
            "attention": dg.MetadataValue.md(lines if found else "–"),
            "count": len(found),
        },
    )


standing_job = dg.define_asset_job(
    STANDING_JOB,
    selection=dg.AssetSelection.checks(dg.AssetCheckKey(VIEW_KEY, "standing")),
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
