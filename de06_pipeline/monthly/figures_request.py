"""What figures are made from: everything a computation reads, as it stands in the warehouse."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.computation.request import FiguresRequest, Reporting
from de06_pipeline.indicators.computation.windows import periods_of, year_to
from de06_pipeline.monthly.in_force import (
    AcceptedInForce,
    counted_in,
    delivered_provinces,
    expected_provinces,
    lacking_provinces,
    whole_accepted_files,
)
from de06_pipeline.monthly.readable_cells import ReadableCells
from de06_pipeline.monthly.report_cells import RowsOfCells, report_cells
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, SourceRegistry, Window
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, CellsPointer

Scope = Sequence[tuple[Month, frozenset[Window]]]
"""Months, each with the windows that are computed of it."""


def figures_request(
    workspace: Workspace,
    source: str,
    scope: Scope,
    pointers: Mapping[Month, CellsPointer],
    scratch: Path,
    period: PeriodType = PeriodType.MONTH,
    *,
    limits: DuckSettings | None = None,
    waits: bool = True,
) -> FiguresRequest:
    """Everything the figures of some months and windows of a source are made from, as it stands in
    the warehouse.

    Args:
        limits: by default what the workspace allows for so many rows.
        waits: False: another process that makes the cells of administrative months is not waited
            for.

    Raises:
        OccupiedError: there is one.
    """
    registry = workspace.registry.sources[source]
    own = workspace.own_datasets(source)
    periods = {each for m, windows in scope for w in windows for each in periods_of(period, w, m)}
    touched = {month for each in periods for month in each.months}
    months = sorted(touched | _months_before(registry, scope, pointers))
    accepted_rows = AcceptedInForce(
        workspace.warehouse,
        workspace.suppliers,
        [workspace.contract(d) for d in registry.datasets],
    )
    in_force = {(d, m): accepted_rows.of(d, m) for d in registry.datasets for m in months}
    counted = {
        (d, m): counted_in(pointers.get(m), registry.cell_datasets, accepted)
        if d in own
        else accepted
        for (d, m), accepted in in_force.items()
    }
    duck = limits or workspace.duck(scratch).for_rows(
        sum(p.row_count for (_, m), accepted in in_force.items() if m in touched for p in accepted)
    )
    return FiguresRequest(
        source=registry,
        contracts=workspace.contracts,
        areas=workspace.areas,
        reference=workspace.reference,
        months=scope,
        cells=ReadableCells(workspace, source, pointers, scratch, duck),
        reporting={
            (d, m): _reporting(workspace, accepted, m) for (d, m), accepted in counted.items()
        },
        snapshots={
            (d, m): _files(workspace, workspace.contract(d), accepted, scratch)
            for (d, m), accepted in in_force.items()
            if d in own and workspace.contract(d).snapshot and accepted
        },
        references={
            d: [
                file
                for delivered in accepted_rows.by_month(d)
                for file in _files(workspace, workspace.contract(d), delivered, scratch)
            ]
            for d in registry.datasets
            if d not in own
        },
        report_cells=report_cells(
            workspace,
            source,
            [each.month for each in periods if each.type is PeriodType.REPORT_MONTH],
            pointers,
            duck,
            waits=waits,
        ),
        rows=RowsOfCells(workspace, registry, {m: p for m, p in pointers.items() if m in touched}),
        duck=duck,
        period=period,
    )


def _months_before(
    registry: SourceRegistry, scope: Scope, existing: Collection[Month]
) -> set[Month]:
    """The months that longer windows begin in: a stock's chain in any, a year to date in January."""
    has_stocks = any(
        Window.STOCK in indicator.windows for indicator in registry.indicators.values()
    )
    years = {earlier for month, _ in scope for earlier in year_to(month)}
    return years | set(existing) if has_stocks else years


def _reporting(
    workspace: Workspace, accepted: Sequence[AcceptedPointer], month: Month
) -> Reporting:
    """Which provinces some deliveries of a month speak for."""
    return Reporting(
        expected_provinces(workspace.suppliers, month),
        delivered_provinces(workspace.suppliers, accepted, month),
        lacking_provinces(workspace.contracts, workspace.suppliers, accepted, month),
    )


def _files(
    workspace: Workspace, contract: Contract, pointers: Sequence[AcceptedPointer], scratch: Path
) -> list[AcceptedFile]:
    duck = workspace.duck()
    files = whole_accepted_files(
        workspace.lake_files, workspace.suppliers, duck, contract, pointers, scratch
    )
    return [AcceptedFile(path, month) for path, month in files]
