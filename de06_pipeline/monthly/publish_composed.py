"""Publish the figures that are composed from other sources' published ones (the scorecard of QĐ
766).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.compute import PERIOD_TYPE, compute_figures
from de06_pipeline.indicators.methods.points import rates_of
from de06_pipeline.monthly.put_in_force import put_in_force
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import TOTAL, SourceRegistry, Window
from de06_pipeline.warehouse.figures.composition import totals_in_force
from de06_pipeline.warehouse.figures.publish import PublicationResult
from de06_pipeline.warehouse.figures.staging import PublishedWindow
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class ComposedFigures:
    """What the publication of a composed source did; ``figures`` counts those of all its months."""

    source: str
    months: tuple[Month, ...]
    figures: int
    result: PublicationResult


def publish_composed(
    workspace: Workspace, part: str, months: Collection[Month], run_id: str
) -> tuple[ComposedFigures, ...]:
    """Recompute what is composed of a source's figures, after these were published for some months.

    It is made from what is in force at that moment, of this source and the others, one process at a
    time: whichever part is published last, the composed figures agree with both.
    """
    sources = [
        source for source in workspace.registry.sources.values() if part in source.composed_of
    ]
    return tuple(
        _publish(workspace, source, sorted(months), run_id) for source in sources if months
    )


def _publish(
    workspace: Workspace, source: SourceRegistry, months: Sequence[Month], run_id: str
) -> ComposedFigures:
    with (
        workspace.warehouse.exclusive(f"figures-{source.source}"),
        scratch_folder(workspace.settings.scratch) as scratch,
    ):
        codes = _parts(workspace.reference, source)
        figures = compute_figures(
            FiguresRequest(
                source=source,
                contracts=workspace.contracts,
                areas=workspace.areas,
                reference=workspace.reference,
                months=[(month, frozenset({Window.MONTH})) for month in months],
                cells={},
                reporting={},
                composition={month: _totals(workspace.warehouse, month, codes) for month in months},
                duck=workspace.duck(scratch).for_rows(0),
            )
        )
        windows = [PublishedWindow(month, PERIOD_TYPE, Window.MONTH.value) for month in months]
        result = put_in_force(workspace, source.source, figures, windows, {}, run_id)
    return ComposedFigures(source.source, tuple(months), figures.num_rows, result)


def _parts(reference: Path, source: SourceRegistry) -> frozenset[str]:
    """The indicators that a composed source is made from."""
    tables = {
        str(indicator.parameters["components"])
        for indicator in source.indicators.values()
        if indicator.parameters
    }
    return frozenset[str]().union(*(rates_of(reference / table) for table in tables))


def _totals(warehouse: Warehouse, month: Month, codes: frozenset[str]) -> list[FinishedFigure]:
    totals = totals_in_force(warehouse, month, codes)
    return [
        FinishedFigure(
            total.area_id,
            total.code,
            TOTAL,
            total.numerator,
            total.denominator,
            total.status,
            total.bound,
            total.areas_expected,
            total.areas_reported,
        )
        for total in totals
    ]
