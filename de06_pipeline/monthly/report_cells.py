"""Cells of administrative months, from the accepted rows of the two calendar months that each
touches.

They follow from the cells in force of those two months: no pointer of their own says which are in
force, their folder is named by what they are made from, and one that is missing is made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.errors import OccupiedError, StaleRunError
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.cells.build import build_cells, content_hash_of
from de06_pipeline.indicators.period import Period
from de06_pipeline.monthly.build_cells import cells_request
from de06_pipeline.monthly.find_stale import LISTS
from de06_pipeline.monthly.in_force import accepted_files
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, SourceRegistry
from de06_pipeline.warehouse.deliveries.accepted import accepted
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, CellsPointer
from de06_pipeline.warehouse.store import Warehouse

_WAY_OF_MAKING = 2
"""To be raised where cells made from the same rows and formulas would be others than before: what is
in the lake under an older number is not used again.
"""


def report_cells(
    workspace: Workspace,
    source: str,
    months: Iterable[Month],
    pointers: Mapping[Month, CellsPointer],
    duck: DuckSettings,
    *,
    waits: bool = True,
) -> dict[Month, Path]:
    """The folders of the cells of some administrative months, made where they are missing.

    Args:
        pointers: the cells in force of the source's calendar months.
        waits: False: another process that is at it is not waited for.

    Returns:
        By month; none for a month that nobody delivered either half of.

    Raises:
        OccupiedError: another process is at it.
        StaleRunError: a delivery that cells in force were made from is gone; run its month again.
        ContractError: accepted rows were made under an older contract.
    """
    folders: dict[Month, Path] = {}
    wanted = sorted(set(months))
    if not wanted:
        return folders
    # Two publications may want the same month: one makes it, the other finds it.
    with workspace.warehouse.exclusive(f"report-cells-{source}", waits=waits) as is_alone:
        if not is_alone:
            raise OccupiedError(f"{source}: another process makes cells of administrative months.")
        for month in wanted:
            period = Period(PeriodType.REPORT_MONTH, month)
            made_from = {each: pointers[each] for each in period.months if each in pointers}
            if made_from:
                folders[month] = _folder(workspace, source, period, made_from, duck)
    return folders


class RowsOfCells(Mapping[str, Sequence[AcceptedFile]]):
    """By dataset, the accepted files that some cells in force were made from; looked up, and checked
    against what was recorded, when they are asked for.

    A delivery that has been replaced since, whose cells have not been made anew yet, is still in
    the lake.

    Raises:
        StaleRunError: one was withdrawn; run its month again.
    """

    def __init__(
        self, workspace: Workspace, source: SourceRegistry, pointers: Mapping[Month, CellsPointer]
    ) -> None:
        self._workspace = workspace
        self._datasets, self._pointers = source.cell_datasets, pointers

    def __getitem__(self, dataset: str) -> Sequence[AcceptedFile]:
        if dataset not in self._datasets:
            raise KeyError(dataset)
        workspace, contract = self._workspace, self._workspace.contract(dataset)
        lake = workspace.lake_files
        files: list[AcceptedFile] = []
        for month, pointer in self._pointers.items():
            made_from = {
                supplier: content_hash
                for each, _, supplier, content_hash in _own_rows(self._datasets, pointer)
                if each == dataset
            }
            listed = _made_from(workspace.warehouse, dataset, month, made_from)
            files += accepted_files(lake, workspace.suppliers, contract, listed)
        return files

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)


def _own_rows(datasets: Collection[str], pointer: CellsPointer) -> list[Sequence[str]]:
    """Dataset, month, supplier and content of the deliveries of some datasets whose rows are in a
    month's cells.
    """
    return [row for row in pointer.inputs["accepted"] if row[0] in datasets]


def _made_from(
    warehouse: Warehouse, dataset: str, month: Month, content: Mapping[str, str]
) -> list[AcceptedPointer]:
    """The deliveries with the contents given by supplier."""
    in_force = {pointer.supplier: pointer for pointer in accepted(warehouse, dataset, month)}
    withdrawn = [supplier for supplier in content if supplier not in in_force]
    if withdrawn:
        raise StaleRunError(
            f"{dataset} {month} {withdrawn[0]}: was withdrawn while figures that rest on it were being computed; run {month} again."
        )
    return [
        _with_content(in_force[supplier], content_hash)
        for supplier, content_hash in content.items()
    ]


def _with_content(pointer: AcceptedPointer, content_hash: str) -> AcceptedPointer:
    if pointer.content_hash == content_hash:
        return pointer
    path = Path(pointer.path)
    folder = content_hash[: len(path.parent.name)]
    made_from = path.parent.parent / folder / path.name
    return replace(pointer, path=str(made_from), content_hash=content_hash)


def _folder(
    workspace: Workspace,
    source: str,
    period: Period,
    made_from: Mapping[Month, CellsPointer],
    duck: DuckSettings,
) -> Path:
    registry = workspace.registry.sources[source]
    out_dir = workspace.lake / "report_cells" / source / str(period.month)
    name = _name(registry.cell_datasets, workspace.registry.version, made_from)
    folder, recorded = out_dir / name, out_dir / f"{name}.content"
    if not _is_whole(folder, recorded):
        # Cut short, damaged or never made: it follows from what is there, so it is made anew.
        shutil.rmtree(folder, ignore_errors=True)
        rows = RowsOfCells(workspace, registry, made_from)
        build_cells(cells_request(workspace, source, period, rows, out_dir, duck, name))
        recorded.write_text(content_hash_of(folder), encoding="ascii")
    return folder


def _is_whole(folder: Path, recorded: Path) -> bool:
    """Whether a folder holds what was recorded when it was made."""
    if not (folder.is_dir() and recorded.is_file()):
        return False
    return content_hash_of(folder) == recorded.read_text(encoding="ascii")


def _name(datasets: Collection[str], registry: str, made_from: Mapping[Month, CellsPointer]) -> str:
    """The name of a folder: of all that its cells depend on.

    Args:
        registry: its present version, whichever the halves' own cells were made with.
    """
    versions = [
        {kind: value for kind, value in pointer.inputs.items() if kind not in ("accepted", LISTS)}
        | {"registry": registry}
        for pointer in made_from.values()
    ]
    rows = [_own_rows(datasets, pointer) for pointer in made_from.values()]
    months = [str(month) for month in made_from]
    content = json.dumps([_WAY_OF_MAKING, months, versions, rows], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
