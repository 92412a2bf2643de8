"""Work in a thread of its own: it has ended when its context is left, whatever ends that."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import duckdb
import pytest

from de06_pipeline.duck.beside import beside
from de06_pipeline.duck.connection import DuckSettings, interrupt_statements, memory_database
from de06_pipeline.interruption import signals_noted

_WITHOUT_END = "SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1"


class _Endless:
    """A statement in a database of its own that ends only when it is interrupted."""

    def __init__(self, folder: Path) -> None:
        self._settings = DuckSettings(threads=1, spill_root=folder)
        self.begun = threading.Event()

    def __call__(self) -> None:
        with memory_database(self._settings) as con:
            self.begun.set()
            con.execute(_WITHOUT_END)


def _none_is_left() -> bool:
    return "beside" not in {thread.name for thread in threading.enumerate()}


def test_the_result_is_there_for_who_asks_and_at_the_end_in_any_case() -> None:
    go = threading.Event()
    with beside(lambda: go.wait() and threading.current_thread()) as outcome:
        assert not outcome.done()
        go.set()
    assert outcome.done()
    assert outcome.result() is not threading.main_thread()
    assert _none_is_left()


def test_an_error_is_raised_where_the_result_is_asked_for_and_nowhere_else() -> None:
    def fails() -> None:
        raise ValueError("of the work")

    with beside(fails) as outcome:
        pass
    with pytest.raises(ValueError, match="of the work"):
        outcome.result()


def test_work_ends_with_an_error_of_the_body(tmp_path: Path) -> None:
    endless = _Endless(tmp_path)
    outcome = _ended_by_the_body(endless, endless.begun.wait)
    assert _none_is_left()
    assert isinstance(outcome.exception(), duckdb.InterruptException)
    assert list(tmp_path.iterdir()) == []  # what it spilled is gone


def test_work_that_has_not_come_to_its_statement_yet_ends_too(tmp_path: Path) -> None:
    endless, go = _Endless(tmp_path), threading.Event()

    def late() -> None:
        go.wait()
        endless()

    _ended_by_the_body(late, threading.Timer(0.1, go.set).start)
    assert endless.begun.is_set()
    assert _none_is_left()


def _ended_by_the_body(work: Callable[[], None], first: Callable[[], object]) -> Future[None]:
    """What came of work whose body fails after it did something first."""
    outcomes: list[Future[None]] = []

    def body() -> None:
        with beside(work) as outcome:
            outcomes.append(outcome)
            first()
            raise ValueError("of the body")

    with pytest.raises(ValueError, match="of the body"):
        body()
    return outcomes[0]


def test_a_signal_ends_work_that_is_waited_for(tmp_path: Path) -> None:
    endless = _Endless(tmp_path)

    def signals() -> None:
        endless.begun.wait()
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)

    sender = threading.Thread(target=signals)
    with pytest.raises(KeyboardInterrupt), signals_noted(), beside(endless):
        sender.start()
    sender.join()
    assert _none_is_left()


def test_only_statements_of_the_thread_are_interrupted(tmp_path: Path) -> None:
    endless = _Endless(tmp_path)
    with memory_database(DuckSettings(threads=1)) as con, beside(endless) as outcome:
        endless.begun.wait()
        worker = next(thread for thread in threading.enumerate() if thread.name == "beside")
        assert worker.ident is not None
        stopping = threading.Thread(target=_until_done, args=(outcome, worker.ident))
        stopping.start()
        # Long enough to be hit, were it meant.
        assert con.execute("SELECT count(*) FROM range(50000000) WHERE hash(range) = 1").fetchone()
        stopping.join()
    assert isinstance(outcome.exception(), duckdb.InterruptException)


def _until_done(outcome: Future[None], thread: int) -> None:
    while not outcome.done():
        interrupt_statements(thread)
