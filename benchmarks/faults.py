"""``python -m benchmarks.faults --trials N --seed S``: what goes wrong in a machine room, one thing
a trial, while a night restates a published month.

A corrected file has come for the first of two published months. Each trial runs that night in a
process of its own, disturbs it, and runs what docs/operations.md says helps. A trial passes when

- after the fault every source's figures are those of before or those of after, never some of each,
- after the remedy figures, pointers and the lake are what the undisturbed night made.

A fault that did not strike (the night never came to its point, never read the damaged file) says
nothing: it is thrown again elsewhere, and how often is counted; after :data:`ATTEMPTS` it fails.

Trials are numbered by kind, so that ``--only "kill: cells" --seed 7`` makes them again.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.faults_inside import STAGES, Disturbance, Noted, disturbed
from de06_pipeline.periods import Month
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.postgres import as_server_user, server_programs
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM

DATASET, MONTHS = "cccd_issuance", ("2024-01", "2024-02")
LONGEST_SECONDS = 900
ATTEMPTS = 8
"""How often a fault that does not strike is thrown before its trial fails."""
RESULTS = Path(__file__).with_name("faults.json")
_FIGURES = (
    "SELECT d.source, v.period_type, v.month, v.time_window, v.province_code, v.district_code, v.indicator_code, "
    "v.breakdown, v.numerator, v.denominator, v.status FROM indicator_monthly v JOIN dim_indicator d ON d.code = v.indicator_code"
)
_POINTERS = (
    "SELECT dataset, month, supplier, content_hash, path FROM accepted "
    "UNION ALL SELECT source, month, '', content_hash, path FROM cells"
)

Groups = dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class State:
    """What stands: figures by source and kind of period, and the pointers into the lake."""

    figures: Groups
    pointers: frozenset[str]


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


class NotStruckError(Exception):
    """The fault did nothing to the night."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a trial. ``verdict``: ``same``, or ``FAILED: <why>``; ``saw``: what the fault did
    to the night; ``thrown``: how often it was thrown until it struck.
    """

    kind: str
    number: int
    saw: str
    verdict: str
    seconds: float
    thrown: int = 1

    @property
    def failed(self) -> bool:
        return self.verdict.startswith("FAILED")


class Setting:
    """The two homes that every trial is measured by, and the server of the trials that need one."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        self.folder = folder
        self.postgres = postgres
        base = Home(folder / "base")
        assert base.de06("init").code == 0
        for month in MONTHS:
            base.deliver(DATASET, month, QUANG_NAM)
        base.deliver(DATASET, MONTHS[0], LONG_AN)
        base.deliver("opening_balances", MONTHS[0], QUANG_NAM)
        for month in MONTHS:
            ended = night(base, month, datasets=(DATASET, "opening_balances"), reports=True)
            assert not ended.failures, ended.failures
            load(ended.modules)
        correct(base)
        self.base = base
        self.before = state_of(base)
        # A night with reports passes other points in the same stages than one without.
        self._points: dict[bool, dict[str, int]] = {}
        for reports in (True, False):
            undisturbed = self.home("undisturbed")
            ended = night(undisturbed, reports=reports)
            assert not ended.failures, ended.failures
            self._points[reports] = ended.points
            self.read = ended.read
            self.after = state_of(undisturbed)
            shutil.rmtree(undisturbed.path)
        assert self.after != self.before

    def points(self, place: str) -> int:
        """How many points of a place the night passes in which it is disturbed there."""
        return self._points[with_reports(place)].get(place, 0)

    def home(self, name: str) -> Home:
        return copy_of(self.base.path, self.folder / name)


def with_reports(place: str) -> bool:
    """Whether a night that is disturbed at a place writes its reports."""
    return place.startswith("reports")


def correct(home: Home) -> None:
    """A corrected file for the first month."""
    corrected = tiny_exports.rows(DATASET, QUANG_NAM, Month.parse(MONTHS[0]), 20)
    home.deliver(DATASET, MONTHS[0], QUANG_NAM, corrected)


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


def state_of(home: Home) -> State:
    with home.active(**home_settings(home)):
        warehouse = Warehouse.open(Settings().warehouse_url)
        groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        with warehouse.reading() as connection:
            for source, period, *values in connection.exec_driver_sql(_FIGURES):
                groups[source, period].add(repr([str(value) for value in values]))
            pointers = frozenset(
                repr([str(value) for value in row]) for row in connection.exec_driver_sql(_POINTERS)
            )
        warehouse.engine.dispose()
    return State({key: frozenset(rows) for key, rows in groups.items()}, pointers)


def home_settings(home: Home) -> dict[str, str]:
    url = home.path / "warehouse.url"
    return {"DE06_WAREHOUSE_URL": url.read_text(encoding="ascii")} if url.exists() else {}


def half_done(now: State, setting: Setting) -> list[str]:
    """Sources of which some figures are those of before and some those of after."""
    return [
        f"{source} {period}"
        for (source, period), rows in now.figures.items()
        if rows
        not in (
            setting.before.figures.get((source, period)),
            setting.after.figures.get((source, period)),
        )
    ]


