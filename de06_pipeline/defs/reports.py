"""The monthly reports: an asset a month in a job of its own, requested after every monthly run.

Not a step of the monthly job: it would be skipped in the very months in which a delivery was
refused, and those are the ones a reader must hear about.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from de06_pipeline.defs.after_run import Asked, after_monthly_run
from de06_pipeline.defs.links import report_links
from de06_pipeline.defs.partitions import MONTHS, month_of
from de06_pipeline.defs.run_state import PARTITION_TAG, REPORTED_TAG, WAITING, unfinished_runs
from de06_pipeline.defs.standing import say_what_stands
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave

REPORT_KEY = dg.AssetKey(["report", "monthly"])
REPORTS_JOB = "reports"


def report_asset(figure_keys: Sequence[dg.AssetKey], owner: str) -> dg.AssetsDefinition:
    """Page, workbook and document of each province with figures and of the country, and the front
    page.
    """

    @dg.asset(
        key=REPORT_KEY,
        deps=list(figure_keys),
        partitions_def=MONTHS,
        group_name="report",
        owners=[owner],
        kinds={"html", "excel"},
        output_required=False,
        description=(
            "The monthly report of every province that has figures, and of the country: one HTML file each that opens offline, with a "
            "workbook and a Word document beside it; and `reports/index.html`, which leads to all of them."
        ),
    )
    def _reports(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from de06_pipeline.monthly.report_store import share
        from de06_pipeline.monthly.write_front_page import write_front_page
        from de06_pipeline.monthly.write_reports import write_reports

        month, opened = month_of(context), workspace.open()
        with no_values_leave(f"reports {month}"):
            # The front page leads to what other machines wrote, too.
            share(opened.settings)
            written = write_reports(opened, month, country=True)
            front = write_front_page(opened)
            share(opened.settings)
        say_what_stands(context.instance, opened)
        if not written:
            context.log.info(f"{month}: nothing is known of the month, so there is no report.")
            return
        links = report_links(opened.settings)
        pages = links.table(
            ("province", "report"), [(report.name, report.files.html) for report in written]
        )
        yield dg.MaterializeResult(
            metadata={
                "front page": links.value(front),
                **links.machine(),
                "reports": dg.MetadataValue.md(pages),
                "count": len(written),
                "bytes": sum(report.size for report in written),
            }
        )

    return _reports


reports_job = dg.define_asset_job(
    REPORTS_JOB,
    selection=dg.AssetSelection.assets(REPORT_KEY),
    description="Write a month's reports and the front page from the figures in force.",
)


def report_sensors(monthly: frozenset[dg.AssetKey]) -> list[dg.SensorDefinition]:
    """After a run of a month its reports are made anew, and those of others that show its figures."""
    return after_monthly_run(
        monthly,
        "reports",
        "write its month's reports and the front page.",
        _request,
        request_job=reports_job,
    )


def _request(context: dg.RunStatusSensorContext) -> Asked:
    run = context.dagster_run
    if run.tags.get(REPORTED_TAG):
        return dg.SkipReason("Whoever started the run makes the reports itself.")
    month = run.tags.get(PARTITION_TAG)
    if month is None:
        return dg.SkipReason("The run had no month.")
    others = [other for other in _behind(context.instance) if other != month]
    return [
        dg.RunRequest(run_key=run.run_id, partition_key=month),
        *(dg.RunRequest(run_key=f"{run.run_id}:{other}", partition_key=other) for other in others),
    ]


def _behind(instance: dg.DagsterInstance) -> Iterator[str]:
    """Partition keys of reports that show a figure which was revised since; none while other runs of
    months go on, the last of which asks for them, and none that wait for their turn already.
    """
    from de06_pipeline.monthly.find_behind import reports_behind
    from de06_pipeline.monthly.workspace import Workspace
    from de06_pipeline.settings import Settings

    unfinished = [run for run in unfinished_runs(instance) if PARTITION_TAG in run.tags]
    if any(run.job_name != REPORTS_JOB for run in unfinished):
        return
    waiting = {run.tags[PARTITION_TAG] for run in unfinished if run.status in WAITING}
    for month in reports_behind(Workspace(Settings())):
        if month.partition_key not in waiting:
            yield month.partition_key
