"""Work in a thread of its own: DuckDB lets go of Python's lock while it executes a statement, and so
does SQLite.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TypeVar

from de06_pipeline.duck.connection import interrupt_statements
from de06_pipeline.interruption import signals_only_noted

T = TypeVar("T")

_AGAIN_SECONDS = 0.02
"""Between two statements there is nothing to interrupt."""


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Future[T]]:
    """Do some work, whose time goes into statements of databases in memory, while the body runs. Its
    result, or what it raised, is the body's to ask for.

    The work has ended when the context is left. Where an exception leaves it, a signal's too, the
    work is not waited for: its statements end with an error.
    """
    outcome: Future[T] = Future()
    thread = threading.Thread(target=_do, args=(work, outcome), name="beside")
    try:
        thread.start()
        yield outcome
        # Not Thread.join: Python 3.11 takes a thread for ended when a signal interrupts that.
        wait([outcome])
    finally:
        if thread.ident is not None:
            if not outcome.done():
                _end(thread.ident, outcome)
            thread.join()


def _end(thread: int, outcome: Future[T]) -> None:
    # A second signal must not leave it running.
    with signals_only_noted():
        while not outcome.done():
            interrupt_statements(thread)
            wait([outcome], timeout=_AGAIN_SECONDS)


def _do(work: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:
        outcome.set_exception(error)
