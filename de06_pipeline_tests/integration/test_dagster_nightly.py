"""The nightly schedule and the alerts: what is due, when it stops being due, and what people are
told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from de06_pipeline.defs.alerts import alert_on_failure, alert_on_refusal, send_alert
from de06_pipeline.defs.run_state import TOLD_TAG
from de06_pipeline.defs.schedules import ATTEMPTS, LISTING_TAG, MONTHS_A_NIGHT, nightly
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows, spoiled
from de06_pipeline_tests.integration.webhook import receiver

DATASET = "eid_accounts"
AT_TWO = datetime(2024, 9, 10, 2, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server on this machine, and what was posted to it."""
    with receiver() as received:
        yield received


def _tonight(
    home: Home, at: datetime = AT_TWO, **environment: str
) -> tuple[list[dg.RunRequest], list[dg.SkipReason]]:
    """What the schedule asks for at that moment."""
    with (
        home.active(**environment),
        home.instance() as instance,
        dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=at,
            resources={"workspace": WorkspaceResource()},
        ) as context,
    ):
        asked = list(nightly(context))
    return [a for a in asked if isinstance(a, dg.RunRequest)], [
        a for a in asked if isinstance(a, dg.SkipReason)
    ]


def _months(home: Home, at: datetime = AT_TWO) -> list[str]:
    requests, _ = _tonight(home, at)
    return [request.partition_key or "" for request in requests]


def test_months_with_files_are_due_newest_first_once_they_are_over(home: Home) -> None:
    for month in ("2024-02", "2024-08", "2024-09", "2023-11"):
        home.deliver(DATASET, month, QUANG_NAM, [])
    home.put("population", "2024-03", LONG_AN, b"")
    home.put(DATASET, "2024-04", QUANG_NAM, b"x", "export.csv.part")
    assert _months(home) == ["2024-08-01", "2024-03-01", "2024-02-01", "2023-11-01"]
    in_october = datetime(2024, 10, 1, 2, tzinfo=AT_TWO.tzinfo)
    assert _months(home, in_october)[0] == "2024-09-01"


def test_a_run_key_changes_with_the_files_and_only_with_them(home: Home) -> None:
    path = home.deliver(DATASET, "2024-02", QUANG_NAM, [])
    (first,), _ = _tonight(home)
    (again,), _ = _tonight(home)
    assert first.run_key == again.run_key
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (changed,), _ = _tonight(home)
    assert changed.run_key != first.run_key


def test_a_night_takes_a_year_of_months_at_most(home: Home) -> None:
    month = Month(2022, 1)
    for _ in range(MONTHS_A_NIGHT + 3):
        home.put(DATASET, str(month), QUANG_NAM, b"")
        month = month.plus(1)
    asked = _months(home)
    assert len(asked) == MONTHS_A_NIGHT
    assert asked[0] == "2023-03-01"


def _try_tonight(home: Home, *, begins: bool) -> str:
    """A run of the one month that is due, which breaks off and is started again by Dagster; returns
    the key it was asked for by.
    """
    (request,), _ = _tonight(home)
    tags = {LISTING_TAG: request.tags[LISTING_TAG]}
    with home.active(), home.instance() as instance:
        first = instance.add_run(dg.DagsterRun(job_name="monthly", tags=tags))
        again = {"parent_run_id": first.run_id, "root_run_id": first.run_id}
        second = instance.add_run(dg.DagsterRun(job_name="monthly", tags=tags, **again))
        for run in (first, second) if begins else ():
            event = dg.DagsterEvent(
                event_type_value=dg.DagsterEventType.PIPELINE_START.value, job_name=run.job_name
            )
            instance.report_dagster_event(event, run.run_id)
        for run in (first, second):
            instance.report_run_failed(run)
    assert request.run_key is not None
    return request.run_key


def test_the_same_files_are_not_tried_for_ever_and_people_are_told(
    home: Home, webhook: tuple[str, list[dict[str, Any]]]
) -> None:
    url, posted = webhook
    home.deliver(DATASET, "2024-02", QUANG_NAM, [])
    keys = {_try_tonight(home, begins=True) for _ in range(ATTEMPTS)}
    assert len(keys) == ATTEMPTS, (
        "each attempt has a key of its own, or the daemon would leave it out"
    )
    requests, skipped = _tonight(home, DE06_ALERT_WEBHOOK=url)
    assert requests == []
    assert len(skipped) == 1
    (alert,) = posted
    assert "2024-02: tried 3 times without finishing" in alert["text"]
    assert alert["month"] == "2024-02-01"


