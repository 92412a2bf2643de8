"""Reports of a few figures, without a warehouse."""

from __future__ import annotations

from collections.abc import Mapping

from de06_pipeline.periods import Month
from de06_pipeline.registry.load import load_registry
from de06_pipeline.reports.monthly.facts import Facts, ReportFigure, ReportUnit
from de06_pipeline.reports.monthly.plan import read_plan
from de06_pipeline.settings import REPOSITORY

CONTRACTS = REPOSITORY / "data_contracts"
REGISTRY = load_registry(CONTRACTS / "indicators")
PLAN = read_plan(CONTRACTS, REGISTRY)
MAY, JUNE = Month(2024, 5), Month(2024, 6)
COUNTRY = ReportUnit(0, "VN", "Việt Nam", "Việt Nam", "country")


def facts_of(
    code: str, by_month: Mapping[Month, Mapping[int, ReportFigure]], units: int = 0
) -> Facts:
    """June of an area, number 1, and the units below it, numbers 2 and on, with one indicator's
    figures by area; the area is ranked among all of them.
    """
    window = "stock" if "stock" in map(str, REGISTRY.indicator(code).windows) else "month"
    numbers = {number for figures in by_month.values() for number in figures}
    return Facts(
        registry=REGISTRY,
        month=JUNE,
        area=ReportUnit(1, "49", "Quảng Nam", "Tỉnh Quảng Nam", "province"),
        units=tuple(
            ReportUnit(number, f"{number:03d}", f"U{number}", f"Huyện U{number}", "district")
            for number in range(2, 2 + units)
        ),
        siblings=tuple(sorted(numbers)),
        country=COUNTRY,
        months=(MAY, JUNE),
        series={
            (code, window, number): {
                month: figures[number] for month, figures in by_month.items() if number in figures
            }
            for number in numbers
        },
        breakdowns={},
    )


def of_points(points: int, measurable: int) -> ReportFigure:
    """Hundredths of a point, as stored."""
    return ReportFigure(100 * points, 100 * measurable, "reported")
