"""The project's own contracts: each can be parsed, and its transforms bind to the columns they
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.contracts.model import Contract
from de06_pipeline.contracts.sql_types import sql_type
from de06_pipeline.parsing.derived import lookup_table, with_derived
from de06_pipeline.parsing.headers import match_header
from de06_pipeline.parsing.typed import TypedInput
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.parsing_kit import create_parsed

CONTRACTS = load_contracts(REPOSITORY / "data_contracts" / "sources")
LEVELS = ("province", "district", "commune")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())
def test_transforms_bind_and_give_the_types_of_their_fields(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, contract: Contract
) -> None:
    """One record with nothing in it, under the Vietnamese headers."""
    header = [field.header_vi for field in contract.delivered_fields]
    match = match_header(contract, header)
    records = tmp_path / "1.txt"
    records.write_text("2" + "\x1f" * len(header) + "\n")
    create_parsed(con, contract, [TypedInput(1, (records,), 1, len(header), match.positions)])
    for field in contract.fields:
        if field.lookup:
            con.execute(f"CREATE TABLE {lookup_table(field.lookup)} (value VARCHAR)")
    areas = ", ".join(f"NULL::INTEGER AS {level}_id, 'empty' AS {level}_state" for level in LEVELS)
    judged = with_derived(contract, Month(2024, 6), f"SELECT *, {areas} FROM parsed()")
    con.execute(f"CREATE TABLE judged AS {judged}")
    types = {name: kind for name, kind, *_ in con.execute("DESCRIBE judged").fetchall()}
    assert con.execute("SELECT count(*) FROM judged").fetchall() == [(1,)]
    assert {field.name: types[field.name] for field in contract.fields if not field.is_area} == {
        field.name: sql_type(field) for field in contract.fields if not field.is_area
    }
