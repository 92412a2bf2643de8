"""Marks: all rules of a contract over one row as the bits of a few integers.

The statement that types the rows makes them, so that judging costs no second pass over the typed
values: rows that pass need no text, state or raw value afterwards, and every rule is counted from
the marks alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Rule, Severity
from de06_pipeline.duck.quoting import NamedSql
from de06_pipeline.errors import ContractError
from de06_pipeline.quality import gx
from de06_pipeline.quality.rules import ROW_EXPECTATIONS, Looks, check_rules, evaluated_columns

if TYPE_CHECKING:
    import duckdb

_WORD_BITS = 64
_NULL_CHECKED = re.compile(
    r'"(\w+)" IS NOT NULL AND \(\1 IS NOT NULL AND '
    r"(\(?\1 (?:IN|NOT IN|<|<=|>|>=) (?:\([^()]*\)|[-\w.]+)\)?)\)$"
)
"""The end of a rule's condition, as GX writes it: a comparison of a column with literals, which is
unknown where the column is null, and unknown means no.
"""
_HOLDS_NEARLY_ALWAYS = re.compile(r'"(\w+_state|is_\w+)" IS NOT NULL')


@dataclass(frozen=True, slots=True)
class Predicate:
    """A rule as SQL booleans over typed rows. Null means no, as it does in WHERE.

    Attributes:
        evaluated: true where the rule looks at the row.
        failed: true where it does and the row breaks it.
    """

    rule: Rule
    evaluated: str
    failed: str


@dataclass(frozen=True)
class RuleMarks:
    """The bits of some rules.

    Rule *n* of ``predicates`` has bit *n* of the columns ``broken_rules_…``. Rules that look at the
    same rows share a bit of ``passed_over_…``, set where they do not look.

    Attributes:
        predicates: one a rule, in the order in which they are counted.
        condition_columns: row condition → the boolean column that holds it for Great Expectations.
    """

    predicates: tuple[Predicate, ...]
    condition_columns: dict[str, str]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(predicate.rule for predicate in self.predicates)

    @cached_property
    def looked_at(self) -> tuple[str, ...]:
        """The distinct conditions under which rules look at a row, but for "always"."""
        return tuple(dict.fromkeys(p.evaluated for p in self.predicates if p.evaluated != "true"))

    @cached_property
    def broken_words(self) -> tuple[str, ...]:
        return _words("broken_rules", len(self.predicates))

    @cached_property
    def passed_over_words(self) -> tuple[str, ...]:
        return _words("passed_over", len(self.looked_at))

    def columns(self) -> list[NamedSql]:
        """The columns that hold the marks, over typed rows."""
        # A third of what the marks cost were two looks a rule for nulls.
        failed = [_NULL_CHECKED.sub(r"\2", p.failed) for p in self.predicates]
        marks = [
            (word, _bits_where_any(failed[first : first + _WORD_BITS]))
            for word, first in _with_first_bit(self.broken_words)
        ]
        marks += [
            (word, _bits_unless(self.looked_at[first : first + _WORD_BITS]))
            for word, first in _with_first_bit(self.passed_over_words)
        ]
        marks += [
            (column, f"coalesce(({condition}), false)")
            for condition, column in self.condition_columns.items()
        ]
        return marks

    def breaks_any(self, rules: Iterable[Rule] | None = None) -> str:
        """SQL over marked rows: whether a row breaks one of the rules; of all, where none are named."""
        return (
            " OR ".join(
                f"{word} & {bits}::UBIGINT <> 0"
                for word, bits in self.bits(rules or self.rules).items()
            )
            or "false"
        )

    def bits(self, rules: Iterable[Rule]) -> dict[str, int]:
        """The bits that rows have which break one of the rules, by their column."""
        bits = _bits_by_word([self._bit_of(rule) for rule in rules])
        return {self.broken_words[word]: bits_of_word for word, bits_of_word in bits.items()}

    def breaks(self, rule: Rule) -> str:
        """SQL over marked rows: whether a row breaks a rule."""
        return self.breaks_any([rule])

    def of(self, severity: Severity) -> list[Rule]:
        return [rule for rule in self.rules if rule.severity is severity]

    def _bit_of(self, rule: Rule) -> int:
        return self.rules.index(rule)


def mark_rules(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule], typed: str
) -> RuleMarks:
    """The marks of some rules, with conditions made from Great Expectations' own.

    Args:
        typed: a table with the columns of the rows that are to be marked; it may be empty. Not
            temporary: Great Expectations looks at it through a second cursor.

    Raises:
        ContractError: a rule cannot be built over these columns; names it.
    """
    check_rules(rules)
    conditions: dict[str, str] = {}
    for rule in rules:
        if rule.row_condition and rule.row_condition not in conditions:
            _check_condition(con, contract, rule, typed)
            conditions[rule.row_condition] = f"examined_when_{len(conditions) + 1}"
    broken = gx.broken_conditions(con, typed, rules) if rules else []
    return RuleMarks(
        tuple(_predicate(rule, sql) for rule, sql in zip(rules, broken, strict=True)), conditions
    )


def _check_condition(
    con: duckdb.DuckDBPyConnection, contract: Contract, rule: Rule, typed: str
) -> None:
    import duckdb

    try:
        con.execute(f"SELECT coalesce(({rule.row_condition}), false)::BOOLEAN FROM {typed} LIMIT 0")
    except duckdb.Error as error:
        # No row was read, so DuckDB's sentence can only quote the contract.
        reason = str(error).splitlines()[0]
        failure = ContractError(
            f"{contract.path}: the row_condition of rule {rule.id} is not a condition over {typed}: {reason}"
        )
        raise failure from None


def _predicate(rule: Rule, broken_sql: str) -> Predicate:
    looked_at = [f"({rule.row_condition})"] if rule.row_condition else []
    if ROW_EXPECTATIONS[rule.expectation] is not Looks.AT_EVERY_ROW:
        looked_at += [f'"{column}" IS NOT NULL' for column in evaluated_columns(rule)]
    evaluated = " AND ".join(looked_at) or "true"
    return Predicate(rule, evaluated, f"{evaluated} AND ({broken_sql})")


def _words(name: str, bits: int) -> tuple[str, ...]:
    return (
        tuple(f"{name}_{word}" for word in range(1, 2 + (bits - 1) // _WORD_BITS)) if bits else ()
    )


def _with_first_bit(words: Sequence[str]) -> list[tuple[str, int]]:
    return [(word, number * _WORD_BITS) for number, word in enumerate(words)]


def _bits_by_word(bits: Iterable[int]) -> dict[int, int]:
    words: dict[int, int] = {}
    for bit in bits:
        words[bit // _WORD_BITS] = words.get(bit // _WORD_BITS, 0) | 1 << bit % _WORD_BITS
    return words


def _bits_where_any(conditions: Sequence[str]) -> str:
    """The bits of the conditions that hold.

    Nearly always none holds: one OR tells, which DuckDB evaluates without making booleans, and the
    bits are put together for the few rows where it is true.
    """
    bits = _sum(f"CASE WHEN {sql} THEN {1 << n} ELSE 0 END" for n, sql in enumerate(conditions))
    return (
        f"CASE WHEN {' OR '.join(f'({sql})' for sql in conditions)} THEN {bits} ELSE 0 END::UBIGINT"
    )


def _bits_unless(conditions: Sequence[str]) -> str:
    """The bits of the conditions that do not hold, or are unknown.

    That a state or a flag is there holds nearly always: one AND tells of all of them, and their bits
    are put together for the few rows where it does not.
    """
    bits = [(sql, f"CASE WHEN {sql} THEN 0 ELSE {1 << n} END") for n, sql in enumerate(conditions)]
    usual = [(sql, bit) for sql, bit in bits if _HOLDS_NEARLY_ALWAYS.fullmatch(sql)]
    others = [bit for sql, bit in bits if not _HOLDS_NEARLY_ALWAYS.fullmatch(sql)]
    if usual:
        all_hold = " AND ".join(sql for sql, _ in usual)
        others.append(f"CASE WHEN {all_hold} THEN 0 ELSE {_sum(bit for _, bit in usual)} END")
    return _sum(others)


def _sum(bits: Iterable[str]) -> str:
    return "(" + "\n    | ".join(f"({sql})::UBIGINT" for sql in bits) + ")"
