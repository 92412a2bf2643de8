"""One month and window being computed: what the parts of the computation share."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb

from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.request import DeliveredField, FiguresRequest
from de06_pipeline.indicators.computation.windows import periods_of, touched_months
from de06_pipeline.indicators.period import Period
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Indicator, PeriodType, Window


@dataclass(frozen=True, slots=True)
class Calculation:
    """One month and window of a request, on the step's connection.

    Attributes:
        tables: what the helper tables of the connection were made for.
        crosswalk: to the areas that the figures are for: those in force in the month, unless the
            request says otherwise.
        known: what methods have worked out for this month and window, by whatever they name it.
        finished: figures that wait to be stored (:mod:`~de06_pipeline.indicators.computation.finished`).
        needed: fields that provinces may have delivered without a column for; the figures leave
            such provinces out.
    """

    con: duckdb.DuckDBPyConnection
    request: FiguresRequest
    month: Month
    window: Window
    crosswalk: Crosswalk
    needed: frozenset[DeliveredField] = frozenset()
    tables: dict[str, Hashable] = field(default_factory=dict)
    known: dict[Hashable, Any] = field(default_factory=dict)
    finished: list[FinishedFigure] = field(default_factory=list)

    def holds(self, table: str, *content: Hashable) -> bool:
        """Whether a helper table was made for this content already, by whichever calculation of the
        request; notes that it is, from now on.
        """
        made_for = (self.crosswalk.month, self.months, self.needed, content)
        is_there = self.tables.get(table) == made_for
        self.tables[table] = made_for
        return is_there

    def covers(self, table: str, made_from: Hashable, content: frozenset[Hashable]) -> bool:
        """Whether a helper table was made from the same and holds this content, and perhaps more;
        else notes that it does, from now on.
        """
        match self.tables.get(table):
            case (before, frozenset() as there) if before == made_from and content <= there:
                return True
        self.tables[table] = (made_from, content)
        return False

    def delivered(self, dataset: str, month: Month) -> frozenset[int]:
        """The provinces that delivered a dataset for a month, with every column that is needed."""
        return self.request.delivered(dataset, month) - self.request.lacking(month, self.needed)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The months that the window is made of, in order."""
        return periods_of(self.request.period, self.window, self.month)

    @property
    def months(self) -> tuple[Month, ...]:
        """The calendar months whose deliveries the window rests on, in order."""
        return touched_months(self.request.period, self.window, self.month)

    @property
    def last_day(self) -> date:
        """The last day of the window."""
        return (self.periods[-1].end - timedelta(days=1)).date()

    @property
    def indicators(self) -> list[Indicator]:
        """The indicators that have figures for this month and window."""
        every = self.request.source.indicators.values()
        wanted = [
            indicator
            for indicator in every
            if self.request.wants(indicator.code, self.month, self.window)
        ]
        if self.request.period is PeriodType.REPORT_MONTH:
            wanted = [
                indicator for indicator in wanted if self.request.source.in_report_month(indicator)
            ]
        return [
            indicator
            for indicator in wanted
            if self.window in indicator.windows and indicator.valid_in(self.last_day)
        ]

    def breakdowns_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The breakdowns that an indicator has figures for in this window."""
        if self.request.period is PeriodType.REPORT_MONTH:
            return indicator.report_breakdowns
        return indicator.breakdowns_in(self.window)

    def is_snapshot(self, dataset: str) -> bool:
        return self.request.contracts[dataset].snapshot

    def cells_file(self, name: str, period: Period) -> str | None:
        """A file of a period's cells; None where nobody delivered its dataset."""
        request = self.request
        folders = request.cells if period.type is PeriodType.MONTH else request.report_cells
        folder = folders.get(period.month)
        path = folder / name if folder else None
        return str(path) if path and path.exists() else None
