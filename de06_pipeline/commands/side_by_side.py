"""Several months at a time: each worker process takes the next month and runs it as ``de06 run``
does, through the same guards, or writes its reports.

Side by side they lose nothing: a source's figures are computed by one process at a time, and each
publication makes later months' figures anew, so the months may end in any order.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from rich.markup import escape

from de06_pipeline.commands.console import err_console
from de06_pipeline.commands.month_run import MonthRun
from de06_pipeline.cores import cores
from de06_pipeline.errors import De06Error
from de06_pipeline.interruption import interrupted_by, signals_noted, signals_only_noted
from de06_pipeline.periods import Month
from de06_pipeline.settings import Settings

_POLL_SECONDS = 0.5
_PROCESS_MIB = 700
"""What a worker takes besides DuckDB's own limit: the libraries it has loaded, and figures on their
way into the warehouse.
"""
_MIB = {"KB": 1 / 1024, "MB": 1, "GB": 1024, "TB": 1024**2}
_SIZE = re.compile(r"^\s*([\d.]+)\s*([KMGT])i?B\s*$", re.IGNORECASE)


def fitting_jobs(wanted: int, months: int, settings: Settings) -> int:
    """How many of the jobs asked for the months, cores and free memory allow; at least one. Says so
    where it is fewer.
    """
    limits = {"months": months, "cores": cores(), "free memory": _by_memory(settings)}
    reason, fewest = min(limits.items(), key=lambda limit: limit[1])
    if fewest < wanted:
        err_console.print(f"{max(1, fewest)} jobs instead of {wanted}: {reason} allow no more.")
    return max(1, min(wanted, fewest))


def _by_memory(settings: Settings) -> int:
    meminfo = Path("/proc/meminfo")
    size = _SIZE.match(settings.memory_limit)
    if not (meminfo.exists() and size):
        return cores()
    free = re.search(r"MemAvailable:\s+(\d+) kB", meminfo.read_text(encoding="ascii"))
    a_job = float(size[1]) * _MIB[f"{size[2].upper()}B"] + _PROCESS_MIB
    return int(int(free[1]) / 1024 / a_job) if free else 1


_OFTEN = 4
"""Months a worker from which on workers begin one after another, see :class:`Workers`."""
_EARLY_STEPS = 2 / 3
"""A third of a month's steps, the largest ingests, take half of its time."""


class Workers:
    """Processes that work on months side by side; a context that starts and ends them.

    In step with each other they would wait for each other's figures of one source, and each would
    compute those of the other's month too, which is there already. So where there are many months, a
    worker begins when the one before it is half through its first month, or a third where there are
    three, and they stay so far apart. Over nine months two workers took 59 s instead of 66.

    A signal that asks this process to end is passed on: runs in progress are canceled, no other
    begins. A worker that is killed costs the month it was at, which then counts as failed.
    """

    def __init__(
        self,
        jobs: int,
        *,
        accept_missing: bool = False,
        loads_all: bool = False,
    ) -> None:
        """
        Args:
            accept_missing: files that disappeared are gone for good.
            loads_all: they load every library that a month may need while this process does
                something else first.
        """
        self._jobs = jobs
        self._start = partial(_Worker, jobs, accept_missing, loads_all)
        self._workers: list[_Worker] = []
        self._complete()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        with signals_noted(), signals_only_noted():
            for worker in self._workers:
                worker.end()

    def run(self, datasets: Mapping[Month, Sequence[str]]) -> list[MonthRun]:
        """Run months, the earliest first.

        Args:
            datasets: the months, each with the datasets that, with what is made from them, are to be
                run; none for all.

        Returns:
            The runs in the order of their months.
        """
        tasks = [_Task(month, tuple(datasets[month])) for month in sorted(datasets)]
        whole = [task for task in tasks if not task.datasets]
        return self._all(tasks, one_after_another=len(whole) >= _OFTEN * self._jobs)

    def report(self, months: Sequence[Month]) -> None:
        """Write the reports of some months."""
        for done in self._all([_Task(month, (), is_reports=True) for month in sorted(months)]):
            for message in done.failures.values():
                err_console.print(f"[bold red]Reports of {done.month}[/] {escape(message)}")

    def _complete(self) -> None:
        """Start what is lacking of the processes: all at first, later those that were lost."""
        while len(self._workers) < self._jobs:
            self._workers.append(self._start())

    def _all(self, waiting: list[_Task], *, one_after_another: bool = False) -> list[MonthRun]:
        done: list[MonthRun] = []
        self._complete()
        idle = list(self._workers)
        busy: dict[Connection, _Worker] = {}

        def begin(worker: _Worker) -> None:
            if worker.take(waiting):
                busy[worker.answers] = worker

        with signals_noted(), signals_only_noted():
            for _ in range(1 if one_after_another else len(idle)):
                begin(idle.pop(0))
            while busy:
                if interrupted_by() is not None:
                    waiting.clear()
                    for worker in busy.values():
                        worker.terminate()
                for connection in wait(list(busy), timeout=_POLL_SECONDS):
                    assert isinstance(connection, Connection)
                    run = busy[connection].result()
                    if idle:
                        begin(idle.pop(0))
                    if run is None:
                        continue
                    done.append(run)
                    worker = busy.pop(connection)
                    if worker.is_lost:
                        self._workers.remove(worker)
                        if not waiting:
                            continue
                        worker = self._start()
                        self._workers.append(worker)
                    begin(worker)
        return sorted(done, key=lambda run: run.month)


