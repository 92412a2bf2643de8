"""The monthly report in a real browser: sorted, switched to English, explored; nothing asked of the
network; on a phone nothing sticks out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.reports.front.page import FRONT_PAGE
from de06_pipeline.reports.monthly.facts import Facts, ReportFigure
from de06_pipeline.reports.monthly.page import Links, report_page
from de06_pipeline_tests.integration import chromium
from de06_pipeline_tests.integration.reported_month import reported_month
from de06_pipeline_tests.unit.reports.facts_kit import JUNE, MAY, PLAN, facts_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def workspace(
    published_months: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    workspace, _ = reported_month(published_months, tmp_path_factory.mktemp("browser"))
    yield workspace
    workspace.warehouse.engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium.opened() as browser:
        yield browser


@pytest.fixture
def page(browser: Any, workspace: Workspace) -> Iterator[Any]:
    """Quảng Nam's report; at the end nothing but files must have been asked for, and no script must
    have failed.
    """
    requests: list[str] = []
    errors: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(_address(workspace, "monthly/2024-03/49-quang-nam.html"))
    yield page
    page.close()
    assert errors == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


def _address(workspace: Workspace, name: str) -> str:
    return (workspace.settings.reports / name).as_uri()


def test_sorting_puts_areas_in_the_order_of_the_column_both_ways(page: Any) -> None:
    head = page.locator('#unit-table th[data-sort="0"]')

    def column() -> list[float]:
        cells = page.locator("#unit-table tbody tr td.num:nth-of-type(2)").all()
        return [float(cell.get_attribute("data-value") or "nan") for cell in cells]

    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    known = [value for value in column() if value == value]
    assert len(known) >= 2
    assert known == sorted(known, reverse=True)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    known = [value for value in column() if value == value]
    assert known == sorted(known)


def test_the_language_is_switched_with_its_numbers(page: Any) -> None:
    assert page.get_by_role("heading", name="Chỉ tiêu chính").is_visible()
    rate = page.locator('[data-figure="dvc.online_rate"]')
    vietnamese = rate.inner_text()
    page.locator("label[for=to-en]").click()
    assert page.get_by_role("heading", name="Headline indicators").is_visible()
    assert not page.get_by_role("heading", name="Chỉ tiêu chính").is_visible()
    assert rate.inner_text() == vietnamese.replace(",", ".")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator("label[for=to-vi]").click()
    assert rate.inner_text() == vietnamese


def test_the_explorer_finds_without_accents_and_shows_the_warehouses_figure(
    page: Any, workspace: Workspace
) -> None:
    query = text(
        "SELECT value, numerator, denominator FROM indicator_monthly WHERE indicator_code = 'cccd.within_limit_rate' "
        "AND month = '2024-03-01' AND province_code = '49' AND area_level = 'province' "
        "AND period_type = 'month' AND time_window = 'month' AND breakdown = ''"
    )
    with workspace.warehouse.reading() as connection:
        value, top, bottom = connection.execute(query).one()
    page.locator("#find").fill("trong thoi han the cap")
    page.locator("#found button").first.click()
    explored = page.locator('[data-explored="cccd.within_limit_rate"]')
    assert explored.locator(".big .v").inner_text() == f"{value:.1f}".replace(".", ",")
    assert explored.locator(".big .parts").inner_text() == f"{int(top)} / {int(bottom)}"
    assert "de06 why --indicator cccd.within_limit_rate --month 2024-03 --area 49" in (
        explored.inner_text()
    )
    # The same numbers by area, the map and the breakdowns stand beside it.
    assert explored.locator("tbody tr").count() >= 2
    assert explored.locator("svg.map circle").count() >= 2


def _opened(browser: Any, folder: Path, facts: Facts, code: str) -> Any:
    """The page of a report made of a few figures, with an indicator explored."""
    path = folder / "report.html"
    links = Links("", "", "", "", "", lambda unit: "", "")
    path.write_text(report_page(facts, PLAN, links), encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{path.as_uri()}#x={code}")
    return page


def test_the_explorer_writes_rates_as_the_tables_do(browser: Any, tmp_path: Path) -> None:
    code = "dvc.on_time_rate"
    for top, bottom, written in ((29, 2_000, "1,5"), (9_996, 10_000, "99,96"), (1, 1, "100,0")):
        facts = facts_of(code, {JUNE: {1: ReportFigure(top, bottom, "reported")}})
        page = _opened(browser, tmp_path, facts, code)
        assert page.locator(f'[data-figure="{code}"]').inner_text() == written
        assert page.locator("#explored .big .v").inner_text() == written
        page.close()


def test_the_explorer_says_of_what_a_figure_is(browser: Any, tmp_path: Path) -> None:
    """A bound that an agency reported, and of how many areas a figure is, as the tables say."""
    share = ReportFigure(1_400_600, 5_600_000, "partial", ">", "", 3, 2)
    facts = facts_of(
        "civil_status.digitised_rate", {MAY: {1: share}, JUNE: {1: share, 2: share}}, 1
    )
    page = _opened(browser, tmp_path, facts, "civil_status.digitised_rate")
    explored = page.locator('[data-explored="civil_status.digitised_rate"]')
    assert explored.locator(".big .v").inner_text() == "> 25,0"
    assert explored.locator(".big .mark.part").inner_text() == "2/3 địa phương đã gửi"
    assert explored.locator("svg.trend circle.few").count() == 2
    titles = explored.locator("svg title").all_text_contents()
    assert titles
    assert all("> 25,0 % (1.400.600 / 5.600.000)" in title for title in titles)
    page.close()


def test_the_map_follows_the_indicator_chosen(page: Any) -> None:
    before = page.locator("#map-holder svg").get_attribute("aria-label")
    page.locator("#map-pick").select_option("dvc.received")
    assert page.locator("#map-holder svg").get_attribute("aria-label") != before
    page.locator("#map-holder circle").first.click()
    assert page.locator("#map-said").inner_text()


def test_nothing_sticks_out_on_a_phone(browser: Any, workspace: Workspace) -> None:
    phone = browser.new_page(viewport={"width": 375, "height": 800})
    for name in (
        "monthly/2024-03/49-quang-nam.html",
        "monthly/2024-03/VN-viet-nam.html",
        FRONT_PAGE,
    ):
        phone.goto(_address(workspace, name))
        assert phone.evaluate("document.documentElement.scrollWidth") <= 375, name
    phone.close()


def test_on_a_phone_first_columns_are_readable_and_codes_whole(
    browser: Any, workspace: Workspace
) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 800})
    phone.goto(_address(workspace, "monthly/2024-03/49-quang-nam.why.html"))
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    widths = phone.evaluate(
        "[...document.querySelectorAll('.wide tbody th')].map(e => e.getBoundingClientRect().width)"
        ".filter(width => width > 0)"
    )
    assert min(widths) >= 140
    lines = phone.evaluate(
        "[...document.querySelectorAll('.wide tbody th code')].map(e => e.getClientRects().length)"
    )
    assert max(lines) == 1
    phone.goto(_address(workspace, "monthly/2024-03/49-quang-nam.html"))
    phone.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<section id=\"systems\">"
        '<div class="wide"><table><tbody><tr><th>Số tài khoản định danh điện tử đã cấp</th>'
        '<td class="num">1.234.567 tài khoản</td><td class="num">+1,2 %</td>'
        "<td>một hai ba bốn năm sáu bảy tám chín mười</td></tr></tbody></table></div></section>')"
    )
    assert phone.locator("#systems tbody th").last.bounding_box()["width"] >= 140
    phone.close()


def test_the_report_is_whole_without_a_script(browser: Any, workspace: Workspace) -> None:
    """Previews of files on phones run none."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(_address(workspace, "monthly/2024-03/49-quang-nam.html"))
    assert page.locator("#unit-table tbody tr").count() >= 2
    assert page.locator("#map-holder circle").count() >= 2
    assert page.locator("svg.trend").count() >= 4
    page.locator("label[for=to-en]").click()
    assert page.get_by_role("heading", name="Headline indicators").is_visible()
    context.close()
