"""Figures that agencies report already counted: their own, and sums of them where every part
reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from de06_pipeline.duck.quoting import literal
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.figure import FinishedFigure, joint_bound
from de06_pipeline.indicators.computation.finished import insert
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.registry.model import TOTAL, Indicator, Kind

ReportKey = tuple[int, str]
"""Area and breakdown."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported for an area.

    Attributes:
        numerator: of an amount or a share; of a percentage, ten thousandths of a per cent.
        denominator: of a share; None for an amount and for a percentage.
    """

    numerator: int
    denominator: int | None
    bound: str
    is_additive: bool


def add_reported(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """Add an indicator's figures of the step's month.

    An area's own report is its figure. A province without one has the sum over all its districts
    (communes from 2025-07), the country the sum over all provinces that should have reported; a
    percentage cannot be added up. Where a sum lacks a part there is no number: the province or
    country is ``incomplete``, and ``not_reported`` where no part reported either.
    """
    country = calc.request.areas.country.area_id
    parts = _parts(calc, indicator)
    values = _own(calc, indicator)
    breakdowns = sorted({breakdown for _, breakdown in values})
    for area_id in (*parts[country], country):
        for breakdown in breakdowns:
            _add_sum(values, (area_id, breakdown), parts[area_id])
    provinces = parts[country]
    having: dict[str, set[int]] = {breakdown: set() for breakdown in breakdowns}
    for area_id, breakdown in values:
        having[breakdown].add(area_id)

    def counts(area_id: int, those: set[int]) -> tuple[int, int]:
        return (
            (len(provinces), len(those.intersection(provinces)))
            if area_id == country
            else (1, int(area_id in those))
        )

    figures = []
    for (area_id, breakdown), value in sorted(values.items()):
        expected, reported = counts(area_id, having[breakdown])
        numbers = (value.numerator, value.denominator, _status(value), value.bound)
        figures.append(
            FinishedFigure(area_id, indicator.code, breakdown, *numbers, expected, reported)
        )
    known = {area_id for area_id, _ in values}
    for area_id in {country, *provinces} - known:
        status = "incomplete" if known.intersection(parts[area_id]) else "not_reported"
        figures.append(
            FinishedFigure(
                area_id, indicator.code, TOTAL, None, None, status, "", *counts(area_id, known)
            )
        )
    insert(
        calc,
        [
            figure
            for figure in figures
            if calc.request.areas.get(figure.area_id).level in indicator.levels
        ],
    )


def _parts(calc: Calculation, indicator: Indicator) -> dict[int, list[int]]:
    """What the country and each province that should have reported, or did, is the sum of."""
    areas, month = calc.request.areas, calc.month
    reporting = [
        answer
        for dataset in indicator.datasets
        if (answer := calc.request.reporting.get((dataset, month)))
    ]
    wanted = frozenset[int]().union(*(each.expected | each.delivered for each in reporting))
    provinces = [
        province.area_id
        for province in areas.in_force("province", month)
        if province.area_id in wanted
    ]
    units = {
        area_id: [
            unit.area_id for unit in areas.children(area_id, calc.crosswalk.unit_level, month)
        ]
        for area_id in provinces
    }
    return {areas.country.area_id: provinces, **units}


def _own(calc: Calculation, indicator: Indicator) -> dict[ReportKey, Reported]:
    """The reports of the step's month. A row is a province's own where it names no unit of it."""
    path = calc.cells_file(calc.request.source.cells[indicator.cells].file_name, calc.periods[0])
    if path is None:
        return {}
    measures = ", ".join(
        measure.column for measure in (*indicator.numerator, *indicator.denominator)
    )
    rows = calc.con.execute(
        f"SELECT COALESCE(unit_id, province_id), breakdown, bound, {measures} FROM read_parquet({literal(path)}) "
        f"WHERE indicator = {literal(indicator.code)}"
    ).fetchall()
    return {
        (area_id, breakdown): _reported(indicator, bound, *numbers)
        for area_id, breakdown, bound, *numbers in rows
    }


def _reported(
    indicator: Indicator,
    bound: str,
    counted: int,
    percentage: int = 0,
    of: int = 0,
    has_denominator: int = 0,
) -> Reported:
    """A report from the measures of its indicator, in the order of the registry's entry."""
    if indicator.kind is Kind.AMOUNT:
        return Reported(counted, None, bound, indicator.is_additive)
    if has_denominator:
        return Reported(counted, of, bound, indicator.is_additive)
    return Reported(percentage, None, bound, is_additive=False)


def _add_sum(values: dict[ReportKey, Reported], key: ReportKey, parts: Sequence[int]) -> None:
    """Add the sum of an area's parts, unless it has a figure of its own or a part has none that can
    be added.
    """
    reports = [values.get((part, key[1])) for part in parts]
    known = [report for report in reports if report and report.is_additive]
    if key in values or not parts or len(known) < len(reports):
        return
    denominators = [report.denominator for report in known if report.denominator is not None]
    values[key] = Reported(
        numerator=sum(report.numerator for report in known),
        denominator=sum(denominators) if denominators else None,
        bound=joint_bound(report.bound for report in known),
        is_additive=True,
    )


def _status(value: Reported) -> str:
    if value.denominator == 0:
        return "no_denominator"
    return "reported" if value.numerator else "reported_zero"
