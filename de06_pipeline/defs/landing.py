"""The landing zone as external assets: where lineage begins.

The pipeline observes them and never writes them.
"""

from __future__ import annotations

import dagster as dg

from de06_pipeline.contracts.model import Contract
from de06_pipeline.defs.keys import group_of, landing_key, owner_of
from de06_pipeline.defs.partitions import MONTHS


def landing_spec(contract: Contract) -> dg.AssetSpec:
    """One dataset's files as offices deliver them, by month; observed by the ingest step."""
    return dg.AssetSpec(
        key=landing_key(contract.dataset),
        partitions_def=MONTHS,
        group_name=group_of(contract.source),
        owners=[owner_of(contract)],
        kinds={"file"},
        description=(
            f"{contract.title.vi} – {contract.title.en}. Files as the offices hand them over: "
            f"`<landing>/{contract.dataset}/<YYYY-MM>/<supplier>/`. Holds personal data; never changed by the pipeline."
        ),
    )
