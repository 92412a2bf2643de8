"""The ``de06`` command.

One file a command in :mod:`de06_pipeline.commands`; this one only puts them together.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from de06_pipeline.collector import loading

# Looking for garbage among what is imported took a quarter of the time of importing it.
with loading():
    import typer
    from rich.markup import escape

    from de06_pipeline.commands import (
        changes,
        check,
        compare,
        demo,
        export,
        init,
        rebase,
        rebuild,
        report,
        run,
        sample,
        status,
        template,
        tidy,
        ui,
        validate,
        verify,
        why,
        worker,
    )
    from de06_pipeline.commands.console import err_console
    from de06_pipeline.errors import De06Error, UsageError, place_of
    from de06_pipeline.interruption import end_if_interrupted, interrupted_by, signals_noted
    from de06_pipeline.plain_reasons import plain_reason
    from de06_pipeline.settings import Settings, unknown_settings

EXIT_USAGE = 2
DEBUG = "DE06_DEBUG"

app = typer.Typer(
    name="de06",
    help="Monthly indicators of Đề án 06 from the exports of the source systems.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (
    init,
    sample,
    run,
    status,
    validate,
    check,
    verify,
    template,
    tidy,
    why,
    changes,
    report,
    rebase,
    rebuild,
    compare,
    demo,
    export,
    ui,
    worker,
):
    app.command(module.__name__.rpartition(".")[2])(module.command)


def main() -> None:
    """Run a command; errors meant for people end it with their text and exit code 2, without a
    traceback.
    """
    _never_fail_to_print()
    for name, meant in unknown_settings(os.environ):
        err_console.print(f"[yellow]de06: {escape(name)} is no setting; do you mean {meant}?[/]")
    with signals_noted(), _files_for_few():
        try:
            app()
        except De06Error as error:
            end_if_interrupted()
            _say(str(error))
            sys.exit(EXIT_USAGE)
        except Exception as error:
            end_if_interrupted()
            if DEBUG in os.environ:
                raise
            _say(plain_reason(error) or _fault(error))
            sys.exit(EXIT_USAGE)
        finally:
            signal_number = interrupted_by()
            if signal_number is not None:
                # As a shell reports a process that a signal ended: 130 and 143.
                sys.exit(128 + signal_number)


@contextmanager
def _files_for_few() -> Iterator[None]:
    """What the command writes is for its user, or its group, alone."""
    before = os.umask(0o077)
    with suppress(UsageError):
        os.umask(Settings().umask)
    try:
        yield
    finally:
        os.umask(before)


def _say(text: str) -> None:
    err_console.print(f"[bold red]de06:[/] {escape(text)}", highlight=False, markup=True)


def _fault(error: Exception) -> str:
    """An error nobody expected: its kind and place. Its own text may quote a row."""
    return (
        f"{type(error).__qualname__} at {place_of(error)[0]}: a fault of this program, please report it. "
        f"{DEBUG}=1 shows where it comes from; what it shows may hold a value of a file."
    )


def _never_fail_to_print() -> None:
    """A console or a pipe of another encoding (Windows outside UTF-8) shows ``?`` for letters it
    lacks instead of ending the command.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
