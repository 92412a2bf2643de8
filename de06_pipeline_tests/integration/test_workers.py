"""Months on several workers: Celery, Redis and PostgreSQL give the figures of a single process,
also when a worker is lost on the way.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
import pytest
from celery import Celery
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from dagster_graphql.test.utils import execute_dagster_graphql

from de06_pipeline.defs.instance import create_instance
from de06_pipeline.defs.jobs import MONTHLY_JOB, selection_of
from de06_pipeline.defs.run_state import REPORTED_TAG
from de06_pipeline.periods import month_range
from de06_pipeline.registry.load import load_registry
from de06_pipeline.settings import REPOSITORY, Settings
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM
from de06_pipeline_tests.integration.whole_months import finish_months

pytest_plugins = [
    "de06_pipeline_tests.integration.postgres",
    "de06_pipeline_tests.integration.redis_server",
]
pytestmark = [pytest.mark.postgres, pytest.mark.redis]

MONTHS = [str(month) for month in month_range("2023-12..2024-04")]
"""Some that are done, up to two at work of which one is lost, and some that wait."""
DATASETS = ("opening_balances", "cccd_issuance")
PATIENCE_SECONDS = 900
FIGURES = (
    "SELECT month, period_type, time_window, province_code, district_code, commune_code, "
    "indicator_code, breakdown, numerator, denominator, status FROM indicator_monthly"
)


def _deliver(home: Home) -> None:
    for month in MONTHS:
        home.deliver("cccd_issuance", month, QUANG_NAM)
    home.deliver("opening_balances", "2024-02", QUANG_NAM)


def _figures(url: str) -> list[str]:
    with Warehouse.open(url).reading() as connection:
        return sorted(
            repr([str(value) for value in row]) for row in connection.exec_driver_sql(FIGURES)
        )


@contextmanager
def _process(
    log: Path, environment: dict[str, str], *command: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process with children of its own, all gone at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """As a power cut does it: the worker and everything it started, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _held_by_a_busy_worker(asked: Celery) -> set[str]:
    """Tasks a worker had taken before it was done with the one it works on."""
    inspect = asked.control.inspect(timeout=1)
    taken, active = inspect.reserved() or {}, inspect.active() or {}
    return {
        task["id"]
        for name, tasks in taken.items()
        for task in tasks
        if any(other["id"] != task["id"] for other in active.get(name, []))
    }


def _lose_at_work(
    worker: subprocess.Popen[bytes], name: str, instance: dg.DagsterInstance, asked: Celery
) -> bool:
    """Kill a worker if it is in the middle of a month: it is held before that is asked, so the
    month cannot end in between.
    """
    active = asked.control.inspect(timeout=1).active() or {}
    tasks = {task["id"] for task in active.get(name, [])}
    os.killpg(worker.pid, signal.SIGSTOP)
    started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    at_work = any(run.tags[DAGSTER_CELERY_TASK_ID_TAG] in tasks for run in started)
    if at_work:
        _kill(worker)
    else:
        os.killpg(worker.pid, signal.SIGCONT)
    return at_work


def _wait(until: Callable[[], bool], what: str, logs: Path) -> None:
    for _ in range(PATIENCE_SECONDS * 2):
        if until():
            return
        time.sleep(0.5)
    said = "".join(path.read_text()[-3000:] for path in sorted(logs.glob("*.log")))
    pytest.fail(f"waited {PATIENCE_SECONDS} s for {what}\n{said}")


_LAUNCH = """
mutation ($runs: [ExecutionParams!]!) {
  launchMultipleRuns(executionParamsList: $runs) {
    ... on LaunchMultipleRunsResult { launchMultipleRunsResult { __typename } }
    ... on PythonError { message }
  }
}
"""


