"""Derived fields at their borders: what a transform makes of delivered cells, for June 2024.

The rows of a dataset are read together, since preparing its SQL takes longer than running it.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from de06_pipeline_tests.unit.contract_rows import derived

Cases = list[tuple[dict[str, str], Any]]
"""What is changed in the good row, and what the column becomes."""

NINE = datetime(2024, 6, 3, 9)
RECEIVED_AT: Cases = [
    ({}, NINE),
    ({"received_at": ""}, datetime(2024, 6, 3, 8)),
    ({"received_at": "", "submitted_at": ""}, None),
    ({"status": "1"}, None),
    ({"status": "3 - Không được tiếp nhận"}, None),
    ({"status": "?"}, NINE),
]
ALIVE: Cases = [
    ({"received_at": "30/06/2024 23:59"}, True),
    ({"received_at": "01/07/2024 00:00"}, False),
    ({"received_at": "01/02/2024"}, True),
    ({"received_at": "01/02/2024", "status": "9", "finished_at": "01/06/2024 00:00"}, True),
    ({"received_at": "01/02/2024", "status": "9", "finished_at": "31/05/2024 23:59"}, False),
    ({"status": "3", "submitted_at": "30/06/2024 23:59"}, True),
    ({"status": "3", "submitted_at": "31/05/2024 23:59"}, False),
    ({"status": "1", "submitted_at": ""}, None),
    ({"finished_at": "31/02/2024"}, None),
    ({"received_at": "", "submitted_at": ""}, None),
]


def dated(code: str, submitted: str, received: str) -> dict[str, str]:
    return {"dossier_code": code, "submitted_at": submitted, "received_at": received}


CODE_DATE: Cases = [
    (dated("H47.19-240531-0001", "03/06/2024", "03/06/2024"), True),
    (dated("H47.19-240530-0001", "03/06/2024", "03/06/2024"), False),
    (dated("H47.19-240606-0001", "03/06/2024 23:59", "20/06/2024"), True),
    (dated("H47.19-240607-0001", "03/06/2024 23:59", "20/06/2024"), False),
    (dated("H47.19-240620-0001", "03/06/2024", "20/06/2024"), True),
    (dated("000.00.19.H47-240231-0001", "01/03/2024", "01/03/2024"), False),
    (dated("H47.19-240603-0001", "", ""), None),
]


def applicant(kind: str, number: str) -> dict[str, str]:
    return {"applicant_type": kind, "applicant_id": number}


APPLICANT_ID: Cases = [
    (applicant("Công dân", "049099000001"), True),
    (applicant("Công dân", "205123456"), True),
    (applicant("Công dân", "4000123456"), False),
    (applicant("Doanh nghiệp", "4000123456"), True),
    (applicant("Doanh nghiệp", "4000123456-001"), True),
    (applicant("Doanh nghiệp", "4000123456001"), True),
    (applicant("", "4000123456"), True),
    (applicant("Công dân", "49099000001"), True),
    (applicant("Công dân", "4,9099E+10"), False),
    (applicant("Công dân", ""), None),
]
NATIONALITY: Cases = [
    ({"nationality": delivered}, kept)
    for delivered, kept in [
        ("VNM - Viet Nam", "VNM"),
        ("vnm", "VNM"),
        ("Việt Nam", "VNM"),
        ("D", "D"),
        ("RKS - Kosovo", "RKS"),
    ]
]
ARRIVAL_ON: Cases = [
    ({"arrival_at": "05/06/2024"}, date(2024, 6, 5)),
    ({"arrival_at": "05/06/2024 23:30"}, date(2024, 6, 5)),
]
HAS_TIME: Cases = [
    ({"arrival_at": "05/06/2024"}, False),
    ({"arrival_at": "05/06/2024 00:00"}, True),
]
AGE_BAND: Cases = [
    ({"birth_date": birth, "received_on": received}, band)
    for birth, received, band in [
        ("06/06/2018", "05/06/2024", "<6"),
        ("05/06/2018", "05/06/2024", "6-13"),
        ("06/06/2010", "05/06/2024", "6-13"),
        ("05/06/2010", "05/06/2024", "14-24"),
        ("05/06/1999", "05/06/2024", "25-39"),
        ("05/06/1984", "05/06/2024", "40-59"),
        ("06/06/1964", "05/06/2024", "40-59"),
        ("05/06/1964", "05/06/2024", "60+"),
        ("29/02/2004", "28/02/2018", "14-24"),
        ("", "05/06/2024", None),
    ]
]
PRODUCT: Cases = [
    ({"product": "CCCD", "issued_on": "30/06/2024"}, True),
    ({"product": "CCCD", "issued_on": "01/07/2024"}, False),
    ({"product": "Căn cước", "issued_on": "30/06/2024"}, False),
    ({"product": "Căn cước", "issued_on": "01/07/2024"}, True),
    ({"product": "Giấy chứng nhận căn cước", "issued_on": "30/06/2024"}, None),
    ({"product": "CCCD", "issued_on": ""}, None),
]


def citizen(number: str, birth: str, gender: str) -> dict[str, str]:
    return {"citizen_id": number, "birth_date": birth, "gender": gender}


CITIZENS = [
    citizen("049090000001", "01/01/1990", "Nam"),
    citizen("049190000001", "01/01/1990", "F - Nữ"),
    citizen("049205000001", "01/01/2005", "M"),
    citizen("049305000001", "01/01/1905", "Nam"),
    citizen("049405000001", "01/01/2105", "Nam"),
    citizen("49090000001", "01/01/1990", "Nam"),
    citizen("", "01/01/1990", "Nam"),
]
BIRTH_YEAR = list(zip(CITIZENS, [True, True, True, False, None, True, None], strict=True))
GENDER = list(zip(CITIZENS, [True, True, True, False, None, True, None], strict=True))
IN_MONTH: Cases = [
    ({"received_on": received, "created_on": created, "activated_on": activated}, expected)
    for received, created, activated, expected in [
        ("31/05/2024", "01/06/2024", "", True),
        ("31/05/2024", "", "01/07/2024", False),
        ("", "", "30/06/2024", True),
        ("", "", "", False),
    ]
]


FIELDS: list[tuple[str, str, Cases]] = [
    ("dvc_dossiers", "received_at", RECEIVED_AT),
    ("dvc_dossiers", "is_alive_in_month", ALIVE),
    ("dvc_dossiers", "is_code_date_near", CODE_DATE),
    ("dvc_dossiers", "is_applicant_id_valid", APPLICANT_ID),
    ("asm_notices", "nationality", NATIONALITY),
    ("asm_notices", "arrival_on", ARRIVAL_ON),
    ("asm_notices", "arrival_has_time", HAS_TIME),
    ("cccd_issuance", "age_band_received", AGE_BAND),
    ("eid_accounts", "age_band", AGE_BAND),
    ("cccd_issuance", "is_product_of_its_time", PRODUCT),
    ("cccd_issuance", "is_citizen_id_of_birth_year", BIRTH_YEAR),
    ("cccd_issuance", "is_citizen_id_of_gender", GENDER),
    ("eid_accounts", "is_in_month", IN_MONTH),
]


@cache
def _made(dataset: str) -> dict[str, list[Any]]:
    """Each column of a dataset, for the rows of its cases."""
    cases_of = {column: cases for each, column, cases in FIELDS if each == dataset}
    changes = [change for cases in cases_of.values() for change, _ in cases]
    with TemporaryDirectory() as folder:
        rows = iter(derived(dataset, changes, list(cases_of), Path(folder)))
    return {
        column: [row[place] for row in islice(rows, len(cases))]
        for place, (column, cases) in enumerate(cases_of.items())
    }


@pytest.mark.parametrize(("dataset", "column", "cases"), FIELDS)
def test_derived_field(dataset: str, column: str, cases: Cases) -> None:
    changes = [change for change, _ in cases]
    assert list(zip(changes, _made(dataset)[column], strict=True)) == cases
