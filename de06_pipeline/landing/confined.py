"""Opening files with libraries that take memory as they please, or end the whole process: in a forked process with a limit.

A workbook of a few hundred kilobytes can ask its reader for terabytes (one cell in the last column of the last row makes a rectangle of
seventeen thousand million cells), and a reader written in another language ends the process when it does not get them. In a process
of its own that costs one file, and the supplier is told.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

from de06_pipeline.errors import StepFailed, UnreadableFile, no_values_leave
from de06_pipeline.landing import refusals

T = TypeVar("T")

MOST_MEMORY_GIB = 3
"""Address space that opening one file may take beyond what the process has already. A full sheet of 25 columns takes 2.3."""
MOST_CPU_SECONDS = 300
"""Processor time that opening one file may take. A full sheet of 25 columns takes 30 s."""


def confined(read: Callable[[], T], name: str) -> T:
    """What ``read`` returns, computed in a forked process; on systems without fork, in this one.

    Args:
        read: leaves what is large in files; what it returns must be picklable and small.
        name: of the file, for messages.

    Raises:
        UnreadableFile: ``read`` raised it, or its process took too much memory or time, or died.
        StepFailed: ``read`` raised anything else.
    """
    if not hasattr(os, "fork"):
        return read()
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        os.close(receiving)
        _answer(read, name, sending)
    os.close(sending)
    answer = b""
    try:
        with os.fdopen(receiving, "rb") as pipe:
            answer = pipe.read()
    finally:
        if not answer:
            # It has died, or this process is being interrupted.
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not answer:
        raise refusals.cannot_be_opened(name, MOST_MEMORY_GIB)
    kind, content = pickle.loads(answer)
    if kind == "unreadable":
        raise UnreadableFile(*content)
    if kind == "failed":
        raise StepFailed(content)
    return content  # type: ignore[no-any-return]


def _answer(read: Callable[[], T], name: str, sending: int) -> None:
    """In the forked process: send what came of reading, and end without running anything that belongs to the other process."""
    try:
        _limit()
        # What is printed when a library dies may quote a cell.
        faulthandler.disable()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with no_values_leave(f"opening {name}"):
            answer: tuple[str, object] = ("read", _unless_out_of_memory(read))
    except UnreadableFile as error:
        answer = ("unreadable", (error.code, error.vi, error.en))
    except StepFailed as error:
        answer = ("failed", str(error))
    except BaseException:
        os._exit(1)
    try:
        with os.fdopen(sending, "wb") as pipe:
            pickle.dump(answer, pipe)
    finally:
        os._exit(0)


def _unless_out_of_memory(read: Callable[[], T]) -> T:
    try:
        return read()
    except MemoryError:
        # The answer that a library gives by dying.
        os._exit(1)


def _limit() -> None:
    if sys.platform == "linux":
        import resource

        with open("/proc/self/statm", encoding="ascii") as status:
            taken = int(status.read().split()[0]) * resource.getpagesize()
        limit = taken + (MOST_MEMORY_GIB << 30)
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if most < 0 else min(limit, most), most))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
