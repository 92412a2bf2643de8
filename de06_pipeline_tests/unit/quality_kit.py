"""Judging a table the way a step judges what it types: marks made beside the columns, then counted."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from de06_pipeline.contracts.model import Contract, Rule
from de06_pipeline.duck.relations import Relation
from de06_pipeline.quality.judge import RuleCount, judge
from de06_pipeline.quality.lines import (
    LISTED_ROWS,
    Unlisted,
    create_lines,
    create_masks,
    list_violations,
)
from de06_pipeline.quality.marks import RuleMarks, mark_rules


def mark(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule], table: str
) -> tuple[RuleMarks, Relation]:
    """The marks of the rules, and a view of the table with them."""
    marks = mark_rules(con, contract, rules, table)
    columns = "".join(f", {sql} AS {name}" for name, sql in marks.columns())
    con.execute(f"CREATE OR REPLACE VIEW marked_{table} AS SELECT *{columns} FROM {table}")
    place = (("file_no", "SMALLINT"), ("row_number", "BIGINT"))
    return marks, Relation(f"marked_{table}", place)


def judge_table(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule], table: str
) -> list[RuleCount]:
    """Count the rules over all rows of a table; violations go to the table that judging fills."""
    marks, marked = mark(con, contract, rules, table)
    counts = judge(con, contract, marks, marked)
    return counts.over(counts.rows)


def lines_of(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    lines: Relation,
    violations: Relation,
    rows: Relation,
    broken: Relation | None = None,
    most: int = LISTED_ROWS,
) -> tuple[Unlisted, ...]:
    """Make the lines of violations and broken records, as a step does."""
    listed = list_violations(con, contract, violations, most)
    create_masks(
        con,
        contract,
        lambda _, which: Relation(
            f"(SELECT * FROM {rows} SEMI JOIN ({which}) USING (file_no, row_number))", rows.columns
        ),
        rows,
        [listed],
    )
    return create_lines(con, contract, lines, listed, broken, most)
