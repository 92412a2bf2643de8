"""Judge rows by their rules, twice: Great Expectations counts, we count the marks made with its
condition, and both must agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Rule, Severity
from de06_pipeline.duck.relations import Relation
from de06_pipeline.errors import DisagreementError
from de06_pipeline.quality import gx
from de06_pipeline.quality.marks import RuleMarks

if TYPE_CHECKING:
    import duckdb

VIOLATION = Relation(
    "violation", (("file_no", "SMALLINT"), ("row_number", "BIGINT"), ("rule_id", "VARCHAR"))
)
"""Every critical rule that a row breaks."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """One rule over some rows.

    Attributes:
        evaluated: rows the rule looked at: its row condition holds and its column (or both of a
            pair) is not null, unless the rule is about null itself.
        failed: rows among them that break the rule.
    """

    rule: Rule
    evaluated: int
    failed: int


@dataclass(frozen=True, slots=True)
class CountsByFile:
    """The counts of every rule, file by file.

    Attributes:
        rows: file number → rows judged.
        evaluated, failed: file number → one number a rule, in the order of ``rules``.
        violations: :data:`VIOLATION`.
    """

    rules: tuple[Rule, ...]
    rows: Mapping[int, int]
    evaluated: Mapping[int, Sequence[int]]
    failed: Mapping[int, Sequence[int]]
    violations: Relation = VIOLATION

    def over(self, files: Collection[int]) -> list[RuleCount]:
        """One count a rule over some files together; 0 for files without rows."""
        present = [file for file in files if file in self.rows]
        return [
            RuleCount(
                rule,
                sum(self.evaluated[file][n] for file in present),
                sum(self.failed[file][n] for file in present),
            )
            for n, rule in enumerate(self.rules)
        ]


def judge(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    marks: RuleMarks,
    marked: Relation,
    examined: Relation | None = None,
) -> CountsByFile:
    """Count every rule over marked rows and write the rows that break critical rules to
    :data:`VIOLATION`.

    Args:
        con: the step's connection, outside a transaction.
        marks: of all rules of the contract, or some (a rule must be judged once only).
        marked: has ``file_no``, ``row_number`` and the columns of ``marks``.
        examined: the same rows with the columns the rules name and those of their row conditions;
            ``marked`` where it has them. Not temporary: Great Expectations looks at it through a
            second cursor.

    Raises:
        ContractError: Great Expectations cannot evaluate a rule over the rows.
        DisagreementError: Great Expectations and we count a rule differently, or the violations
        written are not as many as were counted. The step must then fail.
    """
    VIOLATION.create_empty(con, keep=True)
    counts = _count(con, marks, marked)
    if not marks.rules:
        return counts
    conditions = {
        rule.id: marks.condition_columns[rule.row_condition]
        for rule in marks.rules
        if rule.row_condition
    }
    total = counts.over(counts.rows)
    _agree(contract, total, gx.examine(con, (examined or marked).name, marks.rules, conditions))
    _insert_violations(con, contract, marks, total, marked)
    return counts


def _agree(contract: Contract, ours: Sequence[RuleCount], theirs: Sequence[gx.Examined]) -> None:
    for our, their in zip(ours, theirs, strict=True):
        if (our.evaluated, our.failed) != (their.evaluated, their.failed):
            raise DisagreementError(
                f"{contract.dataset}: rule {our.rule.id} failed {our.failed} of {our.evaluated} rows by our count, "
                f"{their.failed} of {their.evaluated} by Great Expectations'. Nothing was published; "
                "hold the expectation against the engines in quality/rules.py before using it again."
            )


def _count(con: duckdb.DuckDBPyConnection, marks: RuleMarks, marked: Relation) -> CountsByFile:
    """All rules in one pass over the marks: rows that have the same are counted together, and their
    bits are looked at once.
    """
    words = [*marks.broken_words, *marks.passed_over_words]
    grouped = con.execute(
        f"SELECT {', '.join(['file_no', *words, 'count(*) AS rows'])} FROM {marked} GROUP BY ALL"
    ).fetchall()
    rules = range(len(marks.rules))
    condition_of = [
        marks.looked_at.index(p.evaluated) if p.evaluated != "true" else None
        for p in marks.predicates
    ]
    rows: dict[int, int] = {}
    evaluated: dict[int, list[int]] = {}
    failed: dict[int, list[int]] = {}
    for file, *integers, count in grouped:
        broken = _one_integer(integers[: len(marks.broken_words)])
        passed_over = _one_integer(integers[len(marks.broken_words) :])
        rows[file] = rows.get(file, 0) + count
        evaluated_here = evaluated.setdefault(file, [0] * len(rules))
        failed_here = failed.setdefault(file, [0] * len(rules))
        for n in rules:
            condition = condition_of[n]
            if condition is None or not passed_over >> condition & 1:
                evaluated_here[n] += count
            if broken >> n & 1:
                failed_here[n] += count
    return CountsByFile(marks.rules, rows, evaluated, failed)


def _one_integer(words: Sequence[int]) -> int:
    return sum(word << 64 * n for n, word in enumerate(words))


def _insert_violations(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    marks: RuleMarks,
    counts: Sequence[RuleCount],
    marked: Relation,
) -> None:
    """Write (file_no, row_number, rule_id) for each row and each critical rule it breaks."""
    broken = [c for c in counts if c.failed and c.rule.severity is Severity.CRITICAL]
    if not broken:
        return
    row = con.execute(
        f"INSERT INTO {VIOLATION}\n{broken_rules(marks, [c.rule for c in broken], marked)}"
    ).fetchone()
    written = int(row[0]) if row else 0
    counted = sum(count.failed for count in broken)
    if written != counted:
        raise DisagreementError(
            f"{contract.dataset}: {counted} broken critical rules were counted over {marked}, {written} were written."
        )


def broken_rules(marks: RuleMarks, rules: Sequence[Rule], marked: Relation) -> str:
    """A SELECT of ``(file_no, row_number, rule_id)``: each row of ``marked`` with each of the rules
    that it breaks.
    """
    ids = ", ".join(f"CASE WHEN {marks.breaks(rule)} THEN '{rule.id}' END" for rule in rules)
    return f"""SELECT file_no, row_number, rule_id
        FROM (SELECT file_no, row_number, unnest([{ids}]) AS rule_id FROM {marked} WHERE {marks.breaks_any(rules)})
        WHERE rule_id IS NOT NULL"""
