"""A home folder under test: deliver files, run months through Dagster, call commands, look at
everything that was written.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import dagster as dg

from de06_pipeline import cli
from de06_pipeline.collector import collect_garbage
from de06_pipeline.commands.month_run import MonthRun, run_months
from de06_pipeline.monthly.workspace import _SYNCED, Workspace
from de06_pipeline.periods import Month
from de06_pipeline.settings import Settings
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.started import StartedProgram
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, Row


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    def says(self, *words: str) -> bool:
        """Whether all the words are there, line breaks and runs of spaces aside."""
        flat = " ".join(self.text.split())
        return all(word in flat for word in words)


def forget_instances() -> None:
    """Let Dagster forget instances that a test is done with.

    A context built around an open instance (``build_schedule_context``) enters it a second time and
    leaves a generator behind; when the garbage collector ends it, in the middle of a later run,
    Dagster's current definitions storage is set back to a dead instance.

    What is alive afterwards (the modules of Dagster and Great Expectations, mostly) is not looked at
    again: a collection over all of it takes 0.4 s, some hundred times in a run of the tests.
    """
    from dagster._core.storage.defs_state import base

    collect_garbage()
    base._current_storage.set(None)


class Home:
    """One ``DE06_HOME``, initialised.

    ``contracts``: another folder of contracts, registry and reference data.
    """

    def __init__(self, path: Path, contracts: Path | None = None) -> None:
        self.path = path
        self.contracts = contracts

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    @property
    def warehouse(self) -> Path:
        return self.path / "warehouse.sqlite"

    def environment(self) -> dict[str, str]:
        """The settings of this home; a process started with them works here and nowhere else."""
        chosen = {
            "DE06_HOME": str(self.path),
            "DAGSTER_HOME": str(self.path / "dagster"),
            "DE06_THREADS": "1",
        }
        return chosen | ({"DE06_CONTRACTS": str(self.contracts)} if self.contracts else {})

    @contextlib.contextmanager
    def active(self, **more: str) -> Iterator[None]:
        """Make this the home of the process, with further settings."""
        with patch.dict(os.environ, self.inherited() | more, clear=True):
            yield

    def inherited(self) -> dict[str, str]:
        """The environment of this process, with the settings of this home."""
        others = {k: v for k, v in os.environ.items() if not k.startswith("DE06_")}
        return others | self.environment()

    def started(self, program: str, mark: Path) -> StartedProgram:
        """A Python program in a process of its own, once it has made a file by which it says how far
        it is.
        """
        process = StartedProgram(program, self.inherited(), mark.with_suffix(".said"))
        while not mark.exists():
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.05)
        return process

    def workspace(self, **more: str) -> Workspace:
        """A workspace of this home, with further settings."""
        with self.active(**more):
            return Workspace(Settings())

    def put(
        self,
        dataset: str,
        month: str,
        supplier: str,
        content: str | bytes,
        name: str = "export.csv",
    ) -> Path:
        """Lay a file into the landing zone."""
        path = self.landing / dataset / month / supplier / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def deliver(
        self,
        dataset: str,
        month: str,
        supplier: str,
        rows: Sequence[Row] | None = None,
        name: str = "export.csv",
    ) -> Path:
        """Deliver rows, by default the clean ones, as CSV."""
        records = tiny_exports.rows(dataset, supplier, Month.parse(month)) if rows is None else rows
        return self.put(dataset, month, supplier, tiny_exports.csv_text(dataset, records), name)

    def run(
        self, *months: str, datasets: Sequence[str] = (), accept_missing: bool = False
    ) -> list[MonthRun]:
        """Run months in this process, in the order given."""
        forget_instances()
        with self.active():
            return run_months(
                self.workspace(), [Month.parse(m) for m in months], datasets, accept_missing
            )

    def de06(self, *arguments: str, **settings: str) -> Printed:
        """Call the command line in this process, as a shell would."""
        forget_instances()
        out, err = io.StringIO(), io.StringIO()
        code = 0
        with (
            self.active(**settings),
            patch.object(sys, "argv", ["de06", *arguments]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(bool(end.code))
        return Printed(code, out.getvalue(), err.getvalue())

    def instance(self) -> contextlib.AbstractContextManager[dg.DagsterInstance]:
        """The Dagster instance of this home."""
        dagster_home = str(self.path / "dagster")
        with patch.dict(os.environ, {"DAGSTER_HOME": dagster_home}):
            return dg.DagsterInstance.from_config(dagster_home)

    def events(self, run_id: str, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
        """A run's events of one kind, in order."""
        with self.instance() as instance:
            records = instance.get_records_for_run(run_id, of_type=kind, limit=10_000).records
        return [
            record.event_log_entry.dagster_event
            for record in records
            if record.event_log_entry.dagster_event
        ]

    def evaluations(self, run_id: str) -> list[dg.AssetCheckEvaluation]:
        """The check evaluations of a run."""
        return [
            event.asset_check_evaluation_data
            for event in self.events(run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        ]

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query over the warehouse file."""
        with contextlib.closing(sqlite3.connect(self.warehouse)) as con:
            return con.execute(sql, parameters).fetchall()

    def table(self, name: str, without: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """All rows of a table or view, sorted, some columns left out."""
        columns = [
            row[1]
            for row in self.query(f"SELECT * FROM pragma_table_info('{name}')")
            if row[1] not in without
        ]
        return sorted(self.query(f"SELECT {', '.join(columns)} FROM {name}"), key=repr)

    def statuses(
        self, indicator: str, month: str, window: str = "month", period: str = "month"
    ) -> dict[str, str]:
        """Status of an indicator's totals by area: ``VN``, province codes, district codes."""
        rows = self.query(
            "SELECT coalesce(commune_code, district_code, province_code, 'VN'), status FROM indicator_monthly "
            "WHERE indicator_code = ? AND month = ? AND time_window = ? AND period_type = ? AND breakdown = ''",
            indicator,
            f"{month}-01",
            window,
            period,
        )
        return dict(rows)

    def figures(
        self, indicator: str, month: str, window: str = "month", period: str = "month"
    ) -> dict[str, tuple[float | None, float | None]]:
        """Numerator and denominator of an indicator's totals by area."""
        rows = self.query(
            "SELECT coalesce(commune_code, district_code, province_code, 'VN'), numerator, denominator FROM indicator_monthly "
            "WHERE indicator_code = ? AND month = ? AND time_window = ? AND period_type = ? AND breakdown = ''",
            indicator,
            f"{month}-01",
            window,
            period,
        )
        return {area: (numerator, denominator) for area, numerator, denominator in rows}


class PublishedHome(Protocol):
    """Makes a home in which clean deliveries of a dataset are published."""

    def __call__(
        self, to: Path, dataset: str, months: Sequence[str], suppliers: Sequence[str] = (QUANG_NAM,)
    ) -> Home: ...


def copy_of(template: Path, to: Path, contracts: Path | None = None) -> Home:
    """A fresh home, copied from an initialised one: creating the warehouse and Dagster's storage
    anew takes seconds.
    """
    shutil.copytree(template, to)
    home = Home(to, contracts)
    known_alike(Home(template).workspace(), home.workspace())
    return home


def known_alike(template: Workspace, copy: Workspace) -> None:
    """What this process has seen of a warehouse holds for its copy: comparing fourteen thousand areas
    for every home again takes a tenth of a small month.
    """
    for url, *versions in list(_SYNCED):
        if url == template.settings.warehouse_url:
            _SYNCED.add((copy.settings.warehouse_url, *versions))


def known_in_step(workspace: Workspace) -> None:
    """What another test process has made is in step with areas and registry: it has just seen to it."""
    version = workspace.areas.version, workspace.registry.version
    _SYNCED.add((workspace.settings.warehouse_url, *version))
