"""Trials in turn, each until its fault strikes, and the counts that are kept of them."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.faults.kinds import KINDS, NotStruckError
from benchmarks.faults.setting import Setting

ATTEMPTS = 8
"""How often a fault that does not strike is thrown before its trial fails."""


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
