"""The one resource: the workspace a run works in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import PrivateAttr

from de06_pipeline.defs.refusals import REFUSED_TAG, last_words, tag_value
from de06_pipeline.defs.run_files import hold_run
from de06_pipeline.defs.run_state import PARTITION_TAG
from de06_pipeline.interruption import end_if_interrupted, interrupted_by, signals_overheard

if TYPE_CHECKING:
    from de06_pipeline.monthly.workspace import Workspace


class WorkspaceResource(dg.ConfigurableResource[Any]):
    """Opens the workspace from the settings when a step runs; nothing is read, and no database
    library loaded, at import time.

    While a run has it, the run is known to be alive and has its month to itself; at its end the run
    says what was refused.
    """

    _refused: list[str] = PrivateAttr(default_factory=list)
    _workspace: Any = PrivateAttr(default=None)

    def refuse(self, instance: dg.DagsterInstance, run_id: str, refused: Sequence[str]) -> None:
        """Tag the run with deliveries that it refused, and keep them for its last words."""
        if refused:
            self._refused.extend(refused)
            instance.add_run_tags(run_id, {REFUSED_TAG: tag_value(self._refused)})

    def open(self) -> Workspace:
        """The workspace of the settings, for all steps of a run the same: settings, contracts and
        registry are read once, as they stand when it begins.

        Raises:
            KeyboardInterrupt: the process was asked to end, so no step begins.
        """
        from de06_pipeline.monthly.workspace import Workspace
        from de06_pipeline.settings import Settings

        end_if_interrupted()
        workspace: Workspace = self._workspace or Workspace(Settings())
        self._workspace = workspace
        # A daemon or worker may have been started with rights for everybody.
        os.umask(workspace.settings.umask)
        return workspace

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[WorkspaceResource]:
        try:
            with self._of_run(context):
                yield self
        finally:
            if self._workspace is not None:
                self._workspace.close()
                self._workspace = None

    @contextmanager
    def _of_run(self, context: dg.InitResourceContext) -> Iterator[None]:
        run = context.run
        if run is None or context.instance is None or context.instance.is_ephemeral:
            yield
            return
        # A command notes signals already. A run of the daemon or of a worker that is ended by one is
        # failed for Dagster, so that it is started again, unless somebody asked for its end there.
        with signals_overheard() as is_no_command:
            try:
                workspace = self.open()
                assert workspace.settings.dagster_home is not None
                hold_run(workspace.settings.dagster_home, run.run_id)
                with self._month(workspace, run.tags.get(PARTITION_TAG)):
                    yield
            finally:
                for words in last_words(self._refused):
                    (context.log or dg.get_dagster_logger()).error(words)
                if interrupted_by() is not None and not is_no_command:
                    # Dagster then records what follows as a cancelation, not as a failure.
                    context.instance.report_run_canceling(run)

    @contextmanager
    def _month(self, workspace: Workspace, partition: str | None) -> Iterator[None]:
        """A run of a month has it to itself: two would read and count the same files side by side."""
        if partition is None:
            yield
            return
        with workspace.warehouse.exclusive(f"month-{partition}"):
            yield
