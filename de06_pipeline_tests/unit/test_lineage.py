"""From an indicator down to the columns of accepted rows: for every indicator that is counted from
rows, through the conditions it names.
"""

from __future__ import annotations

import dagster as dg

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.definitions import defs
from de06_pipeline.quality.accepted import accepted_columns
from de06_pipeline.registry.load import load_registry
from de06_pipeline.reports.lineage import columns_behind
from de06_pipeline.settings import REPOSITORY

CONTRACTS = {
    contract.dataset: contract
    for contract in load_contracts(REPOSITORY / "data_contracts" / "sources").values()
}
REGISTRY = load_registry(REPOSITORY / "data_contracts" / "indicators")


def test_columns_are_found_through_the_conditions_a_formula_names() -> None:
    behind = columns_behind(REGISTRY.sources["dvc"], CONTRACTS)
    assert behind["dvc.on_time_rate"] == {
        "dvc_dossiers": (
            *("due_at", "finished_at", "received_at", "status"),
            *("supplement_days", "supplement_requests"),
        )
    }
    assert columns_behind(REGISTRY.sources["cccd"], CONTRACTS)["cccd.coverage"] == {
        "opening_balances": ("value",),
        "population": ("population_14_plus",),
    }


def test_every_column_is_one_of_the_accepted_rows_and_every_counted_indicator_has_some() -> None:
    for source in REGISTRY.sources.values():
        for code, by_dataset in columns_behind(source, CONTRACTS).items():
            for dataset, names in by_dataset.items():
                assert set(names) <= {c.name for c in accepted_columns(CONTRACTS[dataset])}, code
            if source.indicators[code].numerator:
                assert by_dataset, code


def test_dagster_has_it_as_column_lineage() -> None:
    node = defs.resolve_asset_graph().get(dg.AssetKey(["warehouse", "eid_monthly"]))
    lineage = node.metadata["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineage)
    (created,) = lineage.deps_by_column["eid.created"]
    assert created == dg.TableColumnDep(dg.AssetKey(["accepted", "eid_accounts"]), "created_on")
