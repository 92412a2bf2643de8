"""Lineage in words: which fields each indicator is made from."""

from __future__ import annotations

from de06_pipeline.registry.model import SourceRegistry


def indicator_lineage(registry: SourceRegistry) -> str:
    """A Markdown table of a source's indicators: code, name, formula, and the datasets behind it."""
    lines = ["| indicator | chỉ tiêu | formula | datasets |", "|---|---|---|---|"]
    for indicator in registry.indicators.values():
        formula = indicator.formula.replace("|", "\\|").replace("\n", " ")
        lines.append(
            f"| `{indicator.code}` | {indicator.name_vi} | `{formula}` | {', '.join(indicator.datasets)} |"
        )
    return "\n".join(lines)
