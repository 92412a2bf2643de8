"""Signals that asked this process to end, whoever handled them.

Dagster puts handlers of its own in place while it runs and forgets what came outside of a step. The
interpreter's wake-up descriptor is told of every signal all the same.

What a handler raises does not always arrive: DuckDB makes "RuntimeError: Query interrupted" of it,
Great Expectations counts that as a rule it could not compute, and what is raised while an object is
being deleted is dropped. So whatever goes wrong after a signal counts as the end that was asked for:
see :func:`end_if_interrupted`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)
_received: list[int] = []
_pipe: list[int] = []
_owner: list[int] = []
"""The process that notes: one forked from it has the same pipe, and must not take signals out of it."""


@contextmanager
def signals_noted() -> Iterator[None]:
    """Note SIGINT and SIGTERM from here on; both raise KeyboardInterrupt where nobody else handles
    them. Outside the main thread nothing is done.
    """
    with signals_overheard() as is_first:
        if not is_first:
            yield
            return
        before = [signal.signal(number, signal.default_int_handler) for number in _ENDING]
        try:
            yield
        finally:
            interrupted_by()
            for number, handler in zip(_ENDING, before, strict=True):
                signal.signal(number, handler)


@contextmanager
def signals_overheard() -> Iterator[bool]:
    """Note SIGINT and SIGTERM, which are handled by whom they were before; whether nobody noted them
    already. Outside the main thread, and where another has the wake-up descriptor, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread() or _owner == [os.getpid()]:
        yield False
        return
    before = signal.set_wakeup_fd(-1)
    if before != -1 and not _owner:
        signal.set_wakeup_fd(before)
        yield False
        return
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    _received.clear()
    _pipe[:], _owner[:] = [reading], [os.getpid()]
    try:
        yield True
    finally:
        interrupted_by()
        signal.set_wakeup_fd(-1)
        _pipe.clear()
        _owner.clear()
        os.close(reading)
        os.close(writing)


@contextmanager
def signals_only_noted() -> Iterator[None]:
    """Within :func:`signals_noted`: neither signal raises anything, for a loop that looks at
    :func:`interrupted_by` itself. Outside the main thread nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [signal.signal(number, _do_nothing) for number in _ENDING]
    try:
        yield
    finally:
        for number, handler in zip(_ENDING, before, strict=True):
            signal.signal(number, handler)


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """The wake-up descriptor has been told."""


def interrupted_by() -> int | None:
    """The first signal that asked the process to end; None if none did, or nobody notes them."""
    if _owner != [os.getpid()]:
        return None
    if _pipe:
        with contextlib.suppress(BlockingIOError):
            while came := os.read(_pipe[0], 64):
                _received.extend(number for number in came if number in _ENDING)
    return _received[0] if _received else None


def end_if_interrupted() -> None:
    """To be called where an error would be recorded or worked around, and before each step.

    Raises:
        KeyboardInterrupt: the process was asked to end.
    """
    if interrupted_by() is not None:
        raise KeyboardInterrupt from None
