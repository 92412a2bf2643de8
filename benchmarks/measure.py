"""Whole processes measured from outside: wall-clock time, processor time and peak memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """One process.

    Attributes:
        wall_s: seconds from start to end; says little on a machine that does other work too.
        cpu_s: seconds of processor time, user and system, children included.
        peak_mib: largest resident memory, MiB.
        stdout: what it printed.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    stdout: str

    def against(self, other: Measured) -> str:
        """This process against the other, in ratios of time and memory."""
        faster = f"{other.wall_s / self.wall_s:.1f} times as fast, {other.cpu_s / self.cpu_s:.1f} times by processor time"
        return f"{faster}, {self.peak_mib / other.peak_mib:.2f} of the peak memory"


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end.

    Raises:
        RuntimeError: it did not end with 0; holds the end of what it printed.
    """
    with tempfile.TemporaryFile() as printed:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        # wait4 tells the peak of this very child; RUSAGE_CHILDREN would give the largest of all so
        # far.
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        stdout = printed.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(
            f"{' '.join(command[:4])} … ended with {process.returncode}:\n{stdout[-2000:]}"
        )
    return Measured(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MIB, stdout)


def least(runs: Sequence[Measured]) -> Measured:
    """The run with the least processor time: what disturbs a run only adds to it."""
    return min(runs, key=lambda run: run.cpu_s)
