"""The one resource: the workspace a run works in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from de06_pipeline.monthly.workspace import Workspace


class WorkspaceResource(dg.ConfigurableResource[Any]):
    """Opens the workspace from the settings when a step runs; nothing is read, and no database
    library loaded, at import time.
    """

    def open(self) -> Workspace:
        from de06_pipeline.monthly.workspace import Workspace
        from de06_pipeline.settings import Settings

        return Workspace(Settings())
