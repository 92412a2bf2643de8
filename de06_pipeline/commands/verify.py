"""``de06 verify``: every file of the lake in force against the hash that was recorded."""

from __future__ import annotations

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console, err_console, number
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.monthly.verify_lake import verify_lake
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.settings import Settings

EXIT_DAMAGED = 1


def command() -> None:
    """Check the whole lake against the ledger.

    Exit code 0: every file in force is what was recorded; 1: some are missing or damaged, with the
    command that makes them anew.
    """
    workspace = Workspace(Settings())
    with progress_line("Verifying the lake") as advance:
        outcome = verify_lake(workspace, lambda what: advance(what, 0.0))
    for _, line in outcome.damage:
        err_console.print(f"[bold red]{escape(line)}[/]", soft_wrap=True)
    console.print(
        f"{number(outcome.checked)} pointers followed, {number(len(outcome.damage))} missing or damaged; "
        f"{number(outcome.unused)} files that nothing in force names."
    )
    if outcome.damage:
        first, last = outcome.damage[0][0], outcome.damage[-1][0]
        months = str(first) if first == last else f"{first}..{last}"
        console.print(f"Make them anew from the landing zone: de06 rebuild {months}")
        raise typer.Exit(EXIT_DAMAGED)
