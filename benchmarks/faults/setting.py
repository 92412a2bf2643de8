"""The homes that trials are measured by, and the verdict on what a trial left."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.night import DATASET, MONTHS, correct, home_settings, load, night
from benchmarks.faults.postgres import Postgres
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM

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