@dataclass(frozen=True, slots=True)
class _Task:
    """A month to run, or to write the reports of."""

    month: Month
    datasets: tuple[str, ...]
    is_reports: bool = False


class _Worker:
    """A process that runs months one after another, and the month it is at."""

    def __init__(self, jobs: int, accept_missing: bool, loads_all: bool) -> None:
        # Forking would copy threads and open databases; a fresh interpreter has none.
        context = mp.get_context("spawn")
        self.answers, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_work, args=(theirs, jobs, accept_missing, loads_all)
        )
        self._process.start()
        theirs.close()
        self._task: _Task | None = None
        self._is_told = False
        self.is_lost = False

    def take(self, waiting: list[_Task]) -> bool:
        """Begin the next task; False where there is none."""
        self._task = waiting.pop(0) if waiting else None
        if self._task:
            with suppress(OSError):
                self.answers.send(self._task)
        return self._task is not None

    def result(self) -> MonthRun | None:
        """What became of the task; None where it is only so far that another worker may begin. Call it
        when there is an answer.
        """
        assert self._task is not None
        try:
            outcome = self.answers.recv()
        except (EOFError, OSError):
            self.is_lost = True
            self._process.join()
            died = f"the process ended without an answer (exit code {self._process.exitcode}); run the month again"
            return MonthRun(self._task.month, "", False, {"process": died}, {})
        assert outcome is None or isinstance(outcome, MonthRun)
        return outcome

    def terminate(self) -> None:
        if not self._is_told:
            self._is_told = True
            self._process.terminate()

    def end(self) -> None:
        with suppress(OSError):
            self.answers.send(None)
        self._process.join()


def _work(
    connection: Connection,
    jobs: int,
    accept_missing: bool,
    loads_all: bool,
) -> None:
    """A worker's whole life: tasks until there is none, or it is asked to end."""
    # Ctrl+C in a terminal reaches a whole group: the command, which passes it on once, is to be the
    # only one there, without the workers and what Dagster starts in them.
    os.setpgrp()
    from de06_pipeline.commands.month_run import run_months
    from de06_pipeline.commands.reports import refresh_reports
    from de06_pipeline.monthly.workspace import Workspace

    if not Settings().threads:
        os.environ["DE06_THREADS"] = str(max(1, cores() // jobs))
    with signals_noted(), suppress(EOFError, KeyboardInterrupt):
        if loads_all:
            from de06_pipeline.quality import gx

            gx.load()
        workspace = Workspace(Settings())
        is_told = False

        def tell(share: float) -> None:
            nonlocal is_told
            if not is_told and share >= _EARLY_STEPS / jobs:
                is_told = True
                with suppress(OSError):
                    connection.send(None)

        while (task := connection.recv()) is not None:
            month = task.month
            try:
                if task.is_reports:
                    success = refresh_reports(workspace.settings, [month], live=False)
                    runs = [MonthRun(month, "", success, {}, {})]
                else:
                    runs = run_months(
                        workspace,
                        [month],
                        task.datasets,
                        accept_missing,
                        live=False,
                        progress=tell,
                    )
            except De06Error as error:
                runs = [MonthRun(month, "", False, {"run": str(error)}, {})]
            if not runs:
                break
            connection.send(runs[0])
    connection.close()
