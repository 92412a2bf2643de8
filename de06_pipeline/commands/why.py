"""``de06 why``: how one figure came to be: formula, numerator, denominator, files with their
hashes, rule results, revisions.
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.commands.console import console, decimal, number
from de06_pipeline.commands.names import area_named, code_of, indicator_named
from de06_pipeline.commands.tables import report_of
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.deliveries.queries import SourceFile, rule_results, source_files
from de06_pipeline.warehouse.figures.read import COUNTRY, Figure, FigureStory, figure_story

WINDOWS = ("month", "quarter", "ytd", "stock")
_PERIODS = {
    PeriodType.MONTH: "",
    PeriodType.REPORT_MONTH: ", administrative month (through the 14th)",
}


def command(
    indicator: Annotated[
        str, typer.Option(help="Code of the indicator, for example dvc.online_rate.")
    ],
    month: Annotated[str, typer.Option(help="YYYY-MM.")],
    area: Annotated[
        str,
        typer.Option(
            help="Code or name of the province, district or commune in that month "
            f"(502, 'Tam Kỳ', 'Châu Thành, Long An'); {COUNTRY} for the country."
        ),
    ],
    breakdown: Annotated[
        str, typer.Option(help="For example agency_level=Huyện; empty for the total.")
    ] = "",
    window: Annotated[
        str,
        typer.Option(
            help="month, quarter, ytd or stock; by default the first of them that there is."
        ),
    ] = "",
    period: Annotated[
        PeriodType, typer.Option(help="month, or report_month: from the 15th of the month before.")
    ] = PeriodType.MONTH,
) -> None:
    """Explain one figure down to the files it was made from."""
    workspace = Workspace(Settings())
    parsed = Month.parse(month)
    indicator = indicator_named(workspace, indicator)
    unit = area_named(workspace, area, parsed)
    windows = (window,) if window else WINDOWS
    stories = (
        figure_story(
            workspace.warehouse, indicator, parsed, code_of(unit), breakdown, period.value, w
        )
        for w in windows
    )
    story = next((s for s in stories if s is not None), None)
    if story is None:
        console.print(
            f"There is no figure of {indicator} for {area} in {parsed}"
            + (f" with {breakdown}." if breakdown else ".")
        )
        raise typer.Exit(1)
    _print_figure(workspace, story)
    files = _files(workspace, story, parsed)
    _print_files(files)
    _print_rules(workspace, files, parsed)
    for past in story.past:
        console.print(
            f"revision {past.revision}: {_parts(past)}, {past.status}, computed {past.computed_at:%Y-%m-%d %H:%M:%S} UTC"
        )


def _files(workspace: Workspace, story: FigureStory, month: Month) -> tuple[SourceFile, ...]:
    """The files behind a figure; behind one that is composed of others, those of its parts in
    force.
    """
    parts = workspace.registry.sources[story.source].composed_of
    if parts:
        return tuple(
            file for part in parts for file in source_files(workspace.warehouse, part, [month])
        )
    return source_files(workspace.warehouse, story.source, story.basis)


def _print_figure(workspace: Workspace, story: FigureStory) -> None:
    figure, indicator = story.figure, workspace.registry.indicator(story.figure.indicator_code)
    where = figure.commune_name or figure.district_name or figure.province_name or "Cả nước"
    console.print(
        f"[bold]{indicator.code}[/] {escape(indicator.name_vi)} / {escape(indicator.name_en)}"
    )
    console.print(
        f"{where}, {figure.month:%Y-%m}, {figure.time_window}{_PERIODS[PeriodType(figure.period_type)]}"
        + (f", {escape(figure.breakdown)}" if figure.breakdown else "")
    )
    value = "–" if figure.value is None else f"{figure.bound} {decimal(figure.value, 2)}".strip()
    console.print(f"value        {value} {figure.unit} ({figure.status})")
    console.print(f"made of      {_parts(figure)}")
    if figure.basis:
        console.print(f"population   {figure.basis}")
    console.print(f"formula      {escape(indicator.formula)}")
    console.print(f"legal basis  {escape(indicator.legal_basis)}")
    console.print(f"reported by  {figure.areas_reported} of {figure.areas_expected} areas")
    computed = f"{figure.computed_at:%Y-%m-%d %H:%M:%S} UTC by run {figure.run_id}"
    console.print(f"revision     {figure.revision}, computed {computed}, with {story.code_version}")


def _parts(figure: Figure) -> str:
    if figure.numerator is None:
        return "–"
    if figure.denominator is None:
        return number(figure.numerator)
    return f"{number(figure.numerator)} / {number(figure.denominator)}"


def _print_files(files: tuple[SourceFile, ...]) -> None:
    table = Table(title="Files", title_justify="left")
    for name in ("dataset", "month", "supplier", "file", "sha256", "contract"):
        table.add_column(name, overflow="fold")
    for name in ("read", "accepted"):
        table.add_column(name, justify="right")
    for f in files:
        key = (
            f.dataset,
            str(f.month),
            f.supplier,
            escape(f.file_name),
            f.sha256[:16],
            f.contract_version,
        )
        table.add_row(*key, number(f.rows_read), number(f.rows_accepted))
    console.print(table)


def _print_rules(workspace: Workspace, files: tuple[SourceFile, ...], month: Month) -> None:
    """The rules that rows of the month's own deliveries broke."""
    table = Table(title=f"Rules broken in {month}", title_justify="left")
    for name in ("dataset", "supplier", "rule", "severity"):
        table.add_column(name)
    table.add_column("rows", justify="right")
    broken = []
    for dataset, supplier in sorted({(f.dataset, f.supplier) for f in files if f.month == month}):
        failed = [
            rule
            for rule in rule_results(workspace.warehouse, dataset, month, supplier)
            if rule.failed
        ]
        for rule in failed:
            table.add_row(
                dataset,
                escape(supplier),
                rule.rule_id,
                rule.severity,
                f"{number(rule.failed)} of {number(rule.evaluated)}",
            )
        if failed:
            broken.append(f"{dataset} {supplier}: {report_of(workspace, dataset, month, supplier)}")
    console.print(table)
    for line in broken:
        console.print(f"row by row    {escape(line)}", soft_wrap=True)
