"""What a delivery would publish, before it is sent: a few figures of its areas beside those of the
supplier's last month, with what a person should look at twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.territory import Territory
from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.cells.build import CellsRequest, build_cells
from de06_pipeline.indicators.computation.request import FiguresRequest, Reporting
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.indicators.period import Period
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.plausibility.bands import BandRule, RateBandRule, rate_band, robust_band
from de06_pipeline.registry.model import Indicator, PeriodType, SourceRegistry, Window
from de06_pipeline.reports.monthly.numbers import number, places_of
from de06_pipeline.warehouse.figures.read import totals_of_provinces

FEWEST_COUNTED = 20
"""Of fewer a rate falls to zero by chance."""
_MONTHS_COMPARED = 12

AreaIndicator = tuple[int, str]
"""An area and an indicator's code."""


@dataclass(frozen=True, slots=True)
class PreviewFigure:
    """``value`` as people read it, None where it is not known; ``of``: what it is a share of, or
    the count itself.
    """

    value: float | None
    of: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The figures of a delivery's provinces and their units.

    Attributes:
        indicators: the columns.
        areas: ``area_id`` and name, provinces before their units.
        now: the figures that the delivery would give.
        before: those of the supplier's last month that has some; empty without one.
        month_before: that month.
        warnings: what changed more than it should.
    """

    indicators: tuple[Indicator, ...]
    areas: tuple[tuple[int, str], ...]
    now: Mapping[AreaIndicator, PreviewFigure]
    before: Mapping[AreaIndicator, PreviewFigure]
    month_before: Month | None
    warnings: tuple[Message, ...]


def preview(
    workspace: Workspace, contract: Contract, outcome: DeliveryOutcome, scratch: Path
) -> Preview | None:
    """What an accepted delivery would publish; None where its dataset alone gives no headline
    figures, or it is refused.

    Args:
        scratch: a folder to be made.
    """
    source = next(
        (
            candidate
            for candidate in workspace.registry.sources.values()
            if any(cells.rows.dataset == contract.dataset for cells in candidate.cells.values())
        ),
        None,
    )
    supplier = workspace.suppliers.get(outcome.delivery.supplier, outcome.delivery.month)
    if source is None or supplier is None or outcome.accepted is None:
        return None
    wanted = tuple(
        source.indicators[code]
        for code in source.headline
        if source.indicators[code].datasets == (contract.dataset,)
    )
    if not wanted:
        return None
    month, provinces = outcome.delivery.month, supplier.area_ids
    now = _figures_now(workspace, source, contract, outcome, provinces, scratch, wanted)
    history = _history(workspace, month, provinces, wanted) if workspace.has_warehouse else {}
    month_before = max(history, default=None)
    before = history[month_before] if month_before else {}
    warnings = [
        *_falls(workspace.areas, wanted, now, before),
        *_out_of_band(workspace.areas, wanted, now, [history[each] for each in sorted(history)]),
        *_rates_out_of_band(
            workspace.areas, wanted, now, [history[each] for each in sorted(history)]
        ),
    ]
    return Preview(
        wanted,
        _areas(workspace.areas, month, provinces, now),
        now,
        before,
        month_before,
        tuple(warnings),
    )


def _figures_now(
    workspace: Workspace,
    source: SourceRegistry,
    contract: Contract,
    outcome: DeliveryOutcome,
    provinces: frozenset[int],
    scratch: Path,
    wanted: Sequence[Indicator],
) -> dict[AreaIndicator, PreviewFigure]:
    month, accepted = outcome.delivery.month, outcome.accepted
    assert accepted is not None
    scratch.mkdir(mode=0o700)
    built = build_cells(
        CellsRequest(
            source=source,
            period=Period(PeriodType.MONTH, month),
            accepted={contract.dataset: [AcceptedFile(str(accepted.path), month)]},
            contracts=workspace.contracts,
            areas=workspace.areas,
            reference=workspace.reference,
            out_dir=scratch / "cells",
            duck=workspace.duck(scratch),
        )
    )
    absent = outcome.absent_fields if accepted.row_count else ()
    lacking = {
        field.name: provinces
        for field in contract.optional_fields
        if field.name in absent and not field.absent.is_value
    }
    figures = compute_figures(
        FiguresRequest(
            source=source,
            contracts=workspace.contracts,
            areas=workspace.areas,
            reference=workspace.reference,
            months=[(month, frozenset({Window.MONTH}))],
            cells={month: built.folder},
            reporting={(contract.dataset, month): Reporting(provinces, provinces, lacking)},
            duck=workspace.duck(scratch),
            codes=frozenset(indicator.code for indicator in wanted),
        )
    )
    by_code = {indicator.code: indicator for indicator in wanted}
    return {
        (row["area_id"], row["indicator_code"]): _shown(
            by_code[row["indicator_code"]], row["numerator"], row["denominator"]
        )
        for row in figures.to_pylist()
        if not row["breakdown"]
    }


def _history(
    workspace: Workspace,
    month: Month,
    provinces: frozenset[int],
    wanted: Sequence[Indicator],
) -> dict[Month, dict[AreaIndicator, PreviewFigure]]:
    """The totals published of the months before, by month, of the areas that are the same ground in
    ``month``; a figure that is not known is left out.
    """
    areas, territory = workspace.areas, Territory.load(workspace.reference, workspace.areas)
    by_code = {indicator.code: indicator for indicator in wanted}
    codes = [areas.get(area_id).code for area_id in provinces]
    history: dict[Month, dict[AreaIndicator, PreviewFigure]] = {}
    for figure in totals_of_provinces(
        workspace.warehouse, month.plus(-_MONTHS_COMPARED), month.plus(-1), codes, list(by_code)
    ):
        when = Month.of(figure.month)
        code = figure.district_code or figure.commune_code or figure.province_code or ""
        unit = areas.by_code(figure.area_level, code, when)
        now = unit and areas.successor_in(unit.area_id, month)
        if unit is None or now is None or figure.numerator is None:
            continue
        if territory.first_of(now.area_id) == territory.first_of(unit.area_id):
            shown = _shown(by_code[figure.indicator_code], figure.numerator, figure.denominator)
            history.setdefault(when, {})[now.area_id, figure.indicator_code] = shown
    return history


def _shown(indicator: Indicator, numerator: int | None, denominator: int | None) -> PreviewFigure:
    if numerator is None:
        return PreviewFigure(None, 0)
    if not indicator.is_quotient:
        return PreviewFigure(numerator / indicator.per, numerator)
    if not denominator:
        return PreviewFigure(None, 0)
    value = indicator.value_multiplier * numerator / (denominator * indicator.per)
    return PreviewFigure(value, denominator)


def _areas(
    areas: AreaBook,
    month: Month,
    provinces: frozenset[int],
    now: Mapping[AreaIndicator, PreviewFigure],
) -> tuple[tuple[int, str], ...]:
    """Provinces and those of their units that have anything to show."""
    having = {area_id for (area_id, _), figure in now.items() if figure.of}
    listed: list[tuple[int, str]] = []
    for province in sorted(provinces):
        listed.append((province, areas.get(province).full_name))
        for level in ("district", "commune"):
            listed += [
                (unit.area_id, unit.full_name)
                for unit in areas.children(province, level, month)
                if unit.area_id in having
            ]
    return tuple(listed)


def _falls(
    areas: AreaBook,
    wanted: Sequence[Indicator],
    now: Mapping[AreaIndicator, PreviewFigure],
    before: Mapping[AreaIndicator, PreviewFigure],
) -> list[Message]:
    """Rates of at least :data:`FEWEST_COUNTED` that are 0 or 100 %, and counts that are zero, where
    the last month's were not.
    """
    messages: list[Message] = []
    for indicator, area_id, figure in _below_country(areas, wanted, now):
        last = before.get((area_id, indicator.code))
        if figure.value is None:
            continue
        if indicator.is_quotient:
            extreme = figure.of >= FEWEST_COUNTED and figure.value in (0, 100)
            is_news = last is not None and last.value is not None and last.value != figure.value
            suspect = extreme and (is_news or (last is None and figure.value == 0))
        else:
            suspect = figure.value == 0 and last is not None and (last.value or 0) >= FEWEST_COUNTED
        if suspect:
            shown = f"{figure.value:g}{' %' if indicator.is_quotient else ''}"
            was_vi = was_en = ""
            if last is not None and last.value is not None:
                was = number(last.value, places_of(indicator))
                unit = " %" if indicator.is_quotient else ""
                was_vi = f" (kỳ trước {was}{unit})"
                was_en = f" (last month {_in_english(was)}{unit})"
            messages.append(
                _about(areas, area_id, indicator, f"là {shown}{was_vi}", f"is {shown}{was_en}")
            )
    return messages


def _out_of_band(
    areas: AreaBook,
    wanted: Sequence[Indicator],
    now: Mapping[AreaIndicator, PreviewFigure],
    history: Sequence[Mapping[AreaIndicator, PreviewFigure]],
) -> list[Message]:
    """Counts outside the band of the months before."""
    messages: list[Message] = []
    counts = [indicator for indicator in wanted if not indicator.is_quotient]
    for indicator, area_id, figure in _below_country(areas, counts, now):
        earlier = [before.of for before in _before(history, area_id, indicator)]
        band = robust_band(earlier, BandRule())
        # Of so few that they would not be missed nothing is said.
        if band is not None and band.distance(figure.of) >= FEWEST_COUNTED:
            numbers = (number(figure.of), number(band.low), number(band.high))
            messages.append(_outside(areas, area_id, indicator, numbers))
    return messages


def _rates_out_of_band(
    areas: AreaBook,
    wanted: Sequence[Indicator],
    now: Mapping[AreaIndicator, PreviewFigure],
    history: Sequence[Mapping[AreaIndicator, PreviewFigure]],
) -> list[Message]:
    """Rates of at least :data:`FEWEST_COUNTED` outside the band of the months before."""
    messages: list[Message] = []
    rates = [indicator for indicator in wanted if indicator.is_quotient]
    for indicator, area_id, figure in _below_country(areas, rates, now):
        # 0 and 100 % are told as such.
        if figure.value is None or figure.of < FEWEST_COUNTED or figure.value in (0, 100):
            continue
        earlier = [
            before.value
            for before in _before(history, area_id, indicator)
            if before.value is not None and before.of >= FEWEST_COUNTED
        ]
        band = rate_band(earlier, RateBandRule())
        if band is not None and not band.holds(figure.value):
            numbers = (number(figure.value, 1), number(band.low, 1), number(band.high, 1))
            messages.append(_outside(areas, area_id, indicator, numbers, " %"))
    return messages


def _below_country(
    areas: AreaBook,
    wanted: Sequence[Indicator],
    now: Mapping[AreaIndicator, PreviewFigure],
) -> Iterator[tuple[Indicator, int, PreviewFigure]]:
    """Indicator, area and figure of all areas but the country, in order."""
    for indicator in wanted:
        for area_id in sorted({area for area, code in now if code == indicator.code}):
            if area_id != areas.country.area_id:
                yield indicator, area_id, now[area_id, indicator.code]


def _before(
    history: Sequence[Mapping[AreaIndicator, PreviewFigure]], area_id: int, indicator: Indicator
) -> Iterator[PreviewFigure]:
    """The figures that the months before have of an area, in their order."""
    key = (area_id, indicator.code)
    return (month[key] for month in history if key in month)


def _outside(
    areas: AreaBook,
    area_id: int,
    indicator: Indicator,
    numbers: tuple[str, str, str],
    unit: str = "",
) -> Message:
    """That a figure is outside its band: all three as Vietnamese writes numbers."""
    shown, low, high = numbers
    en = [_in_english(each) for each in numbers]
    return _about(
        areas,
        area_id,
        indicator,
        f"là {shown}{unit}, ngoài khoảng {low}-{high}{unit} của các kỳ trước",
        f"is {en[0]}{unit}, outside {en[1]}-{en[2]}{unit} of the months before",
    )


def _in_english(written: str) -> str:
    """A number with points and commas changed places."""
    return written.translate(str.maketrans(",.", ".,"))


def _about(areas: AreaBook, area_id: int, indicator: Indicator, vi: str, en: str) -> Message:
    name = areas.get(area_id).full_name
    return Message(f"{name}: {indicator.name_vi} {vi}", f"{name}: {indicator.name_en} {en}")
