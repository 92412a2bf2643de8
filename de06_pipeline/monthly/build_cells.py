"""Build and put in force the cells of one source and month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.cells.build import CellsRequest, build_cells
from de06_pipeline.indicators.period import Period
from de06_pipeline.monthly.find_stale import cells_inputs, hash_of, listed
from de06_pipeline.monthly.in_force import accepted_files, own_pointers
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries
from de06_pipeline.warehouse.figures.cells import remove_cells, set_cells
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class MonthCells:
    """Cells as put in force. ``made_from``: one line a delivery, for people."""

    content_hash: str
    row_count: int
    made_from: tuple[str, ...]
    sql: str


def build_month_cells(
    workspace: Workspace, source: str, month: Month, run_id: str
) -> MonthCells | None:
    """Build the cells of a source and month from the accepted rows in force, and move the pointer
    to them.

    Returns:
        None where no delivery of the source stands for this very month; cells that stood before are
        then taken out of force, and the month has no figures. A month whose own deliveries were all
        refused has the cells of the snapshots carried to it: what rests on them alone is published.

    Raises:
        StaleRunError: a delivery changed while its rows were counted; run the month again.
        ContractError: accepted rows were made under an older contract.
    """
    pointers = own_pointers(workspace, source, month)
    if not any(p.month == month for p in pointers) and not (
        pointers and _was_refused(workspace, source, month)
    ):
        with _alone_with_figures(workspace.warehouse, source):
            remove_cells(workspace.warehouse, source, month)
        return None
    with scratch_folder(workspace.settings.scratch) as scratch:
        registry = workspace.registry.sources[source]
        accepted = {
            dataset: accepted_files(
                workspace.lake_files,
                workspace.suppliers,
                workspace.contract(dataset),
                [p for p in pointers if p.dataset == dataset],
            )
            for dataset in registry.cell_datasets
        }
        period = Period(PeriodType.MONTH, month)
        duck = workspace.duck(scratch).for_rows(sum(p.row_count for p in pointers))
        out_dir = workspace.lake / "cells" / source / str(month)
        result = build_cells(cells_request(workspace, source, period, accepted, out_dir, duck))
    inputs = cells_inputs(workspace, source, month)
    folder = workspace.lake_files.keep(result.folder)
    with _alone_with_figures(workspace.warehouse, source):
        set_cells(
            workspace.warehouse,
            source,
            month,
            path=folder,
            content_hash=result.content_hash,
            input_hash=hash_of(inputs, listed(pointers)),
            inputs=inputs,
            accepted=pointers,
            run_id=run_id,
        )
    return MonthCells(
        result.content_hash,
        sum(result.row_counts.values()),
        tuple(
            f"{p.dataset} {p.month} {p.supplier}: {p.row_count} rows, {p.content_hash[:16]}"
            for p in pointers
        ),
        ";\n\n".join(f"-- {name}\n{sql}" for name, sql in sorted(result.sql.items())),
    )


def cells_request(
    workspace: Workspace,
    source: str,
    period: Period,
    accepted: Mapping[str, Sequence[AcceptedFile]],
    out_dir: Path,
    duck: DuckSettings,
    name: str = "",
) -> CellsRequest:
    """What to build of a source and period, by the contracts, areas and registry of a workspace.

    Args:
        accepted, out_dir, name: see :class:`~de06_pipeline.indicators.cells.build.CellsRequest`.

    Raises:
        ContractError: the registry's formulas do not work on the contracts in force.
    """
    workspace.check_source(source, period.month)
    return CellsRequest(
        source=workspace.registry.sources[source],
        period=period,
        accepted=accepted,
        contracts=workspace.contracts,
        areas=workspace.areas,
        reference=workspace.reference,
        out_dir=out_dir,
        duck=duck,
        name=name,
    )


def _alone_with_figures(warehouse: Warehouse, source: str) -> AbstractContextManager[bool]:
    """While nobody computes figures of the source: a month that is run beside this one would find
    the cells it reads replaced, and fail, though both are in order.
    """
    return warehouse.exclusive(f"figures-{source}")


def _was_refused(workspace: Workspace, source: str, month: Month) -> bool:
    """Whether something was delivered for this very month, and refused."""
    own = workspace.own_datasets(source)
    return any(
        summary.dataset in own and summary.status == "refused"
        for summary in delivery_summaries(workspace.warehouse, [month])
    )
