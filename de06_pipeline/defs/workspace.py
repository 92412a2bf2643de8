"""The one resource: the workspace a run works in."""

from __future__ import annotations

import dagster as dg

from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.settings import Settings


class WorkspaceResource(dg.ConfigurableResource[Workspace]):
    """Opens the workspace from the settings when a step runs; nothing is read at import time."""

    def open(self) -> Workspace:
        return Workspace(Settings())
