"""What the rows of a batch are judged beside: other datasets' values, and records that never became rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.relations import Relation

BROKEN = Relation(
    "broken",
    (
        ("file_no", "SMALLINT"),
        ("row_number", "BIGINT"),
        ("reason", "VARCHAR"),
        ("shape", "VARCHAR"),
    ),
)
"""Records that could not be split or decoded."""


def load_lookups(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    lookups: Mapping[tuple[str, str], Sequence[str]],
) -> None:
    """Fill ``lookup_<dataset>_<field>(value)`` from other datasets' accepted rows and the reference
    tables that add to them, for the contract's lookup flags.
    """
    for field in contract.fields:
        if field.lookup is None:
            continue
        table = f"lookup_{field.lookup.dataset}_{field.lookup.field}"
        con.execute(f"CREATE OR REPLACE TABLE {table} (value VARCHAR)")
        if not lookups.get((field.lookup.dataset, field.lookup.field)):
            # With nothing to look into the answer is unknown, not "no": `x IN (NULL)` is NULL, and
            # no rule evaluates it. A list that adds to it would not do: it may be incomplete.
            con.execute(f"INSERT INTO {table} VALUES (NULL)")
            continue
        for place in field.lookup.places:
            for path in lookups.get(place, ()):
                con.execute(
                    f"INSERT INTO {table} SELECT DISTINCT {place[1]} FROM {_relation(path)}", [path]
                )


def _relation(path: str) -> str:
    """Accepted rows are Parquet; a reference table is CSV, whose codes stay text."""
    if path.endswith(".csv"):
        return "read_csv(?, header = true, all_varchar = true)"
    return "read_parquet(?)"


def load_broken(con: duckdb.DuckDBPyConnection, files: Sequence[tuple[int, Path]]) -> Relation:
    """Make :data:`BROKEN` from what reading set aside."""
    BROKEN.create_empty(con)
    for file_no, path in files:
        con.execute(
            f"""
            INSERT INTO {BROKEN}
            SELECT ?, row_number, reason, shape
            FROM read_csv(?, delim = '\x1f', quote = '', escape = '', header = false, auto_detect = false,
              columns = {{'row_number': 'BIGINT', 'reason': 'VARCHAR', 'shape': 'VARCHAR'}})""",
            [file_no, str(path)],
        )
    return BROKEN
