"""The comparison with published figures: an asset without partitions, since it looks at all months,
with a job and a schedule.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from de06_pipeline.defs.links import report_links
from de06_pipeline.defs.standing import VIEW_KEY
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.periods import TIMEZONE

OFFICIAL_KEY = dg.AssetKey(["warehouse", "published_comparison"])
OFFICIAL_JOB = "published"


def official_asset(owner: str) -> dg.AssetsDefinition:
    """Table and page of the comparison, with a check that warns where a published figure is
    contradicted.
    """

    @dg.asset(
        key=OFFICIAL_KEY,
        deps=[VIEW_KEY],
        group_name="warehouse",
        owners=[owner],
        kinds={"sql"},
        description=(
            "Table `published_comparison` and a page for people: every figure of `published_figures.csv` beside the computed one for the "
            "same place and the calendar month that ends nearest at or before its day. On sample exports agreement proves nothing."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                "agreement",
                asset=OFFICIAL_KEY,
                description="No published figure is contradicted by the computed one.",
            )
        ],
    )
    def _published(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[Any]:
        from de06_pipeline.monthly.compare_official import compare_official
        from de06_pipeline.official_figures.agreement import Verdict
        from de06_pipeline.reports.official_page import markdown

        with no_values_leave("comparison with published figures"):
            opened = workspace.open()
            outcome = compare_official(opened)
        links = report_links(opened.settings)
        contradicted = outcome.of(Verdict.CONTRADICTED)
        yield dg.MaterializeResult(
            metadata={
                "page": links.value(outcome.page),
                **links.machine(),
                "dagster/row_count": len(outcome.agreements),
                **{str(kind): count for kind, count in outcome.counts.items()},
                "from sample exports": sum(agreement.synthetic for agreement in outcome.agreements),
                "not computable": dg.MetadataValue.md(markdown(outcome.of(Verdict.NOT_COMPUTABLE))),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name="agreement",
                    passed=not contradicted,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=f"{len(contradicted)} of {len(outcome.agreements)} published figures are contradicted.",
                    metadata={"contradicted": dg.MetadataValue.md(markdown(contradicted))},
                )
            ],
        )

    return _published


official_job = dg.define_asset_job(
    OFFICIAL_JOB,
    selection=dg.AssetSelection.assets(OFFICIAL_KEY),
    description="Compare computed with published figures; writes table and page.",
)

official_schedule = dg.ScheduleDefinition(
    name="published_morning",
    job=official_job,
    cron_schedule="0 6 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="At 06:00, after the night's months: compare computed with published figures.",
)
