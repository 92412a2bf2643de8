"""Several months at a time: each worker process takes the next month and runs it as ``de06 run``
does, through the same guards.

Side by side they lose nothing: a source's figures are computed by one process at a time, and each
publication makes later months' figures anew, so the months may end in any order.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from de06_pipeline.commands.console import err_console
from de06_pipeline.commands.month_run import MonthRun
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
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    limits = {"months": months, "cores": cores, "free memory": _by_memory(settings)}
    reason, fewest = min(limits.items(), key=lambda limit: limit[1])
    if fewest < wanted:
        err_console.print(f"{max(1, fewest)} jobs instead of {wanted}: {reason} allow no more.")
    return max(1, min(wanted, fewest))


def _by_memory(settings: Settings) -> int:
    meminfo = Path("/proc/meminfo")
    size = _SIZE.match(settings.memory_limit)
    if not (meminfo.exists() and size):
        return os.cpu_count() or 1
    free = re.search(r"MemAvailable:\s+(\d+) kB", meminfo.read_text(encoding="ascii"))
    a_job = float(size[1]) * _MIB[f"{size[2].upper()}B"] + _PROCESS_MIB
    return int(int(free[1]) / 1024 / a_job) if free else 1


def run_side_by_side(
    months: Sequence[Month], datasets: Sequence[str], accept_missing: bool, jobs: int
) -> list[MonthRun]:
    """Run months in ``jobs`` processes, the earliest first; the runs in the order of their months.

    A signal that asks this process to end is passed on: runs in progress are canceled, no other
    begins. A worker that is killed costs the month it was at, which then counts as failed.
    """
    waiting = sorted(months)
    done: list[MonthRun] = []
    with signals_noted(), signals_only_noted():
        workers = [_Worker(datasets, accept_missing, jobs) for _ in range(jobs)]
        busy = {worker.answers: worker for worker in workers if worker.take(waiting)}
        while busy:
            if interrupted_by() is not None:
                waiting.clear()
                for worker in busy.values():
                    worker.terminate()
            for connection in wait(list(busy), timeout=_POLL_SECONDS):
                assert isinstance(connection, Connection)
                worker = busy[connection]
                done.append(worker.result())
                if worker.is_lost:
                    del busy[connection]
                    if not waiting:
                        continue
                    worker = _Worker(datasets, accept_missing, jobs)
                    workers.append(worker)
                    busy[worker.answers] = worker
                if not worker.take(waiting):
                    del busy[worker.answers]
        for worker in workers:
            worker.end()
    return sorted(done, key=lambda run: run.month)


class _Worker:
    """A process that runs months one after another, and the month it is at."""

    def __init__(self, datasets: Sequence[str], accept_missing: bool, jobs: int) -> None:
        # Forking would copy threads and open databases; a fresh interpreter has none.
        context = mp.get_context("spawn")
        self.answers, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_work, args=(theirs, tuple(datasets), accept_missing, jobs)
        )
        self._process.start()
        theirs.close()
        self._month: Month | None = None
        self._is_told = False
        self.is_lost = False

    def take(self, waiting: list[Month]) -> bool:
        """Begin the next month; False where there is none."""
        self._month = waiting.pop(0) if waiting else None
        if self._month:
            with suppress(OSError):
                self.answers.send(self._month)
        return self._month is not None

    def result(self) -> MonthRun:
        """What became of the month; call it when there is an answer."""
        assert self._month is not None
        try:
            outcome = self.answers.recv()
        except (EOFError, OSError):
            self.is_lost = True
            self._process.join()
            died = f"the process ended without an answer (exit code {self._process.exitcode}); run the month again"
            return MonthRun(self._month, "", False, {"process": died}, {})
        assert isinstance(outcome, MonthRun)
        return outcome

    def terminate(self) -> None:
        if not self._is_told:
            self._is_told = True
            self._process.terminate()

    def end(self) -> None:
        with suppress(OSError):
            self.answers.send(None)
        self._process.join()


def _work(connection: Connection, datasets: Sequence[str], accept_missing: bool, jobs: int) -> None:
    """A worker's whole life: months until there is none, or it is asked to end."""
    # Ctrl+C in a terminal reaches a whole group: the command, which passes it on once, is to be the
    # only one there, without the workers and what Dagster starts in them.
    os.setpgrp()
    from de06_pipeline.commands.month_run import run_months
    from de06_pipeline.monthly.workspace import Workspace

    if not Settings().threads:
        os.environ["DE06_THREADS"] = str(max(1, (os.cpu_count() or 1) // jobs))
    with signals_noted(), suppress(EOFError, KeyboardInterrupt):
        workspace = Workspace(Settings())
        while (month := connection.recv()) is not None:
            try:
                runs = run_months(workspace, [month], datasets, accept_missing, live=False)
            except De06Error as error:
                runs = [MonthRun(month, "", False, {"run": str(error)}, {})]
            if not runs:
                break
            connection.send(runs[0])
    connection.close()
