"""What a supplier should know about rows that were not quarantined: rows with a warning, and rows
that another one replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Contract, Rule, Severity
from de06_pipeline.quality.judge import RuleCount, failing_predicate
from de06_pipeline.quality.split import write_quarantine

LISTED_ROWS = 50_000
"""A warning of more rows than this has one cause, not fifty thousand: its rows are counted and not
listed.

Looking rows up again, masking them and writing them costs processor time for each; with the limit
it is bounded for any delivery.
"""
SUPERSEDED = "record.superseded"
"""What replaced rows are listed under, after the dataset's name.

Not a rule: nothing is wrong with them.
"""


def is_listed(count: RuleCount) -> bool:
    """Whether the rows that break a warning rule are listed one by one."""
    return count.rule.severity is Severity.WARNING and 0 < count.failed <= LISTED_ROWS


def write_unquarantined(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    counts: Sequence[RuleCount],
    file_names: Mapping[int, str],
    folder: Path,
) -> Path | None:
    """Write the remarks of a delivery, with the columns of the quarantine; None where there are
    none.

    Args:
        counts: of all rules, as judged over ``judged``; table ``superseded`` names the replaced
            rows and the rows kept.
        file_names: ``file_no`` → name of the file within the delivery.
    """
    parts = []
    if warned := [count.rule for count in counts if is_listed(count)]:
        parts.append(folder / "warnings.parquet")
        _find_warned(con, contract, warned)
        write_quarantine(con, contract, file_names, parts[-1], broken=None, violations="warned")
    if con.execute("SELECT count(*) FROM superseded").fetchone() != (0,):
        parts.append(folder / "superseded.parquet")
        _write_superseded(con, contract, file_names, parts[-1])
    if not parts:
        return None
    path = folder / "remarks.parquet"
    con.read_parquet([str(part) for part in parts]).order(
        "file_name, row_number, rule_id"
    ).write_parquet(str(path), compression="zstd")
    return path


def _find_warned(con: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule]) -> None:
    """Make table ``warned(file_no, row_number, rule_id)`` in one pass over ``judged``."""
    broken = {rule.id: failing_predicate(con, contract, [rule], "judged") for rule in rules}
    rule_ids = ", ".join(
        f"CASE WHEN {predicate} THEN '{rule_id}' END" for rule_id, predicate in broken.items()
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE warned AS
        SELECT file_no, row_number, rule_id
        FROM (SELECT file_no, row_number, unnest([{rule_ids}]) AS rule_id FROM judged WHERE {" OR ".join(broken.values())})
        WHERE rule_id IS NOT NULL""")


def _write_superseded(
    con: duckdb.DuckDBPyConnection, contract: Contract, file_names: Mapping[int, str], path: Path
) -> None:
    """One line for each replaced row; its suggestions say which row was kept."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE superseded_file AS SELECT unnest(?::SMALLINT[]) AS file_no, unnest(?::VARCHAR[]) AS file_name",
        [list(file_names), list(file_names.values())],
    )
    key = ",".join(field.name for field in contract.key_fields)
    con.sql(f"""
        SELECT f.file_name, s.row_number, '{key}' AS field, '{contract.dataset}.{SUPERSEDED}' AS rule_id, '' AS masked_value,
          'Giữ dòng ' || s.kept_row_number || if(k.file_no = f.file_no, '', ' của tệp ' || k.file_name) || '.' AS suggestion,
          'Row ' || s.kept_row_number || if(k.file_no = f.file_no, '', ' of file ' || k.file_name) || ' is kept.' AS suggestion_en
        FROM superseded AS s
        JOIN superseded_file AS f ON f.file_no = s.file_no
        JOIN superseded_file AS k ON k.file_no = s.kept_file_no""").write_parquet(str(path))
