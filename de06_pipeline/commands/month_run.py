"""The monthly job of some months, one after another in this process, and what became of each."""

from __future__ import annotations

import logging
import os
import signal
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from de06_pipeline.collector import collect_garbage, loading
from de06_pipeline.commands.console import err_console
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.contracts.load import contract_of
from de06_pipeline.contracts.model import Contract
from de06_pipeline.errors import UsageError
from de06_pipeline.interruption import interrupted_by
from de06_pipeline.monthly.ingest_month import ACCEPT_MISSING_TAG
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import FIRST_MONTH, Month
from de06_pipeline.registry.model import Registry

if TYPE_CHECKING:
    import dagster as dg

_WATCH_SECONDS = 2
_ALERTS = logging.getLogger("de06.alerts")
# The command prints what became of its runs; alerts are for those who do not look at it.
_ALERTS.propagate = False
_ALERTS.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class MonthRun:
    """One month's run.

    Attributes:
        success: nothing failed and no delivery was refused.
        failures: step → what went wrong, for steps that failed other than by a refusal.
        refusals: "dataset check" → why deliveries were refused, Vietnamese and English.
    """

    month: Month
    run_id: str
    success: bool
    failures: dict[str, str]
    refusals: dict[str, str]


def run_months(
    workspace: Workspace,
    months: Sequence[Month],
    datasets: Sequence[str] = (),
    accept_missing: bool = False,
    selection: Sequence[dg.AssetKey] | None = None,
    *,
    live: bool = True,
    progress: Callable[[float], None] = lambda _share: None,
) -> list[MonthRun]:
    """Run the monthly job for each month in turn, in this process, recorded in the Dagster instance
    like any other run.

    Args:
        datasets: only these and what is made from them; empty for all.
        selection: only these assets, where no datasets are named.
        live: progress may be a line that is written over.
        progress: told at each step what share of a month's steps are done.

    Raises:
        UsageError: a dataset is unknown, or a month has no partition (it is not over yet, or lies
        before the first one).
    """
    with loading():
        from de06_pipeline.definitions import current_defs
        from de06_pipeline.defs.instance import open_instance
        from de06_pipeline.defs.jobs import MONTHLY_JOB

    chosen = selected_assets(workspace.contracts, workspace.registry, datasets) or selection
    check_partitions(months)
    assert workspace.settings.dagster_home is not None
    runs: list[MonthRun] = []
    with open_instance(workspace.settings) as instance:
        with loading():
            job = current_defs().resolve_job_def(MONTHLY_JOB)
        for month in months:
            if interrupted_by() is not None:
                break
            runs.append(
                _run_month(
                    job,
                    instance,
                    workspace.settings.dagster_home,
                    month,
                    chosen,
                    accept_missing,
                    live=live,
                    progress=progress,
                )
            )
            _tell(workspace, instance, runs[-1].run_id)
            collect_garbage()
    return runs


def _tell(workspace: Workspace, instance: dg.DagsterInstance, run_id: str) -> None:
    """Alerts and metrics of a run that was started here, whether or not a daemon runs."""
    from de06_pipeline.defs.alerts import tell_of_run
    from de06_pipeline.defs.metrics import refresh_metrics

    if interrupted_by() is None:
        tell_of_run(instance, run_id, _ALERTS)
        try:
            refresh_metrics(instance, workspace, run_id)
        except OSError as error:
            err_console.print(
                f"[yellow]The metrics ({escape(str(workspace.settings.metrics))}) could not be written: "
                f"{error.strerror}.[/]"
            )


def selected_assets(
    contracts: Mapping[str, Contract], registry: Registry, datasets: Sequence[str]
) -> Sequence[dg.AssetKey] | None:
    """What is made from some datasets; None for everything.

    Raises:
        UsageError: a dataset is unknown.
    """
    from de06_pipeline.defs.jobs import selection_of

    if not datasets:
        return None
    return selection_of([contract_of(contracts, d) for d in datasets], registry)


def check_partitions(months: Sequence[Month]) -> None:
    """See that months are over and within those that figures are made for.

    Raises:
        UsageError: one is not.
    """
    from de06_pipeline.defs.partitions import MONTHS

    keys = set(MONTHS.get_partition_keys())
    outside = [str(month) for month in months if month.partition_key not in keys]
    if outside:
        last = max(keys)[:7]
        raise UsageError(
            f"No figures are made for {', '.join(outside)}: months run from {FIRST_MONTH} to {last}, the last finished one."
        )


