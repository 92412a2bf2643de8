"""What is kept of Great Expectations from one batch to the next changes no count."""

from __future__ import annotations

import duckdb
import pytest

from de06_pipeline.contracts.model import Message, Rule, Severity
from de06_pipeline.errors import ContractError
from de06_pipeline.quality import gx
from de06_pipeline.quality.gx_library import library

KNOWN = Rule(
    "sample.status.enum",
    "expect_column_values_to_be_in_set",
    {"column": "status", "value_set": [1, 2]},
    Severity.CRITICAL,
    ("status",),
    Message("", ""),
)
GIVEN = Rule(
    "sample.status.required",
    "expect_column_values_to_not_be_null",
    {"column": "status"},
    Severity.CRITICAL,
    ("status",),
    Message("", ""),
)
RULES = [KNOWN, GIVEN]


def counts(statuses: str, view: str = "judged", column: str = "status") -> list[tuple[int, int]]:
    """What GX counts over a database of its own: (evaluated, failed) by rule."""
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE {view} AS SELECT unnest({statuses}) AS {column}")
        return [(e.evaluated, e.failed) for e in gx.examine(con, view, RULES, {})]


def test_every_database_has_its_own_counts() -> None:
    assert counts("[1, 3, NULL]") == [(2, 1), (3, 1)]
    assert counts("[1, 2, 2, 4, 5]") == [(5, 2), (5, 0)]
    assert counts("[7]", view="other") == [(1, 1), (1, 0)]
    assert counts("[1, 3, NULL]") == [(2, 1), (3, 1)]


def test_another_type_of_the_column_is_counted_as_that() -> None:
    assert counts("[1, 3]") == [(2, 1), (2, 0)]
    assert counts("[1.0, 2.5]::DOUBLE[]") == [(2, 1), (2, 0)]


def test_one_that_fails_spoils_nothing_for_the_next() -> None:
    assert counts("[1, 3]") == [(2, 1), (2, 0)]
    with pytest.raises(ContractError, match=r"sample\.status\.enum, sample\.status\.required"):
        counts("[1, 3]", column="state")
    assert counts("[1, 3]") == [(2, 1), (2, 0)]


def test_two_databases_at_once_have_a_datasource_each() -> None:
    with duckdb.connect() as first, duckdb.connect() as second:
        for con, values in ((first, "[1, 3]"), (second, "[3, 3, 3]")):
            con.execute(f"CREATE TABLE judged AS SELECT unnest({values}) AS status")
        with gx._batch(library(), first, "judged") as outer:
            edges = gx._plan(library(), outer, RULES, {})[1]
            assert [e.failed for e in gx.examine(second, "judged", RULES, {})] == [3, 0]
            asked = gx._plan(library(), outer, RULES, {})[0]
            computed = gx._resolve(
                library(), outer, {key: list(m.values()) for key, m in asked.items()}, edges
            )
        assert computed[asked[KNOWN.id]["failed"].id] == 1


def test_batches_share_datasource_and_plan() -> None:
    counts("[1, 3]")
    sources, plans = len(library().idle_sources), len(gx._PLANS)
    counts("[2]")
    assert (len(library().idle_sources), len(gx._PLANS)) == (sources, plans)
    assert all(source.con is None for source in library().idle_sources)
