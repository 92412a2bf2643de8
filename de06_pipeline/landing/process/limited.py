"""Opening files with libraries that take memory as they please, or end the whole process: in a
forked process with a limit.

A workbook of a few hundred kilobytes can ask its reader for terabytes (one cell in the last column
of the last row makes a rectangle of seventeen thousand million cells), and a reader written in
another language ends the process when it does not get them. In a process of its own that costs one
file, and the supplier is told.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from de06_pipeline.landing import refusals
from de06_pipeline.landing.process.fork import Died, can_fork, in_child

T = TypeVar("T")

MOST_MEMORY_GIB = 3
"""Address space that opening one file may take beyond what the process has already.

A full sheet of 25 columns takes 2.3.
"""
MOST_CPU_SECONDS = 300
"""Processor time that opening one file may take. A full sheet of 25 columns takes 30 s."""


def in_limited_process(read: Callable[[], T], name: str) -> T:
    """What ``read`` returns, computed in a forked process; on systems without fork, in this one.

    Args:
        read: leaves what is large in files; what it returns must be picklable and small.
        name: of the file, for messages.

    Raises:
        UnreadableFile: ``read`` raised it, or its process took too much memory or time, or died.
        De06Error: ``read`` raised it; anything else that it raised comes as StepFailed.
    """
    if not can_fork():
        return read()
    with in_child(lambda: _limited(read), f"opening {name}") as process:
        try:
            return process.answer()
        except Died:
            raise refusals.cannot_be_opened(name, MOST_MEMORY_GIB) from None


def _limited(read: Callable[[], T]) -> T:
    _limit()
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
