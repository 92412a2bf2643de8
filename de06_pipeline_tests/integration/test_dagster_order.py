"""Months in any order, twice, and side by side give the same figures; a run without news changes
nothing at all.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import pytest

from de06_pipeline.commands import side_by_side
from de06_pipeline.commands.month_run import MonthRun
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.started import ForkedContext
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, rows
from de06_pipeline_tests.integration.whole_months import finish_months

DATASETS = ("opening_balances", "asm_establishments", "asm_notices", "cccd_issuance")
MONTHS = ("2024-01", "2024-02", "2024-03")

_STORED = (
    "figure",
    "figure_past",
    "series",
    "delivery",
    "quality_result",
    "quarantine",
    "accepted",
    "cells",
    "publication",
)
_OF_THE_RUN = ("computed_at", "run_id", "revision")


def _deliver(home: Home) -> None:
    """Deliveries whose months depend on each other: a balance that arrives late, a register carried
    over a month, repeated dossiers.
    """
    for month in MONTHS:
        cards = rows("cccd_issuance", QUANG_NAM, Month.parse(month), 60)
        bad = cards[0] | {"application_id": "CC0", "status": "?"}
        home.deliver("cccd_issuance", month, QUANG_NAM, [*cards, *cards[:8], bad])
    for month in ("2024-01", "2024-03"):
        home.deliver(
            "asm_establishments",
            month,
            QUANG_NAM,
            rows("asm_establishments", QUANG_NAM, Month.parse(month), 3 + int(month[-1])),
        )
    home.deliver("asm_notices", "2024-02", QUANG_NAM, [])
    home.deliver("opening_balances", "2024-02", QUANG_NAM)


def _figures(home: Home) -> list[tuple[object, ...]]:
    return home.table("indicator_monthly", without=_OF_THE_RUN)


def _everything(home: Home) -> dict[str, list[tuple[object, ...]]]:
    return {table: home.table(table) for table in _STORED}


def _lake(home: Home) -> dict[str, bytes]:
    lake = home.path / "lake"
    return {
        str(path.relative_to(lake)): path.read_bytes()
        for path in sorted(lake.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def calendar_order(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = copy_of(empty_home, tmp_path_factory.mktemp("calendar") / "home")
    _deliver(home)
    assert all(run.success for run in home.run(*MONTHS, datasets=DATASETS))
    return home


def test_the_months_hold_what_this_is_about(calendar_order: Home) -> None:
    """Without figures, superseded and quarantined rows the comparisons below would compare nothing."""
    assert calendar_order.figures("cccd.received_stock", "2024-03", "stock")["502"][0]
    assert calendar_order.figures("asm.establishments", "2024-02")["49"] == (4, None), (
        "carried from January"
    )
    assert (
        calendar_order.statuses("cccd.issued", "2024-02", period="report_month")["502"]
        == "reported"
    )
    assert (
        calendar_order.statuses("cccd.issued", "2024-01", period="report_month")["502"] == "partial"
    ), "December is not in"
    ((superseded, quarantined),) = calendar_order.query(
        "SELECT sum(rows_superseded), sum(rows_quarantined) FROM delivery"
    )
    assert (superseded, quarantined) == (3 * 8, 3)


def test_every_row_of_every_file_is_accounted_for(calendar_order: Home) -> None:
    files = calendar_order.query(
        "SELECT rows_read, rows_accepted + rows_quarantined + rows_superseded FROM delivery"
    )
    assert len(files) == 7
    assert all(read == placed for read, placed in files)
    counted = "SELECT dataset, month, supplier, sum(rows_quarantined) AS rows FROM delivery GROUP BY 1, 2, 3 HAVING rows > 0"
    named = "SELECT dataset, month, supplier, count(DISTINCT file_name || '/' || row_number) FROM quarantine GROUP BY 1, 2, 3"
    assert calendar_order.query(f"{named} ORDER BY 1, 2, 3") == calendar_order.query(
        f"{counted} ORDER BY 1, 2, 3"
    )
    ((lines,),) = calendar_order.query("SELECT count(*) FROM quarantine")
    assert lines >= 3


def test_what_steps_print_is_not_copied_for_the_ui(calendar_order: Home) -> None:
    """Four processes a run would do that."""
    assert list(calendar_order.path.rglob("compute_logs")) == []


def test_another_order_gives_the_same_figures_and_a_second_round_changes_nothing(
    calendar_order: Home, new_home: Callable[[str], Home]
) -> None:
    home = new_home("shuffled")
    _deliver(home)
    # Without Dagster: the second round shows that it has nothing to add.
    finish_months(home.workspace(), ("2024-03", "2024-01", "2024-02"), DATASETS)
    assert _figures(home) == _figures(calendar_order)
    before, lake = _everything(home), _lake(home)

    assert all(run.success for run in home.run("2024-02", "2024-03", "2024-01", datasets=DATASETS))
    after = _everything(home)
    assert {table for table in _STORED if after[table] != before[table]} == set()
    assert _lake(home) == lake


def test_an_administrative_month_follows_both_its_calendar_months(
    calendar_order: Home, tmp_path: Path
) -> None:
    home = copy_of(calendar_order.path, tmp_path / "home")
    issued = {
        month: home.figures("cccd.issued", month, period="report_month")["49"][0]
        for month in MONTHS
    }
    # Cards are issued on the 14th to 18th: of a month's sixty, twelve on the 14th.
    assert issued == {"2024-01": 12, "2024-02": 60, "2024-03": 60}
    cards = rows("cccd_issuance", QUANG_NAM, Month(2024, 1), 60)
    home.deliver(
        "cccd_issuance",
        "2024-01",
        QUANG_NAM,
        [card for card in cards if not card["issued_on"].startswith("18/")],
    )
    home.run("2024-01", datasets=["cccd_issuance"])
    assert home.figures("cccd.issued", "2024-01", period="report_month")["49"][0] == 12
    assert home.figures("cccd.issued", "2024-02", period="report_month")["49"][0] == 48
    assert home.figures("cccd.issued", "2024-03", "ytd", "report_month")["49"][0] == 12 + 48 + 60
    assert home.de06(
        "why",
        "--indicator",
        "cccd.issued",
        "--month",
        "2024-02",
        "--area",
        "49",
        "--period",
        "report_month",
    ).says("2024-01", "48")


def test_months_side_by_side_give_the_same_figures(
    calendar_order: Home, new_home: Callable[[str], Home]
) -> None:
    home = new_home("side-by-side")
    _deliver(home)
    datasets = [word for dataset in DATASETS for word in ("--dataset", dataset)]
    command = "from de06_pipeline.cli import main; main()"
    options = ("--jobs", "2", "--no-reports", *datasets)
    ended = subprocess.run(
        [sys.executable, "-c", command, "run", "2024-01..2024-03", *options],
        env={"PATH": "/usr/bin:/bin", **home.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    assert "Warning" not in ended.stdout, "people see what we say, not what libraries say to us"
    assert all(f"{month}: took" in ended.stdout for month in MONTHS), "progress for each"
    assert _figures(home) == _figures(calendar_order)


@pytest.fixture
def forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that need not import everything anew; the command above starts them as it does."""
    monkeypatch.setattr(side_by_side, "mp", SimpleNamespace(get_context=lambda _: ForkedContext()))


