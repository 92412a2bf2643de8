"""What Python's garbage collector need not look at.

Dagster and Great Expectations are half a million objects that live as long as the process. Each
full collection went through all of them: 0.4 s, once to three times in a sample month and six times
while they are imported.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Import or build what stays for good: nothing is collected meanwhile, and what is alive at the
    end is not looked at again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        gc.freeze()


def collect_garbage() -> None:
    """Between two pieces of work: free what the last one left in circles, and look at nothing again
    that outlived it (caches, mostly).
    """
    gc.collect()
    gc.freeze()
