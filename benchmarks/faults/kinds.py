"""What goes wrong: each kind of fault, how it is thrown, and what helps after it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.faults.inside import STAGES, Disturbance
from benchmarks.faults.night import Ended, corrected_file, night, rebuild
from benchmarks.faults.setting import Setting, half_done, judge, state_of, with_reports
from de06_pipeline_tests.integration.home import Home

Trial = Callable[[Setting, Home, random.Random], tuple[str, str]]


class NotStruckError(Exception):
    """The fault did nothing to the night."""


def _plain(ended: Ended) -> str:
    """Whether what the night said is fit for people."""
    bad = [line for line in ended.failures if "UNEXPECTED" in line or "Traceback" in line]
    return f"FAILED: no plain words: {bad[0][:200]}" if bad else ""


def _say(ended: Ended) -> str:
    if ended.signal:
        return f"killed ({signal.Signals(ended.signal).name})"
    return "failed, and said why" if ended.failures else "ended well"


def _after_another_night(
    setting: Setting, home: Home, ended: Ended, *, looked: Sequence[str] = (), reports: bool = False
) -> tuple[str, str]:
    """What the disturbed night came to, and the verdict when one more night has mended it.

    Args:
        looked: what was half done after the fault.
    """
    again = night(home, reports=reports)
    if again.failures:
        return _say(ended), f"FAILED: the night after failed too: {again.failures[0][:200]}"
    return _say(ended), _plain(ended) or judge(setting, home, looked=looked)


def at_a_point(setting: Setting, home: Home, what: Disturbance) -> tuple[str, str]:
    """The night is disturbed at one point and run once more."""
    reports = with_reports(what.place)
    ended = night(home, disturbance=what, reports=reports)
    # A database that had room enough was not disturbed.
    if not (ended.struck or (what.what == "database full" and ended.failures)):
        raise NotStruckError
    looked = half_done(state_of(home), setting)
    return _after_another_night(setting, home, ended, looked=looked, reports=reports)


def kill(stage: str) -> Trial:
    def trial(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
        reached = dice.randrange(setting.points(stage))
        return at_a_point(setting, home, Disturbance("kill", stage, reached))

    return trial


def refused(what: str) -> Trial:
    """Writing fails from one point on until the night ends: ``full`` or ``read-only``."""

    def trial(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
        stage = dice.choice([stage for stage in STAGES if setting.points(f"{stage} files")])
        reached = dice.randrange(setting.points(f"{stage} files"))
        return at_a_point(setting, home, Disturbance(what, f"{stage} files", reached))

    return trial


def database_full(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    return at_a_point(setting, home, Disturbance("database full", "", dice.randrange(12)))


def half_written(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    """The file is still being copied when the night comes."""
    path = corrected_file(home)
    whole, times = path.read_bytes(), path.stat()
    path.write_bytes(whole[: dice.randrange(1, len(whole))])
    ended = night(home)
    path.write_bytes(whole)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 10**9))
    # What the half file said was published and restated: no half group is looked for.
    return _after_another_night(setting, home, ended)


def vanishing(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    """The file is listed, and gone when it is opened."""
    path = corrected_file(home)
    kept = path.read_bytes()
    what = Disturbance("vanish", "", dice.randrange(2), path)
    ended = night(home, disturbance=what)
    if not ended.struck:
        raise NotStruckError
    looked = half_done(state_of(home), setting)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(kept)
    return _after_another_night(setting, home, ended, looked=looked)


def clock_back(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    return at_a_point(setting, home, Disturbance("clock", "", -dice.randrange(1, 500)))


def damaged_parquet(how: str) -> Trial:
    def trial(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
        files = [
            path
            for path in (home.path / "lake").rglob("*.parquet")
            if is_in_force(home, path) and path.relative_to(home.path).as_posix() in setting.read
        ]
        path = dice.choice(sorted(files))
        content = bytearray(path.read_bytes())
        where = dice.randrange(len(content))
        if how == "flipped":
            content[where] ^= 1 << dice.randrange(8)
        path.write_bytes(content if how == "flipped" else content[:where])
        return _rebuilt(setting, home)

    return trial


def lost_lake(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    shutil.rmtree(home.path / "lake")
    return _rebuilt(setting, home)


def _rebuilt(setting: Setting, home: Home) -> tuple[str, str]:
    ended = night(home)
    if not ended.failures:
        raise NotStruckError
    looked = half_done(state_of(home), setting)
    again = rebuild(home)
    if again.failures:
        return _say(ended), f"FAILED: {again.failures[0]}"
    return _say(ended), _plain(ended) or judge(setting, home, looked=looked)


def is_in_force(home: Home, path: Path) -> bool:
    place = path.relative_to(home.path / "lake").as_posix()
    return any(
        place == pointer or place.startswith(f"{pointer}/")
        for (pointer,) in home.query("SELECT path FROM accepted UNION ALL SELECT path FROM cells")
    )


def corrupt_database(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    """Pages of the warehouse are overwritten; the last backup is put back."""
    backup = home.path / "backup.sqlite"
    with sqlite3.connect(home.warehouse) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    for left in home.path.glob("warehouse.sqlite-*"):
        left.unlink()
    with home.warehouse.open("r+b") as file:
        pages = home.warehouse.stat().st_size // 4096
        for page in (
            [0, *dice.sample(range(1, pages), 5)]
            if dice.random() < 0.5
            else dice.sample(range(1, pages), pages // 2)
        ):
            file.seek(page * 4096)
            file.write(dice.randbytes(4096))
    ended = night(home)
    if not ended.failures:
        raise NotStruckError
    for left in home.path.glob("warehouse.sqlite*"):
        left.unlink()
    shutil.copyfile(backup, home.warehouse)
    return _after_another_night(setting, home, ended)


def database_restart(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    """PostgreSQL is restarted at once (connections are cut) in the middle of the night."""
    assert setting.postgres is not None
    with setting.postgres.database(home) as restart:
        stage = dice.choice([stage for stage in STAGES if setting.points(f"{stage} statements")])
        reached = dice.randrange(setting.points(f"{stage} statements"))
        return at_a_point(
            setting, home, Disturbance("call", f"{stage} statements", reached, call=restart)
        )


KINDS: dict[str, tuple[int, Trial]] = {
    **{f"kill: {stage}": (10, kill(stage)) for stage in STAGES},
    "disk full": (8, refused("full")),
    "read-only": (6, refused("read-only")),
    "database full": (4, database_full),
    "half-written file": (5, half_written),
    "vanishing file": (5, vanishing),
    "clock set back": (4, clock_back),
    "flipped Parquet": (6, damaged_parquet("flipped")),
    "truncated Parquet": (4, damaged_parquet("truncated")),
    "lost lake": (2, lost_lake),
    "corrupt SQLite": (6, corrupt_database),
    "database restart": (5, database_restart),
}
"""Kind → its share of a hundred and five trials, and what is done."""
