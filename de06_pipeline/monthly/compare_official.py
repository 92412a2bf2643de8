"""Compare what is computed with what offices have published, place by place, and keep the result as
table and page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Area
from de06_pipeline.contracts.model import Message
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.official_figures.agreement import (
    Computed,
    Verdict,
    is_comparable,
    official_value,
    verdict,
)
from de06_pipeline.official_figures.read import (
    OfficialFigure,
    read_documents,
    read_official_figures,
)
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import TOTAL, Indicator, Registry, Window
from de06_pipeline.reports.monthly.plan import read_units
from de06_pipeline.reports.official_page import PAGE, Agreement, write_page
from de06_pipeline.warehouse.deliveries.queries import synthetic_deliveries
from de06_pipeline.warehouse.figures.official import (
    ComparisonRow,
    StoredFigure,
    figures_of_series,
    months_with_figures,
    replace_comparison,
)

_KNOWN = ("reported", "reported_zero")
_STATUS = {
    "partial": Message(
        "chưa đủ số liệu: thiếu kỳ hoặc đơn vị trong phạm vi tính",
        "part of the period or area was not delivered",
    ),
    "not_reported": Message("địa phương chưa gửi số liệu", "the area has not delivered"),
    "no_denominator": Message("không có mẫu số", "there is no denominator"),
    "incomplete": Message(
        "chưa tính được lũy kế: thiếu số dư đầu kỳ hoặc thiếu tháng",
        "the stock has no opening balance, or a month is missing since",
    ),
    "withdrawn": Message("số liệu đã bị rút", "the figure has been withdrawn"),
}


@dataclass(frozen=True, slots=True)
class OfficialComparison:
    """The whole comparison. ``counts``: rows by verdict, every verdict named."""

    agreements: tuple[Agreement, ...]
    counts: Mapping[Verdict, int]
    page: Path
    changed: bool

    def of(self, wanted: Verdict) -> tuple[Agreement, ...]:
        return tuple(agreement for agreement in self.agreements if agreement.verdict is wanted)


def compare_official(workspace: Workspace) -> OfficialComparison:
    """Compare every published figure, and write table ``published_comparison`` and its page.

    A published figure is compared with ours for the same place and the calendar month that ends
    nearest at or before its day.

    Raises:
        ContractError: the table of published figures is wrong.
        SchemaError: the warehouse has not been created.
    """
    official = read_official_figures(workspace.reference)
    page = workspace.settings.reports / PAGE
    with workspace.warehouse.exclusive("published"):
        months = months_with_figures(workspace.warehouse)
        agreements = tuple(_compare(workspace, theirs, months) for theirs in official)
        changed = replace_comparison(
            workspace.warehouse, [_row(agreement) for agreement in agreements]
        )
        documents, units = read_documents(workspace.reference), read_units(workspace.reference)
        write_page(page, agreements, documents, units)
    counts = Counter(agreement.verdict for agreement in agreements)
    return OfficialComparison(
        agreements, {verdict: counts[verdict] for verdict in Verdict}, page, changed
    )


def _compare(workspace: Workspace, official: OfficialFigure, months: Sequence[Month]) -> Agreement:
    place = _in_registry(workspace.registry, workspace.areas, official)
    if isinstance(place, Message):
        return _not_computable(official, None, place)
    indicator, window, area = place
    figures = figures_of_series(
        workspace.warehouse,
        official.indicator_code,
        [official.breakdown, TOTAL],
        str(window),
        _places(workspace.areas, official, area, official.months(window, list(months))),
    )
    if not figures:
        day = f"{official.as_of:%d/%m/%Y}"
        reason = Message(
            f"chưa có số liệu của kỳ nào kết thúc đến ngày {day}",
            f"there is no figure of a period ending by {day}",
        )
        return _not_computable(official, indicator, reason)
    nearest = [figure for figure in figures if figure.month == figures[0].month]
    figure = next((ours for ours in nearest if ours.breakdown == official.breakdown), nearest[0])
    if figure.breakdown != official.breakdown and figure.status in _KNOWN:
        reason = Message(
            "không có hồ sơ nào thuộc phân tổ này trong kỳ",
            "nothing of this breakdown occurs in the period",
        )
        return _not_computable(official, indicator, reason, figure.month)
    if figure.status not in _KNOWN or figure.numerator is None:
        return _not_computable(official, indicator, _STATUS[figure.status], figure.month)
    synthetic = _is_synthetic(workspace, indicator, figure.month, area)
    return _agreement(official, indicator, figure, window, synthetic)


def _in_registry(
    registry: Registry, areas: AreaBook, official: OfficialFigure
) -> tuple[Indicator, Window, Area] | Message:
    """What of ours the published figure speaks of, or why there is nothing."""
    indicator = next((ours for ours in registry if ours.code == official.indicator_code), None)
    if indicator is None:
        return Message("chỉ tiêu chưa có trong danh mục", "the indicator is not in the registry")
    if not is_comparable(official, indicator):
        return Message(
            f"đơn vị tính khác: {indicator.unit}", f"the unit differs: ours is {indicator.unit}"
        )
    window = official.window_of(indicator)
    if window is None:
        return Message("chỉ tiêu không tính cho kỳ này", "no figure is made for that period")
    level = "district" if official.district_code else "province"
    area = areas.by_code(level, official.area_code, Month.of(official.as_of))
    if area is None:
        return Message(
            "mã địa bàn không có hiệu lực vào ngày công bố",
            "the area's code was not in force on that day",
        )
    return indicator, window, area


def _places(
    areas: AreaBook, official: OfficialFigure, area: Area, months: Sequence[Month]
) -> dict[Month, int]:
    """The months in which the place existed as it was on the published day, with its ``area_id`` in
    each.
    """
    then = Month.of(official.as_of)
    versions = {month: areas.by_code(area.level, area.code, month) for month in months}
    return {
        month: version.area_id
        for month, version in versions.items()
        if version is not None and areas.successor_in(version.area_id, then) == area
    }


def _agreement(
    official: OfficialFigure,
    indicator: Indicator,
    figure: StoredFigure,
    window: Window,
    synthetic: bool,
) -> Agreement:
    assert figure.numerator is not None
    computed = Computed(figure.numerator, figure.denominator, figure.bound)
    value = computed.value(indicator)
    assert value is not None  # a quotient without a denominator has another status
    return Agreement(
        official=official,
        name=Message(indicator.name_vi, indicator.name_en),
        official_value=float(official_value(official, indicator)),
        verdict=verdict(official, computed, indicator),
        computed_value=float(value),
        numerator=figure.numerator,
        denominator=figure.denominator,
        computed_bound=figure.bound,
        unit=indicator.unit,
        window=str(window),
        month=figure.month,
        synthetic=synthetic,
    )


def _not_computable(
    official: OfficialFigure,
    indicator: Indicator | None,
    reason: Message,
    month: Month | None = None,
) -> Agreement:
    return Agreement(
        official=official,
        name=Message(indicator.name_vi, indicator.name_en) if indicator else Message("", ""),
        official_value=float(official_value(official, indicator)),
        verdict=Verdict.NOT_COMPUTABLE,
        reason=reason
        if month is None
        else replace(reason, vi=f"{reason.vi} ({month})", en=f"{reason.en} ({month})"),
        unit=indicator.unit if indicator else official.unit,
    )


def _is_synthetic(workspace: Workspace, indicator: Indicator, month: Month, area: Area) -> bool:
    """Whether a sample export covering the place is among what the figure may rest on: its
    datasets' deliveries up to the month.
    """
    source = workspace.registry.sources[indicator.source]
    datasets = {*indicator.datasets, *source.reference_datasets}
    for _, delivered, supplier in synthetic_deliveries(workspace.warehouse, datasets, month):
        if covering := workspace.suppliers.get(supplier, delivered):
            province = workspace.areas.province_of(area.area_id, delivered)
            if province is not None and covering.covers(province.area_id):
                return True
    return False


def _row(agreement: Agreement) -> ComparisonRow:
    official = agreement.official
    return ComparisonRow(
        id=official.id,
        document=official.document,
        place=official.place,
        indicator_code=official.indicator_code,
        breakdown=official.breakdown,
        as_of=official.as_of,
        published=agreement.official_value,
        bound=official.bound,
        computed=agreement.computed_value,
        period_end=agreement.month.last_day if agreement.month else None,
        gap_days=agreement.gap_days,
        verdict=str(agreement.verdict),
        reason=agreement.reason.vi if agreement.reason else None,
        reason_en=agreement.reason.en if agreement.reason else None,
        synthetic=agreement.synthetic,
    )
