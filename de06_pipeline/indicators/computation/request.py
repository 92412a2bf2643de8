"""What figures are computed from: everything a step needs, as values, so that computing them is a
pure function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.ledger import Ledger
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, SourceRegistry, Window

DeliveredField = tuple[str, str]
"""A dataset and a field of its contract."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """Who should have delivered a dataset for a month, and who did: ``area_id`` of provinces in
    force in that month.

    A nil return counts as delivered. For a snapshot, one carried forward from an earlier month
    counts too.

    Attributes:
        lacking: by field, the provinces whose delivery has no column for it, where the contract
            does not say what that means. For a figure that needs the field they have not delivered.
    """

    expected: frozenset[int]
    delivered: frozenset[int]
    lacking: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FiguresRequest:
    """The figures wanted, and what they are made from.

    Attributes:
        months: the months to compute, each with its windows.
        cells: the folder of the cells in force, for every month that has some.
        report_cells: the same for the administrative months that the request's windows contain;
            empty for a request of calendar months.
        rows: by dataset, the accepted files that those cells were made from: longer windows look
            again at the rows that two deliveries disagree about.
        snapshots: by (dataset, month), the accepted files in force in that month, one or more a
            supplier, for ``dvc_procedures`` and ``asm_establishments``. Needed for every month of a
            year to date, since a month's dossiers are grouped by the catalogue of that month.
        references: for ``opening_balances`` and ``population``: the accepted files of every month,
            since a balance delivered late restates the months after its date.
        reporting: by (dataset, month).
        composition: by month, the published totals that a composed source's figures are made from.
        ledgers: by month, the deliveries that the figures of a source of deliveries are made from.
        reference: the folder of the reference tables.
        period: what the months are: calendar or administrative.
        boundaries: put the figures on the areas in force in this month instead of each month's own.
        codes: only these indicators; None for all.
        narrowed: months whose own figures are wanted of these indicators alone.
    """

    source: SourceRegistry
    contracts: Mapping[str, Contract]
    areas: AreaBook
    reference: Path
    months: Sequence[tuple[Month, frozenset[Window]]]
    cells: Mapping[Month, Path]
    reporting: Mapping[tuple[str, Month], Reporting]
    report_cells: Mapping[Month, Path] = field(default_factory=dict)
    rows: Mapping[str, Sequence[AcceptedFile]] = field(default_factory=dict)
    snapshots: Mapping[tuple[str, Month], Sequence[AcceptedFile]] = field(default_factory=dict)
    references: Mapping[str, Sequence[AcceptedFile]] = field(default_factory=dict)
    composition: Mapping[Month, Sequence[FinishedFigure]] = field(default_factory=dict)
    ledgers: Mapping[Month, Ledger] = field(default_factory=dict)
    duck: DuckSettings = field(default_factory=DuckSettings)
    period: PeriodType = PeriodType.MONTH
    boundaries: Month | None = None
    codes: frozenset[str] | None = None
    narrowed: Mapping[Month, frozenset[str]] = field(default_factory=dict)

    def wants(self, code: str, month: Month, window: Window) -> bool:
        """Whether an indicator's figures of a month and window are asked for."""
        narrowed = self.narrowed.get(month) if window is Window.MONTH else None
        return all(codes is None or code in codes for codes in (self.codes, narrowed))

    def has_data(self, month: Month) -> bool:
        """Whether there is anything to make figures of a month from."""
        given = self.composition.get(month) or month in self.ledgers
        return bool(given) or any(
            self.delivered(dataset, month) for dataset in self.source.reporting_datasets
        )

    def delivered(self, dataset: str, month: Month) -> frozenset[int]:
        reporting = self.reporting.get((dataset, month))
        return reporting.delivered if reporting else frozenset()

    def lacking(self, month: Month, fields: Iterable[DeliveredField]) -> frozenset[int]:
        """The provinces that delivered a month without the column of one of some fields."""
        without: set[int] = set()
        for dataset, name in fields:
            if reporting := self.reporting.get((dataset, month)):
                without |= reporting.lacking.get(name, frozenset())
        return frozenset(without)

    def fields_lacking(self, months: Iterable[Month]) -> frozenset[DeliveredField]:
        """The fields that some province delivered without a column for, in any of some months."""
        return frozenset(
            (dataset, name)
            for month in months
            for dataset in self.source.reporting_datasets
            if (reporting := self.reporting.get((dataset, month)))
            for name in reporting.lacking
        )
