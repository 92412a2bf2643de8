"""A few of the faults of ``python -m benchmarks.faults``: whatever happens to a night, its figures
are those of before or of after, and one more night makes the undisturbed result.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.faults.kinds import KINDS, NotStruckError, is_in_force
from benchmarks.faults.night import correct, night, warm_up
from benchmarks.faults.setting import Setting, State, half_done, judge
from benchmarks.faults.trials import ATTEMPTS, plan, run_trial
from de06_pipeline_tests.integration.home import Home

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks what it disturbs")

SEED = 7


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    warm_up()
    return Setting(tmp_path_factory.mktemp("faults"), None)


@pytest.mark.parametrize("kind", ["kill: publication", "disk full"])
def test_a_fault_leaves_nothing_half_done_and_is_mended(setting: Setting, kind: str) -> None:
    result = run_trial(setting, kind, 0, SEED)
    assert result.verdict == "same", result
    assert result.saw != "ended well", "the fault came about"


def test_the_trials_would_notice(setting: Setting) -> None:
    """What is not mended, and a group of figures of which only some are new, fail a trial."""
    home = setting.home("unmended")
    assert judge(setting, home).startswith("FAILED: other figures")
    correct(home)
    assert not night(home).failures
    assert judge(setting, home) == "same"
    # Cells of before the correction lie there too, and no pointer leads to them.
    every = sorted((home.path / "lake" / "cells").rglob("*.parquet"))
    damaged = next(path for path in every if is_in_force(home, path))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert judge(setting, home).startswith("FAILED: the lake is damaged")
    mixed = {
        key: frozenset([*sorted(before)[1:], *sorted(setting.after.figures[key] - before)[:1]])
        for key, before in setting.before.figures.items()
    }
    assert half_done(State(mixed, frozenset()), setting)
    assert half_done(setting.before, setting) == half_done(setting.after, setting) == []


@pytest.mark.parametrize(("in_vain", "verdict"), [(2, "same"), (99, "FAILED: the fault never")])
def test_a_fault_that_does_not_strike_is_thrown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_vain: int, verdict: str
) -> None:
    thrown: list[float] = []

    def trial(_setting: object, home: Home, dice: random.Random) -> tuple[str, str]:
        home.path.mkdir()
        thrown.append(dice.random())
        if len(thrown) <= in_vain:
            raise NotStruckError
        return "killed", "same"

    monkeypatch.setitem(KINDS, "kill: cells", (1, trial))
    setting = SimpleNamespace(home=lambda name: Home(tmp_path / name))
    result = run_trial(setting, "kill: cells", 0, SEED)  # type: ignore[arg-type]
    assert result.verdict.startswith(verdict)
    assert result.thrown == len(set(thrown)) == min(in_vain + 1, ATTEMPTS), "each time elsewhere"


def test_a_full_run_is_a_hundred_trials_of_every_kind() -> None:
    order = plan(105, (), with_postgres=True)
    assert len(order) >= 100
    assert Counter(order).keys() == KINDS.keys()
