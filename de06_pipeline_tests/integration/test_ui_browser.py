"""The UI as a person uses it: a real webserver and daemon, a real browser, three months backfilled
by clicking.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from de06_pipeline_tests.integration import chromium
from de06_pipeline_tests.integration.home import Home, copy_of

pytestmark = pytest.mark.browser

MONTHS = ("2024-01", "2024-02", "2024-03")
DATASETS = ("eid_accounts", "cccd_issuance")
STARTED_WITHIN_SECONDS = 240
FINISHED_WITHIN_SECONDS = 600


@pytest.fixture(scope="module")
def ui_home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = copy_of(empty_home, tmp_path_factory.mktemp("ui") / "home")
    for month in MONTHS:
        for dataset in DATASETS:
            for supplier in ("quang-nam", "long-an"):
                home.deliver(dataset, month, supplier)
    return home


@pytest.fixture(scope="module")
def address(ui_home: Home) -> Iterator[str]:
    """`de06 ui` on a free port, as its own process group so that webserver, daemon and code server
    end together.
    """
    chromium.needed()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (ui_home.path / "ui.log").open("wb")
    command = [str(Path(sys.executable).with_name("de06")), "ui", "--port", str(port)]
    environment = os.environ | ui_home.environment()
    process = subprocess.Popen(
        command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/server_info", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(process)
        log.close()


@pytest.fixture
def page(address: str) -> Iterator[tuple[Any, list[str]]]:
    """A browser page, and the addresses of everything it asked of others than the webserver."""
    elsewhere: list[str] = []
    with chromium.opened() as browser:
        page = browser.new_page(viewport={"width": 1800, "height": 1200})
        page.set_default_timeout(120_000)
        page.on(
            "request",
            lambda r: (
                elsewhere.append(r.url)
                if not r.url.startswith((address, "data:", "blob:"))
                else None
            ),
        )
        yield page, elsewhere


def test_three_months_are_backfilled_by_clicking(
    page: tuple[Any, list[str]], address: str, ui_home: Home
) -> None:
    browser, elsewhere = page
    browser.goto(f"{address}/locations/de06_pipeline/jobs/monthly")
    browser.get_by_role("button", name="Materialize").first.click()
    browser.get_by_text("Show all partitions").click()
    selection = browser.locator("input[placeholder^='ex:']")
    selection.fill(f"[{MONTHS[0]}-01...{MONTHS[-1]}-01]")
    selection.press("Enter")
    with browser.expect_response(_answers_the_launch):
        browser.get_by_role("button", name="Launch").last.click()
    # An open page asks and draws all the time; with the webserver it takes as much as a month.
    browser.goto("about:blank")

    runs = _finished_runs(ui_home)
    assert {run.tags["dagster/partition"] for run in runs} == {f"{month}-01" for month in MONTHS}
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
    assert {
        month for (month,) in ui_home.query("SELECT DISTINCT month FROM indicator_monthly")
    } == {f"{month}-01" for month in MONTHS}

    browser.goto(f"{address}/assets/accepted/eid_accounts?view=checks")
    for name in (
        "readable",
        "headers",
        "accounting",
        "tolerance",
        "critical_rules",
        "warning_rules",
        "arrival",
        "cross_month",
    ):
        browser.get_by_text(name, exact=True).first.wait_for()
    browser.goto(f"{address}/locations/de06_pipeline/schedules/nightly")
    browser.get_by_text("Running").first.wait_for()
    assert elsewhere == []


def test_the_graph_leads_from_landing_to_warehouse(
    page: tuple[Any, list[str]], address: str
) -> None:
    browser, elsewhere = page
    browser.goto(f"{address}/asset-groups")
    for group in (
        "public_services",
        "lodging_notices",
        "id_cards",
        "electronic_identity",
        "warehouse",
    ):
        browser.get_by_text(group, exact=True).first.wait_for()
    # Seen whole, the graph shows the last part of each name: landing and accepted of the dataset, then
    # its cells and figures. Deliveries stand beside: no figure is made from them.
    browser.goto(
        f"{address}/assets/warehouse/eid_monthly?view=lineage&lineageScope=upstream&lineageDepth=5"
    )
    browser.get_by_text("eid_accounts", exact=True).nth(1).wait_for()
    browser.get_by_text("eid", exact=True).first.wait_for()
    browser.get_by_text("eid_monthly", exact=True).first.wait_for()
    assert elsewhere == []


def _answers_the_launch(answer: Any) -> bool:
    return "LaunchPartitionBackfill" in (answer.request.post_data or "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole process group, politely first; on a busy machine the daemon takes its time to
    finish what it does.
    """
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "de06 ui ended; see ui.log"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(1)
    pytest.fail(f"the webserver did not answer within {STARTED_WITHIN_SECONDS} s")


def _finished_runs(home: Home) -> list[dg.DagsterRun]:
    """The runs of the job once all of them have ended."""
    until = time.monotonic() + FINISHED_WITHIN_SECONDS
    with home.instance() as instance:
        while time.monotonic() < until:
            runs = [
                run
                for run in instance.get_runs(dg.RunsFilter(job_name="monthly"))
                if "dagster/backfill" in run.tags
            ]
            if len(runs) == len(MONTHS) and all(run.is_finished for run in runs):
                return runs
            time.sleep(2)
    pytest.fail(f"the backfill did not finish within {FINISHED_WITHIN_SECONDS} s")
