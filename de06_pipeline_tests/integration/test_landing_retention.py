"""Files that have been kept long enough go, on request and after a look: no figure changes, nobody
is asked to put them back, and what is still needed stays.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from de06_pipeline.definitions import current_defs
from de06_pipeline.landing import remove
from de06_pipeline.landing.discover import find_deliveries
from de06_pipeline.monthly import landing_retention
from de06_pipeline.monthly.find_due import due_months
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, PublishedHome
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows
from de06_pipeline_tests.integration.whole_months import finish_months

DATASET, OLD, NEW = "eid_accounts", "2024-01", "2024-02"


def _months_kept() -> int:
    """Months after which January 2024 is over its time and February is not; asked when it is needed,
    since a month may end while tests run.
    """
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    return (now.year - 2024) * 12 + now.month - 2


def _job(home: Home, *, dry_run: bool, keep: int | None = None) -> list[str]:
    """What the job said, run as the daemon runs it.

    Args:
        keep: months; by default of :func:`_months_kept`.
    """
    keep = _months_kept() if keep is None else keep
    job = current_defs().resolve_job_def("landing_retention")
    config = {"ops": {"remove_old_deliveries": {"config": {"dry_run": dry_run}}}}
    with home.active(DE06_KEEP_LANDING_MONTHS=str(keep)), home.instance() as instance:
        outcome = job.execute_in_process(run_config=config, instance=instance)
        assert outcome.success
        return [entry.user_message for entry in instance.all_logs(outcome.run_id)]


def _files(home: Home) -> list[str]:
    files = (path for path in home.landing.rglob("*") if path.is_file())
    return sorted(path.relative_to(home.landing).as_posix() for path in files)


def test_old_files_go_and_figures_stay(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for month in (OLD, NEW):
        home.deliver(DATASET, month, QUANG_NAM)
    home.put(DATASET, OLD, LONG_AN, b"not;an;export\n1;2;3\n")
    home.put(DATASET, OLD, QUANG_NAM, b"x", name="desktop.ini")
    finish_months(home.workspace(), [OLD, NEW], [DATASET])
    before = home.table("indicator_monthly")
    landed = _files(home)

    assert any("everything is kept" in line for line in _job(home, dry_run=False, keep=0))
    said = _job(home, dry_run=True)
    assert any("1 deliveries" in line and "would be removed (1 files" in line for line in said)
    assert any(f"{LONG_AN} stays: refused" in line for line in said)
    assert _files(home) == landed

    # Killed between the ledger and the files: the next run of the job deletes them.
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(landing_retention, "remove_delivery", killed)
        with pytest.raises((KeyboardInterrupt, dg.DagsterExecutionInterruptedError)):
            _job(home, dry_run=False)
    assert _files(home) == landed
    said = _job(home, dry_run=False)
    assert any("1 deliveries" in line and "removed (1 files" in line for line in said)
    assert set(landed) - set(_files(home)) == {f"{DATASET}/{OLD}/{QUANG_NAM}/export.csv"}

    months = {Month.parse(OLD), Month.parse(NEW)}
    with home.active():
        assert due_months(home.workspace(), months) == []
    assert home.run(OLD, datasets=[DATASET])[0].failures == {}
    assert home.table("indicator_monthly") == before
    assert home.query("SELECT status FROM delivery WHERE supplier = ?", QUANG_NAM) == [
        ("accepted",),
        ("accepted",),
    ]

    late = rows(DATASET, QUANG_NAM, Month.parse(OLD), 20)
    home.deliver(DATASET, OLD, QUANG_NAM, late)
    with home.active():
        assert [due.month for due in due_months(home.workspace(), months)] == [Month.parse(OLD)]
    finish_months(home.workspace(), [OLD], [DATASET], "late")
    assert home.figures("eid.received", OLD)["49"][0] == 20


def test_a_correction_of_one_of_two_removed_files_does_not_stand_for_both(home: Home) -> None:
    month = Month.parse(OLD)
    every = rows(DATASET, QUANG_NAM, month, 20)
    home.deliver(DATASET, OLD, QUANG_NAM, every[:10], name="tam-ky.csv")
    home.deliver(DATASET, OLD, QUANG_NAM, every[10:], name="hoi-an.csv")
    finish_months(home.workspace(), [OLD], [DATASET])
    assert any("removed (2 files" in line for line in _job(home, dry_run=False))
    assert _files(home) == []

    home.deliver(DATASET, OLD, QUANG_NAM, every[11:], name="hoi-an.csv")
    printed = home.de06("run", OLD, "--no-reports", "--dataset", DATASET)
    assert printed.code == 1
    assert printed.says(QUANG_NAM, "files have disappeared", "--accept-missing")
    assert home.figures("eid.received", OLD)["49"][0] == 20

    home.deliver(DATASET, OLD, QUANG_NAM, every[:10], name="tam-ky.csv")
    assert home.run(OLD, datasets=[DATASET])[0].success
    assert home.figures("eid.received", OLD)["49"][0] == 19


def test_what_cannot_be_made_anew_stays(published_home: PublishedHome, tmp_path: Path) -> None:
    home = published_home(tmp_path / "home", DATASET, [OLD])
    rows_file = next((home.path / "lake" / "accepted").rglob("rows.parquet"))
    rows_file.write_bytes(rows_file.read_bytes()[:-1])
    assert any("damaged in the lake" in line for line in _job(home, dry_run=False))
    home.deliver(DATASET, OLD, LONG_AN)
    assert any(f"{LONG_AN} stays: not read yet" in line for line in _job(home, dry_run=False))
    assert len(_files(home)) == 2


def test_a_month_that_is_not_published_to_the_end_keeps_its_files(
    published_home: PublishedHome, tmp_path: Path
) -> None:
    home = published_home(tmp_path / "home", DATASET, [OLD])
    # As a run leaves it that is killed between the accepted rows and the cells.
    with sqlite3.connect(home.warehouse) as warehouse:
        warehouse.execute("DELETE FROM cells")
    assert any("not published to the end" in line for line in _job(home, dry_run=False))
    assert len(_files(home)) == 1
    finish_months(home.workspace(), [OLD], [DATASET])
    assert any("removed (1 files" in line for line in _job(home, dry_run=False))
    assert _files(home) == []


def test_nothing_outside_the_month_is_touched(home: Home) -> None:
    national = home.landing / DATASET / OLD / "all.csv"
    national.parent.mkdir(parents=True)
    national.write_text("a\n", encoding="utf-8")
    beside = home.put(DATASET, OLD, QUANG_NAM, b"b\n")
    deliveries = find_deliveries(str(home.landing), DATASET, Month.parse(OLD))
    (delivery,) = [each for each in deliveries if each.supplier == QUANG_NAM]
    remove.remove_delivery(str(home.landing), delivery)
    assert not beside.parent.exists()
    assert national.exists()
