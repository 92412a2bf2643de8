"""Making reports at the end of commands that run months."""

from __future__ import annotations

from collections.abc import Iterable

from de06_pipeline.commands.console import err_console
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.settings import Settings


def refresh_standing(workspace: Workspace) -> None:
    """Record what needs attention now, where no reports are written, which record it too."""
    from de06_pipeline.defs.instance import open_instance
    from de06_pipeline.defs.standing import say_what_stands

    with open_instance(workspace.settings) as instance:
        say_what_stands(instance, workspace)


def refresh_reports(settings: Settings, months: Iterable[Month], *, live: bool = True) -> bool:
    """Run the reports' job for some months in this process, recorded in the Dagster instance like
    any other run; whether all succeeded.

    Args:
        live: progress may be a line that is written over.
    """
    from de06_pipeline.definitions import current_defs
    from de06_pipeline.defs.instance import open_instance
    from de06_pipeline.defs.origin import run_here
    from de06_pipeline.defs.reports import REPORTS_JOB

    failed: list[Month] = []
    with open_instance(settings) as instance:
        job = current_defs().resolve_job_def(REPORTS_JOB)
        for month in months:
            with progress_line(f"Reports of {month}", live=live):
                success = run_here(instance, job, month.partition_key)
            if not success:
                failed.append(month)
    for month in failed:
        err_console.print(
            f"[bold red]The reports of {month} failed[/]; see the run of job 'reports' in the UI."
        )
    return not failed
