"""Runs as Celery tasks on several machines: Dagster's launcher, which also notices lost workers and
a broker that lost its queue.

Dagster's own launcher believes what the result backend last heard. A machine that loses its power
never says that it stopped, so its run would stay "started" until the longest time a run may take.
Here the workers themselves are asked who works on the run. A run that waits in a broker that is
killed is nowhere any more, and would keep its month and a place until the longest time of waiting.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus
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

BROKER_BACK_WITHIN_SECONDS = 120.0
"""How long a broker is waited for that is restarted. Dagster starts a run again that could not be
launched, at once and twice, so that all months of a night would have failed within a minute.
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

    def launch_run(self, context: LaunchRunContext) -> None:
        """Raises: kombu.exceptions.OperationalError: the broker did not come back in time."""
        with self.celery.connection_for_write() as connection:
            connection.ensure_connection(
                timeout=BROKER_BACK_WITHIN_SECONDS, interval_start=1, interval_step=0
            )
        super().launch_run(context)

    def is_lost_in_queue(self, run: dg.DagsterRun, launched_at: float) -> bool:
        """Whether a run that was handed to the broker is neither in its queue nor with a worker.

        Args:
            launched_at: seconds of the epoch.
        """
        task_id = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        if task_id is None or time.time() - launched_at < self._lost_after:
            return False
        # In this order: a worker takes a task from the queue, never the other way.
        return not (self._is_queued(task_id) or is_known(self.celery, task_id))

    def _is_queued(self, task_id: str) -> bool:
        with self.celery.connection_for_read() as connection:
            channel = connection.default_channel
            return any(
                task_id.encode() in message
                for priority in channel.priority_steps
                for message in channel.client.lrange(
                    channel._q_for_pri(self.default_queue, priority), 0, -1
                )
            )

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


def mark_lost_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs as failed that the broker lost before a worker took them, so that Dagster starts
    them again; returns their ids.
    """
    launcher = instance.run_launcher
    if not isinstance(launcher, WorkerAwareLauncher):
        return []
    marked = []
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING])):
        launched_at = instance.get_run_stats(run.run_id).launch_time
        if launched_at is None or not launcher.is_lost_in_queue(run, launched_at):
            continue
        now = instance.get_run_by_id(run.run_id)
        if now is not None and now.status is dg.DagsterRunStatus.STARTING:
            instance.report_run_failed(
                now, "The broker lost this run before a worker took it (was Redis restarted?)."
            )
            marked.append(run.run_id)
    return marked
