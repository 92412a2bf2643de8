"""A year of small national exports: every dataset, every province and district in force, a few
records in each.

What a record says depends on its number alone, so that every value of every breakdown occurs and
the figures of a month are as many as they can be; how many records there are changes the figures'
values and hardly their number.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Area
from de06_pipeline.contracts.load import load_contract
from de06_pipeline.periods import Month
from de06_pipeline.samples.bulk import write_bulk_dossiers
from de06_pipeline.samples.catalogue import procedures
from de06_pipeline.samples.places import QUANG_NAM
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
REPORTS = REPOSITORY / "data_contracts" / "sources" / "agency_reports.odcs.yaml"
DOSSIERS_A_DISTRICT = 15

Row = dict[str, object]
STOCKS = (
    *("cccd.received_stock", "cccd.issued_stock", "cccd.handed_over_stock"),
    *("eid.received_stock", "eid.created_stock", "eid.activated_stock", "asm.notices_stock"),
)
SITES = (
    ("Lưu trú", "Khách sạn"),
    ("Lưu trú", "Nhà nghỉ"),
    ("Khám chữa bệnh", "Bệnh viện"),
    ("Khác", "Ký túc xá"),
)


def write_national_year(landing: Path, months: Sequence[Month]) -> None:
    """Write the exports of some months as deliveries of the national supplier; populations and
    opening balances with the first.
    """
    areas = AreaBook.load(REFERENCE)
    for month in months:
        districts = areas.in_force("district", month)
        write_bulk_dossiers(
            _path(landing, "dvc_dossiers", month),
            DOSSIERS_A_DISTRICT * len(districts),
            month,
            reference=REFERENCE,
            with_faults=False,
        )
        for dataset, rows in _ROWS.items():
            if dataset not in _ONCE or month == min(months):
                _write(
                    _path(landing, dataset, month),
                    rows(month, districts, areas.in_force("province", month)),
                )


def _path(landing: Path, dataset: str, month: Month) -> Path:
    return landing / dataset / str(month) / f"SYNTHETIC_{dataset}.csv"


def _write(path: Path, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted({name for row in listed for name in row}))
        writer.writeheader()
        writer.writerows(listed)


def _day(month: Month, number: int) -> str:
    return f"{month.first_day + timedelta(days=number % 28)}"


def _place(district: Area) -> Row:
    return {"province": district.province_code, "district": district.code}


def _numbered(districts: Sequence[Area], each: int) -> Iterator[tuple[int, Area]]:
    numbers = count()
    return ((next(numbers), district) for district in districts for _ in range(each))


def _procedures(
    month: Month, districts: Sequence[Area], provinces: Sequence[Area]
) -> Iterator[Row]:
    for province in provinces:
        for procedure in {
            (p.code, p.agency_level): p for p in procedures(QUANG_NAM, month)
        }.values():
            yield {
                "procedure_code": procedure.code,
                "agency_level": procedure.agency_level,
                "province": province.code,
                "service_level": procedure.service_level,
                "lead_agency": procedure.lead_agency,
                "essential_list": procedure.essential_list,
                "essential_no": procedure.essential_no or "",
            }


def _establishments(
    month: Month, districts: Sequence[Area], provinces: Sequence[Area]
) -> Iterator[Row]:
    for number, district in _numbered(districts, len(SITES)):
        group, kind = SITES[number % len(SITES)]
        yield {
            "establishment_id": f"CS-{number:06d}",
            "site_group": group,
            "site_type": kind,
            "has_account": "Có",
            "account_created_on": "2023-06-01",
            "status": "Hoạt động",
            **_place(district),
        }


def _notices(month: Month, districts: Sequence[Area], provinces: Sequence[Area]) -> Iterator[Row]:
    for number, district in _numbered(districts, len(SITES)):
        group, kind = SITES[number % len(SITES)]
        yield {
            "establishment_id": f"CS-{number:06d}",
            "site_group": group,
            "site_type": kind,
            "nationality": "VNM" if number % 5 else "KOR",
            "document_type": "4",
            "document_number": f"B{number:07d}",
            "arrival_at": f"{_day(month, number)} 14:00",
            "stay_reason": 1 + number // len(SITES) % 17,
            "notified_at": f"{_day(month, number)} {'21:00' if number % 7 else '23:30'}",
            "channel": ("ASM", "Cổng DVC", "VNeID", "Trực tiếp", "Điện thoại")[number % 5],
            "status": "Đã tiếp nhận",
            **_place(district),
        }


def _cards(month: Month, districts: Sequence[Area], provinces: Sequence[Area]) -> Iterator[Row]:
    for number, district in _numbered(districts, 8):
        yield {
            "application_id": f"CC{month}{number:06d}",
            "birth_date": f"{2022 - number * 7 % 80}-02-01",
            "product": "CCCD" if month < Month(2024, 7) else "Căn cước",
            "request_type": ("Cấp mới", "Cấp đổi", "Cấp lại")[number % 3],
            "venue": ("Trụ sở", "Lưu động", "Tại nhà", "Cơ sở tập trung")[number % 4],
            "received_on": _day(month, number % 10),
            "issued_on": _day(month, 10 + number % 9),
            "handed_over_on": _day(month, 20 + number % 8),
            "status": "Đã trả",
            **_place(district),
        }


def _accounts(month: Month, districts: Sequence[Area], provinces: Sequence[Area]) -> Iterator[Row]:
    for number, district in _numbered(districts, 4):
        yield {
            "application_id": f"DD{month}{number:06d}",
            "level": 1 + number % 2,
            "received_on": _day(month, number % 10),
            "created_on": _day(month, 10 + number % 9),
            "activated_on": _day(month, 20 + number % 8),
            "status": "Đã kích hoạt",
            **_place(district),
        }


def _reports(month: Month, districts: Sequence[Area], provinces: Sequence[Area]) -> Iterator[Row]:
    """Every indicator of every district, but for what only provinces have."""
    codes = [str(value.value) for value in load_contract(REPORTS).field("indicator_code").enum]
    for number, district in _numbered(districts, 1):
        for code in codes:
            of = {"denominator": 200} if code.endswith("_rate") else {}
            breakdown = {
                "population_data.cleaned": "group=Trẻ em",
                "budget.allocated": "level=Huyện",
            }.get(code, "")
            amount = "2 tỷ" if code == "budget.allocated" else str(100 - number % 10)
            yield {
                "indicator_code": code,
                "breakdown": breakdown,
                "numerator": amount,
                **of,
                **_place(district),
            }


def _population(
    month: Month, districts: Sequence[Area], provinces: Sequence[Area]
) -> Iterator[Row]:
    for district in districts:
        yield {
            "as_of": f"{month.first_day}",
            "population": 140_000,
            "population_14_plus": 105_000,
            **_place(district),
        }


def _balances(month: Month, districts: Sequence[Area], provinces: Sequence[Area]) -> Iterator[Row]:
    for district in districts:
        for code in STOCKS:
            yield {
                "indicator_code": code,
                "as_of": f"{month.first_day - timedelta(days=1)}",
                "value": 1000,
                **_place(district),
            }


_ROWS: dict[str, Callable[[Month, Sequence[Area], Sequence[Area]], Iterator[Row]]] = {
    "dvc_procedures": _procedures,
    "asm_establishments": _establishments,
    "asm_notices": _notices,
    "cccd_issuance": _cards,
    "eid_accounts": _accounts,
    "agency_reports": _reports,
    "population": _population,
    "opening_balances": _balances,
}
_ONCE = ("population", "opening_balances")