def test_workers_write_reports_and_say_which_could_not_be(
    calendar_order: Home,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    forked_workers: None,
) -> None:
    home = copy_of(calendar_order.path, tmp_path / "reports")
    with home.active(), side_by_side.Workers(2) as workers:
        workers.report([Month.parse(m) for m in MONTHS[:2]])
        assert capsys.readouterr().err == ""
        for month in MONTHS[:2]:
            assert list((home.path / "reports").glob(f"monthly/{month}/*.html"))
        for child in multiprocessing.active_children():
            child.kill()
        workers.report([Month.parse(m) for m in MONTHS[1:]])
        said = capsys.readouterr().err
        assert "Reports of 2024-02" in said
        assert "Reports of 2024-03" in said
        workers.report([Month.parse(MONTHS[2])])
        assert capsys.readouterr().err == ""
        assert list((home.path / "reports").glob(f"monthly/{MONTHS[2]}/*.html"))


def test_a_killed_worker_costs_its_month_and_no_other(
    new_home: Callable[[str], Home], monkeypatch: pytest.MonkeyPatch, forked_workers: None
) -> None:
    home = new_home("killed")
    monkeypatch.setattr(side_by_side, "_work", _dies_in_february)
    with home.active(), side_by_side.Workers(2) as workers:
        runs = workers.run({Month.parse(m): () for m in MONTHS})
    assert [(str(run.month), run.success) for run in runs] == [
        ("2024-01", True),
        ("2024-02", False),
        ("2024-03", True),
    ]
    assert "exit code -9" in runs[1].failures["process"]


def _dies_in_february(connection: Connection, *_: object) -> None:
    """What a worker is told and tells, with nothing done in between."""
    while (task := connection.recv()) is not None:
        if task.month.month == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        connection.send(MonthRun(task.month, "", True, {}, {}))


@pytest.mark.parametrize(("months", "apart"), [(8, True), (3, False)])
def test_where_there_are_many_months_a_worker_begins_when_the_one_before_it_has_come_far_enough(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    forked_workers: None,
    months: int,
    *,
    apart: bool,
) -> None:
    monkeypatch.setattr(side_by_side, "_work", _says_who_was_first)
    # Where February must not begin beside it, January does not wait for long; else until it has.
    (home.path / "attempts").write_text("20" if apart else "2000")
    with home.active(), side_by_side.Workers(2) as workers:
        runs = workers.run({Month(2024, number): () for number in range(1, months + 1)})
    assert [run.month.month for run in runs] == list(range(1, months + 1))
    assert runs[1].success is apart


def _says_who_was_first(connection: Connection, *_: object) -> None:
    """A run of February succeeds where January's had come far enough when it began."""
    folder = Path(os.environ["DE06_HOME"])
    far, begun = folder / "far-enough", folder / "begun"
    while (task := connection.recv()) is not None:
        was_far = far.exists()
        if task.month.month == 1:
            attempts = int((folder / "attempts").read_text())
            while attempts and not begun.exists():
                time.sleep(0.05)
                attempts -= 1
            far.touch()
            connection.send(None)
        elif task.month.month == 2:
            begun.touch()
        connection.send(MonthRun(task.month, "", was_far, {}, {}))
