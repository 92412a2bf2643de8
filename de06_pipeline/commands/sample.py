"""``de06 sample``: write synthetic exports into the landing zone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console, number
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, month_range
from de06_pipeline.settings import Settings

DEFAULT_MONTHS = "2023-12..2024-08"
EARLY_MONTH = Month(2023, 5)
EARLY_DATASETS = ("opening_balances", "cccd_issuance")
"""One published figure (S0-11) is of June 2023: written beside the default months, that little of
the month before is what it takes to be computed."""


def write(settings: Settings, months: str, scale: float, seed: int) -> None:
    """Write the samples of ``months`` and say how many files and rows there are.

    With the default months, :data:`EARLY_DATASETS` of :data:`EARLY_MONTH` too.
    """
    from de06_pipeline.samples import write_samples

    if "://" in settings.landing:
        raise UsageError(
            "Samples are written to a local landing zone only; set DE06_LANDING to a folder."
        )
    workspace = Workspace(settings)
    with progress_line("Writing synthetic exports") as advance:
        files = write_samples(
            Path(settings.landing),
            month_range(months),
            scale=scale,
            seed=seed,
            reference=workspace.reference,
            progress=advance,
        )
        if months == DEFAULT_MONTHS:
            files += write_samples(
                Path(settings.landing),
                [EARLY_MONTH],
                scale=scale,
                seed=seed,
                reference=workspace.reference,
                datasets=EARLY_DATASETS,
            )
    rows = sum(f.rows for f in files)
    console.print(
        escape(
            f"{len(files)} files with {number(rows)} rows written to {settings.landing}. All people in them are invented."
        )
    )


def command(
    months: Annotated[str, typer.Option(help="One month or a range, A..B.")] = DEFAULT_MONTHS,
    scale: Annotated[
        float, typer.Option(help="Multiplies the volumes that no published figure fixes.", min=0.01)
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed, other invented people and days.")] = 6,
) -> None:
    """Write synthetic exports of Quảng Nam and Long An into the landing zone."""
    write(Settings(), months, scale, seed)
