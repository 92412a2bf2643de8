"""Damage in the lake ends a step with the file's name and the remedy; it never changes a figure. A
rebuilt or moved lake gives the figures there were.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from de06_pipeline.monthly import lake
from de06_pipeline_tests.integration.home import Home, PublishedHome, copy_of
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM

DATASET = "cccd_issuance"
MONTHS = ("2024-01", "2024-02")
CLOCKS = ("computed_at", "run_id", "revision")


@pytest.fixture(scope="module")
def built(published_home: PublishedHome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_home(tmp_path_factory.mktemp("built") / "home", DATASET, MONTHS).path


def _copy(built: Path, to: Path) -> Home:
    # A lake that was looked at in another place is another lake.
    lake._verified.clear()
    return copy_of(built, to)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_flip, _cut, Path.unlink, _empty])
@pytest.mark.parametrize("kind", ["accepted", "cells"])
def test_damage_is_found(
    built: Path, tmp_path: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    home = _copy(built, tmp_path / "home")
    assert home.de06("verify").code == 0
    damage(next((home.path / "lake").glob(f"{kind}/*/2024-01/**/*.parquet")))
    printed = home.de06("verify")
    assert printed.code == 1
    assert printed.says("2024-01", "1 missing or damaged", "de06 rebuild 2024-01"), printed.text


def test_damage_ends_what_reads_it_and_is_mended(built: Path, tmp_path: Path) -> None:
    home = _copy(built, tmp_path / "home")
    figures = home.table("indicator_monthly", CLOCKS)
    for kind in ("accepted", "cells"):
        _flip(next((home.path / "lake").glob(f"{kind}/*/2024-01/**/*.parquet")))
    (run,) = home.run("2024-02", datasets=[DATASET])
    assert not run.success
    assert any("de06 rebuild 2024-01" in reason for reason in run.failures.values())
    assert home.table("indicator_monthly", CLOCKS) == figures
    printed = home.de06("rebuild", "2024-01")
    assert printed.code == 0, printed.text
    assert home.de06("verify").code == 0
    assert home.table("indicator_monthly", CLOCKS) == figures


def test_a_lost_lake_is_rebuilt_and_changes_no_figure(built: Path, tmp_path: Path) -> None:
    home = _copy(built, tmp_path / "home")
    figures = home.table("indicator_monthly")
    shutil.rmtree(home.path / "lake")
    (run,) = home.run("2024-02", datasets=[DATASET])
    assert not run.success
    assert home.table("indicator_monthly") == figures
    printed = home.de06("rebuild", "..".join(MONTHS))
    assert printed.code == 0, printed.text
    assert home.table("indicator_monthly") == figures
    assert home.de06("verify").code == 0


def test_a_home_works_in_another_place(built: Path, tmp_path: Path) -> None:
    home = _copy(built, tmp_path / "restored" / "elsewhere")
    assert home.de06("verify").code == 0
    figures = home.table("indicator_monthly")
    home.deliver(DATASET, "2024-03", QUANG_NAM)
    (run,) = home.run("2024-02", datasets=[DATASET])
    assert run.success
    assert home.table("indicator_monthly") == figures
    for table in ("accepted", "cells"):
        assert all(not path.startswith("/") for (path,) in home.query(f"SELECT path FROM {table}"))


def test_absolute_paths_of_before_become_relative_and_back(built: Path, tmp_path: Path) -> None:
    from de06_pipeline.warehouse.migrate import downgrade, migrate

    home = _copy(built, tmp_path / "home")
    relative = home.query("SELECT path FROM accepted UNION SELECT path FROM cells ORDER BY 1")
    with home.active():
        warehouse = home.workspace().warehouse
        downgrade(warehouse, "0008")
        absolute = home.query("SELECT path FROM accepted UNION SELECT path FROM cells ORDER BY 1")
        assert all(Path(path).exists() and Path(path).is_absolute() for (path,) in absolute)
        migrate(warehouse)
    assert relative == home.query(
        "SELECT path FROM accepted UNION SELECT path FROM cells ORDER BY 1"
    )
