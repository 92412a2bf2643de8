"""Formulas: one boolean or scalar SQL expression each, from a short list of what is portable.

sqlglot is imported inside the functions: it costs 0.3 s, and definitions do not need it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from de06_pipeline.errors import De06Error

if TYPE_CHECKING:
    from sqlglot import exp

PERIOD = ("period_start", "period_end")
"""The period's first instant, and the first instant after it."""

WORKING_DAYS = "working_days"
"""``working_days(a, b)``: working days after day ``a`` up to and including day ``b``.

The only function that is not plain SQL.
"""

FUNCTIONS = (
    "coalesce",
    "date_diff",
    "date_trunc",
    "greatest",
    "least",
    "abs",
    "round",
    "lower",
    "upper",
    "length",
    WORKING_DAYS,
)

_LOGIC = {
    "And",
    "Or",
    "Not",
    "Paren",
    "EQ",
    "NEQ",
    "GT",
    "GTE",
    "LT",
    "LTE",
    "Between",
    "In",
    "Is",
    "Tuple",
    "Case",
    "If",
}
_VALUES = {"Column", "Identifier", "Var", "Literal", "Null", "Boolean", "Neg", "Add", "Sub", "Mul"}
_CALLS = {
    "Coalesce",
    "Greatest",
    "Least",
    "DateDiff",
    "TimestampTrunc",
    "DateTrunc",
    "Abs",
    "Round",
    "Lower",
    "Upper",
    "Length",
}
_NODES = frozenset(_LOGIC | _VALUES | _CALLS)
"""Division is not among them: it would bring floating point, and a ratio's two parts are stored
apart anyway.
"""


class FormulaError(De06Error):
    """A formula cannot be used; says why, without a place."""


@lru_cache(maxsize=4096)
def parse(text: str) -> exp.Expr:
    """Read a formula. The tree is shared: copy it before changing it.

    Raises:
        FormulaError: it is not one scalar expression from the allowed parts.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{"description": "it cannot be tokenised"}]
        detail = details[0]["description"]
        raise FormulaError(f"'{text}' is not an SQL expression ({detail}).") from None
    if len(statements) != 1 or statements[0] is None:
        raise FormulaError(f"'{text}' must be exactly one expression, without a semicolon.")
    tree = statements[0]
    assert isinstance(tree, exp.Expr)
    for node in tree.walk():
        _check_node(node)
    return tree


def _check_node(node: exp.Expr) -> None:
    from sqlglot import exp

    name = type(node).__name__
    if isinstance(node, exp.Column) and node.table:
        raise FormulaError(f"'{node.sql()}' must be written without a table name.")
    if isinstance(node, exp.Anonymous) and node.name.lower() == WORKING_DAYS:
        if len(node.expressions) != 2 or not all(
            isinstance(argument, exp.Column) for argument in node.expressions
        ):
            raise FormulaError(f"{WORKING_DAYS} takes the names of two date fields.")
        return
    if isinstance(node, exp.Cast | exp.DataType):
        # A typed literal such as DATE '2024-01-01' is read as a cast; a cast of anything else may
        # fail on a value.
        literal = node.this if isinstance(node, exp.Cast) else None
        if isinstance(node, exp.DataType) or (
            type(node) is exp.Cast and isinstance(literal, exp.Literal)
        ):
            return
        raise FormulaError("a cast is not allowed: types are the contract's business.")
    if name not in _NODES:
        if isinstance(node, exp.AggFunc):
            raise FormulaError(f"'{node.sql()}' is an aggregate; a formula looks at one row.")
        if isinstance(node, exp.Query | exp.Subquery):
            raise FormulaError("a subquery is not allowed; a formula looks at one row.")
        what = (
            f"function '{node.name or name.lower()}'" if isinstance(node, exp.Func) else f"'{name}'"
        )
        raise FormulaError(f"{what} is not allowed; allowed functions are {', '.join(FUNCTIONS)}.")


@lru_cache(maxsize=4096)  # asked again for every supplier's absent columns
def names_in(text: str) -> frozenset[str]:
    """The columns, conditions and period names that a formula uses."""
    from sqlglot import exp

    return frozenset(column.name for column in parse(text).find_all(exp.Column))


def with_period(text: str, ends: Sequence[str]) -> exp.Expr:
    """The formula with the texts of the period's two ends filled in; a tree of its own."""
    from sqlglot import exp

    instants = dict(zip(PERIOD, ends, strict=True))

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in instants:
            return exp.cast(exp.Literal.string(instants[node.name]), "timestamp")
        return node

    return parse(text).copy().transform(replace)


def leads_back(name: str, conditions: Mapping[str, str]) -> bool:
    """Whether a condition is made from itself, through others or directly.

    One that cannot be parsed leads nowhere.
    """
    names: set[str] = set()
    waiting = [name]
    while waiting:
        try:
            below = names_in(conditions[waiting.pop()]) & set(conditions)
        except FormulaError:
            continue
        if name in below:
            return True
        waiting += below - names
        names |= below
    return False


def check_names(text: str, known: Collection[str]) -> None:
    """See that a formula parses and uses only known names.

    Raises:
        FormulaError: it does not; names the closest known name.
    """
    import difflib

    for name in sorted(names_in(text) - set(known) - set(PERIOD)):
        close = difflib.get_close_matches(name, known, 1)
        hint = (
            f"did you mean '{close[0]}'?"
            if close
            else "use a stored field of the contract or a condition of these rows."
        )
        raise FormulaError(
            f"'{name}' in '{text}' is neither a stored field nor a condition; {hint}"
        )


def working_day_arguments(tree: exp.Expr) -> list[tuple[exp.Expr, str, str]]:
    """Every ``working_days(a, b)`` of a tree, with the names of its two fields."""
    from sqlglot import exp

    calls = [node for node in tree.find_all(exp.Anonymous) if node.name.lower() == WORKING_DAYS]
    return [(call, call.expressions[0].name, call.expressions[1].name) for call in calls]
