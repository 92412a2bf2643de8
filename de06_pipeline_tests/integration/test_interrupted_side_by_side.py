"""``de06 run A..B --jobs 2`` that is asked to end: what it says, and that nothing goes on."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import dagster as dg
import pytest

from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.started import StartedProgram
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM

DATASET = "eid_accounts"
_OPTIONS = ("--jobs", "2", "--dataset", DATASET)
_HELD_BACK = """
import multiprocessing, os, sys, time
from pathlib import Path
from types import SimpleNamespace
from de06_pipeline import cli
from de06_pipeline.commands import run, side_by_side
from de06_pipeline.monthly import ingest_month

# A session and a group of its own, as of a terminal.
os.setsid()

def never(*arguments):
    (Path(os.environ["DE06_HOME"]) / f"begun-{{os.getpid()}}").touch()
    time.sleep(600)

ingest_month.find_deliveries = never
run.fitting_jobs = lambda jobs, *others: jobs
# Workers that are held back too, and need not import everything anew.
side_by_side.mp = SimpleNamespace(get_context=lambda _: multiprocessing.get_context("fork"))
sys.argv = ["de06", "run", "2024-01..2024-03", *{options!r}]
cli.main()
"""


def _started(home: Home) -> StartedProgram:
    """Two months, each of which has begun in a process of its own; in a group as of a terminal."""
    program = _HELD_BACK.format(options=_OPTIONS)
    process = StartedProgram(program, home.inherited(), home.path / "said")
    while len(list(home.path.glob("begun-*"))) < 2:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    return process


def _of_session(session: int) -> list[int]:
    """Processes of the session that still live."""
    processes = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, _, fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")
        except OSError:
            continue
        state, _, _, own, *_ = fields.split()
        if int(own) == session and state != "Z":
            processes.append(int(folder.name))
    return processes


def _none_left(session: int) -> bool:
    """Whether the session ends. Dagster's watcher looks once a second whether its step still lives."""
    for _ in range(300):
        if not _of_session(session):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("sent", "whole_group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, 143)],
    ids=["ctrl-c", "terminated"],
)
def test_a_signal_ends_all_months_side_by_side(
    home: Home, sent: signal.Signals, whole_group: bool, code: int
) -> None:
    """Sent to the group, as Ctrl+C does, or to the command alone, as ``kill`` does."""
    for month in ("2024-01", "2024-02", "2024-03"):
        home.deliver(DATASET, month, QUANG_NAM)
    process = _started(home)
    try:
        (os.killpg if whole_group else os.kill)(process.pid, sent)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == code, out
        assert "Traceback" not in out, out
        assert _none_left(process.pid)
        with home.instance() as instance:
            runs = instance.get_runs(dg.RunsFilter(job_name="monthly"))
            assert [run.status.value for run in runs] == ["CANCELED", "CANCELED"]
    finally:
        for left in _of_session(process.pid):
            os.kill(left, signal.SIGKILL)
