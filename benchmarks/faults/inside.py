"""What a trial of :mod:`benchmarks.faults` does inside the night's own process: it counts the points
at which files are opened for writing, renamed or removed and at which statements are sent, by stage,
and disturbs one of them.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_MODULES = {
    "de06_pipeline.monthly.ingest_month": "ingest",
    "de06_pipeline.monthly.build_cells": "cells",
    "de06_pipeline.monthly.restate_boundaries": "restating",
    "de06_pipeline.monthly.publish_composed": "restating",
    "de06_pipeline.monthly.publish_report_month": "restating",
    "de06_pipeline.monthly.publish_month": "publication",
    "de06_pipeline.monthly.publish_whole_month": "publication",
    "de06_pipeline.monthly.publish_quality": "publication",
    "de06_pipeline.monthly.write_reports": "reports",
    "de06_pipeline.monthly.write_front_page": "reports",
}
"""The innermost of these on the stack says which stage a point belongs to."""

STAGES = ("ingest", "cells", "publication", "restating", "reports")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
_ERRORS = {"full": errno.ENOSPC, "read-only": errno.EROFS}


@dataclass(frozen=True, slots=True)
class Disturbance:
    """``what`` is done at the ``number``-th point of a ``place``: a stage, or a stage's ``files`` or
    ``statements``.

    ``kill``; ``full`` and ``read-only``: from then on nothing can be written; ``vanish``: ``path`` is
    gone at its ``number``-th opening; ``clock``: it is ``number`` days later all along; ``database
    full``: ``number`` more pages fit; ``call``: something is called once.
    """

    what: str
    place: str
    number: int
    path: Path | None = None
    call: Callable[[], None] | None = None


@dataclass(slots=True)
class Noted:
    """What was seen of a night: its points by place, files below ``home`` that it read, and whether the
    disturbance came about.
    """

    home: Path
    points: Counter[str] = field(default_factory=Counter)
    read: set[str] = field(default_factory=set)
    struck: bool = False


@contextmanager
def disturbed(what: Disturbance | None, noted: Noted) -> Iterator[None]:
    """Count points, and disturb one. For a process that ends afterwards: hooks cannot be removed."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    hooks = _Hooks(what, noted)
    sys.addaudithook(hooks.on_audit)
    event.listen(Engine, "before_cursor_execute", hooks.on_statement)
    event.listen(Engine, "commit", hooks.on_commit)
    if what is not None and what.what == "database full":
        event.listen(Engine, "connect", hooks.on_connect)
    if what is not None and what.what == "clock":
        _set_clock(what.number)
        noted.struck = True
    try:
        yield
    finally:
        hooks.active = False


class _Hooks:
    def __init__(self, what: Disturbance | None, noted: Noted) -> None:
        self.active = True
        self._what, self._noted, self._points = what, noted, noted.points
        self._refused = 0
        self._inside = False

    def on_audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if not self.active or self._inside:
            return
        if name == "open":
            self._on_open(arguments)
        elif name in _CHANGES:
            self._on_point("files")

    def _on_open(self, arguments: tuple[Any, ...]) -> None:
        path, _, flags = arguments
        what = self._what
        if what is not None and what.what == "vanish" and str(path) == str(what.path):
            if self._points["vanish"] == what.number:
                what.path.unlink()
                self._noted.struck = True
            self._points["vanish"] += 1
        writes = isinstance(flags, int) and bool(flags & _WRITING)
        if writes and not str(path).startswith("/dev/"):
            self._on_point("files")
        elif not writes and str(path).startswith(f"{self._noted.home}/"):
            self._noted.read.add(str(path)[len(f"{self._noted.home}/") :])

    def on_statement(self, *_: Any) -> None:
        self._on_point("statements")

    def on_commit(self, *_: Any) -> None:
        self._on_point("statements")

    def on_connect(self, connection: Any, *_: Any) -> None:
        assert self._what is not None
        if hasattr(connection, "iterdump"):
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + self._what.number}")

    def _on_point(self, kind: str) -> None:
        if not self.active or self._inside:
            return
        self._inside = True
        try:
            stage = _stage()
            if stage is None:
                return
            for place in (stage, f"{stage} {kind}"):
                self._points[place] += 1
                what = self._what
                if what is not None and (place, self._points[place] - 1) == (
                    what.place,
                    what.number,
                ):
                    self._strike(what)
        finally:
            self._inside = False
        if self._refused and kind == "files":
            raise OSError(self._refused, os.strerror(self._refused))

    def _strike(self, what: Disturbance) -> None:
        self._noted.struck = True
        if what.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what.what in _ERRORS:
            self._refused = _ERRORS[what.what]
        elif what.call is not None:
            what.call()


def _stage() -> str | None:
    frame = sys._getframe(2)
    while frame is not None:
        stage = _MODULES.get(frame.f_globals.get("__name__", ""))
        if stage is not None:
            return stage
        frame = frame.f_back  # type: ignore[assignment]
    return None


def _set_clock(days: int) -> None:
    """Let every module of the product believe that it is some days later."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(days=days)

    for name, module in list(sys.modules.items()):
        if name.startswith("de06_pipeline.") and getattr(module, "datetime", None) is datetime:
            module.datetime = Shifted  # type: ignore[attr-defined]
