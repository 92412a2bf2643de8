"""The lists in ``data_contracts/reference`` that figures take names, look-ups and rules from: an edit
of one makes the months stale whose figures it changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from de06_pipeline.areas.book import content_hash
from de06_pipeline.indicators.methods.points import rules_in_force
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Registry, SourceRegistry


def lists_version(registry: Registry, reference: Path, source: str, month: Month) -> str:
    """What changes whenever a list may have that a source's figures of a month, and those composed
    of them, are made with; empty where there is none.
    """
    parts = [
        content_hash(reference, [table])
        for table in sorted(set(_tables(registry.sources[source], month)))
    ]
    composed = (each for each in registry.sources.values() if source in each.composed_of)
    for path in sorted({reference / table for each in composed for table in _rules(each)}):
        # By the rows in force: a new year's rule is a new row, and changes no month before it.
        parts.append(str(rules_in_force(path, month.last_day)))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16] if parts else ""


def _tables(source: SourceRegistry, month: Month) -> Iterator[str]:
    for cells in source.cells.values():
        for dimension in cells.dimensions:
            listed = dimension.listed.partition("/")[0]
            yield from filter(None, (listed, dimension.renamed, dimension.groups))
    for lookup in source.lookups.values():
        if lookup.otherwise and lookup.otherwise.first <= month:
            yield lookup.otherwise.table


def _rules(source: SourceRegistry) -> Iterator[str]:
    for indicator in source.indicators.values():
        yield from map(str, (indicator.parameters or {}).values())
