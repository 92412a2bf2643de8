"""Read what the monthly reports of one month need: figures of thirteen months in a few queries, then
one :class:`Facts` for each province or the country.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.tables import csv_rows
from de06_pipeline.contracts.model import Message
from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.report_deliveries import deliveries_of_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.boundaries import SUM, boundary_rule
from de06_pipeline.reports.monthly.facts import (
    Facts,
    PublishedAgreement,
    ReportDelivery,
    ReportFigure,
    ReportUnit,
    Revision,
    ScoreItem,
    added_up,
)
from de06_pipeline.reports.monthly.plan import ReportPlan, read_plan, read_units
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries, synthetic_deliveries
from de06_pipeline.warehouse.figures.official import comparison_rows
from de06_pipeline.warehouse.figures.read import COUNTRY
from de06_pipeline.warehouse.figures.report_rows import (
    FigureRow,
    RevisedRow,
    figure_rows,
    last_published,
    revised_rows,
)

CENTROIDS_FILE = "area_centroids.csv"
SCORECARD_FILE = "q766_components.csv"

_SeriesByArea = dict[tuple[str, str, int], dict[Month, ReportFigure]]
_Breakdowns = dict[tuple[int, str, str], dict[str, ReportFigure]]


@dataclass(frozen=True)
class ReportMonth:
    """All reports of one month: what they share is read once."""

    workspace: Workspace
    month: Month

    @cached_property
    def plan(self) -> ReportPlan:
        return read_plan(self.workspace.settings.contracts, self.workspace.registry)

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """Of the trends, and back to the year's first, for the year to date; oldest first."""
        back = max(self.plan.months - 1, self.month.month - 1)
        return tuple(self.month.plus(-n) for n in range(back, -1, -1))

    @cached_property
    def provinces(self) -> tuple[Area, ...]:
        return self.workspace.areas.in_force(Level.PROVINCE, self.month)

    def province(self, code: str) -> Area:
        """The province that a code means in the month.

        Raises:
            UsageError: there is none; says from when to when the code meant something.
        """
        area = self.workspace.areas.by_code(Level.PROVINCE, code, self.month)
        if area is None:
            known = ", ".join(f"{area.code} {area.name}" for area in self.provinces)
            raise UsageError(
                f"'{code}' is not the code of a province in {self.month}; there are {known}."
            )
        return area

    def reporting_provinces(self) -> tuple[Area, ...]:
        """The provinces with at least one number of the month that comes from a delivery; the ledger's
        own ("delivered by 0 of 7") does not make a report.
        """
        of_ledger = {
            indicator.code
            for source in self.workspace.registry.sources.values()
            if source.of_deliveries
            for indicator in source.indicators.values()
        }
        with_numbers = {
            area_id
            for area_id, series in self._of_provinces.items()
            if any(
                figure.numerator is not None and code not in of_ledger
                for (code, _, _), by_month in series.items()
                for figure in by_month.values()
            )
        }
        return tuple(area for area in self.provinces if area.area_id in with_numbers)

    def is_known(self) -> bool:
        """Whether there is anything to report: a delivery, were it refused, or a province's number."""
        return bool(
            delivery_summaries(self.workspace.warehouse, [self.month]) or self.reporting_provinces()
        )

    @cached_property
    def _of_provinces(self) -> Mapping[int, _SeriesByArea]:
        """The totals of every province in the month itself, by ``area_id``: each report ranks its
        province among all, so they are read once for all of them.
        """
        by_area: dict[int, _SeriesByArea] = defaultdict(dict)
        ids = [area.area_id for area in self.provinces]
        for row in figure_rows(self.workspace.warehouse, [self.month], ids):
            key = (row.indicator_code, row.time_window, row.area_id)
            by_area[row.area_id][key] = {self.month: _figure(row)}
        return by_area

    def facts(self, areas: Sequence[Area]) -> list[Facts]:
        """The facts of some provinces or the country, in the order given; figures are read once for
        all of them.
        """
        book = self.workspace.areas
        below = {area.area_id: self._units_below(area) for area in areas}
        own = {area.area_id: area for area in (*areas, book.country)}
        units = {unit.area_id: unit for unit in chain.from_iterable(below.values())}
        origins = self._origins([*own.values(), *units.values()])
        wanted = {part for by_month in origins.values() for parts in by_month for part in parts}
        series = self._series(
            figure_rows(self.workspace.warehouse, self.months, sorted(wanted)), origins
        )
        self._add_siblings(series, [area for area in self.provinces if area.area_id not in origins])
        breakdowns = self._breakdowns([area.area_id for area in areas])
        return [self._facts(area, below[area.area_id], series, breakdowns) for area in areas]

    def _facts(
        self,
        area: Area,
        units: Sequence[Area],
        series: _SeriesByArea,
        breakdowns: _Breakdowns,
    ) -> Facts:
        mine = {area.area_id, *(unit.area_id for unit in units)}
        known = [self._unit(unit) for unit in units]
        shown = {unit.area_id: unit for unit in (*known, self._unit(area))}
        is_country = area.level is Level.COUNTRY
        parts = () if is_country else self._parts(area, self.months[0])
        former = tuple(part.full_name for part in parts) if len(parts) > 1 else ()
        return Facts(
            registry=self.workspace.registry,
            month=self.month,
            area=self._unit(area),
            units=tuple(known),
            siblings=() if is_country else tuple(sibling.area_id for sibling in self.provinces),
            country=self._unit(self.workspace.areas.country),
            months=self.months[-self.plan.months :],
            series=series,
            breakdowns={
                (code, window): labels
                for (area_id, code, window), labels in breakdowns.items()
                if area_id == area.area_id
            },
            deliveries=self._deliveries_of(area),
            revisions=tuple(
                revision for revision in self._revisions(shown) if revision.unit.area_id in mine
            ),
            agreements=self._agreements_of(area),
            scorecard=self._scorecard,
            unit_names=self._unit_names,
            published_at=self._published_at,
            synthetic=self._is_synthetic(area),
            predecessors=former,
        )

    # Areas

    def _units_below(self, area: Area) -> tuple[Area, ...]:
        if area.level is Level.COUNTRY:
            return self.provinces
        book = self.workspace.areas
        districts = book.children(area.area_id, Level.DISTRICT, self.month)
        return districts or book.children(area.area_id, Level.COMMUNE, self.month)

    def _origins(self, areas: Sequence[Area]) -> dict[int, list[tuple[int, ...]]]:
        """For each unit and each month, the units in force then that it was made from."""
        return {
            area.area_id: [
                tuple(part.area_id for part in self._parts(area, month)) for month in self.months
            ]
            for area in {area.area_id: area for area in areas}.values()
        }

    def _parts(self, area: Area, month: Month) -> tuple[Area, ...]:
        """The units in force in an earlier month that all went to this one; itself where it was in
        force.
        """
        if area.level is Level.COUNTRY:
            return (area,)
        return self._merged_into(area.level, month).get(area.area_id, ())

    def _merged_into(self, level: Level, month: Month) -> Mapping[int, tuple[Area, ...]]:
        book = self.workspace.areas
        key = (level, book.boundary_version(month))
        if key not in self._merged:
            parts: dict[int, list[Area]] = defaultdict(list)
            is_commune = level is Level.COMMUNE
            # Before 2025-07 figures stood for districts, none for communes.
            has_figures = not is_commune or not book.in_force(Level.DISTRICT, month)
            for old in book.in_force(level, month) if has_figures else ():
                new = book.successor_in(old.area_id, self.month)
                if new is not None:
                    parts[new.area_id].append(old)
            self._merged[key] = {area_id: tuple(merged) for area_id, merged in parts.items()}
        return self._merged[key]

    @cached_property
    def _merged(self) -> dict[tuple[Level, int], Mapping[int, tuple[Area, ...]]]:
        return {}

    def _unit(self, area: Area) -> ReportUnit:
        longitude, latitude = self._centres.get(area.area_id, (None, None))
        return ReportUnit(
            area.area_id,
            COUNTRY if area.level is Level.COUNTRY else area.code,
            area.name,
            area.full_name,
            area.level.value,
            longitude,
            latitude,
        )

    @cached_property
    def _centres(self) -> dict[int, tuple[float, float]]:
        rows = csv_rows(
            self.workspace.reference / CENTROIDS_FILE, ("area_id", "longitude", "latitude")
        )
        return {
            int(row["area_id"]): (float(row["longitude"]), float(row["latitude"]))
            for _, row in rows
        }

    # Figures

    def _series(
        self, rows: Iterable[FigureRow], origins: Mapping[int, list[tuple[int, ...]]]
    ) -> _SeriesByArea:
        stored: dict[tuple[str, str, int], dict[Month, ReportFigure]] = defaultdict(dict)
        for row in rows:
            stored[row.indicator_code, row.time_window, row.area_id][row.month] = _figure(row)
        additive = {
            indicator.code
            for indicator in self.workspace.registry
            if boundary_rule(indicator).way == SUM
        }
        kinds = {(code, window) for code, window, _ in stored}
        series: _SeriesByArea = {}
        for area_id, by_month in origins.items():
            for code, window in kinds:
                history: dict[Month, ReportFigure] = {}
                for month, parts in zip(self.months, by_month, strict=True):
                    if parts == (area_id,):
                        own = stored.get((code, window, area_id), {}).get(month)
                    elif len(parts) == 1:
                        own = stored.get((code, window, parts[0]), {}).get(month)
                    elif parts and code in additive:
                        own = added_up(
                            [stored.get((code, window, part), {}).get(month) for part in parts]
                        )
                    else:
                        own = None
                    if own is not None:
                        history[month] = own
                if history:
                    series[code, window, area_id] = history
        return series

    def _add_siblings(self, series: _SeriesByArea, others: Sequence[Area]) -> None:
        """The other provinces' figures of the month itself: what a place among them needs."""
        for other in others:
            series |= self._of_provinces.get(other.area_id, {})

    def _breakdowns(self, area_ids: Sequence[int]) -> _Breakdowns:
        breakdowns: _Breakdowns = defaultdict(dict)
        rows = figure_rows(self.workspace.warehouse, [self.month], area_ids, totals=False)
        for row in rows:
            breakdowns[row.area_id, row.indicator_code, row.time_window][row.breakdown] = _figure(
                row
            )
        return breakdowns

    # What is shared by all reports of the month

    @cached_property
    def _unit_names(self) -> dict[str, Message]:
        return read_units(self.workspace.reference)

    @cached_property
    def _scorecard(self) -> tuple[ScoreItem, ...]:
        columns = ("item", "component", "points", "rate", "threshold", "valid_from", "valid_to")
        rows = csv_rows(self.workspace.reference / SCORECARD_FILE, (*columns, "source", "note_vi"))
        day = self.month.last_day.isoformat()
        return tuple(
            ScoreItem(
                row["item"],
                row["component"],
                float(row["points"]),
                row["rate"],
                float(row["threshold"]) if row["threshold"] else None,
                Message(row["note_vi"], row["source"].partition("; ")[2]),
            )
            for _, row in rows
            if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
        )

    @cached_property
    def _published_at(self) -> datetime | None:
        return last_published(self.workspace.warehouse)

    @cached_property
    def _deliveries(self) -> tuple[tuple[frozenset[int], ReportDelivery], ...]:
        return deliveries_of_month(self.workspace, self.month)

    def _deliveries_of(self, area: Area) -> tuple[ReportDelivery, ...]:
        return tuple(
            delivery
            for provinces, delivery in self._deliveries
            if area.level is Level.COUNTRY or area.area_id in provinces
        )

    @cached_property
    def _synthetic_provinces(self) -> frozenset[int]:
        warehouse, datasets = self.workspace.warehouse, self.workspace.contracts
        synthetic: set[int] = set()
        for _, month, supplier in synthetic_deliveries(warehouse, datasets, self.month):
            covering = self.workspace.suppliers.get(supplier, month)
            for area_id in covering.area_ids if covering else ():
                now = self.workspace.areas.successor_in(area_id, self.month)
                synthetic |= {now.area_id} if now else set()
        return frozenset(synthetic)

    def _is_synthetic(self, area: Area) -> bool:
        if area.level is Level.COUNTRY:
            return bool(self._synthetic_provinces)
        return area.area_id in self._synthetic_provinces

    @cached_property
    def _revised(self) -> list[RevisedRow]:
        return revised_rows(self.workspace.warehouse, self.month)

    def _revisions(self, shown: Mapping[int, ReportUnit]) -> list[Revision]:
        return [
            Revision(
                shown[row.area_id],
                self.workspace.registry.indicator(row.indicator_code),
                row.time_window,
                ReportFigure(row.numerator, row.denominator, row.status, revision=row.revision),
                ReportFigure(
                    row.new_numerator,
                    row.new_denominator,
                    row.new_status,
                    revision=row.revision + 1,
                ),
                row.revised_at,
            )
            for row in self._revised
            if row.area_id in shown and row.indicator_code in self._codes
        ]

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(indicator.code for indicator in self.workspace.registry)

    def _agreements_of(self, area: Area) -> tuple[PublishedAgreement, ...]:
        if area.level is Level.COUNTRY:
            return self._agreements_by_province[""]
        codes = {area.code} | {part.code for part in self._parts(area, self.months[0])}
        return tuple(chain.from_iterable(self._agreements_by_province[code] for code in codes))

    @cached_property
    def _agreements_by_province(self) -> Mapping[str, tuple[PublishedAgreement, ...]]:
        """By the province's code as published; under the empty text those of all."""
        from de06_pipeline.official_figures.read import read_official_figures

        provinces = {
            official.id: official.province_code
            for official in read_official_figures(self.workspace.reference)
        }
        agreements: dict[str, list[PublishedAgreement]] = defaultdict(list)
        for row in comparison_rows(self.workspace.warehouse):
            reason = Message(row.reason, row.reason_en or "") if row.reason else None
            agreement = PublishedAgreement(
                row.id,
                row.place,
                row.indicator_code,
                row.breakdown,
                row.as_of,
                row.published,
                row.bound,
                row.computed,
                row.period_end,
                row.verdict,
                reason,
                row.synthetic,
            )
            if row.period_end is None or Month.of(row.period_end) <= self.month:
                agreements[provinces.get(row.id, "")].append(agreement)
                agreements[""].append(agreement)
        return defaultdict(tuple, {key: tuple(each) for key, each in agreements.items()})


def _figure(row: FigureRow) -> ReportFigure:
    return ReportFigure(
        row.numerator,
        row.denominator,
        row.status,
        row.bound,
        row.basis,
        row.areas_expected,
        row.areas_reported,
        row.revision,
    )
