"""Lineage: which columns of accepted rows each indicator is made from, and the same in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from de06_pipeline.contracts.model import Contract
from de06_pipeline.quality.accepted import accepted_columns
from de06_pipeline.registry.model import (
    OPENING_BALANCES,
    POPULATION,
    CellSet,
    Indicator,
    Kind,
    SourceRegistry,
)

# Words of an expression; those that are neither a condition nor a column find nothing below.
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_TEXT_LITERAL = re.compile(r"'[^']*'")
_BALANCE = "value"


def indicator_lineage(registry: SourceRegistry) -> str:
    """A Markdown table of a source's indicators: code, name, formula, and the datasets behind it."""
    lines = ["| indicator | chỉ tiêu | formula | datasets |", "|---|---|---|---|"]
    for indicator in registry.indicators.values():
        formula = indicator.formula.replace("|", "\\|").replace("\n", " ")
        lines.append(
            f"| `{indicator.code}` | {indicator.name_vi} | `{formula}` | {', '.join(indicator.datasets)} |"
        )
    return "\n".join(lines)


def columns_behind(
    registry: SourceRegistry, contracts: Mapping[str, Contract]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Code of an indicator → dataset → columns of its accepted rows that decide its numbers.

    What says where and when a row counts (areas, the month) and what figures are broken down by is
    left out. Empty for indicators composed of others or made by a method of their own.
    """
    return {
        code: _behind(registry, indicator, contracts)
        for code, indicator in registry.indicators.items()
    }


def _behind(
    registry: SourceRegistry, indicator: Indicator, contracts: Mapping[str, Contract]
) -> dict[str, tuple[str, ...]]:
    columns: dict[str, set[str]] = defaultdict(set)
    for measure in (*indicator.numerator, *indicator.denominator):
        cells = registry.cells[measure.cells]
        known = _columns_of(contracts, cells.rows.dataset)
        texts = (measure.where, measure.value, cells.where, cells.day, cells.value, cells.key)
        columns[cells.rows.dataset] |= set(_words(cells, texts)) & known
    for term in (indicator.stock, indicator.stock_denominator):
        other = registry.indicators.get(term.code) if term else None
        for dataset, names in (_behind(registry, other, contracts) if other else {}).items():
            columns[dataset] |= set(names)
    if indicator.population:
        columns[POPULATION].add(indicator.population)
    if indicator.kind is Kind.STOCK:
        columns[OPENING_BALANCES] |= {_BALANCE} & _columns_of(contracts, OPENING_BALANCES)
    return {dataset: tuple(sorted(names)) for dataset, names in sorted(columns.items()) if names}


def _words(cells: CellSet, texts: Iterable[str]) -> Iterator[str]:
    """The words of some expressions and of the conditions that they name."""
    waiting = [text for text in texts if text]
    seen: set[str] = set()
    while waiting:
        for word in _WORD.findall(_TEXT_LITERAL.sub("", waiting.pop())):
            if word not in seen:
                seen.add(word)
                yield word
                if word in cells.rows.conditions:
                    waiting.append(cells.rows.conditions[word])


def _columns_of(contracts: Mapping[str, Contract], dataset: str) -> set[str]:
    contract = contracts.get(dataset)
    return {column.name for column in accepted_columns(contract)} if contract else set()
