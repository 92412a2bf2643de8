"""Accepted rows as DuckDB relations: their columns by contract, and the area level that figures are
kept for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.model import Contract, FieldType
from de06_pipeline.contracts.sql_types import stored_columns
from de06_pipeline.duck.rows import parquet_sql
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month


def unit_level(areas: AreaBook, month: Month) -> str:
    """The finest level that figures are kept for: districts while there are any, then communes."""
    return "district" if areas.in_force("district", month) else "commune"


def create_rows_view(
    con: duckdb.DuckDBPyConnection, contract: Contract, paths: Sequence[str], level: str
) -> None:
    """Create a view named like the dataset over accepted files: their columns, and ``unit_id`` for
    the level kept.

    Decimals are as large as people write them, so they are widened: a product of two decimals that
    outgrows the type of the first is an error in DuckDB, and one delivered number must not end a
    step.

    Raises:
        ContractError: a field of the contract is not in the files.
    """
    relation = whole_rows(con, contract, paths)
    unit = f"{level}_id" if f"{level}_id" in stored_columns(contract) else "CAST(NULL AS INTEGER)"
    widened = ", ".join(
        f"TRY_CAST({one.name} AS DECIMAL(30, 4)) AS {one.name}"
        for one in contract.stored_fields
        if one.type in (FieldType.DECIMAL, FieldType.STATED)
    )
    columns = f"* REPLACE ({widened})" if widened else "*"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {contract.dataset} AS SELECT {columns}, {unit} AS unit_id FROM {relation}"
    )


def whole_rows(con: duckdb.DuckDBPyConnection, contract: Contract, paths: Iterable[str]) -> str:
    """SQL of accepted files as one relation with every column of :func:`stored_columns`.

    Args:
        contract: the version in force in the files' month. Fields that only other versions have are
            NULL.

    Raises:
        ContractError: the files lack a stored field of this version: they were accepted under an
        older one.
    """
    relation = parquet_sql(paths)
    found = {str(row[0]) for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    lacking = {
        name: sql_type for name, sql_type in stored_columns(contract).items() if name not in found
    }
    others = set(stored_columns(contract)) - set(stored_columns(replace(contract, other_fields=())))
    if missing := sorted(set(lacking) - others):
        raise ContractError(
            f"{contract.dataset}: the accepted rows have no {', '.join(missing)}; they were accepted under an older contract. "
            "Run their months again."
        )
    if not lacking:
        return relation
    empty = ", ".join(f"CAST(NULL AS {sql_type}) AS {name}" for name, sql_type in lacking.items())
    return f"(SELECT *, {empty} FROM {relation})"
