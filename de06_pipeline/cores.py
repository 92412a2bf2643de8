"""How many processes or threads are worth having."""

from __future__ import annotations

import os


def cores() -> int:
    """How many cores this process may use; where that cannot be told, how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
