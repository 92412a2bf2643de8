"""One month and window being computed: what the parts of the computation share."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from de06_pipeline.indicators.model import CellSet, Indicator, Window
from de06_pipeline.indicators.moves import Moves
from de06_pipeline.indicators.request import FiguresRequest
from de06_pipeline.indicators.windows import months_of
from de06_pipeline.periods import Month

RAW_COLUMNS = "area_id INTEGER, indicator_code VARCHAR, breakdown VARCHAR, numerator BIGINT, denominator BIGINT"
"""Table ``raw_figure``: figures before it is known who reported. NULL numerator: not known."""


@dataclass(frozen=True, slots=True)
class Step:
    """One month and window of a request, on the step's connection.

    Attributes:
        moves: to the areas that the figures are for: those in force in the month, unless the request says otherwise.
    """

    con: duckdb.DuckDBPyConnection
    request: FiguresRequest
    month: Month
    window: Window
    moves: Moves

    @property
    def months(self) -> tuple[Month, ...]:
        """The window's months."""
        return months_of(self.window, self.month)

    @property
    def indicators(self) -> list[Indicator]:
        """The indicators that have figures for this month and window."""
        every = self.request.source.indicators.values()
        codes = self.request.codes
        wanted = [one for one in every if codes is None or one.code in codes]
        return [one for one in wanted if self.window in one.windows and one.valid_in(self.month.last_day)]

    def is_snapshot(self, dataset: str) -> bool:
        return self.request.contracts[dataset].snapshot

    def cells_file(self, cells: CellSet, month: Month) -> str | None:
        """The month's file of a cell set; None where nobody delivered its dataset."""
        folder = self.request.cells.get(month)
        path = folder / f"{cells.name}.parquet" if folder else None
        return str(path) if path and path.exists() else None
