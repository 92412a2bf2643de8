"""What a supplier should know about rows that were not quarantined: rows with a warning, and rows
that another one replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from de06_pipeline.contracts.model import Contract, Rule, Severity
from de06_pipeline.duck.relations import Relation
from de06_pipeline.ingest.supersede import Winners
from de06_pipeline.quality.judge import VIOLATION, RuleCount, broken_rules
from de06_pipeline.quality.lines import (
    FILES,
    UNQUARANTINED,
    ListedRules,
    Unlisted,
    create_lines,
    list_first,
    list_violations,
)
from de06_pipeline.quality.marks import RuleMarks

REPLACED = "record.superseded"
"""What replaced rows are listed under, after the dataset's name.

Not a rule: nothing is wrong with them.
"""


_WARNED = Relation("warned", VIOLATION.columns)
"""Every listed warning rule that a row breaks."""
_LISTED_RULE = Relation("listed_rule", (("delivery_no", "SMALLINT"), ("rule_id", "VARCHAR")))
"""Warning rules that are listed for a delivery."""


def warnings_not_listed(counts: Sequence[RuleCount], most: int) -> dict[tuple[str, str], int]:
    """The warning rules that more than ``most`` rows break, none of which is listed: (rule, '') → rows.

    Looking rows up again, masking them and writing them costs processor time for each; with the
    limit it is bounded for any delivery.
    """
    return {
        (count.rule.id, ""): count.failed
        for count in counts
        if count.rule.severity is Severity.WARNING and count.failed > most
    }


def list_warnings(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    marks: RuleMarks,
    counts: Mapping[int, Sequence[RuleCount]],
    winners: Winners,
    most: int,
) -> ListedRules:
    """The rows with a warning that get a line, of the deliveries of a batch.

    Args:
        counts: delivery number → its count of every rule.
        most: a warning of more rows in a delivery has no line at all.
    """
    listed = [
        (delivery_no, count.rule)
        for delivery_no, of_delivery in counts.items()
        for count in of_delivery
        if count.rule.severity is Severity.WARNING and 0 < count.failed <= most
    ]
    _create_warned(con, marks, winners.rows, listed)
    return list_violations(con, contract, _WARNED, most)


def create_unquarantined(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    warnings: ListedRules,
    superseded: Relation,
    most: int,
) -> tuple[Unlisted, ...]:
    """Make table :data:`UNQUARANTINED`, with the columns of the quarantine lines.

    Args:
        warnings: of :func:`list_warnings`; their values are masked.
        most: of replaced rows, the first so many of a delivery are listed.

    Returns:
        the replaced rows that were left out, counted.
    """
    create_lines(con, contract, UNQUARANTINED, warnings)
    return _insert_superseded(con, contract, superseded, most)


def _create_warned(
    con: duckdb.DuckDBPyConnection,
    marks: RuleMarks,
    judged: Relation,
    listed: Sequence[tuple[int, Rule]],
) -> None:
    """Table of the rows that break listed warning rules: those of a delivery in which the rule is
    listed.
    """
    _WARNED.create_empty(con)
    if not listed:
        return
    _LISTED_RULE.create_empty(con)
    _LISTED_RULE.insert(con, [(delivery_no, rule.id) for delivery_no, rule in listed])
    rules = list({rule.id: rule for _, rule in listed}.values())
    con.execute(f"""
        INSERT INTO {_WARNED}
        SELECT w.file_no, w.row_number, w.rule_id
        FROM ({broken_rules(marks, rules, judged)}) AS w
        JOIN {FILES} AS f ON f.file_no = w.file_no
        JOIN {_LISTED_RULE} AS l ON l.delivery_no = f.delivery_no AND l.rule_id = w.rule_id""")


def _insert_superseded(
    con: duckdb.DuckDBPyConnection, contract: Contract, superseded: Relation, most: int
) -> tuple[Unlisted, ...]:
    """One line for each replaced row; its suggestions say which row was kept."""
    rule_id = f"{contract.dataset}.{REPLACED}"
    listed, unlisted = list_first(con, superseded, "listed_superseded", most, rule_id, kind="''")
    key = ",".join(field.name for field in contract.key_fields)
    con.execute(f"""
        INSERT INTO {UNQUARANTINED}
        SELECT f.delivery_no, f.file_name, s.row_number, '{key}', '{rule_id}', '',
          'Giữ dòng ' || s.kept_row_number || if(k.file_no = f.file_no, '', ' của tệp ' || k.file_name) || '.',
          'Row ' || s.kept_row_number || if(k.file_no = f.file_no, '', ' of file ' || k.file_name) || ' is kept.'
        FROM {listed} AS s
        JOIN {FILES} AS f ON f.file_no = s.file_no
        JOIN {FILES} AS k ON k.file_no = s.kept_file_no""")
    return unlisted
