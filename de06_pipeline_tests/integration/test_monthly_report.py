"""The monthly report: what it says is what the warehouse holds, in all three files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from sqlalchemy import text

from de06_pipeline.errors import UsageError
from de06_pipeline.monthly import write_front_page
from de06_pipeline.monthly.build_cells import build_month_cells
from de06_pipeline.monthly.find_behind import reports_behind
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.publish_month import publish_month
from de06_pipeline.monthly.report_facts import ReportMonth
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.monthly.write_reports import WrittenReport, write_reports
from de06_pipeline.periods import Month
from de06_pipeline.reports.front.page import FRONT_PAGE
from de06_pipeline.reports.monthly.document import what_lacks
from de06_pipeline.reports.monthly.facts import ReportFigure, ReportUnit
from de06_pipeline.reports.monthly.numbers import number, places_of
from de06_pipeline.reports.monthly.page import Links, report_page
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.reported_month import MARCH, published_copy, reported_month


@pytest.fixture(scope="module")
def made(
    published_months: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, dict[str, WrittenReport]]]:
    workspace, written = reported_month(published_months, tmp_path_factory.mktemp("reported"))
    yield workspace, {report.code: report for report in written}
    workspace.warehouse.engine.dispose()


def page_of(made: Any, code: str) -> str:
    return made[1][code].files.html.read_text(encoding="utf-8")


class _Figures(HTMLParser):
    """The text of every element that names its figure, and every address the page holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: dict[str, str] = {}
        self.addresses: list[str] = []
        self._code = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._code = given.get("data-figure") or ""
        self.addresses += [given[name] or "" for name in ("src", "href") if name in given]

    def handle_data(self, data: str) -> None:
        if self._code:
            self.shown[self._code] = data.strip()
            self._code = ""


def warehouse_values(workspace: Workspace, province: str) -> dict[str, tuple[float, str]]:
    query = text(
        "SELECT indicator_code, value, bound FROM indicator_monthly WHERE province_code = :province AND area_level = 'province' "
        "AND month = '2024-03-01' AND period_type = 'month' AND time_window IN ('month', 'stock') AND breakdown = '' AND value IS NOT NULL"
    )
    with workspace.warehouse.reading() as connection:
        rows = connection.execute(query, {"province": province})
        return {code: (value, bound) for code, value, bound in rows}


def test_reports_are_written_of_every_province_with_figures_and_the_country(made: Any) -> None:
    assert set(made[1]) == {"49", "80", "VN"}
    for report in made[1].values():
        assert report.files.xlsx.is_file()
        assert report.files.docx.is_file()


def test_every_headline_figure_is_the_warehouses(made: Any) -> None:
    workspace = made[0]
    shown = _Figures(page_of(made, "49")).shown
    stored = warehouse_values(workspace, "49")
    assert len(shown) >= 8
    for code, said in shown.items():
        value, bound = stored[code]
        places = places_of(workspace.registry.indicator(code))
        assert said == f"{bound} {number(value, places)}".strip(), code


def test_nothing_is_loaded_from_elsewhere(made: Any) -> None:
    for code in made[1]:
        page = page_of(made, code)
        assert not [
            text
            for text in _Figures(page).addresses
            if re.match(r"([a-z]+:)?//", text) and not text.startswith("data:")
        ]
        assert "@import" not in page
        assert "url(" not in page


def test_links_between_the_pages_lead_somewhere(made: Any) -> None:
    workspace = made[0]
    front = workspace.settings.reports / FRONT_PAGE
    pages = [front]
    for report in made[1].values():
        pages += [report.files.html, report.files.why]
    for page in pages:
        for link in _Figures(page.read_text(encoding="utf-8")).addresses:
            target = link.partition("#")[0]
            assert not target or (page.parent / target).is_file(), f"{page.name}: {link}"


