"""What the sections of a report say of a few figures: places, changes, bounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl

from de06_pipeline.reports.monthly.facts import ReportFigure, added_up
from de06_pipeline.reports.monthly.page import Links, report_page
from de06_pipeline.reports.monthly.sections import card, highlights, unit_table
from de06_pipeline.reports.monthly.workbook.sheet import remark_on
from de06_pipeline.reports.monthly.workbook.write import write_workbook
from de06_pipeline_tests.unit.reports.facts_kit import JUNE, MAY, PLAN, facts_of, of_points


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


def test_a_rate_of_a_population_newly_delivered_is_no_change() -> None:
    """Coverage of 95 % by the census and 88 % by a population that came since has not fallen."""
    census = ReportFigure(950, 1_000, "reported", basis="census 2019 × national growth")
    delivered = ReportFigure(968, 1_100, "reported", basis="population dataset")
    for before, now, said in (
        (census, delivered, "mẫu số là dân số ước tính từ Tổng điều tra 2019"),
        (delivered, census, "mẫu số là dân số do đơn vị gửi"),
    ):
        facts = facts_of("cccd.coverage", {MAY: {1: before}, JUNE: {1: now}})
        compared = card(facts, PLAN, "cccd.coverage")
        assert compared.month_change is None
        assert compared.not_compared is not None
        assert compared.not_compared.vi == f"không so với tháng trước: khi đó {said}"
    alike = facts_of("cccd.coverage", {MAY: {1: census}, JUNE: {1: census}})
    assert card(alike, PLAN, "cccd.coverage").month_change is not None


def test_a_merged_provinces_past_rests_on_what_its_parts_rested_on() -> None:
    """Of Quảng Nam and old Đà Nẵng by the census, as Đà Nẵng is now: the same, so comparable."""
    census = ReportFigure(475, 500, "reported", basis="census 2019 × national growth")
    delivered = census._replace(basis="population dataset")
    merged = added_up([census, census])
    assert merged is not None
    assert merged.basis == census.basis
    facts = facts_of("cccd.coverage", {MAY: {1: merged}, JUNE: {1: census}})
    assert card(facts, PLAN, "cccd.coverage").not_compared is None
    other = added_up([census, delivered])
    assert other is not None
    assert other.basis == "mixed"


def test_a_bound_stands_beside_the_figures_of_breakdowns_in_the_workbook(tmp_path: Path) -> None:
    reported = ReportFigure(60_200_000_000, None, "reported", bound=">")
    facts = replace(
        facts_of("budget.allocated", {JUNE: {1: reported}}),
        breakdowns={("budget.allocated", "month"): {"level=Huyện": reported}},
    )
    write_workbook(tmp_path / "report.xlsx", facts, PLAN)
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["Phân tổ"]
    head, row = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2, max_row=3)]
    cells = dict(zip(head, row, strict=True))
    assert (cells["Phân tổ"], cells["Dấu"], cells["Giá trị"]) == ("level=Huyện", ">", 60.2)


def test_a_rate_of_an_estimated_population_says_so() -> None:
    census = ReportFigure(800, 1_000, "reported", basis="census 2019 × national growth")
    facts = facts_of("cccd.coverage", {JUNE: {1: census}})
    coverage = card(facts, PLAN, "cccd.coverage").shown
    assert remark_on(coverage) == "dân số ước tính từ Tổng điều tra 2019"
    links = Links("", "", "", "", "", lambda unit: "", "")
    assert "dân số ước tính từ Tổng điều tra 2019" in report_page(facts, PLAN, links)
    delivered = facts_of("cccd.coverage", {JUNE: {1: census._replace(basis="population dataset")}})
    assert card(delivered, PLAN, "cccd.coverage").shown.estimated is None


def test_the_form_of_a_month_without_a_province_holds_what_was_delivered() -> None:
    partial = ReportFigure(52, None, "partial", areas_expected=2, areas_reported=1)
    facts = facts_of("dvc.received", {JUNE: {1: partial}})
    page = report_page(facts, PLAN, Links("", "", "", "", "", lambda unit: "", ""))
    assert '06/2024. <span lang="vi">Số trong bảng chỉ gồm phần đã gửi.' in page


def test_four_late_of_ten_thousand_are_not_all_in_time() -> None:
    facts = facts_of("dvc.on_time_rate", {JUNE: {1: ReportFigure(9_996, 10_000, "reported")}})
    on_time = card(facts, PLAN, "dvc.on_time_rate")
    assert (on_time.shown.text, on_time.shown.tone) == ("99,96", "fair")
    (sentence,) = highlights(facts, PLAN, [on_time])
    assert "99,96 % (9.996/10.000), còn cách mục tiêu 100 % là 0,04 điểm %" in sentence.text.vi


def test_units_that_are_equal_are_neither_first_nor_last() -> None:
    """All in time: no highest and no lowest. Two of three: both are named."""

    def said(*late: int) -> str:
        figures = {
            number: ReportFigure(100 - each, 100, "reported")
            for number, each in enumerate(late, start=2)
        }
        facts = facts_of("dvc.on_time_rate", {JUNE: figures}, units=len(late))
        return " ".join(sentence.text.vi for sentence in highlights(facts, PLAN, []))

    assert said(0, 0, 0) == ""
    assert "cao nhất huyện U2 và 1 địa bàn khác 100,0 %, thấp nhất huyện U4 " in said(0, 0, 9)
    assert "cao nhất huyện U2 100,0 %" in said(0, 5, 9)


def test_a_place_by_points_goes_by_the_share_of_what_could_be_measured() -> None:
    scores = {1: of_points(57, 62), 2: of_points(67, 76), 3: of_points(50, 56)}
    scores |= {4: of_points(57, 62), 5: of_points(20, 56)}
    facts = facts_of("q766.total", {JUNE: scores}, units=4)
    assert card(facts, PLAN, "q766.total").rank == (1, 5)
    _, rows = unit_table(facts, PLAN, ["q766.total"])
    assert [(row.ranks[0], row.cells[0].text) for row in rows] == [
        *((3, "67,00"), (2, "50,00"), (1, "57,00"), (4, "20,00")),
    ]
