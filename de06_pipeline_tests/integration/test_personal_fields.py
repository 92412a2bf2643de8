"""Tagging a field as personal is enough: whichever fields of whichever contract are tagged, and
whatever else the contract says of them, their values reach neither lake nor warehouse nor report.
"""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from de06_pipeline.contracts.model import Classification, Contract, FieldType
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.tiny_exports import CONTRACTS, QUANG_NAM, rows
from de06_pipeline_tests.laws import examples

MONTH = Month.parse("2024-01")
DATASETS = ("asm_notices", "cccd_issuance", "dvc_dossiers", "eid_accounts")
AREAS = {FieldType.PROVINCE, FieldType.DISTRICT, FieldType.COMMUNE}
_number = itertools.count(10_000_000)


@pytest.fixture(scope="module")
def shared(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copy_of(empty_home, tmp_path_factory.mktemp("personal") / "home")


def _tagged(contract: Contract, names: set[str]) -> Contract:
    """The contract with fields that are personal and, against lint, marked as stored."""
    return replace(
        contract,
        fields=tuple(
            replace(field, classification=Classification.PII, stored=True)
            if field.name in names
            else field
            for field in contract.fields
        ),
    )


def _written(home: Home) -> str:
    """Everything below the home as text, but for the landing zone and Dagster's storage."""
    texts = []
    for path in home.path.rglob("*"):
        place = path.relative_to(home.path).parts[0]
        if not path.is_file() or place in ("landing", "dagster"):
            continue
        if path.suffix == ".parquet":
            with duckdb.connect() as connection:
                texts.append(str(connection.execute(f"FROM '{path}'").fetchall()))
        elif path.suffix == ".sqlite":
            with sqlite3.connect(path) as database:
                texts += list(database.iterdump())
        else:
            texts.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(texts)


@settings(
    max_examples=examples(6),
    deadline=None,
    # An example is a whole ingest: shrinking one would take minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_field_tagged_personal_reaches_nothing(shared: Home, data: st.DataObject) -> None:
    dataset = data.draw(st.sampled_from(DATASETS))
    contract = CONTRACTS[dataset]
    delivered = [field for field in contract.delivered_fields if field.type not in AREAS]
    names = data.draw(
        st.sets(st.sampled_from([field.name for field in delivered]), min_size=1, max_size=5)
    )
    mark = f"Kín{next(_number)}"
    kinds = data.draw(st.sampled_from(["{}", "09{}", "{} 01/02/1999", "ngõ {}, Tam Kỳ"]))
    value = kinds.format(mark)
    good = rows(dataset, QUANG_NAM, MONTH, 60)
    # One row with all of them, one with each: some are accepted, some break a rule.
    planted = [dict.fromkeys(names, value), *({name: value} for name in sorted(names))]
    exported = [row | more for row, more in zip(good, planted, strict=False)]
    exported += good[len(planted) :]
    shared.deliver(dataset, str(MONTH), QUANG_NAM, exported)

    changed = _tagged(contract, names)
    assert not names & {field.name for field in changed.stored_fields}
    with shared.active():
        workspace = shared.workspace()
        workspace.__dict__["contracts"] = {**workspace.contracts, dataset: changed}
        outcome = ingest_month(workspace, changed, MONTH, run_id="trial")
    assert outcome.deliveries[0].total("rows_read") == 60
    assert mark not in _written(shared), sorted(names)
