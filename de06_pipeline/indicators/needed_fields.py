"""Which delivered fields a figure needs: what follows from a column that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from de06_pipeline.contracts.model import Contract
from de06_pipeline.indicators.computation.request import DeliveredField
from de06_pipeline.indicators.methods import METHODS
from de06_pipeline.registry.formulas import names_in
from de06_pipeline.registry.model import TOTAL, CellSet, Dimension, Indicator, Rows, SourceRegistry

_WORD = re.compile(r"\w+")


def fields_needed(
    source: SourceRegistry,
    contracts: Mapping[str, Contract],
    indicator: Indicator,
    breakdown: str = TOTAL,
) -> frozenset[DeliveredField]:
    """The delivered fields that an indicator is made from, in total or in a breakdown.

    Areas are not among them: every figure of a district needs the district's column.
    """
    names: set[DeliveredField] = set()
    if indicator.method:
        for name in {TOTAL, *breakdown.split(";")}:
            names |= METHODS[indicator.method].fields.get(name, frozenset())
        return frozenset(names)
    for term in (indicator.stock, indicator.stock_denominator):
        if term:
            behind = source.indicators[term.code]
            crossed = _dimensions_named(source, behind, term.breakdown) or breakdown
            names |= fields_needed(source, contracts, behind, crossed)
    if not indicator.cells:
        return frozenset(names)
    cells = source.cells[indicator.cells]
    texts = [cells.where, cells.day, cells.value, cells.key]
    for measure in (*indicator.numerator, *indicator.denominator):
        texts += [measure.where, measure.value]
    used = {name for text in texts if text for name in _columns(cells.rows, text)}
    for dimension in cells.dimensions:
        if dimension.name in breakdown.split(";"):
            if dimension.lookup:
                lookup = source.lookups[dimension.lookup]
                names |= _delivered(
                    contracts[lookup.dataset], {lookup.key, *names_in(lookup.value)}
                )
                dimension = _dimension(cells, lookup.dimension)
            used |= _columns(cells.rows, dimension.sql)
    return frozenset(names | _delivered(contracts[cells.rows.dataset], used))


def _dimensions_named(source: SourceRegistry, indicator: Indicator, breakdown: str) -> str:
    """A breakdown as figures show it (``request_type=Cấp mới``) as the registry names it."""
    labels = {part.partition("=")[0] for part in breakdown.split(";") if part}
    names = [
        dimension.name
        for dimension in source.cells[indicator.cells].dimensions
        if dimension.label in labels
    ]
    return ";".join(names)


def _dimension(cells: CellSet, name: str) -> Dimension:
    return next(dimension for dimension in cells.dimensions if dimension.name == name)


def _columns(rows: Rows, text: str) -> set[str]:
    """The columns behind a formula over some rows, through the conditions that it names."""
    columns: set[str] = set()
    waiting, seen = set(names_in(text)), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in rows.conditions:
            waiting |= names_in(rows.conditions[name])
        else:
            columns.add(name)
    return columns


def _delivered(contract: Contract, columns: Iterable[str]) -> set[DeliveredField]:
    """The delivered fields behind columns.

    A delivered field stands for itself: what a contract fills it from where it is empty is the
    business of what the contract says of its absence.
    """
    fields = {field.name: field for field in (*contract.fields, *contract.other_fields)}
    delivered: set[DeliveredField] = set()
    waiting, seen = set(columns), set[str]()
    while waiting:
        name = waiting.pop()
        field = fields.get(name)
        if field is None or name in seen:
            continue
        seen.add(name)
        if not field.derived:
            delivered.add((contract.dataset, name))
            continue
        words = _WORD.findall(field.transform)
        waiting |= set(words) | {_stem(word) for word in words}
        if field.lookup:
            waiting.add(field.lookup.column)
    return delivered


def _stem(word: str) -> str:
    """The field that a state or flag of a transform belongs to."""
    for suffix in ("_state", "_has_time", "_id", "_unit", "_bound", "_suffix"):
        word = word.removesuffix(suffix)
    return word
