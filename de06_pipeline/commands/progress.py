"""Progress of long work: a live line in a terminal, one line a stage elsewhere (in a log or in CI)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.markup import escape

from de06_pipeline.commands.console import err_console

Advance = Callable[[str, float], None]
"""Told what is being done and how far it is, 0 to 1."""


@contextmanager
def progress_line(title: str, took: str = "took", *, live: bool = True) -> Iterator[Advance]:
    """Show one line of progress on standard error while work goes on; ``took`` comes before the
    seconds it took. How it ended is for who called to say: a month may have failed or been canceled.

    Args:
        live: False where several processes share the terminal, and would write over each other.
    """
    started, title = time.monotonic(), escape(title)
    if not (live and err_console.is_terminal):
        err_console.print(f"{title} ...")
        yield lambda _what, _share: None
        err_console.print(f"{title}: {took} {time.monotonic() - started:.1f} s")
        return
    with err_console.status(title) as status:

        def advance(what: str, share: float) -> None:
            status.update(
                f"{title}: {escape(what)} ({share:.0%}, {time.monotonic() - started:.0f} s)"
            )

        yield advance