def _run_month(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    dagster_home: Path,
    month: Month,
    chosen: Sequence[dg.AssetKey] | None,
    accept_missing: bool,
    *,
    live: bool,
    progress: Callable[[float], None],
) -> MonthRun:
    from de06_pipeline.defs.origin import NOT_RETRIED, QUIET, as_job_of_location
    from de06_pipeline.defs.run_files import running
    from de06_pipeline.defs.run_state import REPORTED_TAG, TOLD_TAG, wait_for_month
    from de06_pipeline.defs.verdict import VERDICT_STEP

    run_id = str(uuid.uuid4())
    wait_for_month(instance, dagster_home, month.partition_key, _say_waiting)
    steps = len(job.all_node_defs) or 1
    done: list[str] = []
    failures: dict[str, str] = {}
    refusals: dict[str, str] = {}
    with progress_line(f"{month}", live=live) as advance:

        def follow(entry: dg.EventLogEntry) -> None:
            event = entry.dagster_event
            if event is None or event.step_key is None:
                return
            if event.event_type_value == "ASSET_CHECK_EVALUATION":
                refusals.update(_refusal(event.asset_check_evaluation_data))
            elif event.is_step_start:
                advance(event.step_key, len(done) / steps)
                progress(len(done) / steps)
            elif event.is_step_success or event.is_step_skipped:
                done.append(event.step_key)
            elif interrupted_by() is not None:
                return
            elif event.is_step_failure and event.step_failure_data.error is not None:
                error = event.step_failure_data.error
                told = error.cls_name == "DagsterAssetCheckFailedError"
                if not told and event.step_key != VERDICT_STEP:
                    failures[event.step_key] = (error.cause or error).message.strip()

        instance.add_event_listener(run_id, follow)
        with (
            running(dagster_home, run_id, lambda: _is_ended(instance, run_id)),
            _ended_by_others(instance, run_id),
            as_job_of_location(instance, job.name),
        ):
            success = False
            try:
                success = job.execute_in_process(
                    instance=instance,
                    run_id=run_id,
                    partition_key=month.partition_key,
                    asset_selection=chosen,
                    raise_on_error=False,
                    run_config=QUIET,
                    tags={
                        **NOT_RETRIED,
                        REPORTED_TAG: "made by de06 run",
                        TOLD_TAG: "by de06 run",
                        **({ACCEPT_MISSING_TAG: "true"} if accept_missing else {}),
                    },
                ).success
            except BaseException:
                # Where a signal struck Dagster itself, it ends in an error of any kind.
                if interrupted_by() is None:
                    raise
            finally:
                _cancel_if_interrupted(instance, run_id)
    signal_number = interrupted_by()
    if signal_number is not None and not success:
        name = signal.Signals(signal_number).name
        err_console.print(f"{month}: canceled by {name}; de06 run {month} makes it.")
    return MonthRun(month, run_id, success, failures, refusals)


def _is_ended(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is None or run.is_finished


def _say_waiting(run: dg.DagsterRun) -> None:
    month = run.tags["dagster/partition"][:7]
    err_console.print(f"{month}: waiting for run {run.run_id} of the same month to end ...")


def _cancel_if_interrupted(instance: dg.DagsterInstance, run_id: str) -> None:
    """A run that a signal ended before or after its steps, where Dagster does not ask why it ended, is
    canceled too.
    """
    run = instance.get_run_by_id(run_id)
    if interrupted_by() is None or run is None:
        return
    if not run.is_finished or run.status.value == "FAILURE":
        instance.report_run_canceled(run, "The process was asked to end.")


@contextmanager
def _ended_by_others(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Let "Terminate" in the UI end a run of this process: it can only ask, by the run's state."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_WATCH_SECONDS):
            run = instance.get_run_by_id(run_id)
            if run is not None and run.status.value in ("CANCELING", "CANCELED"):
                os.kill(os.getpid(), signal.SIGINT)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _refusal(evaluation: dg.AssetCheckEvaluation) -> dict[str, str]:
    from de06_pipeline.defs.markdown import as_text

    if evaluation.passed or not evaluation.blocking:
        return {}
    return {
        f"{evaluation.asset_key.path[-1]} {evaluation.check_name}": " ".join(
            as_text(evaluation.description or "").split()
        )
    }
