"""The view of figures on today's boundaries.

It is brought up to date with every publication, so it is no step of its own.
"""

from collections.abc import Sequence

import dagster as dg

from de06_pipeline.registry.boundaries import SUM, boundary_rule
from de06_pipeline.registry.model import Registry

REBASED_KEY = dg.AssetKey(["warehouse", "indicator_rebased"])


def rebased_spec(
    registry: Registry, figure_keys: Sequence[dg.AssetKey], owner: str
) -> dg.AssetSpec:
    """View ``indicator_rebased``, downstream of every source's figures."""
    return dg.AssetSpec(
        key=REBASED_KEY,
        deps=list(figure_keys),
        group_name="warehouse",
        owners=[owner],
        kinds={"sql"},
        description=(
            "View `indicator_rebased`: the figures of every month on the boundaries in force in the latest one; provinces exactly, "
            "districts and communes by shares of the census population, then marked estimated. `indicator_former_district` goes on with "
            "the districts of 2025-06, for analysis only; `indicator_on_boundaries` has all boundaries that are kept (`de06 rebase`)."
        ),
        metadata={"not added up": dg.MetadataValue.md(_not_added_up(registry))},
    )


def _not_added_up(registry: Registry) -> str:
    lines = ["| indicator | of units put together | because |", "|---|---|---|"]
    words = {
        "recount": "counted anew from cells where each is whole, else left out",
        "none": "left out",
    }
    rules = [(indicator.code, boundary_rule(indicator)) for indicator in registry]
    return "\n".join(
        lines
        + [f"| `{code}` | {words[way]} | {reason} |" for code, (way, reason) in rules if way != SUM]
    )
