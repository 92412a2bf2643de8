"""The procedure catalogue of each office, and which procedures an office's dossiers use.

``procedures.csv`` holds the named procedures: codes beginning with 1., 2. or 3. are national ones,
and those beginning with 9. are the samples' own (no national code begins with 9). The essential
services and their lead agencies are those of QĐ 06/QĐ-TTg as of 2022-2024. The rest of the
catalogue is filled up with invented procedures until the published numbers of services are met.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from de06_pipeline.periods import Month
from de06_pipeline.samples.places import LONG_AN, QUANG_NAM, Office
from de06_pipeline.samples.targets import (
    ESSENTIAL_DEPLOYED,
    ESSENTIAL_LED_BY_POLICE,
    ESSENTIAL_SIZES,
    SERVICES,
)

POLICE = "Bộ Công an"
LEVELS = ("Tỉnh", "Huyện", "Xã")

_SIZES = {
    QUANG_NAM.supplier: {
        **SERVICES,
        ("Huyện", "Còn lại"): 44,
        ("Xã", "Còn lại"): 23,
        ("Tỉnh", "Toàn trình"): 92,
        ("Tỉnh", "Một phần"): 61,
    }
    | {("Tỉnh", "Còn lại"): 40},
    LONG_AN.supplier: {
        ("Huyện", "Toàn trình"): 176,
        ("Huyện", "Một phần"): 24,
        ("Huyện", "Còn lại"): 51,
        ("Xã", "Toàn trình"): 58,
    }
    | {
        ("Xã", "Một phần"): 19,
        ("Xã", "Còn lại"): 31,
        ("Tỉnh", "Toàn trình"): 85,
        ("Tỉnh", "Một phần"): 55,
        ("Tỉnh", "Còn lại"): 60,
    },
}
"""Procedures by agency level and service level, the two other essential lists apart."""

_FILLER_SECTORS = (
    ("Đất đai", "Bộ Tài nguyên và Môi trường"),
    ("Môi trường", "Bộ Tài nguyên và Môi trường"),
    ("Bảo trợ xã hội", "Bộ Lao động - Thương binh và Xã hội"),
    ("Người có công", "Bộ Lao động - Thương binh và Xã hội"),
    ("Chứng thực", "Bộ Tư pháp"),
    ("Hoạt động xây dựng", "Bộ Xây dựng"),
    ("Thành lập và hoạt động của hợp tác xã", "Bộ Kế hoạch và Đầu tư"),
    ("Giáo dục trung học", "Bộ Giáo dục và Đào tạo"),
    ("Thi đua khen thưởng", "Bộ Nội vụ"),
    ("An toàn thực phẩm", "Bộ Y tế"),
    ("Lâm nghiệp", "Bộ Nông nghiệp và Phát triển nông thôn"),
)
_NOT_DEPLOYED = {QUANG_NAM.supplier: {18, 22, 24}, LONG_AN.supplier: {11, 19, 22, 24}}
_OTHER_LISTS_DEPLOYED = {
    QUANG_NAM.supplier: {"QĐ422": 19, "QĐ206": 9},
    LONG_AN.supplier: {"QĐ422": 21, "QĐ206": 7},
}
_USUAL_ORDER = (3, 4, 6, 12, 13, 14, 5, 2, 1, 7, 25, 15, 16, 8, 20, 18)
"""Essential services of the district and commune level, the commonest first."""
_POLICE_FROM_MARCH_2025 = {17, 21}
"""Criminal records and driving licences went to the police on 2025-03-01."""


@dataclass(frozen=True, slots=True)
class Procedure:
    code: str
    name: str
    sector: str
    lead_agency: str
    agency_level: str
    service_level: str
    essential_list: str
    essential_no: int
    fee_vnd: int
    limit_days: int
    weight: float
    effective_from: str = "2022-01-01"

    @property
    def by_police(self) -> bool:
        return self.lead_agency == POLICE


@cache
def procedures(office: Office, month: Month) -> tuple[Procedure, ...]:
    """Every procedure of the office's catalogue in a month, each once."""
    named = [_as_of(p, month) for p in _named()]
    fillers: list[Procedure] = []
    for (level, service), wanted in _SIZES[office.supplier].items():
        have = sum(p.agency_level == level and p.service_level == service for p in named)
        fillers += [_filler(level, service, number) for number in range(1, wanted - have + 1)]
    others = [
        p
        for name in ("QĐ422", "QĐ206")
        for p in _other_list(name)
        if p.effective_from <= str(month.last_day)
    ]
    return (*named, *fillers, *others)


