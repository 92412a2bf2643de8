"""The packages of a lock file."""

from __future__ import annotations

import re
from pathlib import Path

SERVER_LOCK = Path(__file__).resolve().parent.parent / "requirements-run.lock"
"""What a server installs: all of the product, nothing of development."""


def locked(lock: Path = SERVER_LOCK) -> dict[str, set[str]]:
    """Versions by normalised package name; several where Python versions or systems differ."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE
    ):
        versions.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(version)
    return versions
