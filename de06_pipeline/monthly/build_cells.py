"""Build and put in force the cells of one source and month."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline import __version__
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.cells.build import CellsRequest, build_cells
from de06_pipeline.indicators.cells.working_days import calendar_version, counts_working_days
from de06_pipeline.indicators.period import Period
from de06_pipeline.monthly.in_force import AcceptedInForce, accepted_files, accepted_for
from de06_pipeline.monthly.lists import lists_version
from de06_pipeline.monthly.references import not_yet_anew
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, CellsPointer
from de06_pipeline.warehouse.figures.cells import cells, remove_cells, renew_inputs, set_cells
from de06_pipeline.warehouse.store import Warehouse

LISTS = "lists"
"""Why a month is stale: a list that names values, or a scorecard's rules, has changed since."""
REFERENCES = "references"
"""Why a month is stale: populations or opening balances are not published as they stand."""


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
    inputs = _inputs(workspace, source, month)
    folder = workspace.lake_files.keep(result.folder)
    with _alone_with_figures(workspace.warehouse, source):
        set_cells(
            workspace.warehouse,
            source,
            month,
            path=folder,
            content_hash=result.content_hash,
            input_hash=hash_of(inputs, _listed(pointers)),
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


def own_pointers(workspace: Workspace, source: str, month: Month) -> list[AcceptedPointer]:
    """The accepted rows of a source's own datasets in force for a month, carried snapshots
    included.
    """
    return [
        pointer
        for contract in workspace.own_contracts(source)
        for pointer in accepted_for(workspace.warehouse, workspace.suppliers, contract, month)
    ]


def _inputs(workspace: Workspace, source: str, month: Month) -> dict[str, object]:
    """What cells, and figures made from them, depend on besides accepted rows: versions whose change
    makes a month stale.

    Cells of the administrative months are named by them too (but for the lists, which cells do not
    depend on), so whatever is not among them would leave those as they are.
    """
    inputs: dict[str, object] = {
        "contracts": {
            contract.dataset: contract.in_force(month).version
            for contract in workspace.own_contracts(source)
        },
        "registry": workspace.registry.version,
        "areas": workspace.areas.version,
        "code": __version__,
    }
    if counts_working_days(workspace.registry.sources[source]):
        inputs["holidays"] = calendar_version(workspace.reference)
    if lists := lists_version(workspace.registry, workspace.reference, source, month):
        inputs[LISTS] = lists
    return inputs


def hash_of(inputs: Mapping[str, object], accepted: Iterable[Sequence[str]]) -> str:
    content = json.dumps([inputs, sorted(accepted)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _listed(pointers: Iterable[AcceptedPointer]) -> list[list[str]]:
    """Accepted rows as they are recorded of cells."""
    return sorted([p.dataset, str(p.month), p.supplier, p.content_hash] for p in pointers)


def name_snapshots(
    workspace: Workspace,
    source: str,
    pointers: Mapping[Month, CellsPointer],
    months: Collection[Month],
) -> None:
    """Record which snapshots go with the cells of months whose figures were computed anew: those in
    force now, which may not be those of when the cells were built. The cells stay.
    """
    if not months:
        return
    own = workspace.own_contracts(source)
    in_force = AcceptedInForce(workspace.warehouse, workspace.suppliers, own)
    counted = workspace.registry.sources[source].cell_datasets
    renewed = {}
    for month in months:
        made = dict(pointers[month].inputs)
        rows = [row for row in made.pop("accepted") if row[0] in counted]
        rows += _listed(p for p in in_force.of_all(month) if p.dataset not in counted)
        renewed[month] = (hash_of(made, rows), {**made, "accepted": sorted(rows)})
    renew_inputs(workspace.warehouse, source, renewed)


def awaited_references(workspace: Workspace, source: str) -> dict[Month, tuple[Month, ...]]:
    """By month whose populations or opening balances arrived, were corrected or withdrawn and are
    not published yet, the months whose stocks wait for it.
    """
    return not_yet_anew(
        workspace.warehouse,
        workspace.lake_files,
        workspace.duck(),
        workspace.registry.sources[source],
        tuple(cells(workspace.warehouse, source)),
    )


def stale_reasons(workspace: Workspace, source: str) -> dict[Month, tuple[str, ...]]:
    """Months whose figures were made from something else than what stands now, with what differs:
    files, contracts, registry, areas, code, holidays, lists; ``references`` where only their stocks
    are.
    """
    reasons = {}
    waiting = {m for months in awaited_references(workspace, source).values() for m in months}
    for month, pointer in cells(workspace.warehouse, source).items():
        made, now = dict(pointer.inputs), _inputs(workspace, source, month)
        accepted = _listed(own_pointers(workspace, source, month))
        # Of what was not recorded yet when they were made, cells say nothing.
        kinds = [kind for kind in now if kind in made]
        differing = [kind for kind in kinds if made.get(kind) != now[kind]]
        if sorted(made.get("accepted", [])) != accepted:
            differing.insert(0, "files")
        if month in waiting:
            differing.append(REFERENCES)
        if differing:
            reasons[month] = tuple(differing)
    return reasons
