"""``de06 changes``: figures of a month that were revised, by how much, where, and why."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.commands.console import console, number
from de06_pipeline.commands.init import open_home
from de06_pipeline.commands.names import area_named, indicator_named
from de06_pipeline.periods import Month
from de06_pipeline.reports.changes.page import ChangedIn
from de06_pipeline.settings import Settings

_SHOWN = 10
"""Figures of a publication that are printed; the page and the CSV have all."""


def command(
    month: Annotated[str, typer.Argument(help="YYYY-MM.")],
    indicator: Annotated[
        list[str] | None, typer.Option(help="Only this code; may be repeated.")
    ] = None,
    area: Annotated[
        str, typer.Option(help="Only this area: code or name in that month, VN for the country.")
    ] = "",
) -> None:
    """Show which figures of a month were revised, by how much, where, and which files, contract,
    registry or program caused it.
    """
    from de06_pipeline.monthly.find_changes import changed_figures, refresh_changes

    workspace = open_home(Settings())
    parsed = Month.parse(month)
    codes = [indicator_named(workspace.registry, code) for code in indicator or []]
    unit = area_named(workspace.areas, area, parsed) if area else None
    changes = changed_figures(workspace, parsed, codes, unit)
    if not changes.publications:
        console.print(f"No such figure of {parsed} has been revised.")
    for publication in changes.publications:
        _print(publication)
    page = refresh_changes(workspace).get(parsed)
    if page:
        console.print(escape(f"Page with all: {page}"), soft_wrap=True)


def _print(publication: ChangedIn) -> None:
    console.print(
        f"[bold]{publication.published_at} {publication.source}[/]: {number(publication.count)} figures of "
        f"{number(publication.places)} areas, run {publication.run_id}"
    )
    for cause in publication.causes:
        console.print(f"  because: {escape(cause.en)}", soft_wrap=True)
    table = Table()
    for name in ("indicator", "area", "period"):
        table.add_column(name)
    for name in ("before", "after", "difference"):
        table.add_column(name, justify="right")
    # An indicator's first are its totals of the largest areas: one of each before more of any.
    rows = [(each.code, change) for each in publication.indicators for change in each.changes[:1]]
    rows += [
        (each.code, change) for each in publication.indicators for change in each.changes[1:_SHOWN]
    ]
    for code, change in rows[:_SHOWN]:
        sides = [
            f"{side.text} ({side.parts})" if side.parts else side.text
            for side in (change.before, change.after)
        ]
        table.add_row(
            code, escape(change.place), escape(change.scope.en), *sides, change.difference
        )
    console.print(table)