def _launch(instance: dg.DagsterInstance) -> None:
    """Put a run of each month into the queue, as the UI does."""
    workspace = WorkspaceFileTarget([str(REPOSITORY / "workspace.yaml")])
    with (
        WorkspaceProcessContext(instance, workspace) as process,
        process.create_request_context() as context,
    ):
        registry = load_registry(REPOSITORY / "data_contracts" / "indicators")
        assets = selection_of([tiny_exports.CONTRACTS[name] for name in DATASETS], registry)
        (location,) = context.code_locations
        (repository,) = location.get_repositories()
        runs = [
            {
                "selector": {
                    "jobName": MONTHLY_JOB,
                    "repositoryName": repository,
                    "repositoryLocationName": location.name,
                    "assetSelection": [{"path": key.path} for key in assets],
                },
                "executionMetadata": {
                    "tags": [
                        {"key": "dagster/partition", "value": f"{month}-01"},
                        # Figures are compared here; reports would only take time.
                        {"key": REPORTED_TAG, "value": "not wanted"},
                    ]
                },
            }
            for month in MONTHS
        ]
        answer = execute_dagster_graphql(context, _LAUNCH, {"runs": runs})
        launched = answer.data["launchMultipleRuns"]["launchMultipleRunsResult"]
        assert [each["__typename"] for each in launched] == ["LaunchRunSuccess"] * len(MONTHS)


def test_months_on_two_workers_of_which_one_is_killed(
    new_home: Callable[[str], Home],
    postgres_url: str,
    dagster_url: str,
    redis_url: str,
    tmp_path: Path,
) -> None:
    single, several = new_home("single"), new_home("several")
    _deliver(single)
    finish_months(single.workspace(), MONTHS, DATASETS)
    wanted = _figures(f"sqlite:///{single.warehouse}")
    assert len(wanted) > 1000

    _deliver(several)
    environment = several.environment() | {
        "DE06_WAREHOUSE_URL": postgres_url,
        "DE06_DAGSTER_URL": dagster_url,
        "DE06_CELERY_BROKER": redis_url,
    }
    assert several.de06("init", **environment).code == 0
    config = several.path / "dagster" / "dagster.yaml"
    quick = config.read_text().replace("poll_interval_seconds: 30", "poll_interval_seconds: 2")
    config.write_text(quick.replace("lost_after_seconds: 60.0", "lost_after_seconds: 4.0"))

    logs = tmp_path / "logs"
    logs.mkdir()
    programs = Path(sys.executable).parent
    worker = (str(programs / "de06"), "worker", "--name")
    names = ("first@here", "second@here")
    daemon = (str(programs / "dagster-daemon"), "run", "-w", "workspace.yaml")
    with ExitStack() as running, several.active(**environment):
        instance = running.enter_context(create_instance(Settings()))
        _launch(instance)
        first, _second = (
            running.enter_context(_process(logs / f"{name}.log", environment, *worker, name))
            for name in names
        )
        # A worker alone would have done all months before the other one is there.
        asked = running.enter_context(Celery(broker=redis_url))
        _wait(lambda: len(asked.control.ping(timeout=1)) == 2, "both workers", logs)
        running.enter_context(_process(logs / "daemon.log", environment, *daemon))

        def months(status: dg.DagsterRunStatus) -> list[str]:
            """Partitions of the monthly runs in a state; a month's reports are another job's run."""
            runs = instance.get_runs(dg.RunsFilter(job_name=MONTHLY_JOB, statuses=[status]))
            return sorted(run.tags["dagster/partition"][:7] for run in runs)

        def two_are_done() -> bool:
            # A month held by a busy worker would wait while the other one has nothing to do.
            assert not _held_by_a_busy_worker(asked)
            return len(months(dg.DagsterRunStatus.SUCCESS)) >= 2

        _wait(two_are_done, "two months", logs)
        _wait(lambda: _lose_at_work(first, names[0], instance, asked), "the first at work", logs)
        _wait(lambda: months(dg.DagsterRunStatus.SUCCESS) == MONTHS, "all months", logs)
        lost = months(dg.DagsterRunStatus.FAILURE)
        assert len(lost) == 1, "the run of the killed worker, and no other, broke off"
    assert _figures(postgres_url) == wanted
