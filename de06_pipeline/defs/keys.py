"""Asset keys: layer first, then dataset or source."""

from __future__ import annotations

import dagster as dg

from de06_pipeline.contracts.model import Contract


def landing_key(dataset: str) -> dg.AssetKey:
    return dg.AssetKey(["landing", dataset])


def delivery_key(dataset: str) -> dg.AssetKey:
    return dg.AssetKey(["delivery", dataset])


def accepted_key(dataset: str) -> dg.AssetKey:
    return dg.AssetKey(["accepted", dataset])


def cells_key(source: str) -> dg.AssetKey:
    return dg.AssetKey(["cells", source])


def figures_key(source: str) -> dg.AssetKey:
    return dg.AssetKey(["warehouse", f"{source}_monthly"])


def report_figures_key(source: str) -> dg.AssetKey:
    return dg.AssetKey(["warehouse", f"{source}_report_monthly"])


_GROUPS = {
    "asm": "lodging_notices",
    "cccd": "id_cards",
    "dvc": "public_services",
    "eid": "electronic_identity",
    "q766": "service_scorecard",
    "quality": "delivery_quality",
    "reported": "other_systems",
    "reference": "reference_data",
}


def group_of(source: str) -> str:
    """The group of a source in words; a source of an extension goes by its own name."""
    return _GROUPS.get(source, source)


def owner_of(contract: Contract) -> str:
    """The contract's owner as Dagster writes a team."""
    return f"team:{contract.owner}"
