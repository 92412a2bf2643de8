"""Figures that were computed before their step asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import CellsPointer

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class PreparedFigures:
    """Figures, and all that they were made from.

    Attributes:
        pointers: the source's cells, as the request has them.
    """

    request: FiguresRequest
    pointers: Mapping[Month, CellsPointer]
    figures: pa.Table

    def are_of(self, request: FiguresRequest, pointers: Mapping[Month, CellsPointer]) -> bool:
        """Whether a request would give the same: figures follow from nothing but their request, and
        the lake's paths name what is in its files.
        """
        return self.pointers == pointers and _without_limits(self.request) == _without_limits(
            request
        )


def _without_limits(request: FiguresRequest) -> FiguresRequest:
    """A request without how much may be used, and without the paths that are looked up when they are
    needed: they follow from the pointers.
    """
    return replace(request, duck=DuckSettings(), cells={}, rows={})
