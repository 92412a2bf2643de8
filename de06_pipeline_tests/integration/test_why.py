"""``de06 why`` and ``de06 changes`` of a figure that was corrected, whose supplier then sent a bad
file: what is in force, what was refused, and why the figure is no longer what it was; and of one
that is not yet made anew.
"""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from de06_pipeline.areas.model import Area
from de06_pipeline.monthly.find_attention import attention
from de06_pipeline.monthly.find_basis import MonthBasis
from de06_pipeline.monthly.find_changes import refresh_changes
from de06_pipeline.monthly.find_stale import stale_reasons
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.write_front_page import write_front_page
from de06_pipeline.periods import TIMEZONE, Month
from de06_pipeline_tests.integration.home import Home, Printed, copy_of
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows
from de06_pipeline_tests.integration.whole_months import finish_months, run_months

DATASET, MONTH, LATER = "eid_accounts", "2024-01", "2024-02"


@pytest.fixture(scope="module")
def corrected(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two suppliers; Quảng Nam's numbers corrected, then a file without a column."""
    home = copy_of(empty_home, tmp_path_factory.mktemp("why") / "home")
    workspace = home.workspace()
    home.deliver(DATASET, MONTH, QUANG_NAM)
    home.deliver(DATASET, MONTH, LONG_AN)
    run_months(workspace, [MONTH], [DATASET], ["eid"], "first")
    more = rows(DATASET, QUANG_NAM, Month.parse(MONTH), count=14)
    home.deliver(DATASET, MONTH, QUANG_NAM, more, "v2/export.csv")
    run_months(workspace, [MONTH], [DATASET], ["eid"], "second")
    home.put(DATASET, MONTH, QUANG_NAM, "a,b\n1,2\n", "v3/export.csv")
    run_months(workspace, [MONTH], [DATASET], ["eid"], "third")
    return home


@pytest.fixture(scope="module")
def tolerated(corrected: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Later, one bad row of sixty, within the tolerance, and the files of Long An gone."""
    home = copy_of(corrected.path, tmp_path_factory.mktemp("tolerated") / "home")
    records = rows(DATASET, QUANG_NAM, Month.parse(LATER), count=60)
    records[0]["province"] = ""
    home.deliver(DATASET, LATER, QUANG_NAM, records)
    gone = home.deliver(DATASET, LATER, LONG_AN)
    run_months(home.workspace(), [LATER], [DATASET], ["eid"], "fourth")
    gone.unlink()
    run_months(home.workspace(), [LATER], [DATASET], ["eid"], "fifth")
    return home


def _why(home: Home, area: str, *more: str, month: str = MONTH) -> Printed:
    return home.de06("why", "--indicator", "eid.received", "--month", month, "--area", area, *more)


def test_a_refused_correction_is_told_and_what_stands(corrected: Home) -> None:
    printed = _why(corrected, "quang nam")
    assert printed.code == 0, printed.text
    assert printed.says("made of 14", "v2/export.csv", "attempt 3 was refused on")
    assert printed.says("the delivery above stays in force", "quang-nam.html"), printed.text
    assert "v3/export.csv" not in printed.text


def test_an_earlier_revision_has_its_value_and_what_made_the_next(corrected: Home) -> None:
    printed = _why(corrected, "49")
    assert printed.says(
        "revision 1: 12 = 12 ",
        "revision 2 because: eid_accounts 2024-01 quang-nam: new files v2/export.csv",
    ), printed.text
    assert "cause was not recorded" not in printed.text


def test_only_suppliers_that_bear_on_the_area_are_named(corrected: Home) -> None:
    of_long_an = _why(corrected, "Bến Lức")
    assert of_long_an.code == 0, of_long_an.text
    assert of_long_an.says("long-an")
    assert "quang-nam" not in of_long_an.text
    assert "long-an" not in _why(corrected, "Tam Kỳ").text
    assert _why(corrected, "VN").says("long-an", "quang-nam")


def test_a_check_within_its_tolerance_is_no_broken_rule(tolerated: Home) -> None:
    printed = _why(tolerated, "49", month=LATER)
    assert printed.says("eid_accounts.province.", "1 of 60"), printed.text
    assert "delivery.tolerance" not in printed.text
    with tolerated.active():
        basis = MonthBasis(tolerated.workspace(), Month.parse(LATER), "").of(_country(tolerated))
    broken = [rule.rule_id for source in basis for rule in source.broken]
    assert broken
    assert not [rule for rule in broken if rule.endswith("delivery.tolerance")]


def test_of_files_that_are_gone_it_is_told_when_they_had_been_recorded(tolerated: Home) -> None:
    ((recorded,),) = tolerated.query(
        "SELECT recorded_at FROM delivery WHERE month = ? AND supplier = 'long-an'", f"{LATER}-01"
    )
    when = datetime.fromisoformat(recorded).replace(tzinfo=UTC).astimezone(ZoneInfo(TIMEZONE))
    printed = _why(tolerated, "80", month=LATER)
    assert printed.says(f"attempt 1 of {when:%d/%m/%Y %H:%M} was found missing later"), printed.text
    with tolerated.active():
        basis = MonthBasis(tolerated.workspace(), Month.parse(LATER), "").of(_country(tolerated))
    (gone,) = [each for source in basis for each in source.overtaken if source.source == "eid"]
    assert (gone.when, gone.what.en) == (
        f"{when:%d/%m/%Y %H:%M}",
        "found missing since it was recorded on",
    )


def _country(home: Home) -> Area:
    return home.workspace().areas.country


def test_windows_and_breakdowns_that_are_none_are_answered_with_those_there_are(
    corrected: Home,
) -> None:
    printed = _why(corrected, "49", "--window", "year")
    assert printed.code == 2
    assert printed.says("--window year: choose one of month, quarter, ytd, stock."), printed.text
    printed = _why(corrected, "49", "--breakdown", "level=x")
    assert printed.code == 1
    assert printed.says(
        "with level=x. There are the windows month, ytd, and the breakdowns level=1 | 2."
    ), printed.text


def test_changes_tell_what_was_revised_where_by_how_much_and_why(corrected: Home) -> None:
    printed = corrected.de06("changes", MONTH, "--indicator", "eid.received", "--area", "VN")
    assert printed.code == 0, printed.text
    assert printed.says(
        "because: eid_accounts 2024-01 quang-nam: new files v2/export.csv",
        "eid.received │ Cả nước │ Month │ 24 │ 26 │ +2",
    ), printed.text
    elsewhere = corrected.de06("changes", MONTH, "--area", "Long An", "--indicator", "eid.received")
    assert elsewhere.says("No such figure of 2024-01 has been revised"), elsewhere.text


def test_every_revision_is_in_the_table_beside_the_page_and_the_front_page_leads_there(
    corrected: Home,
) -> None:
    assert corrected.de06("changes", MONTH).code == 0
    folder = corrected.path / "reports" / "changes"
    with (folder / f"{MONTH}.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    (past,) = corrected.query(
        "SELECT count(*) FROM indicator_history WHERE superseded_at IS NOT NULL AND month = ?",
        f"{MONTH}-01",
    )
    assert len(lines) == past[0] > 0
    (revised,) = [
        line
        for line in lines
        if (line["indicator_code"], line["area_code"], line["breakdown"], line["period_type"])
        == ("eid.received", "49", "", "month")
        and line["time_window"] == "month"
    ]
    assert (revised["numerator_before"], revised["numerator"], revised["difference"]) == (
        "12",
        "14",
        "2.0",
    )
    page = (folder / f"{MONTH}.html").read_text(encoding="utf-8")
    assert "tệp mới v2/export.csv" in page
    assert "http" not in page.replace("http-equiv", "")
    with corrected.active():
        front = write_front_page(corrected.workspace()).read_text(encoding="utf-8")
    assert f'href="changes/{MONTH}.html"' in front


def test_a_page_that_tells_of_the_last_publication_is_not_written_again(corrected: Home) -> None:
    with corrected.active():
        workspace = corrected.workspace()
        page = refresh_changes(workspace)[Month.parse(MONTH)]
        before = page.stat().st_mtime_ns
        refresh_changes(workspace)
        assert page.stat().st_mtime_ns == before
        page.write_text("an older page", encoding="utf-8")
        refresh_changes(workspace)
    assert "v2/export.csv" in page.read_text(encoding="utf-8")


def test_a_withdrawal_is_named_and_what_only_stands_again_is_not(
    corrected: Home, tmp_path: Path
) -> None:
    """In one run long-an's files are confirmed to be gone, and quang-nam's bad folder is taken away."""
    home = copy_of(corrected.path, tmp_path / "home")
    of_quang_nam = home.landing / DATASET / MONTH / QUANG_NAM
    shutil.rmtree(of_quang_nam / "v3")
    (home.landing / DATASET / MONTH / LONG_AN / "export.csv").unlink()
    finish_months(home.workspace(), [MONTH], [DATASET], "fourth", accept_missing=True)
    printed = home.de06("changes", MONTH, "--indicator", "eid.received", "--area", "VN")
    assert printed.says("because: eid_accounts 2024-01 long-an: files gone, withdrawn"), (
        printed.text
    )
    assert "another result" not in printed.text


def test_a_stock_says_that_a_corrected_balance_is_not_in_it_yet(
    empty_home: Path, tmp_path: Path
) -> None:
    home = copy_of(empty_home, tmp_path / "home")
    workspace = home.workspace()
    months = ["2024-01", "2024-02"]
    for month in months:
        home.deliver("cccd_issuance", month, QUANG_NAM)
    balance = {
        "indicator_code": "cccd.received_stock",
        "as_of": "31/12/2023",
        "value": "100",
        "province": "Quảng Nam",
        "district": "",
    }
    home.deliver("opening_balances", "2024-02", QUANG_NAM, [balance])
    datasets = ["cccd_issuance", "opening_balances"]
    finish_months(workspace, months, datasets)
    assert stale_reasons(workspace, "cccd") == {}

    def why(indicator: str = "cccd.received_stock") -> Printed:
        return home.de06("why", "--indicator", indicator, "--month", "2024-01", "--area", "49")

    def named() -> list[str]:
        return [a.trouble for a in attention(workspace) if a.what == "cccd"]

    assert why().says("made of 112")
    assert not why().says("not yet anew")
    assert not named()

    later = [balance | {"as_of": "29/02/2024"}]
    home.deliver("opening_balances", "2024-02", QUANG_NAM, later, "v2/export.csv")
    contract = workspace.contract("opening_balances")
    ingest_month(workspace, contract, Month.parse("2024-02"), "corrected")
    waiting = dict.fromkeys(map(Month.parse, months), ("references",))
    assert stale_reasons(workspace, "cccd") == waiting
    assert why().says("not yet anew: the populations or opening balances of 2024-02 changed")
    assert not why("cccd.received").says("not yet anew")
    assert ["stocks from 2024-01 on wait" in trouble for trouble in named()] == [True]

    finish_months(workspace, ["2024-02"], datasets)
    assert stale_reasons(workspace, "cccd") == {}
    assert not why().says("not yet anew")
    assert not named()
    assert why().says("made of –"), "nobody knows where January starts"
