"""Programs in processes of their own, forked from one that has imported what they need: importing
Dagster and Great Expectations anew takes longer than most of what such a program is started for.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

_IMPORTED = ["de06_pipeline_tests.integration.imported"]


class StartedProgram:
    """A program at work, with those methods of ``subprocess.Popen`` that tests use.

    Args:
        program: Python, run as ``__main__``.
        environment: all of it.
        said: a file for what it and its children say.
    """

    def __init__(self, program: str, environment: Mapping[str, str], said: Path) -> None:
        said.write_bytes(b"")
        self._said = said
        self._process: ForkServerProcess = _context().Process(
            target=_run, args=(program, dict(environment), str(self._said))
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """As a shell sees it; the negative number of the signal that ended it; None while it works."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, sent: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        self._process.kill()

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """Wait for the end; what the program and its children said.

        Raises:
            TimeoutError: it works on after ``timeout`` seconds.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(self._said.read_text())
        return self._said.read_text(), None


class ForkedContext:
    """A context of ``multiprocessing`` whose processes are forked from the one that has imported what
    they need, with the environment that this process has when they start.
    """

    Pipe = staticmethod(multiprocessing.Pipe)

    def Process(self, target: Callable[..., object], args: tuple[object, ...]) -> ForkServerProcess:
        return _context().Process(target=_run_with, args=(dict(os.environ), target, args))


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    return context


def _run_with(
    environment: dict[str, str], target: Callable[..., object], args: tuple[object, ...]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    target(*args)


def _run(program: str, environment: dict[str, str], said: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    out = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - until the process ends
    try:
        exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
    finally:
        # A forked process leaves these out.
        atexit._run_exitfuncs()
