"""Every rule of every contract can fail, and none objects to a good row: judged by Great
Expectations over real rows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from de06_pipeline.contracts.model import Severity
from de06_pipeline.quality.judge import judge
from de06_pipeline_tests.unit.contract_rows import (
    BREAKING,
    CONTRACTS,
    GOOD,
    breaking,
    create_judged,
)
from de06_pipeline_tests.unit.quality_kit import mark


@pytest.mark.parametrize("dataset", list(CONTRACTS))
def test_each_rule_refuses_its_row_and_none_refuses_a_good_one(
    dataset: str, tmp_path: Path
) -> None:
    contract = CONTRACTS[dataset]
    rows = [GOOD[dataset], *(GOOD[dataset] | breaking(rule) for rule in contract.rules)]
    with duckdb.connect() as con:
        create_judged(con, contract, rows, tmp_path)
        marks, marked = mark(con, contract, contract.rules, "judged")
        counts = judge(con, contract, marks, marked).over([1])
        written = con.execute("SELECT row_number, rule_id FROM violation").fetchall()
        warnings = [rule for rule in contract.rules if rule.severity is Severity.WARNING]
        warned = con.execute(
            f"SELECT row_number FROM {marked} WHERE {marks.breaks_any(warnings)}"
        ).fetchall()
    toothless = [count.rule.id for count in counts if not count.failed]
    assert toothless == []
    critical = {
        (number, rule.id)
        for number, rule in enumerate(contract.rules, start=2)
        if rule.severity is Severity.CRITICAL
    }
    assert critical <= set(written)
    assert [rule_id for number, rule_id in written if number == 1] == []
    assert (1,) not in warned
    broken_alone = [
        rule.id for rule in contract.rules if rule.id in BREAKING or rule.id.endswith(".parse")
    ]
    for number, rule in enumerate(contract.rules, start=2):
        if rule.id in broken_alone:
            others = {rule_id for row, rule_id in written if row == number} - {rule.id}
            assert others == set(), f"a supplier is told {others} besides {rule.id}"
