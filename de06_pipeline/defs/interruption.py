"""Signals that asked this process to end, whoever handled them.

Dagster puts handlers of its own in place while it runs and forgets what came outside of a step. The
interpreter's wake-up descriptor is told of every signal all the same.
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


@contextmanager
def signals_noted() -> Iterator[None]:
    """Note SIGINT and SIGTERM from here on; both raise KeyboardInterrupt where nobody else handles
    them. Outside the main thread nothing is done.
    """
    if threading.current_thread() is not threading.main_thread() or _pipe:
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    _received.clear()
    _pipe.append(reading)
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    before = [signal.signal(number, signal.default_int_handler) for number in _ENDING]
    try:
        yield
    finally:
        interrupted_by()
        signal.set_wakeup_fd(wakeup)
        for number, handler in zip(_ENDING, before, strict=True):
            signal.signal(number, handler)
        _pipe.clear()
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
    if _pipe:
        with contextlib.suppress(BlockingIOError):
            while came := os.read(_pipe[0], 64):
                _received.extend(number for number in came if number in _ENDING)
    return _received[0] if _received else None
