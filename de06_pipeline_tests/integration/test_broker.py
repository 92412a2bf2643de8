"""A broker that is restarted: launches wait for it, and runs that it lost are started again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import dagster as dg
import pytest
import redis
from dagster._core.launcher import LaunchRunContext
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from kombu.exceptions import OperationalError

from de06_pipeline.defs import celery_launcher
from de06_pipeline.defs.celery_launcher import WorkerAwareLauncher, mark_lost_runs
from de06_pipeline.defs.instance import CELERY_SOURCE
from de06_pipeline_tests.integration.redis_server import free_port

pytest_plugins = ["de06_pipeline_tests.integration.redis_server"]
pytestmark = pytest.mark.redis


@contextmanager
def _instance(folder: Path, broker: str) -> Iterator[dg.DagsterInstance]:
    config = {
        "broker": broker,
        "backend": broker,
        "config_source": CELERY_SOURCE,
        "lost_after_seconds": 0.0,
    }
    launcher = {
        "module": celery_launcher.__name__,
        "class": WorkerAwareLauncher.__name__,
        "config": config,
    }
    made = dg.DagsterInstance.local_temp(str(folder), overrides={"run_launcher": launcher})
    with made as instance:
        yield instance


def _waiting(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run that was handed to the broker and waits for a worker."""
    launcher = instance.run_launcher
    assert isinstance(launcher, WorkerAwareLauncher)
    task = launcher.celery.send_task("execute_job", queue=launcher.default_queue)
    run = instance.add_run(
        dg.DagsterRun(job_name="monthly", tags={DAGSTER_CELERY_TASK_ID_TAG: task.id})
    )
    event = dg.DagsterEvent(
        event_type_value=dg.DagsterEventType.PIPELINE_STARTING.value, job_name=run.job_name
    )
    instance.report_dagster_event(event, run.run_id)
    return run


def test_a_run_that_the_broker_lost_is_started_again_and_one_that_waits_is_left(
    redis_url: str, tmp_path: Path
) -> None:
    with _instance(tmp_path, redis_url) as instance:
        lost = _waiting(instance)
        assert mark_lost_runs(instance) == [], "it waits for a worker"
        # What is left of a server that was killed before it wrote its queue to disk.
        redis.Redis.from_url(redis_url).flushall()
        waiting = _waiting(instance)
        assert mark_lost_runs(instance) == [lost.run_id]
        states = {run.run_id: run.status for run in instance.get_runs()}
        assert states == {
            lost.run_id: dg.DagsterRunStatus.FAILURE,
            waiting.run_id: dg.DagsterRunStatus.STARTING,
        }


def test_a_launch_waits_for_a_broker_that_is_restarted(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[Any] = []
    monkeypatch.setattr(CeleryRunLauncher, "launch_run", lambda _, what: launched.append(what))
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    servers: list[subprocess.Popen[bytes]] = []
    start = Timer(2, lambda: servers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL)))
    with _instance(tmp_path, f"redis://127.0.0.1:{port}/0") as instance:
        run = instance.add_run(dg.DagsterRun(job_name="monthly"))
        context = LaunchRunContext(run, workspace=None)
        start.start()
        try:
            instance.run_launcher.launch_run(context)
        finally:
            start.join()
            for server in servers:
                server.kill()
                server.wait()
        assert launched == [context]
        monkeypatch.setattr(celery_launcher, "BROKER_BACK_WITHIN_SECONDS", 1.0)
        with pytest.raises(OperationalError):
            instance.run_launcher.launch_run(context)
        assert launched == [context]
