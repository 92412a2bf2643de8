"""What goes wrong with the machine is said in a line or two with the remedy, never as a traceback."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import duckdb
import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from de06_pipeline.errors import StepFailed, UsageError, no_values_leave
from de06_pipeline.plain_reasons import plain_reason
from de06_pipeline.settings import Settings, unknown_settings
from de06_pipeline_tests.integration.home import Home

SECRET = "049099000001 Nguyễn Thị Thử"


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("DE06_THREADS", "abc", "DE06_THREADS"),
        ("DE06_THREADS", "-1", "DE06_THREADS"),
        ("DE06_MEMORY_LIMIT", "lots", "DE06_MEMORY_LIMIT: must be a number with a unit"),
        ("DE06_WAREHOUSE_URL", "mysql://u:matkhau@h/d", "not supported"),
        ("DE06_MEMORY_LIMIT", "1B", "between 64MB and 64TB"),
        ("DE06_MEMORY_LIMIT", "999999999999TB", "between 64MB and 64TB"),
        ("DE06_THREADS", "99999999999999999999", "DE06_THREADS"),
        ("DE06_CONCURRENT_RUNS", "99999999999999999999", "DE06_CONCURRENT_RUNS"),
        ("DE06_QUIET_MINUTES", "99999999999999999999", "DE06_QUIET_MINUTES"),
        ("DE06_KEEP_LANDING_MONTHS", "99999999999999", "DE06_KEEP_LANDING_MONTHS"),
        ("DE06_KEEP_RUNS_DAYS", "99999999999999999", "DE06_KEEP_RUNS_DAYS"),
        ("DE06_DAGSTER_URL", "postgresql://u:matkhau@h/d", "must begin with postgresql+psycopg2"),
        (
            "DE06_DAGSTER_URL",
            "postgresql+psycopg2://u:matkhau@h:abc/d",
            "DE06_DAGSTER_URL: the port",
        ),
        ("DE06_WAREHOUSE_URL", "postgresql://u:matkhau@h:abc/d", "DE06_WAREHOUSE_URL: the port"),
        ("DE06_CELERY_BROKER", "redis://:matkhau@h:99999/0", "DE06_CELERY_BROKER: the port"),
        ("DE06_ALERT_WEBHOOK", "matkhau", "DE06_ALERT_WEBHOOK: must be an address"),
        ("DE06_ALERT_WEBHOOK", "ftp://h/matkhau", "DE06_ALERT_WEBHOOK: must be an address"),
        ("DE06_ALERT_WEBHOOK", "http://[::", "DE06_ALERT_WEBHOOK: must be an address"),
        ("DE06_REPORTS_URL", "http://h:abc", "DE06_REPORTS_URL: must be an address"),
        ("DE06_UI_URL", "http://h/\x01", "DE06_UI_URL: must be an address"),
        ("DE06_CONTRACTS", "/dev/null", "DE06_CONTRACTS: /dev/null is no folder"),
    ],
)
def test_a_setting_that_cannot_be_understood(
    home: Home, setting: str, value: str, words: str
) -> None:
    printed = home.de06("status", **{setting: value})
    assert printed.code == 2
    assert printed.says(words), printed.text
    assert "Traceback" not in printed.text
    assert "matkhau" not in printed.text
    assert len(printed.text.splitlines()) <= 2


@pytest.mark.parametrize("command", ["status", "init"])
@pytest.mark.parametrize("setting", ["DE06_HOME", "DE06_LANDING", "DE06_LAKE", "DAGSTER_HOME"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("/dev/null", "/dev/null is no folder"),
        ("/dev/null/below", "/dev/null is no folder"),
        ("/x/" + "a" * 300, "longer than file systems take"),
        ("/x" * 3000, "longer than file systems take"),
        ("/tmp/a\x01b", "control characters"),
    ],
)
def test_a_place_that_cannot_be_a_folder(
    home: Home, command: str, setting: str, value: str, words: str
) -> None:
    printed = home.de06(command, **{setting: value})
    assert (printed.code, printed.says(setting, words)) == (2, True), printed.text
    assert len(printed.text) < 300


@pytest.mark.parametrize("setting", ["DE06_LANDING", "DE06_LAKE"])
def test_an_address_with_one_stroke_becomes_no_folder(home: Home, setting: str) -> None:
    printed = home.de06("init", **{setting: "s3:/tinh/lake"})
    assert (printed.code, printed.says(setting, "s3://")) == (2, True), printed.text


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc here")
@pytest.mark.parametrize("setting", ["DE06_HOME", "DE06_LANDING"])
def test_a_place_where_no_folder_can_be_made(home: Home, setting: str) -> None:
    printed = home.de06("init", **{setting: "/proc/none/x"})
    assert (printed.code, printed.says(setting, "/proc/none/x", "another place")) == (2, True)


def test_an_empty_setting_is_not_set(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.path)
    for name in ("DE06_HOME", "DE06_CONTRACTS", "DE06_THREADS", "DE06_MEMORY_LIMIT"):
        monkeypatch.setenv(name, "")
    settings = Settings()
    assert settings.home == home.path / "data", "not the working directory"
    assert settings.contracts.name == "data_contracts"


def test_a_slip_in_a_settings_name_is_told(home: Home) -> None:
    printed = home.de06("status", DE06_THREDS="2")
    assert printed.says("DE06_THREDS is no setting; do you mean DE06_THREADS?")
    assert unknown_settings(["DE06_REQUIRE_ALL", "DE06_HOME", "HOME"]) == []


@pytest.mark.parametrize("command", [("run", "2024-01"), ("ui",), ("compare",)])
def test_a_slip_in_the_home_makes_no_new_one(
    home: Home, tmp_path: Path, command: tuple[str, ...]
) -> None:
    other = tmp_path / "hmoe"
    printed = home.de06(*command, DE06_HOME=str(other), DAGSTER_HOME=str(other / "dagster"))
    assert printed.code == 2
    assert printed.says("There is no home at", "de06 init")
    assert not other.exists()


def test_a_corrupt_warehouse(home: Home) -> None:
    for end in ("", "-wal", "-shm"):
        home.warehouse.with_name(home.warehouse.name + end).unlink(missing_ok=True)
    home.warehouse.write_bytes(os.urandom(65536))
    printed = home.de06("status")
    assert printed.code == 2
    assert printed.says("damaged", "-wal", "backup"), printed.text


def test_a_corrupt_store_of_runs(home: Home) -> None:
    runs = home.path / "dagster" / "history" / "runs.db"
    assert runs.exists()
    for path in runs.parent.glob("runs.db*"):
        path.unlink()
    runs.write_bytes(os.urandom(65536))
    printed = home.de06("init")
    assert printed.code == 2
    assert "Traceback" not in printed.text
    assert printed.says("damaged", "backup"), printed.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, SECRET), "disk is full"),
        (OSError(errno.EROFS, SECRET), "read-only"),
        (PermissionError(errno.EACCES, SECRET), "may not read or write"),
        (sqlite3.OperationalError("database or disk is full"), "disk is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "read-only"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
        (duckdb.IOException(f"Could not write {SECRET}: No space left on device"), "disk is full"),
        (duckdb.OutOfMemoryException(f"Out of Memory Error: {SECRET}"), "DE06_MEMORY_LIMIT"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), "restarted"),
        (OperationalError("SELECT", {}, psycopg.OperationalError("Connection refused")), "server"),
    ],
)
def test_a_step_says_what_is_the_matter_and_quotes_nothing(error: Exception, words: str) -> None:
    assert words in plain_reason(error)
    with pytest.raises(StepFailed) as caught, no_values_leave("ingest x 2024-01"):
        raise error
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)


def test_words_in_an_error_of_the_program_mean_nothing() -> None:
    assert plain_reason(ValueError("no space left on device")) == ""
    assert plain_reason(KeyError("x")) == ""


def test_an_error_nobody_expected_shows_its_place_and_no_value(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from de06_pipeline.commands import status

    def fail(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(status, "attention", fail)
    printed = home.de06("status")
    assert printed.code == 2
    assert printed.says("RuntimeError at de06_pipeline.commands.status", "DE06_DEBUG=1")
    assert SECRET not in printed.text


def test_settings_say_all_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DE06_THREADS", "abc")
    monkeypatch.setenv("DE06_MEMORY_LIMIT", "lots")
    with pytest.raises(UsageError, match=r"DE06_MEMORY_LIMIT.*DE06_THREADS|DE06_THREADS.*DE06_M"):
        Settings()


@pytest.mark.parametrize("command", ["run", "rebuild"])
def test_a_landing_zone_that_is_not_there_is_not_an_empty_one(
    home: Home, command: str, tmp_path: Path
) -> None:
    """Made in place of a share that is not mounted it would say that all deliveries are gone."""
    share = tmp_path / "share"
    printed = home.de06(command, "2024-06", DE06_LANDING=str(share))
    assert (printed.code, printed.says("DE06_LANDING", str(share), "de06 init")) == (2, True)
    home.de06("status", DE06_LANDING=str(share))
    assert not share.exists()