def judge(setting: Setting, home: Home, *, looked: Sequence[str] = ()) -> str:
    """The verdict after the remedy. ``looked``: what was half done after the fault."""
    if looked:
        return f"FAILED: half done after the fault: {', '.join(looked)}"
    now = state_of(home)
    if now.figures != setting.after.figures:
        differ = [
            str(key) for key in now.figures if now.figures[key] != setting.after.figures.get(key)
        ]
        return f"FAILED: other figures than undisturbed: {', '.join(differ)}"
    if now.pointers != setting.after.pointers:
        return "FAILED: other pointers than undisturbed"
    with home.active(**home_settings(home)):
        from de06_pipeline.monthly.verify_lake import verify_lake
        from de06_pipeline.monthly.workspace import Workspace

        damage = verify_lake(Workspace(Settings())).damage
    return f"FAILED: the lake is damaged: {damage[0][1]}" if damage else "same"


def _plain(ended: Ended) -> str:
    """Whether what the night said is fit for people."""
    bad = [line for line in ended.failures if "UNEXPECTED" in line or "Traceback" in line]
    return f"FAILED: no plain words: {bad[0][:200]}" if bad else ""


def _say(ended: Ended) -> str:
    if ended.signal:
        return f"killed ({signal.Signals(ended.signal).name})"
    return "failed, and said why" if ended.failures else "ended well"


def at_a_point(setting: Setting, home: Home, what: Disturbance) -> tuple[str, str]:
    """The night is disturbed at one point and run once more."""
    reports = with_reports(what.place)
    ended = night(home, disturbance=what, reports=reports)
    # A database that had room enough was not disturbed.
    if not (ended.struck or (what.what == "database full" and ended.failures)):
        raise NotStruckError
    looked = half_done(state_of(home), setting)
    again = night(home, reports=reports)
    if again.failures:
        return _say(ended), f"FAILED: the night after failed too: {again.failures[0][:200]}"
    return _say(ended), _plain(ended) or judge(setting, home, looked=looked)


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
    path = home.landing / DATASET / MONTHS[0] / QUANG_NAM / "export.csv"
    whole, times = path.read_bytes(), path.stat()
    path.write_bytes(whole[: dice.randrange(1, len(whole))])
    ended = night(home)
    path.write_bytes(whole)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 10**9))
    again = night(home)
    if again.failures:
        return _say(ended), f"FAILED: the night after failed too: {again.failures[0][:200]}"
    # What the half file said was published and restated: no half group is looked for.
    return _say(ended), _plain(ended) or judge(setting, home)


