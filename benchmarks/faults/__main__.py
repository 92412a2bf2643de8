"""``python -m benchmarks.faults``: the trials on the command line."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

import benchmarks.faults
from benchmarks.faults.inside import STAGES
from benchmarks.faults.kinds import KINDS
from benchmarks.faults.night import warm_up
from benchmarks.faults.postgres import Postgres
from benchmarks.faults.setting import Setting
from benchmarks.faults.trials import Result, keep, plan, run_trial
from de06_pipeline_tests.integration.postgres import server_programs

RESULTS = Path(__file__).parents[1] / "faults.json"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults", description=benchmarks.faults.__doc__
    )
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


if __name__ == "__main__":
    sys.exit(main())
