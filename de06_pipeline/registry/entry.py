"""One entry of the registry: its keys, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from de06_pipeline.contracts.reader import Reader
from de06_pipeline.errors import ContractError
from de06_pipeline.registry.model import (
    LEVELS,
    LONGER_WINDOWS,
    REPORTED_KINDS,
    CellSet,
    Indicator,
    Kind,
    Measure,
    OverTime,
    StockTerm,
    Window,
)

_NAMES = {
    "code",
    "name_vi",
    "name_en",
    "unit",
    "kind",
    "legal_basis",
    "direction",
    "disclosure",
    "target",
    "target_source",
    "thresholds",
}
_MEASURES = {
    "cells",
    "count",
    "sum",
    "where",
    "numerator",
    "denominator",
    "of",
    "over_time",
    "per",
    "is_additive",
    "method",
    "parameters",
    "datasets",
    "formula",
}
_EXTENT = {
    "breakdowns",
    "ytd_breakdowns",
    "report_breakdowns",
    "windows",
    "levels",
    "valid_from",
    "valid_to",
}
_KEYS = frozenset(_NAMES | _MEASURES | _EXTENT)
_CODE = re.compile(r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
_DIRECTIONS = ("higher", "lower", "none")
_DISCLOSURES = ("public", "sensitive")
_YTD_BY_DEFAULT = ("agency_level", "agency_group")
"""Figures of longer windows are broken down only by these, unless an entry says otherwise."""
_STATES = (OverTime.FIRST, OverTime.LAST, OverTime.NONE)

_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True)
class EntryContext:
    """What the references of an entry are looked up in: the file's cell sets, and the entries above
    it.

    ``of_deliveries``: the file's figures are made from the ledger and need no dataset.
    """

    source: str
    cells: Mapping[str, CellSet]
    others: Mapping[str, Indicator]
    of_deliveries: bool = False


def indicator_of(entry: Reader, context: EntryContext) -> Indicator:
    """Read one entry, whose mapping has the file's defaults filled in.

    Raises:
        ContractError: with file, line, code and remedy.
    """
    entry.only(_KEYS)
    code = entry.need("code", str)
    if not _CODE.match(code):
        raise entry.error(
            f"the code '{code}' must be <source>.<name> in lower-case letters, digits and underscores.",
            "code",
        )
    plain = Indicator(
        code=code,
        source=context.source,
        name_vi=entry.need("name_vi", str),
        name_en=entry.need("name_en", str),
        unit=entry.need("unit", str),
        kind=entry.choice("kind", Kind),
        windows=(),
        datasets=(),
        formula=entry.get("formula", str, ""),
        legal_basis=entry.need("legal_basis", str),
        direction=_word(entry, "direction", _DIRECTIONS),
        disclosure=_word(entry, "disclosure", _DISCLOSURES),
        entry=entry,
        per=entry.get("per", int, 1),
        is_additive=entry.get("is_additive", bool, True),
        target=entry.get("target", float, 0.0) if entry.has("target") else None,
        target_source=entry.get("target_source", str, ""),
        thresholds=_thresholds(entry),
        valid_from=_date(entry, "valid_from"),
        valid_to=_date(entry, "valid_to"),
    )
    return _with_breakdowns(_with_windows(_with_parts(plain, context), context), context)


def _with_parts(indicator: Indicator, context: EntryContext) -> Indicator:
    entry = indicator.entry
    if entry.has("method"):
        parameters: dict[str, Any] = entry.get("parameters", dict, {})
        if not ((entry.texts("datasets") or context.of_deliveries) and indicator.formula):
            raise entry.error(
                f"{indicator.code}: a method needs 'datasets' and, for people, 'formula'.", "method"
            )
        return replace(
            indicator,
            method=entry.need("method", str),
            datasets=entry.texts("datasets"),
            parameters=MappingProxyType(parameters),
        )
    if indicator.kind is Kind.RATIO:
        return _ratio(indicator, context)
    if indicator.kind in REPORTED_KINDS:
        return _reported(indicator, context)
    cells = _cell_set(entry, context)
    with_cells = replace(indicator, cells=cells.name, datasets=(cells.rows.dataset,))
    if indicator.kind is Kind.COUNT:
        measure = _measure(entry, cells)
        return replace(with_cells, numerator=(measure,), formula=_measure_text(measure))
    if indicator.kind is Kind.MEAN:
        total = _measure(entry, cells)
        if not total.value:
            raise entry.error(f"{indicator.code}: a mean needs 'sum' and 'where'.")
        count = replace(total, value="", where=total.known_where)
        return replace(
            with_cells,
            numerator=(total,),
            denominator=(count,),
            formula=f"mean({total.value}) where {total.where}",
        )
    column = "value" if indicator.kind is Kind.MEDIAN else "day"
    if not getattr(cells, column):
        raise entry.error(
            f"{indicator.code}: the cells '{cells.name}' of a {indicator.kind} need '{column}'.",
            "cells",
        )
    text = (
        f"median({cells.value}) where {cells.where}"
        if indicator.kind is Kind.MEDIAN
        else f"opening balance + count({cells.where})"
    )
    return replace(with_cells, formula=text)


def _reported(indicator: Indicator, context: EntryContext) -> Indicator:
    """A figure delivered as such: ``sum`` and, for shares, ``of`` are expressions over the one row
    that reports it.

    A share's measures are the counted part and the percentage in ten thousandths, then the whole
    and whether it was given.
    """
    entry = indicator.entry
    cells = _cell_set(entry, context)
    counted = entry.need("sum", str)
    reported = replace(
        indicator,
        method="reported",
        cells=cells.name,
        datasets=(cells.rows.dataset,),
        formula=f"reported: {counted}",
    )
    if indicator.kind is Kind.AMOUNT:
        return replace(reported, numerator=(Measure(cells.name, "true", counted),))
    whole = entry.need("of", str)
    has_whole = f"({whole}) is not null"
    return replace(
        reported,
        numerator=(
            Measure(cells.name, has_whole, counted),
            Measure(cells.name, f"not {has_whole}", f"({counted}) * 10000"),
        ),
        denominator=(Measure(cells.name, has_whole, whole), Measure(cells.name, has_whole)),
        formula=f"reported: {counted} / {whole}, or a percentage",
    )


def _ratio(indicator: Indicator, context: EntryContext) -> Indicator:
    entry = indicator.entry
    numerator, denominator = entry.values.get("numerator"), entry.values.get("denominator")
    if isinstance(numerator, dict):
        return _ratio_of_stocks(indicator, context)
    tops, top_text = _part(entry, "numerator", numerator, context)
    bottoms, bottom_text = _part(entry, "denominator", denominator, context)
    sets = {measure.cells for measure in (*tops, *bottoms)}
    if len(sets) != 1:
        raise entry.error(
            f"{indicator.code}: numerator and denominator must come from one cell set, not from {', '.join(sorted(sets))}."
        )
    cells = context.cells[sets.pop()]
    return replace(
        indicator,
        cells=cells.name,
        datasets=(cells.rows.dataset,),
        numerator=tops,
        denominator=bottoms,
        formula=f"{top_text} / {bottom_text}",
    )


def _part(
    entry: Reader, side: str, given: object, context: EntryContext
) -> tuple[tuple[Measure, ...], str]:
    """The measures of one side of a ratio: a condition, or the codes of counts that are added up."""
    if isinstance(given, str):
        cells = _cell_set(entry, context)
        return (Measure(cells.name, given, over_time=_over_time(entry)),), f"count({given})"
    codes = entry.texts(side)
    if not codes:
        raise entry.error(
            f"'{side}' must be a condition, a list of codes of counts, or {{stock: code}}.", side
        )
    measures: list[Measure] = []
    for code in codes:
        other = _other(entry, side, code, Kind.COUNT, context)
        measures.extend(other.numerator)
    return tuple(measures), "(" + " + ".join(codes) + ")"


def _ratio_of_stocks(indicator: Indicator, context: EntryContext) -> Indicator:
    entry = indicator.entry
    top, top_text = _stock_term(entry, "numerator", context)
    below = entry.inner("denominator")
    datasets = context.others[top.code].datasets
    if below.has("population"):
        below.only(frozenset({"population"}))
        field = below.need("population", str)
        return replace(
            indicator,
            stock=top,
            population=field,
            datasets=datasets,
            formula=f"{top_text} / {field}",
        )
    bottom, bottom_text = _stock_term(entry, "denominator", context)
    both = tuple(sorted({*datasets, *context.others[bottom.code].datasets}))
    return replace(
        indicator,
        stock=top,
        stock_denominator=bottom,
        datasets=both,
        formula=f"{top_text} / {bottom_text}",
    )


def _stock_term(entry: Reader, side: str, context: EntryContext) -> tuple[StockTerm, str]:
    given = entry.inner(side)
    given.only(frozenset({"stock", "breakdown"}))
    code = given.need("stock", str)
    _other(given, "stock", code, Kind.STOCK, context)
    breakdown = given.get("breakdown", str, "")
    return StockTerm(code, breakdown), f"{code}[{breakdown}]" if breakdown else code


def _other(entry: Reader, key: str, code: str, kind: Kind, context: EntryContext) -> Indicator:
    other = context.others.get(code)
    if other is None or other.kind is not kind or other.method:
        raise entry.error(
            f"'{code}' is not a {kind} above this entry; put its entry first, or correct the code.",
            key,
        )
    return other


def _measure(entry: Reader, cells: CellSet) -> Measure:
    """The measure of a count or mean: ``count: condition``, or ``sum: expression`` with ``where:
    condition``.
    """
    over_time = _over_time(entry)
    if entry.has("sum"):
        return Measure(cells.name, entry.need("where", str), entry.need("sum", str), over_time)
    return Measure(cells.name, entry.need("count", str), over_time=over_time)


def _measure_text(measure: Measure) -> str:
    return (
        f"sum({measure.value}) where {measure.where}"
        if measure.value
        else f"count({measure.where})"
    )


def _cell_set(entry: Reader, context: EntryContext) -> CellSet:
    name = entry.need("cells", str)
    if name not in context.cells:
        raise entry.error(
            f"there are no cells '{name}'; known are {', '.join(context.cells)}.", "cells"
        )
    return context.cells[name]


def _with_windows(indicator: Indicator, context: EntryContext) -> Indicator:
    entry = indicator.entry
    if indicator.kind is Kind.STOCK or indicator.stock:
        windows: tuple[Window, ...] = (Window.STOCK,)
    else:
        windows = entry.choices("windows", Window)
        if not windows or Window.STOCK in windows:
            raise entry.error(
                f"{indicator.code}: 'windows' must be month, or month with quarter, ytd or both.",
                "windows",
            )
    if (
        indicator.kind is Kind.COUNT
        and any(m.over_time in _STATES for m in indicator.numerator)
        and not context.cells[indicator.cells].rows.opening
    ):
        # A state (accounts, establishments) has no figure of its own for longer windows; it serves
        # those made from it. States that are carried from period to period have.
        windows = tuple(window for window in windows if window not in LONGER_WINDOWS)
    if set(windows) & set(LONGER_WINDOWS) and any(
        m.over_time is OverTime.NONE for m in (*indicator.numerator, *indicator.denominator)
    ):
        raise entry.error(
            f"{indicator.code}: a measure with over_time: none has a value for single months only.",
            "windows",
        )
    return replace(indicator, windows=windows)


def _with_breakdowns(indicator: Indicator, context: EntryContext) -> Indicator:
    entry = indicator.entry
    levels = levels_of(entry) or LEVELS
    breakdowns = entry.texts("breakdowns")
    cells = context.cells.get(indicator.cells)
    # A reported figure's breakdown comes with it; every other is a dimension of the cells.
    if cells is not None and indicator.kind not in REPORTED_KINDS:
        known = {dimension.name for dimension in cells.dimensions}
        for breakdown in breakdowns:
            for part in breakdown.split(";"):
                if part not in known:
                    text = f"the cells '{cells.name}' have no dimension '{part}'; known are {', '.join(sorted(known))}."
                    raise entry.error(f"{indicator.code}: {text}", "breakdowns")
    by_default = tuple(breakdown for breakdown in breakdowns if breakdown in _YTD_BY_DEFAULT)
    ytd = entry.texts("ytd_breakdowns") if entry.has("ytd_breakdowns") else by_default
    report = entry.texts("report_breakdowns") if entry.has("report_breakdowns") else ytd
    for key, named in (("ytd_breakdowns", ytd), ("report_breakdowns", report)):
        if strange := set(named) - set(breakdowns):
            raise entry.error(
                f"{indicator.code}: '{sorted(strange)[0]}' is not among its breakdowns.", key
            )
    ytd = ytd if set(indicator.windows) & set(LONGER_WINDOWS) else ()
    return replace(
        indicator,
        levels=levels,
        breakdowns=breakdowns,
        ytd_breakdowns=ytd,
        report_breakdowns=report,
    )


def _over_time(entry: Reader) -> OverTime:
    return entry.choice("over_time", OverTime, OverTime.SUM.value)


def levels_of(entry: Reader) -> tuple[str, ...]:
    """The levels of areas that an entry names.

    Raises:
        ContractError: one is none.
    """
    levels = entry.texts("levels")
    if unknown := set(levels) - set(LEVELS):
        raise entry.error(
            f"'{sorted(unknown)[0]}' is not a level; levels are {', '.join(LEVELS)}.", "levels"
        )
    return levels


def _word(entry: Reader, name: str, known: tuple[str, ...]) -> str:
    text = entry.need(name, str)
    if text not in known:
        raise entry.error(f"'{name}' must be one of {', '.join(known)}, not '{text}'.", name)
    return text


def _thresholds(entry: Reader) -> tuple[float, ...]:
    given = entry.get("thresholds", list, [])
    if not all(isinstance(value, int | float) for value in given) or list(given) != sorted(given):
        raise entry.error("'thresholds' must be numbers in ascending order.", "thresholds")
    return tuple(float(value) for value in given)


def _date(entry: Reader, name: str) -> date | None:
    value = entry.values.get(name)
    if value is not None and not isinstance(value, date):
        raise _not_a_date(entry, name)
    return value


def _not_a_date(entry: Reader, name: str) -> ContractError:
    return entry.error(f"'{name}' must be a date, YYYY-MM-DD.", name)
