"""A page from each indicator down to the headers of the files: columns of accepted rows, and the
fields they come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from de06_pipeline.contracts.model import Contract
from de06_pipeline.defs.presentation import delivered_sources
from de06_pipeline.registry.model import Registry
from de06_pipeline.reports.lineage import columns_behind
from docs_pages.indicators import anchor
from docs_pages.markdown import code, made_from, page, table


def lineage_page(registry: Registry, contracts: Mapping[str, Contract]) -> str:
    return page(_lines(registry, contracts))


def _lines(registry: Registry, contracts: Mapping[str, Contract]) -> Iterator[str]:
    yield "# Lineage"
    yield ""
    yield made_from("the registry and the contracts")
    yield ""
    yield "From an indicator to the columns of accepted rows that decide its numbers, and to the headers"
    yield "those come from. Where and when a row counts (its area, the month) is not listed. Dagster shows"
    yield "the same as column lineage of `warehouse/<source>_monthly` and of `accepted/<dataset>`."
    for name, source in registry.sources.items():
        behind = columns_behind(source, contracts)
        yield ""
        yield f"## {name}"
        yield ""
        if source.composed_of:
            yield f"Composed of the published figures of {', '.join(source.composed_of)}."
            continue
        if source.of_deliveries:
            yield "Made from the ledger of deliveries."
            continue
        rows = []
        for indicator in source.indicators.values():
            by_dataset = behind[indicator.code] or dict.fromkeys(indicator.datasets, ())
            for dataset, columns in by_dataset.items():
                rows.append(
                    (
                        f"[{indicator.code}](indicators/{name}.md#{anchor(indicator.code)})",
                        f"[{dataset}](datasets/{dataset}.md)",
                        ", ".join(map(code, columns)) or "by a method of its own",
                        ", ".join(_headers(contracts[dataset], columns)),
                    )
                )
        yield from table(("indicator", "dataset", "columns of accepted rows", "headers"), rows)


def _headers(contract: Contract, columns: tuple[str, ...]) -> list[str]:
    sources = delivered_sources(contract)
    fields = {field for column in columns for field in sources.get(column, ())}
    return [contract.field(name).header_vi or name for name in sorted(fields)]