def is_deployed(office: Office, procedure: Procedure, district: str = "") -> bool:
    """Whether the office (or one of its districts) offers an essential service online; others
    always do.
    """
    if procedure.essential_list in _OTHER_LISTS_DEPLOYED[office.supplier]:
        return (
            procedure.essential_no
            <= _OTHER_LISTS_DEPLOYED[office.supplier][procedure.essential_list]
        )
    if district and procedure.essential_no:
        return procedure.essential_no in essential_of(office, district)
    return procedure.essential_no not in _NOT_DEPLOYED[office.supplier]


def essential_of(office: Office, district: str) -> frozenset[int]:
    """The services of QĐ 06 that a district of an office with own rows per district offers."""
    if district in ESSENTIAL_DEPLOYED:
        return ESSENTIAL_DEPLOYED[district]
    position = [d.code for d in office.districts].index(district)
    return frozenset(_USUAL_ORDER[: 9 + position * 5 % 8])


def lists_districts(office: Office, procedure: Procedure) -> bool:
    """Long An keeps one row a district for the essential services of its districts and communes."""
    return office is LONG_AN and procedure.essential_no > 0 and procedure.agency_level != "Tỉnh"


@cache
def used_by(office: Office, month: Month, district: str, by_police: bool) -> tuple[Procedure, ...]:
    """Procedures that dossiers of a district, or of the provincial agencies (``""``), can have."""
    return tuple(
        p
        for p in procedures(office, month)
        if (p.agency_level == "Tỉnh") == (district == "")
        and p.by_police == by_police
        and p.weight > 0
        and (
            not p.essential_no
            or is_deployed(office, p, district if lists_districts(office, p) else "")
        )
    )


@cache
def _named() -> tuple[Procedure, ...]:
    with (Path(__file__).parent / "procedures.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Procedure(
                code=row["code"],
                name=row["name"],
                sector=row["sector"],
                lead_agency=row["lead_agency"],
                agency_level=row["agency_level"],
                service_level=row["service_level"],
                essential_list="QĐ06" if row["essential_no"] else "",
                essential_no=int(row["essential_no"] or 0),
                fee_vnd=int(row["fee_vnd"]),
                limit_days=int(row["limit_days"]),
                weight=float(row["weight"]),
            )
            for row in csv.DictReader(lines)
        )


def _as_of(procedure: Procedure, month: Month) -> Procedure:
    if month >= Month(2025, 3) and procedure.essential_no in _POLICE_FROM_MARCH_2025:
        return replace(procedure, lead_agency=POLICE)
    return procedure


def _filler(level: str, service: str, number: int) -> Procedure:
    sector, lead = _FILLER_SECTORS[number % len(_FILLER_SECTORS)]
    place = LEVELS.index(level) + 1
    kind = ("Toàn trình", "Một phần", "Còn lại").index(service)
    return Procedure(
        code=f"9.{place}{kind}{number:04d}",
        name=f"Thủ tục mẫu số {number} cấp {level.lower()} ({service.lower()})",
        sector=sector,
        lead_agency=lead,
        agency_level=level,
        service_level=service,
        essential_list="",
        essential_no=0,
        fee_vnd=(0, 0, 30_000, 120_000)[number % 4],
        limit_days=(1, 3, 5, 10, 15)[number % 5],
        weight=0.2 if number % 3 else 0.5,
    )


def _other_list(name: str) -> list[Procedure]:
    """QĐ 422 and QĐ 206: only their sizes, and that the police lead one of the 28, are published."""
    digits = name.removeprefix("QĐ")
    return [
        Procedure(
            code=f"9.{digits}{number:03d}",
            name=f"Dịch vụ công thiết yếu {name} số {number} (tên mẫu)",
            sector=_FILLER_SECTORS[number % len(_FILLER_SECTORS)][0],
            lead_agency=POLICE
            if number <= ESSENTIAL_LED_BY_POLICE.get(name, 0)
            else _FILLER_SECTORS[number % len(_FILLER_SECTORS)][1],
            agency_level="Tỉnh",
            service_level="Toàn trình",
            essential_list=name,
            essential_no=number,
            fee_vnd=0,
            limit_days=5,
            weight=0,
            effective_from="2024-03-01" if name == "QĐ206" else "2022-05-01",
        )
        for number in range(1, ESSENTIAL_SIZES[name] + 1)
    ]
