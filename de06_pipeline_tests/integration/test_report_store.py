"""Reports on an object store: written after their record, the same on every machine, served where
they were not written, and never in the way of figures.
"""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from de06_pipeline.commands.report_server import report_server
from de06_pipeline.monthly import ingest_month
from de06_pipeline.monthly.report_store import ReportStoreError, share
from de06_pipeline.settings import Settings
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.s3_server import stored_files
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM

pytest_plugins = ["de06_pipeline_tests.integration.s3_server"]

DATASET, MONTH = "eid_accounts", "2024-01"
PAGE = f"suppliers/{DATASET}/{MONTH}/{QUANG_NAM}.html"


@pytest.fixture
def store(bucket: str) -> str:
    """The address of an empty store of reports."""
    return bucket


def _machine(tmp_path: Path, name: str, store: str) -> Settings:
    return Settings(home=tmp_path / name, reports_store=store)


def _write(settings: Settings, name: str, text: str, later: int = 0) -> Path:
    path = settings.reports / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if later:
        stat = path.stat()
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + later * 10**9))
    return path


def _names(settings: Settings) -> set[str]:
    files = (p for p in settings.reports.rglob("*") if p.is_file() and p.name[0] != ".")
    return {p.relative_to(settings.reports).as_posix() for p in files}


def test_what_a_run_writes_is_on_every_machine_and_served_there(
    home: Home, tmp_path: Path, store: str
) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    printed = home.de06("run", MONTH, "--dataset", DATASET, DE06_REPORTS_STORE=store)
    assert printed.code == 0, printed.text
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    other = Settings(
        home=tmp_path / "other", reports_store=store, reports_url=f"http://127.0.0.1:{port}"
    )
    with report_server(other):
        for name in (PAGE, "index.html"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", f"/{name}")
            answer = connection.getresponse()
            assert answer.status == 200, name
            assert answer.read() == (home.path / "reports" / name).read_bytes()
            connection.close()
    written = _names(Settings(home=home.path))
    assert _names(other) == written > {PAGE, "index.html"}


def test_a_report_whose_record_failed_is_nowhere(
    home: Home, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)

    def fail(*_: object) -> None:
        raise RuntimeError("no record")

    monkeypatch.setattr(ingest_month, "record_delivery", fail)
    printed = home.de06(
        "run", MONTH, "--dataset", DATASET, "--no-reports", DE06_REPORTS_STORE=store
    )
    assert printed.code == 1
    assert not stored_files().exists(f"{store}/{PAGE}")


def test_a_store_that_cannot_be_reached_is_not_in_the_way_of_figures(
    home: Home, store: str, new_home: Callable[[str], Home]
) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    gone = store.replace("s3://bucket-", "s3://no-such-")
    printed = home.de06("run", MONTH, "--dataset", DATASET, DE06_REPORTS_STORE=gone)
    assert printed.says(f"The reports of {MONTH} failed"), printed.text
    assert home.query("SELECT 1 FROM indicator_monthly LIMIT 1")
    assert (home.path / "reports" / PAGE).is_file()
    assert os.environ["AWS_ENDPOINT_URL"] not in printed.text
    with pytest.raises(ReportStoreError, match="could not be shared"):
        share(Settings(home=home.path, reports_store=gone))
    assert share(Settings(home=home.path, reports_store=store)) > 0, "handed over the next time"
    assert stored_files().exists(f"{store}/{PAGE}")


def test_the_later_of_two_stands_and_what_is_removed_goes_everywhere(
    tmp_path: Path, store: str
) -> None:
    first, second = _machine(tmp_path, "one", store), _machine(tmp_path, "two", store)
    for name in ("a.html", "b/c.html", "d.html"):
        _write(first, name, f"first {name}")
    assert (share(first), share(second), share(first), share(second)) == (3, 3, 0, 0)
    _write(first, "a.html", "later", later=3600)
    _write(second, "a.html", "earlier")
    assert (share(second), share(first), share(second)) == (1, 1, 1)
    assert (second.reports / "a.html").read_text("utf-8") == "later"
    (first.reports / "b" / "c.html").unlink()
    _write(second, "d.html", "second")
    assert (share(first), share(second), share(first)) == (1, 2, 1)
    assert _names(first) == _names(second) == {"a.html", "d.html"}
    assert (first.reports / "d.html").read_text("utf-8") == "second"


def test_only_one_folder_is_looked_at_where_only_one_was_written(
    tmp_path: Path, store: str
) -> None:
    first, second = _machine(tmp_path, "one", store), _machine(tmp_path, "two", store)
    _write(first, "suppliers/x/2024-01/a.html", "a")
    _write(first, "suppliers/x/2024-011/b.html", "b")
    assert share(first, "suppliers/x/2024-01") == 1
    assert share(second) == 1
    assert _names(second) == {"suppliers/x/2024-01/a.html"}


def test_unfinished_private_and_foreign_files_are_not_shared(tmp_path: Path, store: str) -> None:
    first = _machine(tmp_path, "one", store)
    for name in ("a.html.part", ".hidden", "validate/mine.html", "b.html"):
        _write(first, name, name)
    (first.reports / "link.html").symlink_to(_write(first, "../secret", "secret"))
    assert share(first) == 1
    listed = {path.partition("/de06/")[2] for path in stored_files().find(store)}
    assert listed == {"b.html"}
    stored_files().pipe_file(f"{store}/../out.html", b"")
    stored_files().pipe_file(f"{store}/.x/y.html", b"")
    assert share(first) == 0


def test_a_file_that_the_store_does_not_take_keeps_no_other_back(
    tmp_path: Path, store: str
) -> None:
    first = _machine(tmp_path, "one", store)
    for name in ("a.html", "b.html", "c.html"):
        _write(first, name, name)
    put = stored_files().put_file

    def refuse(local: str, *rest: Any, **named: Any) -> Any:
        if local.endswith("b.html"):
            raise PermissionError("key AKIA0000")
        return put(local, *rest, **named)

    with (
        patch.object(stored_files(), "put_file", refuse),
        pytest.raises(ReportStoreError, match=r"1 files, the first b\.html") as caught,
    ):
        share(first)
    assert "AKIA" not in str(caught.value)
    assert share(first) == 1


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="mount it at"):
        Settings(home=tmp_path, reports_store=str(tmp_path))
