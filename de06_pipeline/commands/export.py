"""``de06 export``: figures in force as files that describe themselves (Frictionless Data Package)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console, err_console, number
from de06_pipeline.commands.init import open_home
from de06_pipeline.commands.names import indicator_named, province_named
from de06_pipeline.periods import month_range
from de06_pipeline.settings import Settings


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


EXIT_NOTHING = 1


def command(
    months: Annotated[str, typer.Argument(help="One month or a range: 2024-01..2024-06.")],
    format: Annotated[Format, typer.Option(help="csv, parquet or xlsx.")] = Format.CSV,
    out: Annotated[
        Path | None, typer.Option(help="A folder; by default $DE06_HOME/export/<months>.")
    ] = None,
    indicator: Annotated[
        list[str] | None, typer.Option(help="Only this code; may be repeated.")
    ] = None,
    province: Annotated[
        str,
        typer.Option(
            help="Only this province (code or name in the last month) and its units; in months "
            "before a merger the provinces that it was made from."
        ),
    ] = "",
    breakdowns: Annotated[bool, typer.Option(help="The rows of breakdowns too.")] = False,
) -> None:
    """Write figures in force with names, units, targets and changes, and a datapackage.json that says
    what every column means.
    """
    from de06_pipeline.analysis import figures
    from de06_pipeline.monthly.export_figures import write_export

    settings = Settings()
    workspace = open_home(settings)
    last = month_range(months)[-1]
    frame = figures(
        [indicator_named(workspace.registry, code) for code in indicator or []],
        months,
        province=province_named(workspace.areas, province, last).code if province else "",
        breakdowns=breakdowns,
        settings=settings,
    )
    if frame.empty:
        err_console.print(f"There are no such figures of {months}.")
        raise typer.Exit(EXIT_NOTHING)
    folder = out or settings.home / "export" / months.replace("..", "_")
    written = write_export(folder, frame, format.value, months)
    console.print(escape(f"{number(len(frame))} figures: {written.data}"), soft_wrap=True)
    console.print(escape(f"What the columns mean: {written.package}"), soft_wrap=True)
