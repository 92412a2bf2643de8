"""Cells of other months that the present registry can read.

An indicator that is new, or counts otherwise, needs columns that no month's cells have yet. Each
month's figures rest on cells of others: the year to date, the stocks, and what a publication changes
in later months. Were they asked to be run first, each of them would ask for the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.cells.build import build_cells
from de06_pipeline.indicators.cells.compile import cell_columns
from de06_pipeline.indicators.period import Period
from de06_pipeline.monthly.build_cells import cells_request
from de06_pipeline.monthly.report_cells import RowsOfCells
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, SourceRegistry
from de06_pipeline.warehouse.deliveries.records import CellsPointer


class ReadableCells(Mapping[Month, Path]):
    """By month, the folder of a source's cells in force. Where those lack columns, cells made from the
    same rows, in ``scratch``: no pointer moves, and a month is stale until it is run itself.
    """

    def __init__(
        self,
        workspace: Workspace,
        source: str,
        pointers: Mapping[Month, CellsPointer],
        scratch: Path,
        duck: DuckSettings,
    ) -> None:
        self._workspace, self._source, self._pointers = workspace, source, pointers
        self._scratch, self._duck = scratch, duck
        self._in_force = workspace.lake_files.all_cells(pointers)
        self._made: dict[Month, Path] = {}

    def __getitem__(self, month: Month) -> Path:
        if month not in self._made:
            self._made[month] = self._readable(month)
        return self._made[month]

    def __iter__(self) -> Iterator[Month]:
        return iter(self._pointers)

    def __len__(self) -> int:
        return len(self._pointers)

    def _readable(self, month: Month) -> Path:
        folder, pointer = self._in_force[month], self._pointers[month]
        if pointer.inputs.get("registry") == self._workspace.registry.version:
            return folder
        workspace, registry = self._workspace, self._workspace.registry.sources[self._source]
        rows = RowsOfCells(workspace, registry, {month: pointer})
        if _has_columns(folder, registry, rows):
            return folder
        period = Period(PeriodType.MONTH, month)
        out_dir = self._scratch / "cells" / self._source / str(month)
        request = cells_request(workspace, self._source, period, rows, out_dir, self._duck)
        return build_cells(request).folder


def _has_columns(
    folder: Path, registry: SourceRegistry, rows: Mapping[str, Sequence[AcceptedFile]]
) -> bool:
    """Whether a folder has every file and column that the registry's figures may ask for."""
    return all(
        _columns_of(folder / name) >= wanted
        for name, wanted, dataset in _wanted(registry)
        if rows[dataset]
    )


def _wanted(registry: SourceRegistry) -> Iterator[tuple[str, set[str], str]]:
    """Files of a month's cells, the columns needed of each, and the dataset that it is made from."""
    for cells in registry.cells.values():
        if cells.rows.snapshot:
            continue
        measures = {measure.column for measure in registry.measures_of(cells.name)}
        yield cells.file_name, {*cell_columns(cells), *measures}, cells.rows.dataset
        if cells.rows.opening:
            stored = {d.name for d in registry.dimensions_of(cells.rows) if not d.lookup}
            yield cells.rows.edges_file, stored, cells.rows.dataset


def _columns_of(path: Path) -> set[str]:
    from pyarrow import parquet

    return set(parquet.read_schema(path).names) if path.exists() else set()
