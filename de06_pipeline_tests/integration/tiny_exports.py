"""Exports of a few rows for the tests of the whole: clean by default, so that a test says what it
spoils.

Suppliers ``quang-nam`` and ``long-an``, any month of 2024. The rows of a month, a supplier and a
seed are always the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY

CONTRACTS = load_contracts(REPOSITORY / "data_contracts" / "sources")

QUANG_NAM, LONG_AN = "quang-nam", "long-an"
SUPPLIERS = (QUANG_NAM, LONG_AN)

Row = dict[str, str]
Make = Callable[[Month, int], Row]

_PLACES = {
    QUANG_NAM: ("Quảng Nam", ("Tam Kỳ", "Hội An"), "H47"),
    LONG_AN: ("Long An", ("Bến Lức", "Cần Giuộc"), "H34"),
}


def _area(supplier: str, number: int) -> Row:
    province, districts, _ = _PLACES[supplier]
    return {"province": province, "district": districts[number % len(districts)]}


def _day(month: Month, day: int, time: str = "") -> str:
    return f"{month.first_day.replace(day=day):%d/%m/%Y}{time and ' ' + time}"


def _dossier(supplier: str, month: Month, number: int) -> Row:
    office, received = _PLACES[supplier][2], 2 + number % 20
    is_finished = number % 3 != 0
    return {
        "dossier_code": f"{office}.19-{month.first_day.replace(day=received):%y%m%d}-{number:04d}",
        "procedure_code": "1.004222",
        "procedure_name": "Đăng ký thường trú",
        "agency_name": "Công an huyện",
        "agency_level": "Huyện",
        "service_level": ("Toàn trình", "Một phần")[number % 2],
        "channel": str(1 + number % 2),
        "submitted_at": _day(month, received, "08:00"),
        "received_at": _day(month, received, "09:00"),
        "due_at": _day(month, received + 4, "17:00"),
        "finished_at": _day(month, received + 3 + number % 4, "10:00") if is_finished else "",
        "status": "9" if is_finished else "4",
        "applicant_type": "Công dân",
        "applicant_name": "Người Thử Nghiệm",
        **_area(supplier, number),
    }


def _procedure(supplier: str, month: Month, number: int) -> Row:
    return {
        "procedure_code": f"1.{4222 + number:06d}",
        "procedure_name": f"Thủ tục thử {number}",
        "agency_level": "Huyện",
        "province": _PLACES[supplier][0],
        "service_level": "Toàn trình",
        "lead_agency": "Bộ Công an",
        "deployed": "Có",
    }


def _establishment(supplier: str, month: Month, number: int) -> Row:
    return {
        "establishment_id": f"{_PLACES[supplier][2]}-CS-{number:03d}",
        "establishment_name": f"Nhà nghỉ {number}",
        "site_group": ("Lưu trú", "Khám chữa bệnh")[number % 2],
        "site_type": "Nhà nghỉ",
        "has_account": ("Có", "Không")[number % 3 == 2],
        "account_created_on": "05/01/2024" if number % 3 != 2 else "",
        "status": "Hoạt động",
        **_area(supplier, number),
    }


def _notice(supplier: str, month: Month, number: int) -> Row:
    day = 1 + number % 25
    return {
        "establishment_id": f"{_PLACES[supplier][2]}-CS-{number % 4:03d}",
        "site_group": ("Lưu trú", "Khám chữa bệnh")[number % 4 % 2],
        "site_type": "Nhà nghỉ",
        "guest_name": "Khách Thử Nghiệm",
        "nationality": "VNM - Viet Nam",
        "document_type": "1",
        "document_number": f"0490990{number:05d}",
        "arrival_at": _day(month, day, "14:00"),
        "departure_on": _day(month, day + 2),
        "stay_reason": "1",
        "notified_at": _day(month, day, "21:00" if number % 5 else "23:30"),
        "channel": ("ASM", "Trực tiếp")[number % 4 == 3],
        "status": "Đã tiếp nhận",
        **_area(supplier, number % 4),
    }


def _card(supplier: str, month: Month, number: int) -> Row:
    return {
        "application_id": f"CC{month.year}{month.month:02d}{number:04d}",
        "citizen_id": f"0490990{number:05d}",
        "full_name": "Người Thử Nghiệm",
        "birth_date": "01/02/1999",
        "gender": "Nam",
        "product": "CCCD",
        "request_type": ("Cấp mới", "Cấp đổi")[number % 2],
        "received_on": _day(month, 2 + number % 10),
        "issued_on": _day(month, 14 + number % 5),
        "handed_over_on": _day(month, 20 + number % 5) if number % 2 else "",
        "status": "Đã trả" if number % 2 else "Đã cấp",
        **_area(supplier, number),
    }


def _account(supplier: str, month: Month, number: int) -> Row:
    return {
        "application_id": f"DD{month.year}{month.month:02d}{number:04d}",
        "citizen_id": f"0490990{number:05d}",
        "birth_date": "01/02/1999",
        "level": str(1 + number % 2),
        "received_on": _day(month, 2 + number % 10),
        "created_on": _day(month, 14 + number % 5),
        "activated_on": _day(month, 20 + number % 5) if number % 2 else "",
        "status": "Đã kích hoạt" if number % 2 else "Đã tạo lập",
        **_area(supplier, number),
    }


def _population(supplier: str, month: Month, number: int) -> Row:
    return {
        "as_of": _day(month, 1),
        "population": f"{1_000 + number}",
        "population_14_plus": "800",
        "households": "300",
        **_area(supplier, number),
    }


def _balance(supplier: str, month: Month, number: int) -> Row:
    code = ("cccd.received_stock", "eid.received_stock", "asm.notices_stock", "eid.created_stock")[
        number // 2 % 4
    ]
    return {
        "indicator_code": code,
        "as_of": "31/12/2023",
        "value": f"{100 + number}",
        **_area(supplier, number),
    }


_MAKERS: dict[str, Callable[[str, Month, int], Row]] = {
    "opening_balances": _balance,
    "population": _population,
    "dvc_procedures": _procedure,
    "dvc_dossiers": _dossier,
    "asm_establishments": _establishment,
    "asm_notices": _notice,
    "cccd_issuance": _card,
    "eid_accounts": _account,
}
DATASETS = tuple(_MAKERS)
_SIZES = {"opening_balances": 8, "population": 2, "dvc_procedures": 3, "asm_establishments": 6}


def rows(
    dataset: str, supplier: str, month: Month, count: int | None = None, first: int = 0
) -> list[Row]:
    """Clean rows by field, numbered from ``first``; each number is another record."""
    size = _SIZES.get(dataset, 12) if count is None else count
    return [_MAKERS[dataset](supplier, month, number) for number in range(first, first + size)]


def spoiled(dataset: str, good: Sequence[Row], count: int) -> list[Row]:
    """The rows, of which the last ``count`` have an empty province: each is quarantined by a
    critical rule.
    """
    keep = len(good) - count
    return [row if number < keep else row | {"province": ""} for number, row in enumerate(good)]


def headers(dataset: str) -> dict[str, str]:
    """Field → the header an office writes."""
    return {field.name: field.header_vi for field in CONTRACTS[dataset].delivered_fields}


def csv_text(dataset: str, records: Iterable[Row], without: Sequence[str] = ()) -> str:
    """Rows as CSV with Vietnamese headers, every column of the contract but those ``without``."""
    names = {name: header for name, header in headers(dataset).items() if name not in without}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names.values())
    writer.writerows([row.get(name, "") for name in names] for row in records)
    return out.getvalue()
