"""A run that is asked to end while a library is at work: whatever the library makes of it, the run is
canceled, no step begins after it, and nothing of it counts as a supplier's or the program's fault.
"""

from __future__ import annotations

import signal
import time

import dagster as dg
import pytest

from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.started import StartedProgram
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM

DATASET, MONTH = "cccd_issuance", "2024-01"

_PROGRAM = """
import contextlib
import os
import sys
import time
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from de06_pipeline import cli
from de06_pipeline.duck import connection
from de06_pipeline.duck.connection import memory_database
from de06_pipeline.indicators.cells import build
from de06_pipeline.monthly import ingest_month, report_cells, report_month_beside

PLACE = {place!r}


def in_duckdb(con):
    Path({mark!r}).touch()
    con.execute("SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1")


def in_sqlite(cursor):
    Path({mark!r}).touch()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000000)"
    cursor.execute(numbers + " SELECT count(*) FROM n")


def while_deleted(*_):
    Path({mark!r}).touch()
    time.sleep(5)


def before(module, name, work):
    original = getattr(module, name)

    def replaced(*arguments):
        work()
        return original(*arguments)

    setattr(module, name, replaced)


def query_of_its_own():
    with memory_database(ingest_month.Workspace(cli.Settings()).duck()) as con:
        in_duckdb(con)


def callers():
    frame = sys._getframe(2)
    while frame is not None:
        yield frame.f_globals.get("__name__", "")
        frame = frame.f_back


def on_statement(connection, cursor, statement, *_):
    if Path({mark!r}).exists():
        return
    if PLACE == "Great Expectations" and "great_expectations.validator.metrics_calculator" in callers():
        in_duckdb(cursor)
    if PLACE == "publication" and statement.startswith("INSERT"):
        if "de06_pipeline.monthly.publish_month" in callers():
            in_sqlite(cursor)


event.listen(Engine, "before_cursor_execute", on_statement)
if PLACE == "a batch":
    before(ingest_month, "ingest_batch", query_of_its_own)
if PLACE == "a record":
    before(ingest_month, "record_delivery", query_of_its_own)
if PLACE == "cells":
    before(build, "memory_database", query_of_its_own)
if PLACE in ("cells beside figures", "figures beside figures"):
    os.environ["DE06_THREADS"] = "2"
    connection._FEW_ROWS = 0
if PLACE == "cells beside figures":
    before(report_cells, "_folder", query_of_its_own)
if PLACE == "figures beside figures":
    before(report_month_beside, "compute_figures", query_of_its_own)
if PLACE == "a deletion":
    before(ingest_month, "ingest_batch", type("Deleted", (), {{"__del__": while_deleted}}))
if {by_daemon!r}:
    cli.signals_noted = contextlib.nullcontext
sys.argv = ["de06", "run", {months!r}, "--no-reports", "--dataset", {dataset!r}]
cli.main()
"""
PLACES = [
    "a batch",
    "a record",
    "a deletion",
    "Great Expectations",
    "cells",
    "cells beside figures",
    "figures beside figures",
    "publication",
]


def _at_work(home: Home, place: str, *, by_daemon: bool = False) -> StartedProgram:
    """A range of months in a process of its own, as it is when the work of a place has begun.

    ``by_daemon``: no command notes the signals, as in a process that Dagster's daemon started.
    """
    mark = home.path / "begun"
    program = _PROGRAM.format(
        place=place,
        by_daemon=by_daemon,
        mark=str(mark),
        months=f"{MONTH}..2024-03",
        dataset=DATASET,
    )
    return home.started(program, mark)


@pytest.mark.parametrize(
    ("place", "sent"),
    [*((place, signal.SIGTERM) for place in PLACES), ("a batch", signal.SIGINT)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_signal_during_work_is_a_cancelation(
    home: Home, place: str, sent: signal.Signals
) -> None:
    for month in (MONTH, "2024-02"):
        home.deliver(DATASET, month, QUANG_NAM)
    process = _at_work(home, place)
    try:
        time.sleep(0.2)
        process.send_signal(sent)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 128 + sent, out
    assert f"{MONTH}: canceled by {sent.name}" in out
    if place != "a deletion":  # the interpreter itself says that it dropped something
        assert "Traceback" not in out
    for words in (
        *("RuntimeError", "one by one", "please report", "could not evaluate"),
        "nothing has been delivered",
    ):
        assert words not in out
    run, unfinished = _the_run(home)
    assert run.status is dg.DagsterRunStatus.CANCELED
    assert unfinished <= 1, "no other step began"
    assert not home.query("SELECT 1 FROM delivery WHERE status = 'refused'")


def test_a_run_of_the_daemon_ends_at_once_and_is_left_to_its_retries(home: Home) -> None:
    """Dagster starts again what failed for no reason of its own, and nothing that was canceled."""
    for month in (MONTH, "2024-02"):
        home.deliver(DATASET, month, QUANG_NAM)
    process = _at_work(home, "a batch", by_daemon=True)
    try:
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        # The range, which is the command's, goes on with the next month.
        while (run := _the_run(home)[0]).status is dg.DagsterRunStatus.STARTED:
            time.sleep(0.5)
    finally:
        process.kill()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert _the_run(home)[1] <= 1


def _the_run(home: Home) -> tuple[dg.DagsterRun, int]:
    """The first run of the job, and how many of its steps began and did not end well."""
    with home.instance() as instance:
        *_, run = instance.get_runs(dg.RunsFilter(job_name="monthly"))
    begun, done = (
        home.events(run.run_id, kind)
        for kind in (dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_SUCCESS)
    )
    return run, len(begun) - len(done)
