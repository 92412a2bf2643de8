"""Transforms and derived columns of a contract, over ``parsed`` with the area columns attached.

A transform is one SQL expression. It sees the delivered columns, the area columns and every column
an earlier transform made or replaced; of its own field it sees the value before. ``month_start``,
``month_end`` (both TIMESTAMP, the end exclusive) and ``month_last_day`` (DATE) stand for the
reporting month.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Field, Lookup
from de06_pipeline.contracts.sql_types import sql_type
from de06_pipeline.duck.quoting import identifier
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


def lookup_table(lookup: Lookup) -> str:
    """Name of the table that the caller provides for a lookup: one column ``value``, no NULLs."""
    return f"lookup_{lookup.dataset}_{lookup.field}"


def derived_columns(contract: Contract, month: Month) -> list[tuple[str, str]]:
    """``(column, SQL)`` of every transform and lookup, in the order of the contract.

    A later expression must see the columns of the earlier ones, and a transform of a delivered
    field takes the place of its value: :func:`with_derived` nests them so. A lookup flag is NULL
    where its column is, and needs the table :func:`lookup_table` names.

    Raises:
        ContractError: a transform is not one SQL expression, or an area has one.
    """
    return [
        (
            field.name,
            _lookup_sql(field.lookup) if field.lookup else _transform_sql(contract, field, month),
        )
        for field in contract.fields
        if field.lookup or field.transform
    ]


def columns_behind(contract: Contract, month: Month, columns: Collection[str]) -> frozenset[str]:
    """Some columns, and all that their transforms look at, in small letters.

    Also what a later transform makes of one of these, since it is made there too.
    """
    behind: frozenset[str] = frozenset(column.lower() for column in columns)
    derived = derived_columns(contract, month)
    while True:
        read = (columns_read(sql) for column, sql in derived if column.lower() in behind)
        more = behind.union(*read)
        if more == behind:
            return behind
        behind = more


def with_derived(
    contract: Contract, month: Month, relation_sql: str, only: Collection[str] | None = None
) -> str:
    """A SELECT of all columns of a relation with the transforms applied and the derived columns
    added.

    Args:
        relation_sql: what may stand in brackets after FROM: a SELECT.
        only: the columns that are made, of :func:`columns_behind`; None for all.
    """
    delivered = {field.name for field in contract.delivered_fields}
    query = relation_sql
    made = [
        (column, sql)
        for column, sql in derived_columns(contract, month)
        if only is None or column.lower() in only
    ]
    for level in _levels(made):
        replaced = [
            f"{sql} AS {identifier(column)}" for column, sql in level if column in delivered
        ]
        added = [
            f"{sql} AS {identifier(column)}" for column, sql in level if column not in delivered
        ]
        star = "* REPLACE (\n    " + ",\n    ".join(replaced) + "\n  )" if replaced else "*"
        query = "SELECT\n  " + ",\n  ".join([star, *added]) + f"\nFROM (\n{query}\n)"
    return query


def _levels(columns: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Split into runs in which no expression reads, or makes again, a column of its own run."""
    levels: list[list[tuple[str, str]]] = []
    made: set[str] = set()
    for column, sql in columns:
        if not levels or made & (columns_read(sql) | {column.lower()}):
            levels.append([])
            made = set()
        levels[-1].append((column, sql))
        made.add(column.lower())
    return levels


@lru_cache(maxsize=1024)
def columns_read(sql: str) -> frozenset[str]:
    """The columns that an expression looks at, in small letters."""
    from sqlglot import exp, parse_one

    return frozenset(
        column.name.lower() for column in parse_one(sql, dialect="duckdb").find_all(exp.Column)
    )


def _transform_sql(contract: Contract, field: Field, month: Month) -> str:
    if field.is_area:
        raise ContractError(
            f"{contract.path or contract.dataset}: '{field.name}' is an area; areas take no transform."
        )
    where = f"{contract.path or contract.dataset}: the transform of '{field.name}'"
    return f"TRY_CAST({_expression_sql(field.transform, month, where)} AS {sql_type(field)})"


@lru_cache(maxsize=1024)  # the suppliers of a month share them
def _expression_sql(transform: str, month: Month, where: str) -> str:
    return _with_month(_parse(transform, where), month).sql(dialect="duckdb")


@lru_cache(maxsize=1024)  # months share them; who takes one apart works on a copy
def _parse(transform: str, where: str) -> Expr:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        parsed = parse(transform, dialect="duckdb")
    except SqlglotError:
        raise ContractError(f"{where} is not SQL.") from None
    if len(parsed) != 1 or parsed[0] is None or not isinstance(parsed[0], exp.Condition):
        raise ContractError(
            f"{where} must be one expression, such as: coalesce(received_at, submitted_at)."
        )
    return parsed[0]


def _with_month(expression: Expr, month: Month) -> Expr:
    from sqlglot import exp, parse_one

    literals = {
        "month_start": f"TIMESTAMP '{month.start}'",
        "month_end": f"TIMESTAMP '{month.end}'",
        "month_last_day": f"DATE '{month.last_day}'",
    }

    def replaced(node: Expr) -> Expr:
        if isinstance(node, exp.Column) and not node.table and node.name.lower() in literals:
            return parse_one(literals[node.name.lower()], dialect="duckdb")
        return node

    return expression.transform(replaced)


def _lookup_sql(lookup: Lookup) -> str:
    column = identifier(lookup.column)
    return f"CASE WHEN {column} IS NOT NULL THEN {column} IN (SELECT value FROM {identifier(lookup_table(lookup))}) END"