def test_a_refused_delivery_is_named_with_what_it_does(made: Any) -> None:
    page = page_of(made, "80")
    assert "Dữ liệu bị từ chối: Hồ sơ thủ tục hành chính (Long An)" in page
    assert 's-refused">' in page
    assert "không có hoặc thiếu số liệu" in page
    # The other province is none the wiser.
    assert "bị từ chối:" not in page_of(made, "49")


def test_the_page_of_causes_names_files_rules_and_what_was_refused(made: Any) -> None:
    (long_an, quang_nam) = (
        made[1][code].files.why.read_text(encoding="utf-8") for code in ("80", "49")
    )
    assert 'class="refused"' in long_an
    assert "dvc_dossiers · long-an: " in long_an
    assert 'class="refused"' not in quang_nam
    assert "long-an" not in quang_nam, "only suppliers that bear on the area"
    ((sha256,),) = _rows(
        made[0],
        "SELECT DISTINCT sha256 FROM delivery WHERE dataset = 'eid_accounts' AND supplier = 'quang-nam' "
        "AND month = '2024-03-01' AND status = 'accepted'",
    )
    assert sha256[:16] in quang_nam
    assert 'id="dvc.online_rate"' in quang_nam


def _rows(workspace: Any, query: str) -> list[Any]:
    with workspace.warehouse.reading() as connection:
        return list(connection.execute(text(query)))


def test_no_rate_without_its_denominator_and_few_are_marked(made: Any) -> None:
    page = page_of(made, "49")
    rate = re.search(
        r'data-figure="asm.reporting_rate".*?class="parts n">(\S+) / (\S+)<', page, re.DOTALL
    )
    assert rate is not None
    assert int(rate[2]) < 30
    assert "mẫu số nhỏ" in page[rate.start() : rate.end() + 200]


def test_the_form_shows_the_quarter_as_the_warehouse_publishes_it(made: Any) -> None:
    """In March the quarter is the year so far: one table for both, with a row a kind of agency."""
    workspace = made[0]
    query = text(
        "SELECT breakdown, received_online, finished FROM form_dvc_reports_ii06 WHERE province_code = '49' "
        "AND area_level = 'province' AND month = '2024-03-01' "
        "AND period_type = 'month' AND reporting_period = 'quarter'"
    )
    with workspace.warehouse.reading() as connection:
        stored = {
            breakdown.partition("=")[2]: (number(int(online)), number(int(finished)))
            for breakdown, online, finished in connection.execute(query)
        }
    page = page_of(made, "49")
    section = page[page.index('id="form"') : page.index('id="scorecard"')]
    year = section[section.index("lũy kế từ đầu năm 2024") :]
    shown = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", year, re.DOTALL):
        cells = re.findall(r'<td class="num n">([^<]*)</td>', row)
        if cells:
            kind = re.search(r">(Tỉnh|Huyện|Xã)<", row)
            shown[kind[1] if kind else ""] = (cells[1], cells[4])
    assert shown == stored
    assert len(stored) > 1
    assert list(shown) == [kind for kind in ("", "Tỉnh", "Huyện", "Xã") if kind in stored]
    assert "01/2024" in year  # January was not delivered


def test_the_workbook_has_typed_cells_and_frozen_headings(made: Any) -> None:
    book = openpyxl.load_workbook(made[1]["49"].files.xlsx)
    assert book.sheetnames[:3] == ["Chỉ tiêu chính", "Theo huyện", "Biểu II.06a"]
    assert {"QĐ 766", "Mọi chỉ tiêu", "Phân tổ", "Tình trạng dữ liệu", "Định nghĩa"} <= set(
        book.sheetnames
    )
    by_unit = book["Theo huyện"]
    assert (by_unit.page_setup.fitToWidth, by_unit.print_title_cols) == (3, "$A:$A")
    stored = warehouse_values(made[0], "49")
    sheet = book["Mọi chỉ tiêu"]
    assert sheet.freeze_panes is not None
    rows = {
        row[2].value: row
        for row in sheet.iter_rows(min_row=2)
        if row[0].value == "Tỉnh Quảng Nam" and row[4].value in ("Trong tháng", "Lũy kế")
    }
    for code, (value, _) in stored.items():
        assert isinstance(rows[code][6].value, int | float), code
        assert rows[code][6].value == pytest.approx(value), code
    assert rows["dvc.online_rate"][6].number_format == "#,##0.0"
    assert not [
        cell for each in book for row in each.iter_rows() for cell in row if cell.data_type == "f"
    ]


