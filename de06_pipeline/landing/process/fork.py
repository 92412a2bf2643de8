"""Work in forked processes: what one returns or raises comes back, and whatever else becomes of it
stays there.

Threads would not do: Python lets one of them run at a time, and a library that ends its process
ends them all.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, NoReturn, TypeVar

from de06_pipeline.errors import De06Error, UnreadableFile, no_values_leave

T = TypeVar("T")


class Died(Exception):
    """A forked process ended without an answer."""


class ChildProcess(Generic[T]):
    """A process that computes one answer."""

    def __init__(self, process: int, receiving: int) -> None:
        self._process = process
        self._pipe = os.fdopen(receiving, "rb")

    def answer(self) -> T:
        """Wait for what was computed. To be called once.

        Raises:
            De06Error: it was raised in the process; anything else that was raised there comes as
            StepFailed. Died: the process ended before it could say.
        """
        try:
            error, content = pickle.loads(self._pipe.read())
        except (EOFError, pickle.UnpicklingError):
            raise Died from None
        if error:
            raise error(*content)
        return content  # type: ignore[no-any-return]

    def end(self) -> None:
        """See that the process is gone.

        One that has given its whole answer has nothing left to lose by being killed.
        """
        self._pipe.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def can_fork() -> bool:
    return hasattr(os, "fork")


@contextmanager
def in_child(compute: Callable[[], T], what: str) -> Iterator[ChildProcess[T]]:
    """Compute something in a process of its own, which does not outlive the ``with`` block, however
    that is left.

    Args:
        compute: leaves what is large in files; what it returns must be picklable and small.
        what: is done, for messages.
    """
    receiving, sending = os.pipe()
    process = os.fork()
    if not process:
        _answer(compute, what, receiving, sending)
    child: ChildProcess[T] = ChildProcess(process, receiving)
    try:
        os.close(sending)
        yield child
    finally:
        child.end()


def _answer(compute: Callable[[], T], what: str, receiving: int, sending: int) -> NoReturn:
    """In the forked process: send what came of it, and end without running anything that belongs to
    the other process.
    """
    try:
        os.close(receiving)
        # A signal to the whole group is the other process's to answer: it ends this one, and must
        # not take its death for a damaged file.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        # What is printed when a library dies may quote a cell.
        faulthandler.disable()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            with no_values_leave(what):
                answer: tuple[type[De06Error] | None, object] = (None, compute())
        except UnreadableFile as error:
            answer = (UnreadableFile, (error.code, error.vi, error.en))
        except De06Error as error:
            answer = (type(error), (str(error),))
        with os.fdopen(sending, "wb") as pipe:
            pickle.dump(answer, pipe)
    finally:
        # Whatever happened above that is no answer: half a pickle is none.
        os._exit(0)
