"""The report for the office that sent a file: what was planted is found one for one, on a page for
people and in a CSV for machines.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from de06_pipeline.periods import Month
from de06_pipeline.reports import finding_tables
from de06_pipeline.reports.findings import CSV_COLUMNS
from de06_pipeline.reports.page import EXAMPLES
from de06_pipeline_tests.integration import chromium
from de06_pipeline_tests.integration.home import Home, Printed, copy_of
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, csv_text, rows

DATASET, MONTH = "eid_accounts", "2024-01"
FIRST, SECOND = "tệp a.csv", "tệp b.csv"
BAD_DATES = EXAMPLES + 15

Planted = Counter[tuple[str, str, str]]
"""(file, row, rule without the dataset) → how often."""


def _planted_files() -> tuple[dict[str, str], Planted]:
    """Two files and what is wrong with them; header on line 1, so the n-th record (from 0) is line
    n + 2.
    """
    good = rows(DATASET, QUANG_NAM, Month.parse(MONTH), 120)
    planted: Planted = Counter()

    def plant(number: int, rule: str, **cells: str) -> None:
        good[number] = good[number] | cells
        planted[FIRST, str(number + 2), rule] += 1

    for number in range(BAD_DATES):
        plant(number, "received_on.parse", received_on="31/02/2024")
    plant(60, "province.required", province="", district="")
    plant(61, "district.area", district="Huyện Quế Sơnn")
    plant(62, "area.parent", district="Bến Lức")
    plant(63, "status.enum", status='=HYPERLINK("http://x")')
    plant(64, "citizen_id.shape", citizen_id="12345")
    plant(65, "province.coverage", province="Long An", district="Bến Lức")
    first = csv_text(DATASET, good).splitlines()
    first[70] += ",thừa"
    planted[FIRST, "71", "record.broken"] += 1
    second = [
        good[80] | {"updated_at": "30/01/2024"},
        *rows(DATASET, QUANG_NAM, Month.parse(MONTH), 20, first=500),
    ]
    planted[FIRST, "82", "record.superseded"] += 1
    return {FIRST: "\n".join(first) + "\n\n", SECOND: csv_text(DATASET, second)}, planted


def _lines(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark"
    return list(csv.DictReader(io.StringIO(text)))


class _Page(HTMLParser):
    """The texts of a page by element, what it would load, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data") or (tag == "link" and name == "href"):
                self.loads.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name == "id":
                self.ids.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"


@pytest.fixture(scope="module")
def planted_home(
    empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, Printed]:
    home = copy_of(empty_home, tmp_path_factory.mktemp("planted") / "home")
    for name, text in _planted_files()[0].items():
        home.put(DATASET, MONTH, QUANG_NAM, text, name)
    return home, home.de06("run", MONTH, "--no-reports", "--dataset", DATASET)


@pytest.fixture(scope="module")
def report(planted_home: tuple[Home, Printed]) -> Path:
    return planted_home[0].path / "reports" / "suppliers" / DATASET / MONTH / f"{QUANG_NAM}.html"


def test_everything_planted_is_listed_once_and_nothing_else(report: Path) -> None:
    lines = _lines(report.with_suffix(".csv"))
    assert tuple(lines[0]) == CSV_COLUMNS
    listed = Counter(
        (line["file"], line["row"], line["rule"].removeprefix(f"{DATASET}.")) for line in lines
    )
    refused = listed.pop(("", "", "delivery.tolerance"))
    assert refused == 1
    assert listed == _planted_files()[1]


def test_a_line_says_what_is_wrong_what_would_be_right_and_where(report: Path) -> None:
    by_rule = {
        line["rule"].removeprefix(f"{DATASET}."): line
        for line in _lines(report.with_suffix(".csv"))
    }
    district = by_rule["district.area"]
    assert district["column"] == "Quận/Huyện, Tỉnh/Thành phố"
    assert "Có phải là Huyện Quế Sơn (509)?" in district["remedy_vi"]
    assert "Is Huyện Quế Sơn (509) meant?" in district["remedy_en"]
    assert by_rule["received_on.parse"]["masked_value"] == "31/02/2024"
    assert by_rule["record.broken"]["problem_vi"] == "Số ô của dòng khác số cột của tiêu đề."
    assert "Giữ dòng 2 của tệp tệp b.csv." in by_rule["record.superseded"]["remedy_vi"]
    severities = {
        rule: by_rule[rule]["severity"]
        for rule in ("delivery.tolerance", "citizen_id.shape", "status.enum", "record.superseded")
    }
    assert list(severities.values()) == ["refused", "warning", "critical", "information"]
    assert all(
        line["problem_vi"] and line["remedy_vi"] and line["problem_en"] and line["remedy_en"]
        for line in by_rule.values()
    )


def test_a_formula_from_a_file_is_a_text_in_the_table(report: Path) -> None:
    (value,) = [
        line["masked_value"]
        for line in _lines(report.with_suffix(".csv"))
        if line["rule"] == f"{DATASET}.status.enum"
    ]
    assert value.startswith("'=")