def test_the_document_has_the_outline_and_its_annexes(made: Any) -> None:
    document = Document(str(made[1]["49"].files.docx))
    said = [paragraph.text for paragraph in document.paragraphs]
    for heading in (
        "I. CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH",
        "II. KẾT QUẢ THỰC HIỆN",
        "III. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN",
        "IV. NHIỆM VỤ TRỌNG TÂM THÁNG TIẾP THEO",
    ):
        assert heading in said
    assert sum(text.startswith("PHỤ LỤC") for text in said) == 4
    assert any("[Cơ quan bổ sung" in text for text in said)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    value, _ = warehouse_values(made[0], "49")["dvc.received"]
    assert f"{number(value)} hồ sơ" in cells


def test_the_document_reads_as_an_office_writes(made: Any) -> None:
    document = Document(str(made[1]["49"].files.docx))
    said = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "(Số liệu tỉnh Quảng Nam, từ 01/03/2024 đến 31/03/2024)" in said
    # No line ends between a number and its sign; a rate and its parts stand on two lines.
    assert any("\N{NO-BREAK SPACE}%" in text for text in said)
    assert not [text for text in (*said, *cells) if re.search(r"[\d>] %|điểm %", text)]
    assert any(re.fullmatch(r"[\d,]+( \*)?\n\d+/\d+", text) for text in cells)
    # A place among two provinces says nothing.
    assert "Thứ hạng theo Bộ chỉ số 766" not in cells
    assert (
        "hạng <span" not in page_of(made, "49")[page_of(made, "49").index('class="score"') :][:900]
    )


def test_the_months_that_lack_are_named_in_one_line() -> None:
    assert what_lacks([MARCH.plus(-2), MARCH.plus(-1)]) == (
        "Chưa có đủ số liệu của tháng 01/2024, 02/2024."
    )


def test_the_name_of_an_area_within_a_sentence() -> None:
    assert ReportUnit(1, "49", "Quảng Nam", "Tỉnh Quảng Nam", "province").within_sentence == (
        "tỉnh Quảng Nam"
    )
    assert ReportUnit(1, "VN", "Việt Nam", "Việt Nam", "country").within_sentence == "Việt Nam"


def test_the_countrys_page_is_a_league_table_that_leads_to_the_provinces(made: Any) -> None:
    page = page_of(made, "VN")
    assert "Theo tỉnh, thành phố" in page
    assert 'href="49-quang-nam.html"' in page
    assert "Hoàng Sa" in page


def test_no_personal_value_is_in_any_report(made: Any) -> None:
    reports = made[0].settings.reports
    written = [path for path in reports.rglob("*.html") if path.is_file()]
    assert len(written) >= 4
    for path in written:
        assert "Người Thử Nghiệm" not in path.read_text(encoding="utf-8")
        assert "0490990" not in path.read_text(encoding="utf-8")


def test_the_front_page_puts_the_refused_first(made: Any) -> None:
    page = (made[0].settings.reports / FRONT_PAGE).read_text(encoding="utf-8")
    first = page[page.index('<ul class="todo">') :]
    assert first.index("bị từ chối") < 200
    assert "monthly/2024-03/49-quang-nam.html" in page
    assert 'class="cell s-refused"' in page
    assert "Thay đổi lớn nhất" in page


