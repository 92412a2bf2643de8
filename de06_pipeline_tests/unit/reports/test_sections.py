"""What the sections of a report say of a few figures: places, changes, sentences."""

from __future__ import annotations

from collections.abc import Mapping

from de06_pipeline.periods import Month
from de06_pipeline.registry.load import load_registry
from de06_pipeline.reports.monthly.facts import Facts, ReportFigure, ReportUnit
from de06_pipeline.reports.monthly.plan import read_plan
from de06_pipeline.reports.monthly.sections import card, unit_table
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


def test_figures_of_other_areas_or_points_are_no_change() -> None:
    """The country without one of its provinces has not lost its dossiers, nor has one that reports
    more parts of the scorecard won points.
    """
    whole = ReportFigure(80, None, "reported", areas_expected=2, areas_reported=2)
    partial = ReportFigure(52, None, "partial", areas_expected=2, areas_reported=1)
    for before, now, said in (
        (whole, partial, "không so với tháng trước: khi đó 2/2 địa phương đã gửi"),
        (partial, whole, "không so với tháng trước: khi đó 1/2 địa phương đã gửi"),
    ):
        compared = card(
            facts_of("dvc.received", {MAY: {1: before}, JUNE: {1: now}}), PLAN, "dvc.received"
        )
        assert (compared.month_change, compared.month_judged) == (None, "same")
        assert compared.not_compared is not None
        assert compared.not_compared.vi == said
    alike = facts_of("dvc.received", {MAY: {1: whole}, JUNE: {1: whole}})
    assert card(alike, PLAN, "dvc.received").not_compared is None
    scores = {MAY: {1: of_points(50, 56)}, JUNE: {1: of_points(67, 76)}}
    compared = card(facts_of("q766.total", scores), PLAN, "q766.total")
    assert compared.month_change is None
    assert compared.not_compared is not None
    assert "56 điểm" in compared.not_compared.vi


def test_a_place_by_points_goes_by_the_share_of_what_could_be_measured() -> None:
    scores = {1: of_points(57, 62), 2: of_points(67, 76), 3: of_points(50, 56)}
    scores |= {4: of_points(57, 62), 5: of_points(20, 56)}
    facts = facts_of("q766.total", {JUNE: scores}, units=4)
    assert card(facts, PLAN, "q766.total").rank == (1, 5)
    _, rows = unit_table(facts, PLAN, ["q766.total"])
    assert [(row.ranks[0], row.cells[0].text) for row in rows] == [
        *((3, "67,00"), (2, "50,00"), (1, "57,00"), (4, "20,00")),
    ]