def test_the_page_shows_the_accounting_the_first_rows_and_where_the_rest_is(
    planted_home: tuple[Home, Printed], report: Path
) -> None:
    text = report.read_text(encoding="utf-8")
    flat = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    counted = planted_home[0].query(
        "SELECT rows_read, rows_accepted, rows_quarantined, rows_superseded FROM delivery ORDER BY file_name"
    )
    assert [read - accepted - aside - replaced for read, accepted, aside, replaced in counted] == [
        0,
        0,
    ]
    for read, accepted, aside, replaced in counted:
        assert f"<td>{read}</td><td>{accepted}</td><td>{aside}</td><td>{replaced}</td>" in text
    assert "Bị từ chối: không dòng nào được dùng" in flat
    assert "thư mục con v2" in flat
    assert flat.count("31/02/2024") == EXAMPLES
    assert f"Và {BAD_DATES - EXAMPLES} dòng nữa" in flat
    assert "HYPERLINK" not in text, "an unknown value is masked"


def test_the_page_is_one_well_formed_file_that_loads_nothing(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    page = _Page(text)
    assert page.open == []
    assert page.loads == []
    assert page.tags["script"] == 0
    assert "http" not in text
    assert "url(" not in text
    assert text.startswith("<!DOCTYPE html>")
    assert '<html lang="vi">' in text
    assert set(page.links) == {f"{QUANG_NAM}.csv"} | {
        f"#{anchor}" for anchor in page.ids if re.fullmatch(r"g\d+", anchor)
    }
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("are_many", [False, True])
def test_the_same_delivery_gives_the_same_bytes(
    planted_home: tuple[Home, Printed],
    report: Path,
    monkeypatch: pytest.MonkeyPatch,
    are_many: bool,
) -> None:
    """Also where its lines are too many to be kept."""
    if are_many:
        monkeypatch.setattr(finding_tables, "_KEPT_BYTES", 0)
    before = (report.read_bytes(), report.with_suffix(".csv").read_bytes())
    planted_home[0].run(MONTH, datasets=[DATASET])
    assert (report.read_bytes(), report.with_suffix(".csv").read_bytes()) == before
    assert [path.name for path in report.parent.iterdir() if path.name.startswith(".")] == [], (
        "a half-written file was left"
    )


def test_run_status_and_why_name_the_report(
    planted_home: tuple[Home, Printed], report: Path
) -> None:
    home, printed = planted_home
    assert printed.code == 3
    assert str(report) in printed.text
    assert str(report) in home.de06("status", MONTH).text
    home.put(
        DATASET,
        MONTH,
        QUANG_NAM,
        csv_text(DATASET, rows(DATASET, QUANG_NAM, Month.parse(MONTH), 120)[1:]),
        "v2/tệp a.csv",
    )
    late = [
        row | {"citizen_id": "12345"} for row in rows(DATASET, QUANG_NAM, Month.parse(MONTH), 1)
    ]
    home.put(DATASET, MONTH, QUANG_NAM, csv_text(DATASET, late), "v2/tệp b.csv")
    assert home.de06("run", MONTH, "--no-reports", "--dataset", DATASET).code == 0
    assert (
        str(report)
        in home.de06("why", "--indicator", "eid.received", "--month", MONTH, "--area", "49").text
    )


def test_the_ui_links_the_report_from_the_delivery_and_from_the_checks_that_failed(
    home: Home,
) -> None:
    home.put(DATASET, MONTH, QUANG_NAM, _planted_files()[0][FIRST], FIRST)
    (run,) = home.run(MONTH, datasets=[DATASET])
    page = home.path / "reports" / "suppliers" / DATASET / MONTH / f"{QUANG_NAM}.html"
    # The month of a refused delivery is observed: it is red, and not materialized.
    (delivered,) = [
        event.event_specific_data.asset_observation
        for event in home.events(run.run_id, dg.DagsterEventType.ASSET_OBSERVATION)
        if event.asset_key and event.asset_key.path == ["delivery", DATASET]
    ]
    assert delivered.metadata[f"report {QUANG_NAM}"].value == str(page)
    assert delivered.metadata[f"findings {QUANG_NAM}"].value == str(page.with_suffix(".csv"))
    linked = {
        check.check_name: "reports" in check.metadata
        and str(page) in str(check.metadata["reports"].value)
        for check in home.evaluations(run.run_id)
    }
    assert linked["tolerance"]
    assert linked["critical_rules"]
    assert not linked["readable"], "nothing is to be corrected there"


@pytest.fixture
def browser() -> Iterator[Any]:
    with chromium.opened() as browser:
        yield browser


@pytest.mark.browser
def test_the_page_fits_a_phone_switches_its_language_and_asks_nobody_for_anything(
    browser: Any, report: Path
) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 812})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    heading = page.locator("h1")
    assert heading.inner_text() == "Tài khoản định danh điện tử"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert heading.inner_text() == "e-ID accounts", "the switch works from the keyboard"
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.locator("label[for=in-vi]").click()
    assert heading.inner_text() == "Tài khoản định danh điện tử"
    assert asked == [report.as_uri()]
