"""``de06 rebase``: keep figures on the boundaries of some month, whatever the month of the figures."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console
from de06_pipeline.commands.init import check_owner
from de06_pipeline.monthly.restate_boundaries import refresh_rebased
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import FIRST_MONTH, Month
from de06_pipeline.settings import Settings


def command(
    month: Annotated[
        str,
        typer.Argument(help=f"The month whose boundaries to use, from {FIRST_MONTH} on: YYYY-MM."),
    ],
) -> None:
    """Show figures on the boundaries in force in a month, in the view indicator_on_boundaries, now
    and after every later run.
    """
    settings = Settings()
    check_owner(settings)
    workspace = Workspace(settings)
    outcome = refresh_rebased(workspace, also=[Month.parse(month)])
    console.print(
        f"Boundaries kept, by the first month with these units: {', '.join(map(str, outcome.boundaries))}"
    )
    for line in outcome.recounted:
        console.print(escape(f"counted anew: {line}"))
