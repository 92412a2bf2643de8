"""The night that every trial disturbs, in a process of its own: what it is told, and how it ended."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.inside import Disturbance, Noted, disturbed
from de06_pipeline.periods import Month
from de06_pipeline.settings import Settings
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM

DATASET, MONTHS = "cccd_issuance", ("2024-01", "2024-02")

LONGEST_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Ended:
    """How a night's process ended: by which signal, or what it said of itself. ``read``: files of the
    home that it read; ``struck``: whether it came to the point where it was to be disturbed.
    """

    signal: int
    failures: tuple[str, ...] = ()
    points: dict[str, int] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    read: frozenset[str] = frozenset()
    struck: bool = False


def correct(home: Home) -> None:
    """A corrected file for the first month."""
    corrected = tiny_exports.rows(DATASET, QUANG_NAM, Month.parse(MONTHS[0]), 20)
    home.deliver(DATASET, MONTHS[0], QUANG_NAM, corrected)


def corrected_file(home: Home) -> Path:
    return home.landing / DATASET / MONTHS[0] / QUANG_NAM / "export.csv"


def night(
    home: Home,
    month: str = MONTHS[0],
    disturbance: Disturbance | None = None,
    *,
    reports: bool = False,
    datasets: Sequence[str] = (DATASET,),
) -> Ended:
    """Run a month in a process of its own, as the nightly run does; on demand with its reports."""
    return _in_a_process(home, lambda: _night(month, datasets, reports=reports), disturbance)


def rebuild(home: Home) -> Ended:
    def work() -> list[str]:
        from de06_pipeline import cli

        sys.argv = ["de06", "rebuild", "..".join(MONTHS)]
        try:
            cli.main()
        except SystemExit as ended:
            return [] if not ended.code else [f"de06 rebuild ended with {ended.code}"]
        return []

    return _in_a_process(home, work, None)


def _night(month: str, datasets: Sequence[str], *, reports: bool) -> list[str]:
    from de06_pipeline.commands.init import open_home
    from de06_pipeline.commands.month_run import run_months
    from de06_pipeline.monthly.write_front_page import write_front_page
    from de06_pipeline.monthly.write_reports import write_reports

    workspace = open_home(Settings())
    (run,) = run_months(workspace, [Month.parse(month)], datasets, live=False)
    if run.success and reports:
        write_reports(workspace, Month.parse(month), codes=["49"])
        write_front_page(workspace)
    return list(run.failures.values()) or ([] if run.success else ["the run failed"])


def _in_a_process(
    home: Home, work: Callable[[], list[str]], disturbance: Disturbance | None
) -> Ended:
    told = home.path / "told.json"
    told.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        _be_a_child(home, work, disturbance, told)
    deadline = time.monotonic() + LONGEST_SECONDS
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Ended(0, (f"still at work after {LONGEST_SECONDS} s",))
        time.sleep(0.02)
    if os.WIFSIGNALED(status):
        return Ended(os.WTERMSIG(status), struck=True)
    if not told.exists():
        return Ended(0, (f"ended with {os.WEXITSTATUS(status)} and said nothing",))
    said = json.loads(told.read_text(encoding="utf-8"))
    return Ended(
        0,
        tuple(said["failures"]),
        said["points"],
        tuple(said["modules"]),
        frozenset(said["read"]),
        said["struck"],
    )


def _be_a_child(
    home: Home, work: Callable[[], list[str]], disturbance: Disturbance | None, told: Path
) -> None:
    """Never returns."""
    log = os.open(home.path.parent / "said.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    noted = Noted(home.path)
    try:
        with home.active(**home_settings(home)), disturbed(disturbance, noted):
            try:
                failures = work()
            except Exception as error:
                from de06_pipeline.plain_reasons import plain_reason

                failures = [plain_reason(error) or f"UNEXPECTED {type(error).__name__}: {error}"]
    except BaseException as error:
        failures = [f"UNEXPECTED {type(error).__name__}: {error}"]
    # Written beside what a disturbance may still refuse.
    loaded = sorted(sys.modules)
    data = json.dumps(
        {
            "failures": failures,
            "points": noted.points,
            "modules": loaded,
            "read": sorted(noted.read),
            "struck": noted.struck,
        }
    )
    told.write_text(data, encoding="utf-8")
    os._exit(0)


def home_settings(home: Home) -> dict[str, str]:
    url = home.path / "warehouse.url"
    return {"DE06_WAREHOUSE_URL": url.read_text(encoding="ascii")} if url.exists() else {}


def warm_up() -> None:
    """Load what every night needs before processes are forked."""
    import de06_pipeline.cli
    import de06_pipeline.definitions
    import de06_pipeline.monthly.ingest_month
    import de06_pipeline.monthly.publish_whole_month
    import de06_pipeline.monthly.write_front_page
    import de06_pipeline.monthly.write_reports  # noqa: F401
    from de06_pipeline.quality import gx

    gx.load()


def load(modules: Sequence[str]) -> None:
    """Load what a night loaded: Great Expectations alone takes half of a small night's time."""
    for module in modules:
        with suppress(Exception):
            importlib.import_module(module)
