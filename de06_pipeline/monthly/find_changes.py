"""Gather and write what was revised of a month's figures, publication by publication."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from de06_pipeline.areas.model import Area, Level
from de06_pipeline.contracts.model import Message
from de06_pipeline.monthly.find_causes import Bears, bears_on, causes, everyone
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_time
from de06_pipeline.registry.model import LEVELS, Indicator
from de06_pipeline.reports.changes.page import (
    Change,
    ChangedIn,
    ChangedIndicator,
    MonthChanges,
    Side,
    changes_files,
    publication_shown,
    write_changes,
)
from de06_pipeline.reports.monthly.numbers import DASH, STATUS, number, places_of
from de06_pipeline.reports.monthly.page import WINDOWS
from de06_pipeline.reports.monthly.plan import read_units
from de06_pipeline.warehouse.figures.read import COUNTRY, Figure
from de06_pipeline.warehouse.figures.revised import (
    Revised,
    publications_of,
    revised_figures,
    revised_months,
)

_COUNTRY_NAME = "Cả nước"


def changed_figures(
    workspace: Workspace,
    month: Month,
    codes: Collection[str] = (),
    area: Area | None = None,
) -> MonthChanges:
    """What was revised of a month's figures, and why. Indicators that the registry no longer has are
    left out.

    Args:
        codes: of indicators; all by default.
        area: only this one's figures, and only causes that have a part in them.
    """
    sources = {
        code: name
        for name, registered in workspace.registry.sources.items()
        for code in registered.indicators
    }
    wanted = None if area is None else COUNTRY if area.level is Level.COUNTRY else area.code
    by_publication: dict[datetime, list[Revised]] = {}
    for figure in revised_figures(workspace.warehouse, month):
        is_asked = not codes or figure.after.indicator_code in codes
        if (
            is_asked
            and wanted in (None, _code(figure.after))
            and figure.after.indicator_code in sources
        ):
            by_publication.setdefault(figure.after.computed_at, []).append(figure)
    bears = everyone if area is None else bears_on(workspace, area, month)
    newest = revised_months(workspace.warehouse).get(month, 0)
    return MonthChanges(
        month,
        newest,
        tuple(
            _changed_in(
                workspace,
                month,
                sources[by_publication[when][0].after.indicator_code],
                by_publication[when],
                bears,
            )
            for when in sorted(by_publication, reverse=True)
        ),
    )


def refresh_changes(workspace: Workspace) -> dict[Month, Path]:
    """Write the page of every month whose figures have been revised since it was written; returns
    all months with a page.
    """
    pages: dict[Month, Path] = {}
    for month, newest in sorted(revised_months(workspace.warehouse).items()):
        files = changes_files(workspace.settings.reports, month)
        if publication_shown(files.html) != newest:
            write_changes(files, changed_figures(workspace, month))
        pages[month] = files.html
    return pages


def _changed_in(
    workspace: Workspace, month: Month, source: str, revised: list[Revised], bears: Bears
) -> ChangedIn:
    after = revised[0].after
    published = publications_of(workspace.warehouse, source)
    before = max(figure.before.computed_at for figure in revised)
    by_code: dict[str, list[Revised]] = {}
    for figure in revised:
        by_code.setdefault(figure.after.indicator_code, []).append(figure)
    at = vietnam_time(after.computed_at).strftime("%d/%m/%Y %H:%M:%S")
    headline = workspace.registry.sources[source].headline
    order = sorted(by_code, key=lambda code: (code not in headline, code))
    return ChangedIn(
        source,
        at,
        after.run_id,
        causes(workspace, published, before, after.computed_at, month, bears),
        tuple(_indicator(workspace, code, by_code[code], source, at) for code in order),
    )


def _indicator(
    workspace: Workspace, code: str, revised: Iterable[Revised], source: str, at: str
) -> ChangedIndicator:
    indicator = workspace.registry.indicator(code)
    unit = read_units(workspace.reference).get(
        indicator.unit, Message(indicator.unit, indicator.unit)
    )
    ordered = sorted(revised, key=_order)
    return ChangedIndicator(
        code,
        Message(indicator.name_vi, indicator.name_en),
        unit,
        tuple(_change(indicator, figure, source, at) for figure in ordered),
    )


def _order(figure: Revised) -> tuple[object, ...]:
    """Totals of calendar months first, large areas before small ones, great changes before small."""
    after, before = figure.after, figure.before
    difference = (
        abs(after.value - before.value)
        if after.value is not None and before.value is not None
        else float("inf")
    )
    return (
        after.breakdown != "",
        after.period_type != "month",
        LEVELS.index(after.area_level),
        after.time_window,
        -difference,
        _code(after),
        after.breakdown,
        after.revision,
    )


def _change(indicator: Indicator, figure: Revised, source: str, at: str) -> Change:
    before, after = figure.before, figure.after
    places = places_of(indicator)
    difference, amount = "", None
    if before.value is not None and after.value is not None:
        amount = after.value - before.value
        difference = f"{'+' if amount > 0 else ''}{number(float(amount), places)}"
    name = after.commune_name or after.district_name or after.province_name or _COUNTRY_NAME
    province = after.province_name or ""
    place = name if province in ("", name) else f"{name}, {province}"
    window = WINDOWS[after.time_window]
    if after.period_type == "report_month":
        window = Message(f"{window.vi}, kỳ báo cáo", f"{window.en}, administrative month")
    of_what = f" · {after.breakdown}" if after.breakdown else ""
    scope = Message(f"{window.vi}{of_what}", f"{window.en}{of_what}")
    cells = (
        *(at, source, after.indicator_code, after.period_type, after.time_window),
        *(after.breakdown, after.area_level, _code(after), name, province, after.unit),
        after.revision,
        *(before.numerator, before.denominator, before.value, before.status),
        *(after.numerator, after.denominator, after.value, after.status, amount),
    )
    return Change(place, scope, _side(before, places), _side(after, places), difference, cells)


def _side(figure: Figure, places: int) -> Side:
    value = None if figure.value is None else float(figure.value)
    text = DASH if value is None else f"{figure.bound} {number(value, places)}".strip()
    is_share = figure.numerator is not None and figure.denominator is not None
    parts = f"{number(figure.numerator)}/{number(figure.denominator)}" if is_share else ""
    return Side(text, parts, STATUS[figure.status], value)


def _code(figure: Figure) -> str:
    return figure.commune_code or figure.district_code or figure.province_code or COUNTRY