def test_what_is_unchanged_is_none_of_the_biggest_changes(made: Any) -> None:
    month = ReportMonth(made[0], MARCH)
    (facts,) = month.facts([month.province("49")])

    def changes(before: int, now: int) -> list[str]:
        """With a rate of 100,000 that was one number and is another."""
        key = ("dvc.online_rate", "month", facts.area.area_id)
        history = {
            MARCH.plus(-1): ReportFigure(before, 100_000, "reported"),
            MARCH: ReportFigure(now, 100_000, "reported"),
        }
        doctored = replace(facts, series={key: history})
        shown = write_front_page._changes(made[0], MARCH, [doctored])
        return [change.change.vi for change in shown]

    assert changes(50_000, 60_000) == ["+10,0 điểm %"]
    assert changes(50_000, 50_010) == []


def test_figures_of_other_systems_have_their_unit_in_every_breakdown(made: Any) -> None:
    workspace = made[0]
    month = ReportMonth(workspace, MARCH)
    (facts,) = month.facts([month.province("49")])
    reported = {"phase=2": ReportFigure(14000, None, "reported", ">")}
    facts = replace(facts, breakdowns={("health.qr_reader_rate", "month"): reported})
    links = Links("", "", "", "", "", lambda _unit: "", "")
    page = report_page(facts, month.plan, links)
    assert re.search(r'2</span><span lang="en">[^<]*</span>: <b class="n">[^<]*</b> <span', page)


def test_the_same_figures_give_the_same_page(made: Any) -> None:
    before = {code: page_of(made, code) for code in made[1]}
    write_reports(made[0], MARCH, country=True)
    assert {code: page_of(made, code) for code in made[1]} == before


def test_a_code_that_means_no_province_is_told_which_there_are(made: Any) -> None:
    with pytest.raises(UsageError, match="49 Quảng Nam"):
        write_reports(made[0], MARCH, ["502"])


def test_a_month_without_figures_has_no_report(made: Any, tmp_path: Path) -> None:
    assert write_reports(made[0], MARCH.plus(5)) == []
    assert tiny_exports.QUANG_NAM not in [path.name for path in tmp_path.iterdir()]


def _deliver_fewer(workspace: Workspace, month: Month) -> None:
    """Deliver a published month anew with fewer rows, and publish it by another run."""
    rows = tiny_exports.rows("eid_accounts", tiny_exports.QUANG_NAM, month, 9)
    folder = Path(workspace.settings.landing) / "eid_accounts" / str(month) / tiny_exports.QUANG_NAM
    (folder / "export.csv").write_text(
        tiny_exports.csv_text("eid_accounts", rows), encoding="utf-8"
    )
    ingest_month(workspace, workspace.contract("eid_accounts"), month, "correction")
    build_month_cells(workspace, "eid", month, "correction")
    publish_month(workspace, "eid", month, "correction")


def test_a_corrected_month_says_what_was_published_before(
    published_months: Path, tmp_path: Path
) -> None:
    """Published, then delivered anew with fewer rows, by another run."""
    workspace = published_copy(published_months, tmp_path)
    for month in (MARCH.plus(-1), MARCH):
        write_reports(workspace, month, [], country=True)
    assert reports_behind(workspace) == []
    _deliver_fewer(workspace, MARCH)
    (report,) = write_reports(workspace, MARCH, ["49"])
    page = report.files.html.read_text(encoding="utf-8")
    section = page[page.index("Số liệu đã điều chỉnh") :]
    row = section[section.index("Hồ sơ cấp tài khoản định danh điện tử thu nhận") :][:900]
    assert [int(digits) for digits in re.findall(r'class="v n">(\d+)<', row)][:2] == [12, 9]
    assert reports_behind(workspace) == [MARCH]
    write_reports(workspace, MARCH, [], country=True)
    assert reports_behind(workspace) == []
    _deliver_fewer(workspace, MARCH.plus(-1))
    assert reports_behind(workspace) == [MARCH.plus(-1), MARCH], "its quarter, year and trends"
    workspace.warehouse.engine.dispose()
