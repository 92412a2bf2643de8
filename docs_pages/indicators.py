"""A page for every source of indicators: each entry in words and in SQL, its legal basis and when it
holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from de06_pipeline.indicators.explain import explain
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Indicator, Kind, Measure, Registry, SourceRegistry
from docs_pages.markdown import code, facts, fenced, folded, made_from, page, table

EXAMPLE_MONTH = Month(2024, 6)
"""The month the SQL is shown for."""

_VALUES = {
    Kind.COUNT: "the count",
    Kind.RATIO: "100 × numerator / denominator",
    Kind.STOCK: "the latest opening balance plus the events since",
    Kind.MEAN: "sum / number",
    Kind.MEDIAN: "the middle value",
    Kind.SHARE: "100 × part / whole, as reported",
    Kind.AMOUNT: "as reported",
    Kind.SCORE: "points",
}
_PER = {86_400: "in days of 86,400 seconds", 1: ""}
_BETTER = {"higher": "higher", "lower": "lower"}


def indicator_pages(registry: Registry) -> dict[str, str]:
    """The index and one page a source."""
    return {
        "indicators/index.md": page(_index(registry)),
        **{
            f"indicators/{name}.md": page(_source(source))
            for name, source in registry.sources.items()
        },
    }


def _index(registry: Registry) -> Iterator[str]:
    yield "# Indicators"
    yield ""
    yield made_from("the registry in `data_contracts/indicators`")
    yield ""
    yield "How to read and change the registry: [Indicators](../../indicators.md)."
    yield ""
    yield from table(
        ("indicator", "name", "tên", "unit", "kind"),
        (
            (
                f"[{indicator.code}]({indicator.source}.md#{anchor(indicator.code)})",
                indicator.name_en,
                indicator.name_vi,
                indicator.unit,
                indicator.kind.value,
            )
            for indicator in registry
        ),
    )


def _source(source: SourceRegistry) -> Iterator[str]:
    yield f"# {source.source}.*"
    yield ""
    yield made_from(f"`data_contracts/indicators/{source.path.name}`")
    for indicator in source.indicators.values():
        yield ""
        yield f"## {indicator.code}"
        yield ""
        yield f"**{indicator.name_vi}** ({indicator.name_en})"
        yield ""
        yield from facts(_facts(source, indicator))
        yield from _how_counted(source, indicator)
    yield from _identities(source)


def _facts(source: SourceRegistry, indicator: Indicator) -> Iterator[tuple[str, str]]:
    yield "formula", code(indicator.formula) if indicator.cells else indicator.formula
    yield (
        "value",
        " ".join(
            filter(None, (_VALUES[indicator.kind], _PER.get(indicator.per, f"/ {indicator.per:,}")))
        ),
    )
    yield "unit", indicator.unit
    yield (
        "made from",
        ", ".join(f"[{dataset}](../datasets/{dataset}.md)" for dataset in indicator.datasets),
    )
    yield "legal basis", indicator.legal_basis
    yield "valid", _validity(indicator.valid_from, indicator.valid_to)
    yield "better", _BETTER.get(indicator.direction, "")
    yield "target", "" if indicator.target is None else f"{indicator.target:g}"
    yield "legend", ", ".join(f"{threshold:g}" for threshold in indicator.thresholds)
    yield "windows", ", ".join(indicator.windows)
    yield "administrative months", "yes" if source.in_report_month(indicator) else ""
    yield "levels", ", ".join(indicator.levels)
    yield "breakdowns", ", ".join(indicator.breakdowns)
    yield "disclosure", indicator.disclosure


def _validity(first: date | None, last: date | None) -> str:
    if first and last:
        return f"from {first} to {last}"
    if first:
        return f"from {first}"
    return f"to {last}" if last else "always"


def _how_counted(source: SourceRegistry, indicator: Indicator) -> Iterator[str]:
    explanation = explain(source, indicator.code, EXAMPLE_MONTH)
    if explanation.conditions:
        yield ""
        yield "where"
        yield ""
        for name, text in explanation.conditions.items():
            yield f"- `{name}`: {code(text)}"
    measures = (*indicator.numerator, *indicator.denominator)
    for cells, sql in explanation.sql.items():
        yield ""
        yield from folded(
            f"SQL of the cells <code>{cells}</code>, for {EXAMPLE_MONTH}",
            fenced(_readable(sql, measures), "sql"),
        )


def _readable(sql: str, measures: tuple[Measure, ...]) -> str:
    """The columns of measures, whose names are hashes of their formulas, by names people can read."""
    for place, measure in enumerate(dict.fromkeys(measures), start=1):
        name = measure.where.removeprefix("is_") if measure.where.isidentifier() else str(place)
        sql = sql.replace(measure.column, f"n_{name}" if not measure.value else f"sum_{place}")
    return sql


def _identities(source: SourceRegistry) -> Iterator[str]:
    if source.identities:
        yield ""
        yield "## Sums that must agree"
        yield ""
        yield "A publication stops where one of them fails in any area or month."
        yield ""
        for identity in source.identities:
            yield f"- {code(' + '.join(identity.left))} = {code(' + '.join(identity.right))}"


def anchor(indicator: str) -> str:
    """What a heading of that code is linked by, on a forge and on the site."""
    return indicator.replace(".", "").lower()
