"""Runs that die, runs that are interrupted, and two runs of one month: each month has one run at a
time and no run stays STARTED that nobody works on.
"""

from __future__ import annotations

import errno
import os
import signal
import time

import dagster as dg
import pytest

from de06_pipeline.defs.alerts import alert_on_failure
from de06_pipeline.defs.run_files import RUNNING_FOLDER
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.started import StartedProgram
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM
from de06_pipeline_tests.integration.webhook import receiver

DATASET, MONTH = "eid_accounts", "2024-01"
_HELD_BACK = """
import sys, time
from pathlib import Path
from de06_pipeline.monthly import ingest_month
from de06_pipeline.landing import discover
before = ingest_month.find_deliveries
def slowly(*arguments):
    Path({mark!r}).touch()
    {wait}
    return before(*arguments)
ingest_month.find_deliveries = slowly
"""
_COMMAND = """
import sys
from de06_pipeline import cli
sys.argv = ["de06", *{arguments!r}]
cli.main()
"""
_FOR_EVER = "time.sleep(600)"


def _started(home: Home, *arguments: str, wait: str = _FOR_EVER) -> StartedProgram:
    """A command in a process of its own, as it is when a step of it has begun."""
    mark = home.path / "begun"
    mark.unlink(missing_ok=True)
    held_back = _HELD_BACK.format(mark=str(mark), wait=wait)
    program = held_back + _COMMAND.format(arguments=arguments)
    return home.started(program, mark)


def _statuses(home: Home) -> list[str]:
    with home.instance() as instance:
        return [run.status.value for run in instance.get_runs(dg.RunsFilter(job_name="monthly"))]


@pytest.mark.parametrize("command", [("init",), ("status",)])
def test_a_killed_run_is_failed_at_the_next_command(home: Home, command: tuple[str, ...]) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    process = _started(home, "run", MONTH, "--no-reports", "--dataset", DATASET)
    process.kill()
    process.communicate()
    assert _statuses(home) == ["STARTED"]
    printed = home.de06(*command)
    assert printed.code == 0, printed.text
    assert _statuses(home) == ["FAILURE"]
    assert not list((home.path / "dagster" / RUNNING_FOLDER).iterdir())


def test_a_living_run_is_left_alone(home: Home) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    process = _started(home, "run", MONTH, "--no-reports", "--dataset", DATASET)
    try:
        assert home.de06("init").code == 0
        assert _statuses(home) == ["STARTED"]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_the_run_and_ends_the_range(
    home: Home, sent: signal.Signals, code: int
) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    process = _started(home, "run", f"{MONTH}..2024-03", "--no-reports", "--dataset", DATASET)
    process.send_signal(sent)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == code, out
    assert _statuses(home) == ["CANCELED"]
    assert "Traceback" not in out


def test_a_signal_that_strikes_dagster_itself_is_a_cancelation(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    execute = dg.JobDefinition.execute_in_process

    def struck(*arguments: object, **named: object) -> object:
        execute(*arguments, **named)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("generator raised StopIteration")

    monkeypatch.setattr(dg.JobDefinition, "execute_in_process", struck)
    printed = home.de06("run", f"{MONTH}..2024-02", "--no-reports", "--dataset", DATASET)
    assert printed.code == 143, printed.text
    assert printed.says(f"{MONTH}: canceled by SIGTERM"), printed.text
    assert "2024-02 ..." not in printed.text


def test_terminating_a_run_of_the_command_line_from_the_ui_ends_it(home: Home) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    process = _started(home, "run", MONTH, "--no-reports", "--dataset", DATASET)
    with home.instance() as instance:
        (run,) = instance.get_runs()
        instance.report_run_canceling(run)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130, out
    assert _statuses(home) == ["CANCELED"]


def test_two_runs_of_one_month_come_after_each_other(home: Home) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    go = home.path / "go"
    wait = f"\n    while not Path({str(go)!r}).exists(): time.sleep(0.05)"
    first = _started(home, "run", MONTH, "--no-reports", "--dataset", DATASET, wait=wait)
    told = home.path / "second.said"
    program = _COMMAND.format(arguments=("run", MONTH, "--no-reports", "--dataset", DATASET))
    second = StartedProgram(program, home.inherited(), told)
    while "waiting for run" not in told.read_text():
        assert second.poll() is None, told.read_text()
        time.sleep(0.05)
    line = next(line for line in told.read_text().splitlines() if "waiting for run" in line)
    assert MONTH in line
    go.touch()
    for process in (first, second):
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0, out
    assert _statuses(home) == ["SUCCESS", "SUCCESS"]


def test_a_run_whose_end_could_not_be_recorded_holds_nobody_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: no event, no state, and the command ends."""
    home.deliver(DATASET, MONTH, QUANG_NAM)
    with monkeypatch.context() as full:
        record = dg.DagsterInstance.handle_new_event

        def refuse(instance: dg.DagsterInstance, event: dg.EventLogEntry, **more: object) -> None:
            kind = event.dagster_event.event_type_value if event.dagster_event else ""
            if kind in ("PIPELINE_SUCCESS", "PIPELINE_FAILURE"):
                raise OSError(errno.ENOSPC, "No space left on device")
            record(instance, event, **more)  # type: ignore[arg-type]

        full.setattr(dg.DagsterInstance, "handle_new_event", refuse)
        printed = home.de06("run", MONTH, "--dataset", DATASET, "--no-reports")
        assert (printed.code, printed.says("the disk is full")) == (2, True), printed.text
        assert _statuses(home) == ["STARTED"]
        assert home.de06("status").code == 2, "the run cannot be marked yet"
    printed = home.de06("run", MONTH, "--dataset", DATASET, "--no-reports")
    assert printed.code == 0, printed.text
    assert _statuses(home) == ["SUCCESS", "FAILURE"]


def test_the_daemon_finds_dead_runs(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from de06_pipeline.defs.dead_runs import dead_runs

    process = _started(home, "run", MONTH, "--no-reports", "--dataset", DATASET)
    process.kill()
    process.communicate()
    with home.active(), home.instance() as instance:
        list(dead_runs(dg.build_sensor_context(instance)))
        (run,) = instance.get_runs()
        event = dg.DagsterEvent(dg.DagsterEventType.RUN_FAILURE.value, run.job_name)
        context = dg.build_run_status_sensor_context("alert_on_failure", event, instance, run)
        with receiver() as (url, told), home.active(DE06_ALERT_WEBHOOK=url):
            alert_on_failure(context.for_run_failure())
    assert _statuses(home) == ["FAILURE"]
    assert [alert["run_id"] for alert in told] == [run.run_id], "the command cannot any more"


def test_the_steps_of_a_run_share_a_workspace_that_the_next_run_does_not(home: Home) -> None:
    resource = WorkspaceResource()
    opened = []
    with home.active():
        for _ in range(2):
            with resource.yield_for_execution(dg.build_init_resource_context()) as workspace:
                opened.append(workspace.open())
                assert workspace.open() is opened[-1]
    assert opened[0] is not opened[1]
