"""Reports that open by a click: links in metadata, and the server that answers them."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from de06_pipeline.commands.report_server import own_address, report_server
from de06_pipeline.defs.links import ReportLinks
from de06_pipeline.errors import UsageError
from de06_pipeline.settings import Settings
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM

DATASET, MONTH, LATER = "eid_accounts", "2024-01", "2024-02"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path, port: int) -> Iterator[int]:
    reports = tmp_path / "reports"
    (reports / "suppliers").mkdir(parents=True)
    (reports / "suppliers" / "Quảng Nam.html").write_text("a report", encoding="utf-8")
    (tmp_path / "warehouse.sqlite").write_text("not for browsers", encoding="utf-8")
    (reports / "way-out").symlink_to(tmp_path / "warehouse.sqlite")
    with report_server(Settings(home=tmp_path, reports_url=f"http://127.0.0.1:{port}")) as server:
        assert server is not None
        yield port


def _get(port: int, path: str, host: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_report_is_served_and_its_folder_is_not_listed(served: int) -> None:
    assert _get(served, "/suppliers/Qu%E1%BA%A3ng%20Nam.html") == (200, b"a report")
    assert _get(served, "/suppliers/")[0] == 404
    assert _get(served, "/")[0] == 404


@pytest.mark.parametrize(
    "path", ["/../warehouse.sqlite", "/%2e%2e/warehouse.sqlite", "/way-out", "//etc/passwd"]
)
def test_nothing_outside_the_reports_is_served(served: int, path: str) -> None:
    status, body = _get(served, path)
    assert status == 404
    assert b"not for browsers" not in body


def test_a_page_elsewhere_that_names_this_machine_otherwise_gets_no_answer(served: int) -> None:
    assert _get(served, "/suppliers/Qu%E1%BA%A3ng%20Nam.html", "rebound.example")[0] == 421


def test_a_taken_address_is_said(served: int, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, reports_url=f"http://127.0.0.1:{served}")
    with pytest.raises(UsageError, match="DE06_REPORTS_URL"), report_server(settings):
        pass


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:3001", ("127.0.0.1", 3001)),
        ("http://localhost:3001", ("localhost", 3001)),
        ("https://de06.example/reports", None),
        ("http://0.0.0.0:3001", None),
        ("http://127.0.0.1:3001/reports", None),
        ("", None),
    ],
)
def test_only_an_address_of_this_machine_is_served(
    url: str, address: tuple[str, int] | None
) -> None:
    assert own_address(url) == address


@pytest.mark.parametrize(
    "url", ["ftp://x", "javascript:alert(1)", "http://user:pw@host", "http://x?y"]
)
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="DE06_REPORTS_URL"):
        Settings(home=tmp_path, reports_url=url)


def test_names_of_files_are_links_or_paths_with_their_machine(tmp_path: Path) -> None:
    path = tmp_path / "suppliers" / "Quảng Nam.html"
    links = ReportLinks(tmp_path, "http://127.0.0.1:3001")
    address = "http://127.0.0.1:3001/suppliers/Qu%E1%BA%A3ng%20Nam.html"
    assert links.value(path) == dg.MetadataValue.url(address)
    assert f"[Quảng Nam.html]({address})" in links.table(("a", "b"), [("x|y", path)])
    assert links.machine() == {}
    local = ReportLinks(tmp_path, "")
    assert local.value(path) == dg.MetadataValue.path(path)
    assert local.machine()["files lie on"].value == socket.gethostname()


def test_a_run_links_the_report_of_a_delivery(home: Home) -> None:
    home.deliver("population", MONTH, QUANG_NAM)
    chosen = ("--dataset", DATASET, "--dataset", "population", "--no-reports")
    for month in (MONTH, LATER):
        home.deliver(DATASET, month, QUANG_NAM)
        code = home.de06("run", month, *chosen, DE06_REPORTS_URL="https://de06.example/r/").code
        assert code == 0
    with home.instance() as instance:
        last = instance.get_latest_materialization_event(dg.AssetKey(["delivery", DATASET]))
        months = instance.get_materialized_partitions(dg.AssetKey(["delivery", "population"]))
    assert last is not None
    assert last.asset_materialization is not None
    assert last.asset_materialization.metadata[f"report {QUANG_NAM}"].value == (
        f"https://de06.example/r/suppliers/{DATASET}/{LATER}/{QUANG_NAM}.html"
    )
    assert months == {"2024-01-01", "2024-02-01"}, "what is carried is not missing"
