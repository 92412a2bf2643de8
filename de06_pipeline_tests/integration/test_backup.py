"""A backup taken while a month runs, by the commands of docs/operations.md, put back in another
place: the month is finished there and the figures are those of the home it was taken from.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from de06_pipeline.monthly import lake
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM

DATASET, MONTH = "cccd_issuance", "2024-01"
CLOCKS = ("computed_at", "run_id", "revision")
_HELD_BACK = """
import sys, time
from pathlib import Path
from de06_pipeline.monthly import publish_month
before = publish_month.put_in_force
def slowly(*positional, **named):
    Path({begun!r}).touch()
    while not Path({go!r}).exists():
        time.sleep(0.05)
    return before(*positional, **named)
publish_month.put_in_force = slowly
from de06_pipeline import cli
sys.argv = ["de06", "run", {month!r}, "--dataset", {dataset!r}, "--no-reports"]
cli.main()
"""


def _back_up(home: Home, to: Path) -> None:
    """As documented: the database by its own backup first, then the files it points to."""
    to.mkdir()
    with sqlite3.connect(home.warehouse) as live, sqlite3.connect(to / "warehouse.sqlite") as copy:
        live.backup(copy)
    for folder in ("lake", "landing"):
        shutil.copytree(home.path / folder, to / folder)


def test_a_backup_of_a_home_at_work_is_finished_elsewhere(home: Home, tmp_path: Path) -> None:
    """Taken when rows are accepted and cells made of which no figure is published yet."""
    home.deliver(DATASET, MONTH, QUANG_NAM)
    assert home.run(MONTH, datasets=[DATASET])[0].success
    home.deliver(DATASET, MONTH, LONG_AN)
    begun, go = tmp_path / "begun", tmp_path / "go"
    program = _HELD_BACK.format(begun=str(begun), go=str(go), month=MONTH, dataset=DATASET)
    process = home.started(program, begun)
    restored = Home(tmp_path / "elsewhere" / "home")
    restored.path.parent.mkdir()
    _back_up(home, restored.path)
    go.touch()
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0, out
    wanted = home.table("indicator_monthly", CLOCKS)

    lake._verified.clear()
    assert restored.de06("init").code == 0
    assert restored.de06("verify").code == 0
    assert restored.table("indicator_monthly", CLOCKS) != wanted
    printed = restored.de06("run", MONTH, "--dataset", DATASET, "--no-reports")
    assert printed.code == 0, printed.text
    assert restored.table("indicator_monthly", CLOCKS) == wanted
    assert restored.de06("verify").code == 0
