"""The ``de06`` command.

One file a command in :mod:`de06_pipeline.commands`; this one only puts them together.
"""

from __future__ import annotations

import io
import sys

import typer
from rich.markup import escape

from de06_pipeline.commands import (
    compare,
    demo,
    export,
    init,
    rebase,
    report,
    run,
    sample,
    status,
    template,
    ui,
    validate,
    why,
    worker,
)
from de06_pipeline.commands.console import err_console
from de06_pipeline.defs.interruption import interrupted_by, signals_noted
from de06_pipeline.errors import De06Error

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
    template,
    why,
    report,
    rebase,
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
    with signals_noted():
        try:
            app()
        except De06Error as error:
            err_console.print(
                f"[bold red]de06:[/] {escape(str(error))}", highlight=False, markup=True
            )
            sys.exit(2)
        finally:
            signal_number = interrupted_by()
            if signal_number is not None:
                # As a shell reports a process that a signal ended: 130 and 143.
                sys.exit(128 + signal_number)


def _never_fail_to_print() -> None:
    """A console or a pipe of another encoding (Windows outside UTF-8) shows ``?`` for letters it
    lacks instead of ending the command.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
