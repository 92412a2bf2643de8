"""Lodging notices: figures that can be checked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from de06_pipeline.periods import Month
from de06_pipeline_tests.unit.indicators_kit import (
    AREAS,
    COUNTRY,
    HOI_AN,
    QUANG_NAM,
    TAM_KY,
    World,
    area,
    at,
    day,
    numbers,
)

MAY = "2024-05"


def establishment(number: str, **more: Any) -> dict[str, Any]:
    row = {
        "establishment_id": number,
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "site_group": "Lưu trú",
        "site_type": "khách sạn",
        "has_account": True,
        "status": "Hoạt động",
    }
    return {**row, **more}


def notice(arrival: str, notified: str, number: str = "A", **more: Any) -> dict[str, Any]:
    row = {
        "establishment_id": number,
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "site_group": "Lưu trú",
        "nationality": "VNM",
        "stay_reason": 1,
        "channel": "ASM",
        "status": "Đã tiếp nhận",
        "arrival_at": at(arrival),
        "arrival_on": day(arrival[:10]),
        "arrival_has_time": len(arrival) > 10,
        "notified_at": at(notified),
    }
    return {**row, **more}


def test_establishments_and_accounts(tmp_path: Path) -> None:
    world = World(tmp_path, "asm")
    world.deliver(
        "asm_establishments",
        MAY,
        [
            establishment("A"),
            establishment("B", has_account=False),
            establishment("C", status="Tạm ngừng"),
            establishment("D", district_id=HOI_AN, site_group="Khám chữa bệnh", site_type=None),
            establishment("E", district_id=None, has_account=None),
        ],
    )
    figures = world.figures()
    assert numbers(figures, "asm.establishments", QUANG_NAM, MAY) == (4, None, "reported")
    assert numbers(figures, "asm.accounts", QUANG_NAM, MAY, "site_type=Không rõ") == (
        1,
        None,
        "reported",
    )
    assert numbers(figures, "asm.account_rate", QUANG_NAM, MAY) == (2, 4, "reported")
    assert numbers(figures, "asm.account_rate", TAM_KY, MAY, "site_group=Lưu trú") == (
        1,
        2,
        "reported",
    )
    assert numbers(figures, "asm.districts_deployed", QUANG_NAM, MAY) == (2, 18, "reported")
    assert numbers(
        figures, "asm.districts_deployed", COUNTRY, MAY, "site_group=Khám chữa bệnh"
    ) == (1, 18, "reported")
    assert not [key for key in figures if key[0] == "asm.districts_deployed" and key[1] == TAM_KY]
    # The register is there and the notices are not.
    assert numbers(figures, "asm.notices", QUANG_NAM, MAY) == (None, None, "not_reported")
    assert numbers(figures, "asm.reporting_rate", QUANG_NAM, MAY) == (None, None, "not_reported")


def test_timeliness(tmp_path: Path) -> None:
    world = World(tmp_path, "asm")
    cases = [
        (notice("2024-05-03 14:00", "2024-05-03 23:00:00"), "on_time"),
        (notice("2024-05-03 14:00", "2024-05-03 23:00:01"), "late"),
        (notice("2024-05-03 22:59:59", "2024-05-04 07:00"), "late"),
        (notice("2024-05-03 23:00", "2024-05-04 08:00"), "on_time"),
        (notice("2024-05-03 23:30", "2024-05-04 08:00:01"), "late"),
        (notice("2024-05-03", "2024-05-03 23:00"), "on_time"),
        (notice("2024-05-03", "2024-05-04 08:00"), "undetermined"),
        (notice("2024-05-03", "2024-05-04 08:00:01"), "late"),
    ]
    districts = [unit.area_id for unit in AREAS.children(QUANG_NAM, "district", Month.parse(MAY))][
        : len(cases)
    ]
    rows = [
        {**row, "district_id": district}
        for (row, _), district in zip(cases, districts, strict=True)
    ]
    world.deliver("asm_notices", MAY, rows)
    figures = world.figures()
    classes = ("on_time", "undetermined", "late")
    computed = [
        [
            name
            for name in classes
            if ("asm.notices_timeliness", district, f"class={name}", "month", MAY) in figures
        ]
        for district in districts
    ]
    assert computed == [[expected] for _, expected in cases]
    assert numbers(figures, "asm.on_time_rate", QUANG_NAM, MAY) == (3, 7, "reported")


def test_notices_guests_and_nights(tmp_path: Path) -> None:
    world = World(tmp_path, "asm")
    world.deliver(
        "asm_notices",
        MAY,
        [
            notice("2024-05-03", "2024-05-03", departure_on=day("2024-05-06"), stay_reason=18),
            notice(
                "2024-05-31",
                "2024-05-31",
                departure_on=day("2024-05-31"),
                nationality="D",
                channel="Điện thoại",
            ),
            notice("2024-05-04", "2024-05-04", channel="Cổng DVC", nationality="RKS"),
            notice("2024-05-04", "2024-05-04", status="Đã hủy", departure_on=day("2024-05-09")),
        ],
    )
    figures = world.figures()
    assert numbers(figures, "asm.notices", QUANG_NAM, MAY, "guest=foreign") == (2, None, "reported")
    assert numbers(figures, "asm.notices", QUANG_NAM, MAY, "stay_reason=Chữa bệnh") == (
        1,
        None,
        "reported",
    )
    assert numbers(figures, "asm.notice_online_rate", QUANG_NAM, MAY) == (2, 3, "reported")
    assert numbers(figures, "asm.guest_nights", QUANG_NAM, MAY) == (5, None, "reported")
    assert numbers(figures, "asm.guest_nights", TAM_KY, MAY, "guest=domestic") == (
        3,
        None,
        "reported",
    )


def test_the_reporting_rate_counts_accounts_once_over_the_window(tmp_path: Path) -> None:
    world = World(tmp_path, "asm")
    accounts = [
        establishment("A"),
        establishment("B"),
        establishment("C", district_id=HOI_AN),
        establishment("D", has_account=False),
    ]
    for month in ("2024-01", "2024-02"):
        world.deliver("asm_establishments", month, accounts)
    # A twice in both months; B in January; D has no account; X is not in the register.
    first = [notice("2024-01-03", "2024-01-03", number) for number in ("A", "A", "B", "D", "X")]
    world.deliver("asm_notices", "2024-01", first)
    world.deliver(
        "asm_notices",
        "2024-02",
        [
            notice("2024-02-03", "2024-02-03", "A"),
            notice("2024-02-03", "2024-02-03", "C", status="Từ chối"),
        ],
    )
    figures = world.figures()
    assert numbers(figures, "asm.reporting_rate", QUANG_NAM, "2024-02") == (1, 3, "reported")
    assert numbers(figures, "asm.reporting_rate", QUANG_NAM, "2024-02", window="ytd") == (
        2,
        3,
        "reported",
    )
    assert numbers(figures, "asm.reporting_rate", TAM_KY, "2024-01", "site_group=Lưu trú") == (
        2,
        2,
        "reported",
    )
    assert numbers(figures, "asm.reporting_rate", HOI_AN, "2024-02") == (0, 1, "reported_zero")


def test_a_register_carried_across_july_2025_counts_for_the_new_units(tmp_path: Path) -> None:
    """Quảng Nam's register of June stands for its part of Đà Nẵng; its districts are gone."""
    world = World(tmp_path, "asm")
    da_nang = area("province", "48", "2025-07")
    june, july = Month.parse("2025-06"), Month.parse("2025-07")
    communes = [unit for unit in AREAS.in_force("commune", june) if unit.province_code == "49"]
    commune, ward = next(
        (former, new) for former in communes if (new := AREAS.successor_in(former.area_id, july))
    )
    row = establishment(
        "A", district_id=area("district", "502", "2025-06"), commune_id=commune.area_id
    )
    world.deliver("asm_establishments", "2025-06", [row])
    world.carry("asm_establishments", "2025-06", "2025-07")
    figures = world.figures("2025-07")
    assert numbers(figures, "asm.accounts", da_nang, "2025-07") == (1, None, "reported")
    assert numbers(figures, "asm.accounts", ward.area_id, "2025-07") == (1, None, "reported")
    assert numbers(figures, "asm.districts_deployed", da_nang, "2025-07") == (1, 94, "reported")


def test_a_register_counts_in_the_provinces_that_it_says_everything_of(tmp_path: Path) -> None:
    """Old Đà Nẵng's register is there in July, and is not that of the province that others joined."""
    world = World(tmp_path, "asm")
    cao_bang, da_nang = area("province", "04", "2025-07"), area("province", "48", "2025-07")
    rows = [
        establishment(name, province_id=province, district_id=None)
        for name, province in (("A", cao_bang), ("B", da_nang))
    ]
    world.deliver("asm_establishments", "2025-07", rows, [cao_bang])
    figures = world.figures("2025-07")
    assert numbers(figures, "asm.accounts", COUNTRY, "2025-07") == (1, None, "partial")
    assert numbers(figures, "asm.accounts", cao_bang, "2025-07") == (1, None, "reported")
    assert numbers(figures, "asm.accounts", da_nang, "2025-07") == (None, None, "not_reported")
