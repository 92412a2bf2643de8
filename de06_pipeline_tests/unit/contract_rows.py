"""Delivered cells of a dataset turned into the table the rules judge, the way a step does it, with
areas taken as given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.contracts.model import Contract, Rule
from de06_pipeline.parsing.typed import UNIT_SEPARATOR, TypedInput, with_derived
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.parsing_kit import create_parsed

CONTRACTS = load_contracts(REPOSITORY / "data_contracts" / "sources")

GOOD: dict[str, dict[str, str]] = {
    "dvc_dossiers": {
        "dossier_code": "H47.19-240603-0001",
        "procedure_code": "1.004222.000.00.00.H47",
        "agency_name": "Công an huyện",
        "agency_level": "Huyện",
        "province": "Quảng Nam",
        "district": "Tam Kỳ",
        "service_level": "Toàn trình",
        "submitted_at": "03/06/2024 08:00",
        "received_at": "03/06/2024 09:00",
        "status": "4",
    },
    "dvc_procedures": {
        "procedure_code": "1.004222",
        "agency_level": "Huyện",
        "province": "Quảng Nam",
    },
    "dvc_catalogue": {"procedure_code": "1.004222", "name": "Đăng ký thường trú"},
    "asm_establishments": {
        "establishment_id": "CS-001",
        "province": "Quảng Nam",
        "status": "Hoạt động",
    },
    "asm_notices": {
        "establishment_id": "CS-001",
        "site_group": "Lưu trú",
        "province": "Quảng Nam",
        "nationality": "VNM - Viet Nam",
        "document_type": "1",
        "document_number": "049099000001",
        "arrival_at": "05/06/2024",
        "stay_reason": "1",
        "notified_at": "05/06/2024 21:00",
        "channel": "ASM",
        "status": "Đã tiếp nhận",
    },
    "cccd_issuance": {
        "application_id": "CC1",
        "province": "Quảng Nam",
        "received_on": "05/06/2024",
        "status": "Đang xử lý",
    },
    "eid_accounts": {
        "application_id": "DD1",
        "province": "Quảng Nam",
        "received_on": "05/06/2024",
        "status": "Đang xử lý",
    },
    "agency_reports": {
        "indicator_code": "models.deployed",
        "province": "Quảng Nam",
        "numerator": "hơn 40 mô hình",
    },
    "population": {"province": "Quảng Nam", "as_of": "01/04/2024", "population": "1.500.000"},
    "opening_balances": {
        "indicator_code": "cccd.issued_stock",
        "province": "Quảng Nam",
        "as_of": "31/12/2023",
        "value": "1.000",
    },
}
"""For each dataset, the smallest delivered row of June 2024 that no rule objects to."""

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
    "asm_notices.establishment_id.known": {"establishment_id": "CS-404"},
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
    "opening_balances.breakdown.known": {"breakdown": "request_type=cấp mới"},
    "agency_reports.numerator.whole": {"numerator": "40,5"},
    "agency_reports.numerator.percentage": {
        "indicator_code": "tax.code_synced_rate",
        "numerator": "101",
    },
    "agency_reports.numerator.unit": {"numerator": "40 %"},
    "agency_reports.numerator.money": {"numerator": "40 triệu đồng"},
    "agency_reports.note.unit": {"note": "ĐVT: nghìn"},
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
    "agency_reports.numerator.fraction": {
        "indicator_code": "tax.code_synced_rate",
        "numerator": "0,943",
    },
    "agency_reports.denominator.amount": {"denominator": "41"},
    "agency_reports.bound.agrees": {"bound": "<"},
    "agency_reports.as_of.recent": {"as_of": "31/05/2024"},
    "agency_reports.as_of.in_time": {"as_of": "01/07/2024"},
    "agency_reports.commune.level": {"commune": "Tam Kỳ"},
    "population.population_14_plus.low": {"population_14_plus": "75"},
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


JUNE = Month(2024, 6)


def create_judged(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    rows: Sequence[Mapping[str, str]],
    workdir: Path,
) -> None:
    """Make table ``judged`` from rows of cells by field; ``<level>_state`` in a row overrides the
    state of an area.

    ``row_number`` counts the rows from 1. The catalogue holds the one procedure of ``GOOD``.
    """
    delivered = [field.name for field in contract.delivered_fields]
    records = workdir / "records.txt"
    lines = (
        UNIT_SEPARATOR.join([str(number), *(row.get(name, "") for name in delivered)])
        for number, row in enumerate(rows, start=1)
    )
    records.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    positions = {name: position for position, name in enumerate(delivered)}
    create_parsed(con, contract, [TypedInput(1, (records,), len(rows), len(delivered), positions)])
    con.execute(
        "CREATE TABLE area_states (number BIGINT, province_state VARCHAR, district_state VARCHAR, commune_state VARCHAR)"
    )
    levels = ("province", "district", "commune")
    for number, row in enumerate(rows, start=1):
        given = [
            row.get(f"{level}_state") or ("ok" if row.get(level) else "empty") for level in levels
        ]
        con.execute("INSERT INTO area_states VALUES (?, ?, ?, ?)", [number, *given])
    con.execute("CREATE TABLE lookup_dvc_procedures_procedure_code AS SELECT '1.004222' AS value")
    con.execute(
        "CREATE TABLE lookup_asm_establishments_establishment_id AS SELECT 'CS-001' AS value"
    )
    relation = "SELECT p.*, s.* EXCLUDE (number), 1 AS province_id FROM parsed() AS p JOIN area_states AS s ON s.number = p.row_number"
    con.execute(f"CREATE TABLE judged AS {with_derived(contract, JUNE, relation)}")


def derived(
    dataset: str, rows: Sequence[Mapping[str, str]], columns: Sequence[str], workdir: Path
) -> list[tuple[Any, ...]]:
    """Some columns for several rows, each the good row of a dataset with some cells changed."""
    named = ", ".join(f'"{column}"' for column in columns)
    with duckdb.connect() as con:
        create_judged(
            con, CONTRACTS[dataset], [GOOD[dataset] | changes for changes in rows], workdir
        )
        return con.execute(f"SELECT {named} FROM judged ORDER BY row_number").fetchall()
