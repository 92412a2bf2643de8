"""The job that takes deliveries out of the landing zone once their time is over: started by a
person, and only told what it would do unless it is asked to do it.
"""

import dagster as dg

from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.errors import no_values_leave
from de06_pipeline.periods import Month, vietnam_today

RETENTION_JOB = "landing_retention"


class LandingRetention(dg.Config):
    """``dry_run``: say what would be removed, and remove nothing."""

    dry_run: bool = True


@dg.op(description="Removes the files of accepted deliveries older than DE06_KEEP_LANDING_MONTHS.")
def remove_old_deliveries(
    context: dg.OpExecutionContext, config: LandingRetention, workspace: WorkspaceResource
) -> None:
    from de06_pipeline.monthly.landing_retention import old_deliveries, remove_old

    opened = workspace.open()
    keep = opened.settings.keep_landing_months
    if not keep:
        context.log.info("DE06_KEEP_LANDING_MONTHS is 0: everything is kept.")
        return
    removed = files = size = stays = 0
    with no_values_leave("landing retention"):
        for old in old_deliveries(opened, _this_month().plus(-keep)):
            delivery = old.delivery
            what = f"{delivery.dataset} {delivery.month} {delivery.supplier}"
            if old.kept_because:
                stays += 1
                context.log.warning(f"{what} stays: {old.kept_because}.")
                continue
            if not config.dry_run:
                remove_old(opened, old, context.run_id)
            removed, files, size = removed + 1, files + old.files, size + old.size
            context.log.info(f"{what}: {old.files} files, {old.size} bytes.")
    told = "would be removed" if config.dry_run else "removed"
    context.log.info(
        f"{removed} deliveries older than {keep} months {told} ({files} files, {size} bytes); {stays} stay."
    )
    context.add_output_metadata(
        {
            "dry run": config.dry_run,
            "deliveries": removed,
            "files": files,
            "bytes": size,
            "stay": stays,
        }
    )


def _this_month() -> Month:
    return Month.of(vietnam_today())


@dg.job(
    name=RETENTION_JOB,
    description=(
        "Remove files from the landing zone that are older than DE06_KEEP_LANDING_MONTHS and whose rows are in force. "
        "A dry run unless its configuration says `dry_run: false`."
    ),
)
def landing_retention_job() -> None:
    remove_old_deliveries()
