"""One month and window being computed: what the parts of the computation share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.request import DeliveredField, FiguresRequest
from de06_pipeline.indicators.computation.windows import parts_of
from de06_pipeline.periods import LAST_REPORTED_DAY, Half, Month, MonthPart
from de06_pipeline.registry.model import CellSet, Indicator, PeriodType, Window

RAW_COLUMNS = "area_id INTEGER, indicator_code VARCHAR, breakdown VARCHAR, numerator BIGINT, denominator BIGINT"
"""Table ``raw_figure``: figures before it is known who reported. NULL numerator: not known."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """One month and window of a request, on the step's connection.

    Attributes:
        crosswalk: to the areas that the figures are for: those in force in the month, unless the
            request says otherwise.
        needed: fields that provinces may have delivered without a column for; the figures leave
            such provinces out.
    """

    con: duckdb.DuckDBPyConnection
    request: FiguresRequest
    month: Month
    window: Window
    crosswalk: Crosswalk
    needed: frozenset[DeliveredField] = frozenset()

    def delivered(self, dataset: str, month: Month) -> frozenset[int]:
        """The provinces that delivered a dataset for a month, with every column that is needed."""
        return self.request.delivered(dataset, month) - self.request.lacking(month, self.needed)

    @property
    def months(self) -> tuple[Month, ...]:
        """The calendar months that the window touches."""
        return tuple(part.month for part in self.parts)

    @property
    def parts(self) -> tuple[MonthPart, ...]:
        """The same, each with the half that belongs to the window where not all of it does."""
        return parts_of(self.request.period, self.window, self.month)

    @property
    def last_day(self) -> date:
        """The last day of the window."""
        is_calendar = self.request.period is PeriodType.MONTH
        return (
            self.month.last_day
            if is_calendar
            else self.month.first_day.replace(day=LAST_REPORTED_DAY)
        )

    @property
    def indicators(self) -> list[Indicator]:
        """The indicators that have figures for this month and window."""
        every = self.request.source.indicators.values()
        codes = self.request.codes
        wanted = [one for one in every if codes is None or one.code in codes]
        if self.request.period is PeriodType.REPORT_MONTH:
            wanted = [one for one in wanted if self.request.source.in_report_month(one)]
        return [one for one in wanted if self.window in one.windows and one.valid_in(self.last_day)]

    def breakdowns_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The breakdowns that an indicator has figures for in this window."""
        if self.request.period is PeriodType.REPORT_MONTH:
            return indicator.report_breakdowns
        return indicator.breakdowns_in(self.window)

    def is_snapshot(self, dataset: str) -> bool:
        return self.request.contracts[dataset].snapshot

    def cells_file(self, cells: CellSet, month: Month, half: Half = Half.WHOLE) -> str | None:
        """The file of a cell set for a month or its half; None where nobody delivered its dataset.

        Raises:
            ContractError: the month's cells have no halves: they were built with an older program
            or registry.
        """
        folder = self.request.cells.get(month)
        if folder is None or not (folder / cells.file_name()).exists():
            return None
        path = folder / cells.file_name(half)
        if not path.exists():
            raise ContractError(
                f"{self.request.source.source} {month}: its cells were built with an older registry; run the month again."
            )
        return str(path)
