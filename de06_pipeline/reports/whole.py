"""Files that are read while they are replaced: a reader sees the one before or the new one, never a
part, and two writers do not meet.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LEFT_AFTER_SECONDS = 24 * 3600
"""A part this old was left by a process that was killed."""


def write_whole(path: Path, text: str) -> None:
    """Put a text in the place of a file, if there is one."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name of one's own to write under beside ``path``; the file takes its place when it is
    complete, and is gone where writing fails.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*.part"):
        if time.time() - left.stat().st_mtime > _LEFT_AFTER_SECONDS:
            left.unlink(missing_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
