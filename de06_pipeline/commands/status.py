"""``de06 status``: what was delivered, what was refused, what is missing, and which months are
stale and why.
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.commands.console import console
from de06_pipeline.commands.init import check_owner, clean_up
from de06_pipeline.commands.tables import deliveries_table, refused_reports
from de06_pipeline.monthly.find_attention import attention
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import month_range
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries


def command(
    months: Annotated[
        str | None, typer.Argument(help="One month or a range; all months by default.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
) -> None:
    """Show per dataset and month what was delivered, accepted, quarantined, refused or missing, and
    what is stale and why.
    """
    settings = Settings()
    check_owner(settings)
    clean_up(settings)
    workspace = Workspace(settings)
    if dataset:
        workspace.contract(dataset)
    chosen = month_range(months) if months else None
    summaries = delivery_summaries(workspace.warehouse, chosen, dataset)
    if not summaries:
        asked = " ".join(filter(None, (dataset, months)))
        console.print(
            escape(
                f"Nothing has been recorded {f'of {asked}' if asked else 'yet'}. Files belong under "
                f"{workspace.settings.landing}/<dataset>/<YYYY-MM>/<supplier>/"
            )
        )
    else:
        console.print(deliveries_table(workspace.warehouse, summaries))
    wanted = {str(month) for month in chosen} if chosen else None
    open_points = [
        a
        for a in attention(workspace)
        if not a.month or ((wanted is None or a.month in wanted) and dataset in (None, a.what))
    ]
    if open_points:
        table = Table(title="Needs attention", title_justify="left")
        for name in ("dataset or source", "month", "supplier", "what", "remedy"):
            table.add_column(name)
        for a in open_points:
            table.add_row(escape(a.what), a.month, *map(escape, (a.supplier, a.trouble, a.remedy)))
        console.print(table)
        for line in refused_reports(workspace.settings.reports, summaries):
            console.print(f"report for the supplier: {escape(line)}", soft_wrap=True)
    else:
        console.print("Nothing needs attention.")
