"""What people and monitoring are told of runs, those of the command line too: alerts with dataset,
supplier, reason and links; metrics; a log in JSON; and how old runs go.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from de06_pipeline.definitions import current_defs
from de06_pipeline.defs.alerts import alert_on_failure
from de06_pipeline.defs.old_runs import old_runs
from de06_pipeline.defs.run_state import PARTITION_TAG
from de06_pipeline.monthly import metrics
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows, spoiled
from de06_pipeline_tests.integration.webhook import receiver

DATASET, MONTH = "eid_accounts", "2024-01"
NAME = "Người Thử Nghiệm"


def _samples(path: Path) -> dict[tuple[str, ...], float]:
    """Name and labels of each metric → value."""
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_run_of_the_command_line_is_told_measured_and_logged(home: Home) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    bad = spoiled(DATASET, rows(DATASET, LONG_AN, Month.parse(MONTH)), 3)
    home.deliver(DATASET, MONTH, LONG_AN, bad)
    with receiver() as (url, posted):
        printed = home.de06(
            "run", MONTH, "--dataset", DATASET, "--no-reports",
            DE06_ALERT_WEBHOOK=url, DE06_LOG_JSON="true", DE06_UI_URL="https://ui.example/",
            DE06_REPORTS_URL="https://ui.example/reports",
        )  # fmt: skip
    assert printed.code == 3, printed.text

    (alert,) = posted
    (refused,) = alert["refused"]
    assert (refused["dataset"], refused["supplier"]) == (DATASET, LONG_AN)
    assert "tolerance" in refused["reason"]
    page = f"https://ui.example/reports/suppliers/{DATASET}/{MONTH}/{LONG_AN}.html"
    assert refused["report"] == page
    assert alert["run_url"] == f"https://ui.example/runs/{alert['run_id']}"
    assert page in alert["text"]
    assert NAME not in str(alert)

    told = _samples(home.path / "metrics" / "de06.prom")
    assert told["de06_rows", DATASET, "read"] == 24
    assert told["de06_rows", DATASET, "quarantined"] == 3
    assert told["de06_last_run_rows", DATASET, "accepted"] == 21
    assert told["de06_deliveries", DATASET, "accepted"] == 1
    assert told["de06_deliveries", DATASET, "refused"] == 1
    assert told["de06_deliveries_late", DATASET] == 0
    assert told["de06_last_run_success",] == 1
    assert told["de06_last_run_duration_seconds",] > 0
    recent = datetime.now(UTC).timestamp() - 3600
    assert told["de06_last_success_timestamp_seconds", DATASET] > recent
    assert ("de06_last_success_timestamp_seconds", "cccd_issuance") not in told

    (log,) = (home.path / "logs").glob("de06-*.jsonl")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line.get("run_id") == alert["run_id"]]
    assert {line["month"] for line in lines} == {MONTH}
    assert "RUN_FAILURE" in {line.get("event") for line in lines}, "the last step says so"
    assert any(f"REFUSED {DATASET}/{LONG_AN}: tolerance" in line["message"] for line in lines)
    assert NAME not in log.read_text(encoding="utf-8")

    # The daemon's sensor leaves it alone: the command has told.
    with home.active(), home.instance() as instance:
        run = instance.get_run_by_id(alert["run_id"])
        assert run is not None
        event = dg.DagsterEvent(
            event_type_value=dg.DagsterEventType.RUN_FAILURE.value, job_name=run.job_name
        )
        with receiver() as (again_url, again), home.active(DE06_ALERT_WEBHOOK=again_url):
            context = dg.build_run_status_sensor_context("alert_on_failure", event, instance, run)
            alert_on_failure(context.for_run_failure())
        assert again == []


def test_metrics_are_whole_or_as_before(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    run = metrics.FinishedRun(MONTH, True, 1.5, datetime.now(UTC))
    path = metrics.write_metrics(home.workspace(), run)
    before = path.read_text(encoding="utf-8")

    def full(*_: Any, **__: Any) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("prometheus_client.exposition.generate_latest", full)
    with pytest.raises(OSError, match="space"):
        metrics.write_metrics(home.workspace(), run)
    assert path.read_text(encoding="utf-8") == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_every_morning_metrics_say_what_is_late_by_then(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    days: list[date] = []

    class AtTwo(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2024, 5, 5, 19, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr("de06_pipeline.periods.datetime", AtTwo)

    def nothing_late(*given: Any) -> list[Any]:
        days.extend(each for each in given if isinstance(each, date))
        return []

    monkeypatch.setattr(metrics, "standing", nothing_late)
    sensor: Any = current_defs().resolve_sensor_def("metrics_after_standing")
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "standing")
    with home.active(), home.instance() as instance:
        run = dg.DagsterRun("standing")
        context = dg.build_run_status_sensor_context(sensor.name, event, instance, run)
        sensor(context)
        assert days == []
        ended = dg.DagsterRunStatus.SUCCESS
        instance.add_run(
            dg.DagsterRun("monthly", tags={PARTITION_TAG: f"{MONTH}-01"}, status=ended)
        )
        sensor(context)
    assert days == [date(2024, 5, 6)], "at two in the night in Vietnam"
    assert _samples(home.path / "metrics" / "de06.prom")["de06_last_run_success",] == 1


def _asked_after(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str | None]:
    """Months whose reports the daemon asks for after a run."""
    sensor: Any = current_defs().resolve_sensor_def("reports_after_success")
    event = dg.DagsterEvent(
        event_type_value=dg.DagsterEventType.RUN_SUCCESS.value, job_name=run.job_name
    )
    context = dg.build_run_status_sensor_context(sensor.name, event, instance, run)
    asked = sensor(context)
    return [] if isinstance(asked, dg.SkipReason) else [each.partition_key for each in asked]


def test_reports_follow_a_run_of_the_button_and_those_that_are_behind(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [Month(2024, 2), Month(2024, 3)]
    monkeypatch.setattr("de06_pipeline.monthly.find_behind.reports_behind", lambda _: later)
    month, (february, march) = f"{MONTH}-01", [each.partition_key for each in later]
    tags = {PARTITION_TAG: month}
    cells, report = dg.AssetKey(["cells", "eid"]), dg.AssetKey(["report", "monthly"])
    with home.active(), home.instance() as instance:
        run = dg.DagsterRun("__ASSET_JOB", tags=tags, asset_selection=frozenset({cells}))
        assert _asked_after(instance, run) == [month, february, march]
        instance.add_run(dg.DagsterRun("reports", tags={PARTITION_TAG: march}))
        assert _asked_after(instance, run) == [month, february]
        instance.add_run(dg.DagsterRun("monthly", tags={PARTITION_TAG: february}))
        assert _asked_after(instance, run) == [month], "the last run of several asks for them"
        of_reports = dg.DagsterRun("__ASSET_JOB", tags=tags, asset_selection=frozenset({report}))
        assert _asked_after(instance, of_reports) == []


def test_old_runs_go_and_the_last_of_each_month_stays(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last run refused a delivery and published the others; one of other assets came later."""
    home.deliver(DATASET, MONTH, QUANG_NAM)
    bad = spoiled(DATASET, rows(DATASET, LONG_AN, Month.parse(MONTH)), 3)
    home.deliver(DATASET, MONTH, LONG_AN, bad)
    first, second = (home.run(MONTH, datasets=[DATASET])[0] for _ in range(2))
    assert not second.success
    month = {PARTITION_TAG: f"{MONTH}-01"}
    with home.instance() as instance:
        other = instance.add_run(
            dg.DagsterRun(
                "monthly",
                tags=month,
                status=dg.DagsterRunStatus.SUCCESS,
                asset_selection=frozenset({dg.AssetKey(["cells", "eid"])}),
            )
        )
    old_log = home.path / "logs" / "de06-2020-01-01.jsonl"
    old_log.parent.mkdir()
    old_log.write_text("{}\n", encoding="utf-8")
    tick_log = home.path / "dagster" / "storage" / "__repository__" / "alert_on_failure" / "7.err"
    tick_log.parent.mkdir(parents=True)
    tick_log.touch()
    with home.instance() as instance:
        assert old_runs(instance, 400, datetime.now(UTC)) == []
        later = datetime.now(UTC) + timedelta(days=401)
        assert [run.run_id for run in old_runs(instance, 400, later)] == [first.run_id]

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return later

    monkeypatch.setattr("de06_pipeline.commands.tidy.datetime", Later)
    printed = home.de06("tidy", "--dry-run")
    assert printed.says("1 runs and 2 files of logs", "would be removed"), printed.text
    assert old_log.exists()
    assert home.de06("tidy").says("1 runs and 2 files of logs", "removed")
    assert not old_log.exists()
    assert not tick_log.exists()
    with home.instance() as instance:
        assert [run.run_id for run in instance.get_runs()] == [other.run_id, second.run_id]
    assert home.de06("tidy").says("0 runs and 0 files of logs")
