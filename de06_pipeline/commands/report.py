"""``de06 report``: the monthly report of a province or the country as page, workbook and document."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console, err_console
from de06_pipeline.commands.init import open_home
from de06_pipeline.commands.names import province_named
from de06_pipeline.commands.progress import progress_line
from de06_pipeline.periods import month_range
from de06_pipeline.settings import Settings

EXIT_NOTHING = 1


def command(
    month: Annotated[
        str, typer.Argument(help="One month or a range: 2024-06 or 2024-01..2024-06.")
    ],
    province: Annotated[
        list[str] | None,
        typer.Option(
            help="Code or name of a province in that month; may be repeated. All by default."
        ),
    ] = None,
    country: Annotated[
        bool, typer.Option(help="The country's page: provinces in a league table, map, trends.")
    ] = False,
) -> None:
    """Write the monthly report: HTML to read, XLSX to count on, DOCX to sign.

    Without options: every province with figures, and the country. Exit code 1 where there is
    nothing to report.
    """
    from de06_pipeline.monthly.write_front_page import write_front_page
    from de06_pipeline.monthly.write_reports import WrittenReport, write_reports

    workspace = open_home(Settings())
    written: list[WrittenReport] = []
    for each in month_range(month):
        named = [province_named(workspace.areas, text, each).code for text in province or []]
        codes = named or ([] if country else None)
        with progress_line(f"Reports of {each}") as advance:
            written += write_reports(
                workspace, each, codes, country=country or codes is None, progress=advance
            )
    if not written:
        err_console.print(
            f"Nothing is known of {month}, so there is no report; run the month first."
        )
        raise typer.Exit(EXIT_NOTHING)
    for report in written:
        console.print(escape(f"{report.name}: {report.files.html}"), soft_wrap=True)
    names = ", ".join(
        sorted({f"*.{path.suffix[1:]}" for path in (written[0].files.xlsx, written[0].files.docx)})
    )
    console.print(f"Beside each page: {names}")
    console.print(escape(f"Front page: {write_front_page(workspace)}"), soft_wrap=True)