def vanishing(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    """The file is listed, and gone when it is opened."""
    path = home.landing / DATASET / MONTHS[0] / QUANG_NAM / "export.csv"
    kept = path.read_bytes()
    what = Disturbance("vanish", "", dice.randrange(2), path)
    ended = night(home, disturbance=what)
    if not ended.struck:
        raise NotStruckError
    looked = half_done(state_of(home), setting)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(kept)
    again = night(home)
    if again.failures:
        return _say(ended), f"FAILED: the night after failed too: {again.failures[0][:200]}"
    return _say(ended), _plain(ended) or judge(setting, home, looked=looked)


def clock_back(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    return at_a_point(setting, home, Disturbance("clock", "", -dice.randrange(1, 500)))


def damaged_parquet(how: str) -> Trial:
    def trial(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
        files = [
            path
            for path in (home.path / "lake").rglob("*.parquet")
            if _is_in_force(home, path) and path.relative_to(home.path).as_posix() in setting.read
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


def _is_in_force(home: Home, path: Path) -> bool:
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
    again = night(home)
    if again.failures:
        return _say(ended), f"FAILED: the night after failed too: {again.failures[0][:200]}"
    return _say(ended), _plain(ended) or judge(setting, home)


def database_restart(setting: Setting, home: Home, dice: random.Random) -> tuple[str, str]:
    """PostgreSQL is restarted at once (connections are cut) in the middle of the night."""
    assert setting.postgres is not None
    with setting.postgres.database(home) as restart:
        stage = dice.choice([stage for stage in STAGES if setting.points(f"{stage} statements")])
        reached = dice.randrange(setting.points(f"{stage} statements"))
        return at_a_point(
            setting, home, Disturbance("call", f"{stage} statements", reached, call=restart)
        )


Trial = Callable[[Setting, Home, random.Random], tuple[str, str]]

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


class Postgres:
    """A server of our own in a temporary folder, with a database that trials are copied from."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._prefix, user = as_server_user()
        self._programs, self._folder = programs, folder
        if user is not None:
            os.chown(folder, user, -1)
        self._run(programs / "initdb", "--no-sync", "--auth=trust", "--username=de06",
                  "--encoding=UTF8", "--locale=C", "-D", folder / "data")  # fmt: skip
        self._ctl("start")

    def _run(self, *command: object) -> None:
        subprocess.run(
            [*self._prefix, *map(str, command)],
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _ctl(self, what: str) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._run(self._programs / "pg_ctl", what, "--wait", "--mode=immediate", "-D",
                  self._folder / "data", "-l", self._folder / "log", "-o", options)  # fmt: skip

    def stop(self) -> None:
        self._run(self._programs / "pg_ctl", "stop", "--wait", "--mode=immediate", "-D",
                  self._folder / "data")  # fmt: skip

    @contextmanager
    def database(self, home: Home) -> Iterator[Callable[[], None]]:
        """The home with its warehouse on this server; gives what restarts the server."""
        import psycopg

        name = "de06"
        administration = f"host={self._folder} user=de06 dbname=postgres"
        with psycopg.connect(administration, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        url = f"postgresql+psycopg://de06@/{name}?host={self._folder}"
        (home.path / "warehouse.url").write_text(url, encoding="ascii")
        _published_there(home)
        yield lambda: self._ctl("restart")


def _published_there(home: Home) -> None:
    """Publish both months in an empty database, as they stood before the correction."""
    path = home.landing / DATASET / MONTHS[0] / QUANG_NAM / "export.csv"
    corrected = path.read_bytes()
    home.deliver(DATASET, MONTHS[0], QUANG_NAM)
    for month in MONTHS:
        ended = night(home, month, datasets=(DATASET, "opening_balances"))
        assert not ended.failures, ended.failures
    path.write_bytes(corrected)


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


def run_trial(setting: Setting, kind: str, number: int, seed: int) -> Result:
    began = time.monotonic()
    saw, verdict, thrown = "", "FAILED: the fault never struck", 0
    while thrown < ATTEMPTS:
        dice = random.Random(f"{seed} {kind} {number} {thrown}")
        thrown += 1
        home = setting.home(f"{number}")
        try:
            saw, verdict = KINDS[kind][1](setting, home, dice)
            break
        except NotStruckError:
            shutil.rmtree(home.path)
        except Exception as error:
            verdict = f"FAILED: {type(error).__name__}: {error}"
            break
    if not verdict.startswith("FAILED"):
        shutil.rmtree(home.path, ignore_errors=True)
    return Result(kind, number, saw, verdict, time.monotonic() - began, thrown)


def plan(trials: int, only: Sequence[str], with_postgres: bool) -> list[str]:
    """The kinds of the trials, in turn, so that a run that is ended early has tried all."""
    left = {
        kind: max(1, round(share * trials / 105))
        for kind, (share, _) in KINDS.items()
        if (not only or kind in only) and (with_postgres or kind != "database restart")
    }
    order = []
    while any(left.values()):
        for kind in left:
            if left[kind]:
                left[kind] -= 1
                order.append(kind)
    return order


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--trials", type=int, default=105, help="in all, shared among the kinds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=KINDS, default=[], help="this kind")
    parser.add_argument("--minutes", type=float, default=0, help="begin no trial after so many")
    parser.add_argument("--keep", type=Path, default=RESULTS, help="file of the counts")
    given = parser.parse_args()
    # Ended by others, it still stops its server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    warm_up()
    deadline = time.monotonic() + given.minutes * 60 if given.minutes else None
    programs = server_programs()
    results: list[Result] = []
    # Not deep: the path of a socket holds 107 bytes.
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        Path(folder).chmod(0o755)
        postgres = None
        if programs is not None:
            (Path(folder) / "pg").mkdir()
            postgres = Postgres(Path(folder) / "pg", programs)
        try:
            setting = Setting(Path(folder), postgres)
            print(
                f"points that can be disturbed: { {stage: setting.points(stage) for stage in STAGES} }",
                flush=True,
            )
            for number, kind in enumerate(plan(given.trials, given.only, postgres is not None)):
                if deadline and time.monotonic() > deadline:
                    print("The time is over.")
                    break
                results.append(run_trial(setting, kind, number, given.seed))
                print(_line(results[-1]), flush=True)
                keep(results, given.seed, given.keep)
        finally:
            if postgres is not None:
                postgres.stop()
    failed = sum(result.failed for result in results)
    print(
        f"{len(results)} trials, {len(results) - failed} gave the undisturbed result, {failed} did not"
    )
    return 1 if failed else 0


def _line(result: Result) -> str:
    again = f", thrown {result.thrown} times" if result.thrown > 1 else ""
    return f"{result.number:4} {result.kind:20} {result.saw:24} {result.verdict} ({result.seconds:.0f} s{again})"


def keep(results: Sequence[Result], seed: int, path: Path) -> None:
    """Write the counts by kind: trials, what the fault did, how many gave the undisturbed result."""
    counts = {
        kind: {
            "trials": len(own),
            "same": sum(not result.failed for result in own),
            "thrown_in_vain": sum(result.thrown for result in own) - len(own),
            "saw": dict(sorted(Counter(result.saw for result in own).items())),
            "failed": [result.verdict for result in own if result.failed],
        }
        for kind in KINDS
        if (own := [result for result in results if result.kind == kind])
    }
    kept: dict[str, Any] = {
        "seed": seed,
        "trials": len(results),
        "same": sum(not result.failed for result in results),
        "kinds": counts,
        "run_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
