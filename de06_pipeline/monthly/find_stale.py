"""Which months are stale: what their cells were made from, recorded with them, is not what stands now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from de06_pipeline import __version__
from de06_pipeline.indicators.cells.working_days import calendar_version, counts_working_days
from de06_pipeline.monthly.in_force import AcceptedInForce, own_pointers
from de06_pipeline.monthly.lists import lists_version
from de06_pipeline.monthly.references import not_yet_anew
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, CellsPointer
from de06_pipeline.warehouse.figures.cells import cells, renew_inputs

LISTS = "lists"
"""Why a month is stale: a list that names values, or a scorecard's rules, has changed since."""
REFERENCES = "references"
"""Why a month is stale: populations or opening balances are not published as they stand."""


def cells_inputs(workspace: Workspace, source: str, month: Month) -> dict[str, object]:
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
    """A hash of all that a month's cells were made from."""
    content = json.dumps([inputs, sorted(accepted)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def listed(pointers: Iterable[AcceptedPointer]) -> list[list[str]]:
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
        rows += listed(p for p in in_force.of_all(month) if p.dataset not in counted)
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
        made, now = dict(pointer.inputs), cells_inputs(workspace, source, month)
        accepted = listed(own_pointers(workspace, source, month))
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
