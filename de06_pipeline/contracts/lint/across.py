"""Checks that need more than one contract."""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.contracts.lint.finding import Finding, Source


def across_contracts(sources: Sequence[Source]) -> list[Finding]:
    return [*_same_dataset(sources), *_lookups(sources)]


def _same_dataset(sources: Sequence[Source]) -> list[Finding]:
    seen: set[str] = set()
    findings = []
    for source in sources:
        if source.contract.dataset in seen:
            findings.append(source.finding("dataset-twice", f"'{source.contract.dataset}' has two contracts; keep one", None, "name"))
        seen.add(source.contract.dataset)
    return findings


def _lookups(sources: Sequence[Source]) -> list[Finding]:
    stored = {(source.contract.dataset, field.name) for source in sources for field in source.contract.stored_fields}
    return [
        source.finding(
            "lookup", f"'{field.name}' looks into {field.lookup.dataset}.{field.lookup.field}, which is not a stored field", entry
        )
        for source in sources
        for field, entry in source.fields
        if field.lookup and (field.lookup.dataset, field.lookup.field) not in stored
    ]
