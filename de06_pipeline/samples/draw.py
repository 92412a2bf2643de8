"""Reproducible draws: every random number of a sample comes from here.

A stream is named by what it is for, never by the order in which it is asked for. That is why a
month's file does not depend on which other months were written.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]
Times = NDArray[np.datetime64]
Text = NDArray[Any]


def stream(seed: int, *names: object) -> np.random.Generator:
    """A generator for one purpose, for example ``stream(6, "dossiers", "long-an", month)``."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split ``total`` by ``weights`` into whole numbers that add up to it (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def exactly(rng: np.random.Generator, size: int, chosen: int) -> Booleans:
    """``size`` flags of which exactly ``chosen`` are true, in random places."""
    flags = np.zeros(size, dtype=np.bool_)
    flags[rng.permutation(size)[:chosen]] = True
    return flags


def evenly(size: int, rate: float) -> Booleans:
    """Flags spread evenly: among the first n (any n) there are ``round(n * rate)`` true ones."""
    steps = np.floor(np.arange(size + 1) * rate + 0.5)
    flags: Booleans = np.diff(steps) > 0
    return flags


def pick(rng: np.random.Generator, size: int, weights: Sequence[float]) -> Integers:
    """``size`` positions into ``weights``, drawn in proportion to them."""
    shares = np.asarray(weights, dtype=np.float64)
    return rng.choice(len(weights), size=size, p=shares / shares.sum()).astype(np.int64)


def running_number(*groups: NDArray[Any]) -> Integers:
    """For every row its number (from 1) among the rows before it with the same values of
    ``groups``.
    """
    size = len(groups[0])
    order = np.lexsort([np.arange(size), *reversed(groups)])
    changes = np.zeros(size, dtype=np.bool_)
    for group in groups:
        ordered = group[order]
        changes[1:] |= ordered[1:] != ordered[:-1]
    starts = np.maximum.accumulate(np.where(changes, np.arange(size), 0))
    numbers = np.empty(size, dtype=np.int64)
    numbers[order] = np.arange(size) - starts + 1
    return numbers
