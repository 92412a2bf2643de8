"""How an indicator is counted, for the documentation's page of each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from de06_pipeline.indicators.cells.compile import cells_sql
from de06_pipeline.periods import Month
from de06_pipeline.registry.formulas import names_in
from de06_pipeline.registry.model import Indicator, SourceRegistry


@dataclass(frozen=True, slots=True)
class Explanation:
    """An indicator in words and in SQL.

    Attributes:
        formula: as the registry states it.
        conditions: what the named conditions in it stand for, each once, in the order of the
            registry.
        datasets: what it is counted from.
        sql: by cell set, the query that counts its parts in a month's accepted rows; none for a
            method, whose formula is in words.
    """

    formula: str
    conditions: Mapping[str, str]
    datasets: tuple[str, ...]
    sql: Mapping[str, str]


def explain(source: SourceRegistry, code: str, month: Month) -> Explanation:
    """Explain one indicator as it is counted in a month.

    Raises:
        KeyError: the source has no such indicator.
    """
    indicator = source.indicators[code]
    sql: dict[str, str] = {}
    conditions: dict[str, str] = {}
    for part in _with_terms(source, indicator):
        cells = source.cells[part.cells]
        measures = sorted({*part.numerator, *part.denominator}, key=lambda measure: measure.column)
        sql[cells.name] = cells_sql(cells, measures, month)
        texts = [
            cells.where,
            cells.value,
            *(text for measure in measures for text in (measure.where, measure.value)),
        ]
        conditions |= _used(cells.rows.conditions, [text for text in texts if text])
    return Explanation(indicator.formula, conditions, indicator.datasets, sql)


def _with_terms(source: SourceRegistry, indicator: Indicator) -> list[Indicator]:
    """The indicator itself where it is made from cells, else the stocks that it is made from."""
    terms = [term for term in (indicator.stock, indicator.stock_denominator) if term]
    indicators = [source.indicators[term.code] for term in terms] or [indicator]
    return [term for term in indicators if term.cells]


def _used(conditions: Mapping[str, str], texts: list[str]) -> dict[str, str]:
    used: set[str] = set()
    waiting = list(texts)
    while waiting:
        fresh = (names_in(waiting.pop()) & set(conditions)) - used
        used |= fresh
        waiting += [conditions[name] for name in fresh]
    return {name: text for name, text in conditions.items() if name in used}
