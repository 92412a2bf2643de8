"""The sensor for landed files: a month runs once when its files have been quiet, also an old one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from de06_pipeline.definitions import current_defs
from de06_pipeline.defs import landed
from de06_pipeline.defs.schedules import LISTING_TAG
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, PublishedHome
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows

DATASET, MONTH = "eid_accounts", "2024-01"
START = datetime(2024, 9, 10, 3, tzinfo=UTC)


class Daemon:
    """Looks at the sensor as the daemon does: with the cursor of the look before."""

    def __init__(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        self._home, self._monkeypatch = home, monkeypatch
        self._repository = current_defs().get_repository_def()
        self._sensor = self._repository.get_sensor_def("landed_files")
        self._cursor: str | None = None
        self.said = ""

    def looks(self, minutes: int, quiet: str = "30") -> list[str]:
        """The months asked for, some minutes after the start; each is recorded as asked for."""
        now = START + timedelta(minutes=minutes)
        self._monkeypatch.setattr(landed, "_now", lambda: now)
        with self._home.active(DE06_QUIET_MINUTES=quiet), self._home.instance() as instance:
            with dg.build_sensor_context(
                instance,
                cursor=self._cursor,
                repository_def=self._repository,
                resources={"workspace": WorkspaceResource()},
            ) as context:
                told = self._sensor.evaluate_tick(context)
                assert context._logger is None, (
                    "Dagster keeps a file of each tick that took its log"
                )
            self._cursor = told.cursor or self._cursor
            self.said = told.skip_message or ""
            for request in told.run_requests or ():
                run = dg.DagsterRun(
                    job_name="monthly",
                    status=dg.DagsterRunStatus.FAILURE,
                    tags={LISTING_TAG: request.tags[LISTING_TAG]},
                )
                instance.add_run(run)
            return [request.partition_key or "" for request in told.run_requests or ()]


def test_a_month_runs_once_when_all_have_delivered(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = Daemon(home, monkeypatch)
    assert daemon.looks(0) == []
    home.deliver(DATASET, MONTH, QUANG_NAM)
    assert daemon.looks(5) == []
    assert "1 months have news" in daemon.said
    home.deliver(DATASET, MONTH, LONG_AN)
    assert daemon.looks(34) == [], "the second supplier's file starts the wait anew"
    assert daemon.looks(63) == []
    assert daemon.looks(64) == ["2024-01-01"]
    assert daemon.looks(120) == [], "a run that broke off is tried again at night"
    late = rows(DATASET, LONG_AN, Month.parse(MONTH), 20)
    home.deliver(DATASET, MONTH, LONG_AN, late)
    assert daemon.looks(130) == []
    assert daemon.looks(160) == ["2024-01-01"], "a corrected file restates the month"


def test_late_files_restate_an_old_month(
    published_home: PublishedHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = published_home(tmp_path / "home", DATASET, [MONTH, "2024-02"])
    daemon = Daemon(home, monkeypatch)
    assert daemon.looks(0) == []
    home.deliver(DATASET, MONTH, LONG_AN)
    assert daemon.looks(5) == []
    assert daemon.looks(35) == ["2024-01-01"]
    before = home.figures("eid.received", "2024-02", "stock")
    assert home.run(MONTH, datasets=[DATASET])[0].success
    assert home.figures("eid.received", MONTH)["VN"][0] == 24
    assert home.figures("eid.received", "2024-02", "stock").keys() >= before.keys()
    assert daemon.looks(70) == []


def test_without_a_quiet_time_months_wait_for_the_night(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    daemon = Daemon(home, monkeypatch)
    assert daemon.looks(0, quiet="0") == []
    assert daemon.looks(600, quiet="0") == []
    assert "wait for the night" in daemon.said


def test_a_clock_that_is_set_back_starts_the_wait_anew_and_no_more() -> None:
    from de06_pipeline.monthly.find_due import DueMonth

    due = [DueMonth(Month.parse(MONTH), "state")]
    seen = landed.seen_since(due, {}, START)
    back = landed.seen_since(due, seen, START - timedelta(hours=1))
    assert back == {f"{MONTH}:state": (START - timedelta(hours=1)).timestamp()}
    assert landed.seen_since([], seen, START) == {}