def test_nights_on_which_no_run_began_do_not_count(home: Home) -> None:
    """Redis was away over a long holiday: nothing was learned of the files."""
    home.deliver(DATASET, "2024-02", QUANG_NAM, [])
    nights = ATTEMPTS + 1
    assert len({_try_tonight(home, begins=False) for _ in range(nights)}) == nights
    assert _months(home) == ["2024-02-01"]


def _alert(home: Home, run_id: str, event_type: dg.DagsterEventType, url: str) -> None:
    """Let the sensor for the run's end look at it, as at one that the daemon started."""
    with home.active(DE06_ALERT_WEBHOOK=url), home.instance() as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        run = run.with_tags({name: tag for name, tag in run.tags.items() if name != TOLD_TAG})
        event = dg.DagsterEvent(event_type_value=event_type.value, job_name=run.job_name)
        failed = event_type is dg.DagsterEventType.RUN_FAILURE
        sensor = "alert_on_failure" if failed else "alert_on_refusal"
        context = dg.build_run_status_sensor_context(sensor, event, instance, run)
        if failed:
            alert_on_failure(context.for_run_failure())
        else:
            alert_on_refusal(context)


def test_a_refused_delivery_is_told_once_and_tried_again_only_when_a_file_changes(
    home: Home, webhook: tuple[str, list[dict[str, Any]]]
) -> None:
    month = "2024-01"
    home.deliver(DATASET, month, QUANG_NAM)
    bad = home.deliver(
        DATASET, month, LONG_AN, spoiled(DATASET, rows(DATASET, LONG_AN, Month.parse(month)), 3)
    )
    assert _months(home) == ["2024-01-01"]
    (run,) = home.run(month, datasets=[DATASET])
    _, skipped = _tonight(home)
    assert len(skipped) == 1, "refused, recorded, not due again"

    url, posted = webhook
    _alert(home, run.run_id, dg.DagsterEventType.RUN_FAILURE, url)
    (alert,) = posted
    assert alert.keys() == {"text", "run_id", "run_url", "month", "checks", "refused"}
    assert alert["month"] == "2024-01-01"
    assert alert["checks"] == "eid_accounts: tolerance"
    assert [each["supplier"] for each in alert["refused"]] == [LONG_AN]
    assert alert["text"].startswith("de06: deliveries were refused in 2024-01-01")
    assert "Thử Nghiệm" not in str(alert)

    bad.write_text(
        bad.read_text(encoding="utf-8").replace("DD2024010001", "DD2024010099"), encoding="utf-8"
    )
    assert _months(home) == ["2024-01-01"]


def test_a_failed_run_is_told_with_month_and_step_and_no_text_of_the_error(
    home: Home, webhook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from de06_pipeline.ingest import deliver

    def crash(*_: Any) -> None:
        raise RuntimeError("Nguyễn Thị Thử, 049099000001")

    monkeypatch.setattr(deliver, "count_files", crash)
    home.deliver(DATASET, "2024-01", QUANG_NAM)
    (run,) = home.run("2024-01", datasets=[DATASET])
    assert not run.success
    url, posted = webhook
    _alert(home, run.run_id, dg.DagsterEventType.RUN_FAILURE, url)
    (alert,) = posted
    assert (alert["month"], alert["steps"]) == ("2024-01-01", "ingest_eid_accounts")
    assert "Thử" not in str(alert)
    assert "049099000001" not in str(alert)
    assert _months(home) == ["2024-01-01"], "nothing was recorded, so the files are still due"


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/", "http://no such host/"])
def test_an_alert_is_logged_whatever_becomes_of_the_webhook(
    home: Home, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    log = logging.getLogger("de06.test.alerts")
    with home.active(DE06_ALERT_WEBHOOK=url), caplog.at_level(logging.WARNING, logger=log.name):
        send_alert(log, "de06: something happened.", month="2024-01-01")
    said = [record.getMessage() for record in caplog.records if record.name == log.name]
    assert said[0] == "de06: something happened."
    assert len(said) == (2 if url else 1)
