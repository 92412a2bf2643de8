"""Runs of this process recorded as runs of the code location that the UI shows.

A run that Dagster executes in its caller's process has no origin of its own: the timeline, the
job's page and the sensors that watch the job would not know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import dagster as dg
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import (
    CodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.workspace.load import location_origins_from_yaml_paths

from de06_pipeline.settings import REPOSITORY

WORKSPACE_FILE = REPOSITORY / "workspace.yaml"

NOT_RETRIED = {"dagster/max_retries": "0"}
"""Tags of a run in a process that a person watches: whoever started it starts it again."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run configuration of the same: the command says what became of it."""


def run_here(
    instance: dg.DagsterInstance, job: dg.JobDefinition, partition_key: str | None = None
) -> bool:
    """Run a job in this process, recorded in the instance like any other run; whether it succeeded."""
    with as_job_of_location(instance, job.name):
        return job.execute_in_process(
            instance=instance,
            partition_key=partition_key,
            raise_on_error=False,
            run_config=QUIET,
            tags=NOT_RETRIED,
        ).success


@contextmanager
def as_job_of_location(instance: dg.DagsterInstance, job_name: str) -> Iterator[None]:
    """Record runs that begin inside as runs of a job of the code location in ``workspace.yaml``.

    ``execute_in_process`` takes no origin, but records its run by a method of the instance that
    does. What steps print goes where the command prints, and there alone: to copy it for the UI,
    Dagster starts four processes a run, two of them Python's, which cost a fiftieth of a small month.
    """
    repository = RemoteRepositoryOrigin(_location(), SINGLETON_REPOSITORY_NAME)
    origin = RemoteJobOrigin(repository, job_name)
    create = instance.create_run_for_job

    def create_with_origin(*given: Any, **named: Any) -> dg.DagsterRun:
        return create(*given, **(named | {"remote_job_origin": origin}))

    own = vars(instance)
    own["create_run_for_job"] = create_with_origin
    copying, own["_compute_log_manager"] = own["_compute_log_manager"], NoOpComputeLogManager()
    try:
        yield
    finally:
        del own["create_run_for_job"]
        own["_compute_log_manager"] = copying


@cache
def _location() -> CodeLocationOrigin:
    (location,) = location_origins_from_yaml_paths([str(WORKSPACE_FILE)])
    return location
