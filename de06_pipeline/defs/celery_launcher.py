"""Runs as Celery tasks on several machines: Dagster's launcher, which also notices lost workers.

Dagster's own launcher believes what the result backend last heard. A machine that loses its power
never says that it stopped, so its run would stay "started" until the longest time a run may take.
Here the workers themselves are asked who works on the run.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._serdes import ConfigurableClassData
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

if TYPE_CHECKING:
    from celery import Celery

ANSWER_SECONDS = 3.0
"""How long workers are waited for: they answer from their main process, however busy a run is."""

LOST_AFTER_SECONDS = 60.0
"""How long nobody may know of a run before it counts as lost, unless the configuration says
otherwise: a network may stumble for a while.
"""


class WorkerAwareLauncher(CeleryRunLauncher):
    """Dagster's launcher for Celery; a run that no worker knows any more is reported as failed, so
    that Dagster's retries start it again.
    """

    def __init__(self, lost_after_seconds: float = LOST_AFTER_SECONDS, **config: Any) -> None:
        super().__init__(**config)
        self._lost_after = lost_after_seconds
        self._unknown_since: dict[str, float] = {}

    @classmethod
    def config_type(cls) -> Any:
        lost_after = dg.Field(float, is_required=False, default_value=LOST_AFTER_SECONDS)
        inherited: Any = super().config_type()
        return {**inherited, "lost_after_seconds": lost_after}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        return cls(inst_data=inst_data, **config_value)

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        health = super().check_run_worker_health(run)
        if health.status not in (WorkerStatus.RUNNING, WorkerStatus.UNKNOWN):
            return health
        if is_known(self.celery, run.tags[DAGSTER_CELERY_TASK_ID_TAG]):
            self._unknown_since.pop(run.run_id, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        since = self._unknown_since.setdefault(run.run_id, time.monotonic())
        if time.monotonic() - since < self._lost_after:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(
            WorkerStatus.FAILED, "No worker knows of this run any more; its machine was lost."
        )


def is_known(celery: Celery, task_id: str) -> bool:
    """Whether any worker works on a task, or holds it to begin soon."""
    answers = celery.control.inspect(timeout=ANSWER_SECONDS).query_task(task_id) or {}
    return any(answers.values())
