"""Every rule of every contract can fail, and none objects to a good row: judged by Great
Expectations over real rows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from de06_pipeline.contracts.model import Rule, Severity
from de06_pipeline.quality.judge import failing_predicate, judge
from de06_pipeline_tests.unit.contract_rows import CONTRACTS, GOOD, create_judged

PARENT = {"district": "Tam Kỳ", "district_state": "contradicts"}
CARRIED = {"province_state": "carried"}
DROPPED = {"district": "Tam Kỳ", "district_state": "dropped"}

BREAKING: dict[str, dict[str, str]] = {
    "dvc_dossiers.received_at.required": {"received_at": "", "submitted_at": ""},
    "dvc_dossiers.submitted_at.required": {"status": "1", "submitted_at": ""},
    "dvc_dossiers.dates.order": {"status": "9", "finished_at": "03/06/2024 08:59"},
    "dvc_dossiers.finished_at.closed": {"status": "10"},
    "dvc_dossiers.finished_at.open": {"finished_at": "04/06/2024"},
    "dvc_dossiers.dates.alive": {"received_at": "01/07/2024"},
    "dvc_dossiers.dossier_code.date": {"dossier_code": "H47.19-240501-0001"},
    "dvc_dossiers.procedure_code.known": {"procedure_code": "1.000001"},
    "dvc_dossiers.applicant_id.shape": {"applicant_id": "12345"},
    "dvc_procedures.essential_no.range": {"essential_list": "QĐ06", "essential_no": "26"},
    "dvc_procedures.dates.order": {"effective_from": "02/06/2024", "effective_to": "01/06/2024"},
    "asm_establishments.account_created_on.account": {
        "has_account": "Không",
        "account_created_on": "01/06/2024",
    },
    "asm_establishments.account_created_on.in_time": {
        "has_account": "Có",
        "account_created_on": "01/07/2024",
    },
    "asm_notices.nationality.shape": {"nationality": "Hàn Quốc"},
    "asm_notices.nationality.enum": {"nationality": "ABC"},
    "asm_notices.document_number.shape": {"document_number": "7,9E+10"},
    "asm_notices.document_number.twelve_digits": {
        "document_type": "8",
        "document_number": "123456789",
    },
    "asm_notices.arrival_at.in_month": {"arrival_at": "01/07/2024"},
    "asm_notices.dates.order": {"departure_on": "04/06/2024"},
    "asm_notices.stay_reason.health_site": {"stay_reason": "18"},
    "cccd_issuance.dates.order": {"issued_on": "04/06/2024"},
    "cccd_issuance.dates.in_month": {"received_on": "31/05/2024"},
    "cccd_issuance.product.date": {"product": "Căn cước", "issued_on": "30/06/2024"},
    "cccd_issuance.citizen_id.prefix": {"citizen_id": "999090000001"},
    "cccd_issuance.citizen_id.century": {"citizen_id": "049490000001"},
    "cccd_issuance.citizen_id.birth_year": {
        "citizen_id": "049090000001",
        "birth_date": "01/01/1991",
    },
    "cccd_issuance.citizen_id.gender": {"citizen_id": "049090000001", "gender": "Nữ"},
    "eid_accounts.dates.order": {"created_on": "04/06/2024"},
    "eid_accounts.dates.in_month": {"received_on": "31/05/2024"},
    "eid_accounts.citizen_id.prefix": {"citizen_id": "999090000001"},
    "eid_accounts.citizen_id.century": {"citizen_id": "049490000001"},
    "eid_accounts.citizen_id.birth_year": {
        "citizen_id": "049290000001",
        "birth_date": "01/01/1990",
    },
    "agency_reports.breakdown.known": {"breakdown": "group=Trẻ em"},
    "agency_reports.numerator.whole": {"numerator": "40,5"},
    "agency_reports.numerator.percentage": {
        "indicator_code": "tax.code_synced_rate",
        "numerator": "101",
    },
    "agency_reports.numerator.unit": {"numerator": "40 %"},
    "agency_reports.numerator.in_dong": {"indicator_code": "budget.allocated", "numerator": "21"},
    "agency_reports.denominator.share": {
        "indicator_code": "tax.code_synced_rate",
        "numerator": "41",
        "denominator": "40",
    },
    "agency_reports.denominator.exact": {
        "indicator_code": "tax.code_synced_rate",
        "numerator": "40",
        "denominator": "gần 41",
    },
    "agency_reports.denominator.amount": {"denominator": "41"},
    "agency_reports.bound.agrees": {"bound": "<"},
    "agency_reports.as_of.in_time": {"as_of": "01/07/2024"},
    "agency_reports.commune.level": {"commune": "Tam Kỳ"},
    "population.population_14_plus.share": {"population_14_plus": "1.500.001"},
}
"""Cells that break a rule, where its id does not say it."""


def breaking(rule: Rule) -> dict[str, str]:
    """Cells that break a rule when put into the good row."""
    if rule.id in BREAKING:
        return BREAKING[rule.id]
    topic, check = rule.id.split(".")[1:]
    common = {
        "required": {topic: ""},
        "parse": {topic: "sai"},
        "enum": {topic: "sai"},
        "shape": {topic: "sai"},
        "range": {topic: "-1"},
        "padded": {topic: "49090000001"},
        "area": {topic: "?", f"{topic}_state": "unknown"},
        "coverage": {"province_state": "outside"},
        "parent": PARENT,
        "carried": CARRIED,
        "dropped": DROPPED,
    }
    return common[check]


@pytest.mark.parametrize("dataset", list(CONTRACTS))
def test_each_rule_refuses_its_row_and_none_refuses_a_good_one(
    dataset: str, tmp_path: Path
) -> None:
    contract = CONTRACTS[dataset]
    rows = [GOOD[dataset], *(GOOD[dataset] | breaking(rule) for rule in contract.rules)]
    with duckdb.connect() as con:
        create_judged(con, contract, rows, tmp_path)
        counts = judge(con, contract, contract.rules, "judged")
        written = con.execute("SELECT row_number, rule_id FROM violation").fetchall()
        warnings = [rule for rule in contract.rules if rule.severity is Severity.WARNING]
        warned = con.execute(
            f"SELECT row_number FROM judged WHERE {failing_predicate(con, contract, warnings, 'judged')}"
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
