"""``de06 why``: how one figure came to be: formula, numerator, denominator, files with their
hashes, rule results, what was refused since, and the revisions with what made each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from de06_pipeline.commands.console import console, decimal, number
from de06_pipeline.commands.names import area_named, code_of, indicator_named
from de06_pipeline.commands.tables import report_of
from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.find_causes import Bears, bears_on, causes, datasets_of
from de06_pipeline.monthly.find_stale import awaited_references
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_time
from de06_pipeline.registry.model import PeriodType, Registry, Window
from de06_pipeline.reports.monthly.numbers import places_of
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.deliveries.queries import (
    DeliverySummary,
    SourceFile,
    delivery_summaries,
    rule_results,
    rule_results_in_force,
    source_files,
)
from de06_pipeline.warehouse.figures.read import (
    COUNTRY,
    Figure,
    FigureStory,
    figure_story,
    kinds_of_figure,
)
from de06_pipeline.warehouse.figures.revised import publications_of
from de06_pipeline.warehouse.store import Warehouse

_CHOICES = 4
"""Values of a breakdown that are listed where a figure is not there."""
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
    indicator = indicator_named(workspace.registry, indicator)
    unit = area_named(workspace.areas, area, parsed)
    if window and window not in WINDOWS:
        raise UsageError(f"--window {window}: choose one of {', '.join(WINDOWS)}.")
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
            escape(
                f"There is no figure of {indicator} for {area} in {parsed}"
                + (f" with {breakdown}." if breakdown else ".")
                + _choices(workspace.warehouse, indicator, parsed, code_of(unit), period)
            ),
            soft_wrap=True,
        )
        raise typer.Exit(1)
    bears = bears_on(workspace, unit, parsed)
    _print_figure(workspace.registry, story)
    for awaited in _awaited(workspace, story, parsed):
        console.print(
            f"not yet anew: the populations or opening balances of {awaited} changed since; "
            f"de06 run {awaited}",
            soft_wrap=True,
        )
    files = tuple(
        f
        for f in _files(workspace.warehouse, workspace.registry, story, parsed)
        if bears(f.supplier, f.month)
    )
    _print_files(files)
    not_in_force = _not_in_force(workspace, story, parsed, bears)
    _print_rules(
        workspace.warehouse,
        workspace.settings.reports,
        files,
        parsed,
        {(s.dataset, s.supplier) for s in not_in_force},
    )
    for summary in not_in_force:
        console.print(
            _said_of(workspace.warehouse, workspace.settings.reports, summary), soft_wrap=True
        )
    _print_past(workspace, story, parsed, bears)


def _awaited(workspace: Workspace, story: FigureStory, month: Month) -> list[Month]:
    """The months whose populations or opening balances a stock was not made from as they stand."""
    if story.figure.time_window != Window.STOCK:
        return []
    awaited = awaited_references(workspace, story.source)
    return [brings for brings, resting in awaited.items() if month in resting]


def _choices(
    warehouse: Warehouse, indicator: str, month: Month, area_code: str, period: PeriodType
) -> str:
    """What there is of an indicator, area and month, to end a message with; '' for nothing."""
    kinds = kinds_of_figure(warehouse, indicator, month, area_code, period.value)
    windows = [window for window in WINDOWS if any(window == kind.time_window for kind in kinds)]
    values: dict[str, list[str]] = {}
    for breakdown in sorted({kind.breakdown for kind in kinds if kind.breakdown}):
        name, _, value = breakdown.partition("=")
        values.setdefault(name, []).append(value)
    listed = "; ".join(f"{name}={_some(each)}" for name, each in values.items())
    of_breakdowns = f", and the breakdowns {listed}" if listed else ""
    return f" There are the windows {', '.join(windows)}{of_breakdowns}." if kinds else ""


def _some(values: list[str]) -> str:
    more = len(values) - _CHOICES
    return " | ".join(values[:_CHOICES]) + (f" and {more} more" if more > 0 else "")


def _files(
    warehouse: Warehouse, registry: Registry, story: FigureStory, month: Month
) -> tuple[SourceFile, ...]:
    """The files behind a figure; behind one that is composed of others, those of its parts in
    force.
    """
    parts = registry.sources[story.source].composed_of
    if parts:
        return tuple(file for part in parts for file in source_files(warehouse, part, [month]))
    return source_files(warehouse, story.source, story.basis)


def _not_in_force(
    workspace: Workspace, story: FigureStory, month: Month, bears: Bears
) -> tuple[DeliverySummary, ...]:
    """Deliveries that would have a part in the figure, had they not been refused or disappeared."""
    datasets = datasets_of(workspace, story.source)
    return tuple(
        summary
        for summary in delivery_summaries(workspace.warehouse, {month, *story.basis})
        if summary.status != "accepted"
        and summary.dataset in datasets
        and bears(summary.supplier, summary.month)
    )


def _said_of(warehouse: Warehouse, reports: Path, summary: DeliverySummary) -> str:
    when = f"{vietnam_time(summary.recorded_at):%d/%m/%Y %H:%M}"
    # When files were found missing is not recorded; when they had been delivered is.
    what = (
        f"was refused on {when}"
        if summary.status == "refused"
        else f"of {when} was found missing later"
    )
    stands = (
        "; the delivery above stays in force"
        if summary.is_in_force
        else "; nothing stands in its place"
    )
    rules = ", ".join(
        rule.rule_id for rule in rule_results(warehouse, *summary.key) if not rule.success
    )
    because = f" ({rules})" if rules and summary.status == "refused" else ""
    report = f". Report: {report_of(reports, *summary.key)}" if summary.status == "refused" else ""
    return escape(
        f"{summary.dataset} {summary.month} {summary.supplier}: attempt {summary.attempt} {what}"
        f"{because}{stands}{report}"
    )


def _print_past(workspace: Workspace, story: FigureStory, month: Month, bears: Bears) -> None:
    """The earlier revisions, newest first, each with what made the next one."""
    published = publications_of(workspace.warehouse, story.source) if story.past else ()
    newer = story.figure
    for past in story.past:
        console.print(
            f"revision {past.revision}: {_parts(past)} = {_value(workspace.registry, past)} {past.unit}, {past.status}, "
            f"computed {past.computed_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        reasons = causes(workspace, published, past.computed_at, newer.computed_at, month, bears)
        for cause in reasons:
            console.print(
                escape(f"  revision {newer.revision} because: {cause.en}"), soft_wrap=True
            )
        newer = past


def _print_figure(registry: Registry, story: FigureStory) -> None:
    figure, indicator = story.figure, registry.indicator(story.figure.indicator_code)
    where = figure.commune_name or figure.district_name or figure.province_name or "Cả nước"
    console.print(
        f"[bold]{indicator.code}[/] {escape(indicator.name_vi)} / {escape(indicator.name_en)}"
    )
    console.print(
        f"{escape(where)}, {figure.month:%Y-%m}, {figure.time_window}{_PERIODS[PeriodType(figure.period_type)]}"
        + (f", {escape(figure.breakdown)}" if figure.breakdown else "")
    )
    console.print(f"value        {_value(registry, figure)} {figure.unit} ({figure.status})")
    console.print(f"made of      {_parts(figure)}")
    if figure.basis:
        console.print(f"population   {figure.basis}")
    console.print(f"formula      {escape(indicator.formula)}")
    console.print(f"legal basis  {escape(indicator.legal_basis)}")
    console.print(f"reported by  {figure.areas_reported} of {figure.areas_expected} areas")
    computed = f"{figure.computed_at:%Y-%m-%d %H:%M:%S} UTC by run {figure.run_id}"
    console.print(f"revision     {figure.revision}, computed {computed}, with {story.code_version}")


def _value(registry: Registry, figure: Figure) -> str:
    """The value; two places also of rates, which reports give one: here people check them."""
    if figure.value is None:
        return "–"
    is_whole = not places_of(registry.indicator(figure.indicator_code))
    return f"{figure.bound} {decimal(figure.value, 0 if is_whole else 2)}".strip()


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


def _print_rules(
    warehouse: Warehouse,
    reports: Path,
    files: tuple[SourceFile, ...],
    month: Month,
    overtaken: set[tuple[str, str]],
) -> None:
    """The rules that rows of the month's own deliveries in force broke.

    Args:
        overtaken: dataset and supplier of deliveries whose report tells of a later attempt.
    """
    table = Table(title=f"Rules broken in {month}", title_justify="left")
    for name in ("dataset", "supplier", "rule", "severity"):
        table.add_column(name)
    table.add_column("rows", justify="right")
    broken = []
    for dataset, supplier in sorted({(f.dataset, f.supplier) for f in files if f.month == month}):
        failed = [
            rule
            for rule in rule_results_in_force(warehouse, dataset, month, supplier)
            if not rule.success  # of a check with a tolerance, some may have failed
        ]
        for rule in failed:
            table.add_row(
                dataset,
                escape(supplier),
                rule.rule_id,
                rule.severity,
                f"{number(rule.failed)} of {number(rule.evaluated)}",
            )
        if failed and (dataset, supplier) not in overtaken:
            broken.append(f"{dataset} {supplier}: {report_of(reports, dataset, month, supplier)}")
    console.print(table)
    for line in broken:
        console.print(f"row by row    {escape(line)}", soft_wrap=True)
