"""Put computed figures in force, whatever they were computed from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from de06_pipeline import __version__
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.publish import Publication, PublicationResult, publish
from de06_pipeline.warehouse.figures.staging import PublishedWindow
from de06_pipeline.warehouse.reference import indicator_codes

if TYPE_CHECKING:
    import pyarrow as pa


def put_in_force(
    workspace: Workspace,
    source: str,
    figures: pa.Table,
    windows: Collection[PublishedWindow],
    basis: Mapping[Month, str | None],
    run_id: str,
) -> PublicationResult:
    """Publish a source's figures, as made by this program and the registry as it is, in one
    transaction.

    Args:
        figures, windows, basis: see :class:`~de06_pipeline.warehouse.figures.publish.Publication`.

    Raises:
        StaleRunError: the cells changed in between.
    """
    return publish(
        workspace.warehouse,
        Publication(
            source=source,
            run_id=run_id,
            codes=indicator_codes(workspace.warehouse, source),
            windows=windows,
            figures=figures,
            basis=basis,
            code_version=f"{__version__}+{workspace.registry.version[:12]}",
        ),
    )
