"""The months that figures are made for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from de06_pipeline.periods import Month, TimeRange, report_month
from de06_pipeline.registry.model import PeriodType


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """One month of figures, calendar or administrative. A :class:`~de06_pipeline.periods.TimeRange`."""

    type: PeriodType
    month: Month

    @property
    def start(self) -> datetime:
        return self._stretch.start

    @property
    def end(self) -> datetime:
        return self._stretch.end

    @property
    def months(self) -> tuple[Month, ...]:
        """The calendar months whose deliveries hold its rows, in order."""
        is_calendar = self.type is PeriodType.MONTH
        return (self.month,) if is_calendar else (self.month.plus(-1), self.month)

    @property
    def _stretch(self) -> TimeRange:
        return self.month if self.type is PeriodType.MONTH else report_month(self.month)
