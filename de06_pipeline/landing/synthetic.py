"""Telling samples from deliveries: figures made from synthetic files must never pass as real."""

from __future__ import annotations

SYNTHETIC_PREFIX = "SYNTHETIC_"
"""Beginning of the name of every sample file."""


def is_synthetic(file_name: str) -> bool:
    """Whether a landed file (its name, or its path within the supplier's folder) is a sample."""
    return file_name.rpartition("/")[2].startswith(SYNTHETIC_PREFIX)
