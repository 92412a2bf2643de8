"""Checks of SQL expressions: transforms, row conditions, the area date.

An expression is one scalar over columns known at its place, made of a short list of constructs that
DuckDB, Spark and PostgreSQL all have. None of them can raise an error that quotes a value: hence
``try_cast`` and never ``cast``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from de06_pipeline.contracts.lint.columns import MONTH_NAMES, delivered_columns, made_column
from de06_pipeline.contracts.lint.finding import ContractSource, LintFinding
from de06_pipeline.contracts.model import Classification, Contract, FieldType

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_PARTS = {
    "Column",
    "Identifier",
    "Literal",
    "Boolean",
    "Null",
    "Paren",
    "Case",
    "If",
    "Interval",
    "Var",
    "DataType",
}
_OPERATORS = {
    "And",
    "Or",
    "Not",
    "EQ",
    "NEQ",
    "GT",
    "GTE",
    "LT",
    "LTE",
    "In",
    "Between",
    "Is",
    "Add",
    "Sub",
    "Mul",
    "Neg",
    "DPipe",
}
_FUNCTIONS = {
    "Abs": "abs",
    "Coalesce": "coalesce",
    "Extract": "extract",
    "Greatest": "greatest",
    "Least": "least",
    "Length": "length",
    "Lower": "lower",
    "Nullif": "nullif",
    "RegexpLike": "regexp_matches",
    "SplitPart": "split_part",
    "Substring": "substr",
    "TimestampTrunc": "date_trunc",
    "Trim": "trim",
    "TryCast": "try_cast",
    "Upper": "upper",
}
"""The functions a transform may call, by the name of sqlglot's class."""
_ALLOWED = _PARTS | _OPERATORS | set(_FUNCTIONS)

_BROAD = (FieldType.ENUM, FieldType.YES_NO)
"""Types coarse enough to be kept when made from personal data (an age band, a flag)."""


def expression_findings(source: ContractSource) -> list[LintFinding]:
    return [*_transforms(source), *_row_conditions(source), *_area_date(source), *_open(source)]


def _transforms(source: ContractSource) -> Iterator[LintFinding]:
    known = delivered_columns(source.contract)
    for field, entry in source.fields:
        if field.transform:
            for problem in problems(field.transform, known):
                yield source.finding(
                    "expression",
                    f"the transform of '{field.name}' {problem}",
                    entry,
                    "transformLogic",
                )
            if field.is_area:
                yield source.finding(
                    "expression",
                    f"'{field.name}' is an area; areas take no transform",
                    entry,
                    "transformLogic",
                )
            if (
                field.derived
                and field.stored
                and field.type not in _BROAD
                and _reads_personal(field.transform, source.contract)
            ):
                text = f"'{field.name}' is made from personal data: store only an enumeration or a yes/no, or add stored: false"
                yield source.finding("personal", text, entry, "transformLogic")
        if field.lookup and field.lookup.column not in known:
            yield source.finding(
                "expression",
                f"the lookup of '{field.name}' uses '{field.lookup.column}', which is not a column",
                entry,
            )
        known = known | made_column(field)


def _row_conditions(source: ContractSource) -> Iterator[LintFinding]:
    known = (
        delivered_columns(source.contract).union(
            *(made_column(field) for field in source.contract.fields)
        )
        - MONTH_NAMES
    )
    for rule, entry in source.rules:
        if rule.row_condition:
            for problem in problems(rule.row_condition, known):
                yield source.finding(
                    "expression",
                    f"the row condition of '{rule.id}' {problem}",
                    entry,
                    "implementation",
                )


def _area_date(source: ContractSource) -> Iterator[LintFinding]:
    if source.contract.area_date:
        for problem in problems(
            source.contract.area_date, delivered_columns(source.contract) - MONTH_NAMES
        ):
            yield source.finding("expression", f"'areaDate' {problem}", None, "customProperties")


def _open(source: ContractSource) -> Iterator[LintFinding]:
    """What says which records live across months, and what of them may not change."""
    contract = source.contract
    stored = frozenset(f"{f.name}_id" if f.is_area else f.name for f in contract.stored_fields)
    for name, sql, known in (
        ("openAtEnd", contract.open_at_end, stored),
        ("openAtStart", contract.open_at_start, stored | {"month_start"}),
    ):
        for problem in problems(sql, known) if sql else ():
            yield source.finding("expression", f"'{name}' {problem}", None, "customProperties")
    for column in contract.unchanging:
        if column not in stored:
            yield source.finding(
                "expression",
                f"'unchanging' names '{column}', which is not a stored column",
                None,
                "customProperties",
            )
    if (contract.open_at_start or contract.unchanging) and not contract.open_at_end:
        yield source.finding(
            "expression",
            "'openAtStart' and 'unchanging' need 'openAtEnd'",
            None,
            "customProperties",
        )


def problems(sql: str, columns: frozenset[str]) -> list[str]:
    """What is wrong with an expression over ``columns``, each as the end of a sentence."""
    tree = _parsed(sql)
    if tree is None:
        return ["is not one SQL expression"]
    faults = []
    for node in tree.walk():
        name = type(node).__name__
        if name == "Column" and node.sql(dialect="duckdb") not in columns:
            faults.append(
                f"uses '{node.sql(dialect='duckdb')}', which is not a column at this place"
            )
        elif name == "Cast" and not _is_typed_literal(node):
            faults.append(
                "casts with cast or ::, which can raise an error with the value in it; use try_cast"
            )
        elif name not in _ALLOWED | {"Cast"}:
            faults.append(
                f"uses {node.sql(dialect='duckdb')[:40]}: allowed are operators, case, interval and {', '.join(_FUNCTIONS.values())}"
            )
    return list(dict.fromkeys(faults))


def is_literal(sql: str) -> bool:
    """Whether a text is one SQL literal (a number may be negative)."""
    tree = _parsed(sql)
    return tree is not None and all(
        type(node).__name__ in ("Literal", "Boolean", "Neg") for node in tree.walk()
    )


def _is_typed_literal(cast: Expr) -> bool:
    """``date '2024-07-01'``, which sqlglot reads as a cast of a literal."""
    from datetime import date

    if type(cast.this).__name__ != "Literal" or cast.args["to"].sql() != "DATE":
        return False
    try:
        date.fromisoformat(cast.this.name)
    except ValueError:
        return False
    return True


def _reads_personal(sql: str, contract: Contract) -> bool:
    personal = {
        field.name for field in contract.fields if field.classification is Classification.PII
    }
    tree = _parsed(sql)
    return tree is not None and any(
        type(node).__name__ == "Column" and node.name in personal for node in tree.walk()
    )


@cache
def _parsed(sql: str) -> Expr | None:
    """The tree of one expression; None where the text is not exactly one."""
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        trees = parse(sql, dialect="duckdb")
    except SqlglotError:
        return None
    tree = trees[0] if len(trees) == 1 else None
    return tree if isinstance(tree, exp.Condition) else None
