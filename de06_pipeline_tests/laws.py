"""How many examples a law is tried with.

Each law says how many it needs; ``DE06_LAW_EXAMPLES`` multiplies them all. `make check` takes fewer,
since it runs many times a day; `make test` takes them as they stand; whoever looks for rare faults
takes a hundred times as many.
"""

from __future__ import annotations

import os

_TIMES = float(os.environ.get("DE06_LAW_EXAMPLES", "1"))


def examples(number: int) -> int:
    """That many examples, times what the environment asks for; one at least."""
    return max(1, round(number * _TIMES))
