"""A column that is not in a file is not a column of empty cells: what needs it is not reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.indicators.needed_fields import fields_needed
from de06_pipeline_tests.unit.indicators_kit import (
    BEN_LUC,
    CONTRACTS,
    COUNTRY,
    LONG_AN,
    QUANG_NAM,
    REGISTRY,
    TAM_KY,
    World,
    area,
    dossier,
    numbers,
    procedure,
)

BOTH = frozenset({QUANG_NAM, LONG_AN})
NOTHING_KNOWN = (None, None, "not_reported")


def _of_long_an(**more: object) -> dict[str, object]:
    place = {"province_id": LONG_AN, "district_id": BEN_LUC}
    return dossier("2024-02-05", due="2024-02-20", **place, **more)


def test_without_the_channel_nothing_is_said_about_online(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc", BOTH)
    ours = [dossier("2024-02-03", due="2024-02-09"), dossier("2024-02-04", due="2024-02-09")]
    world.deliver("dvc_dossiers", "2024-02", ours, lacking=["channel"])
    world.deliver("dvc_dossiers", "2024-02", [_of_long_an(channel=2)], [LONG_AN])
    figures = world.figures("2024-02")
    for area_id in (QUANG_NAM, TAM_KY):
        assert numbers(figures, "dvc.received", area_id, "2024-02") == (2, None, "reported")
        for code in ("dvc.online_rate", "dvc.received_online", "dvc.received_counter"):
            assert numbers(figures, code, area_id, "2024-02") == NOTHING_KNOWN
    assert numbers(figures, "dvc.online_rate", LONG_AN, "2024-02") == (1, 1, "reported")
    assert numbers(figures, "dvc.online_rate", COUNTRY, "2024-02") == (1, 1, "partial")
    assert numbers(figures, "dvc.received", COUNTRY, "2024-02") == (3, None, "reported")
    country = figures["dvc.online_rate", COUNTRY, "", "month", "2024-02"]
    assert (country["areas_expected"], country["areas_reported"]) == (2, 1)
    levels = [key for key in figures if key[:2] == ("dvc.online_rate", QUANG_NAM) and key[2]]
    assert levels == [], "no breakdown of what is not known"


def test_a_year_with_such_a_month_is_partial_and_counts_the_others(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    world.deliver("dvc_dossiers", "2024-01", [dossier("2024-01-03", channel=2)])
    unknown = [dossier("2024-02-03"), dossier("2024-02-04")]
    world.deliver("dvc_dossiers", "2024-02", unknown, lacking=["channel"])
    figures = world.figures("2024-02")
    rate = numbers(figures, "dvc.online_rate", QUANG_NAM, "2024-02", window="ytd")
    assert rate == (1, 1, "partial"), "February counts in neither part"
    received = numbers(figures, "dvc.received", QUANG_NAM, "2024-02", window="ytd")
    assert received == (3, None, "reported")


def test_without_a_column_to_break_down_by_the_total_stands_alone(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc", BOTH)
    world.deliver("dvc_dossiers", "2024-02", [dossier("2024-02-03")], lacking=["sector"])
    world.deliver("dvc_dossiers", "2024-02", [_of_long_an()], [LONG_AN])
    figures = world.figures("2024-02")
    sectors = {
        key[1:3]: row
        for key, row in figures.items()
        if key[0] == "dvc.received" and "sector=" in key[2] and key[3] == "month"
    }
    assert {key: (row["numerator"], row["status"]) for key, row in sectors.items()} == {
        (COUNTRY, "sector=Hộ tịch"): (1, "partial"),
        (LONG_AN, "sector=Hộ tịch"): (1, "reported"),
    }
    assert numbers(figures, "dvc.received", QUANG_NAM, "2024-02") == (1, None, "reported")
    assert numbers(figures, "dvc.received", COUNTRY, "2024-02") == (2, None, "reported")


def test_without_the_district_the_province_is_known_and_its_districts_are_not(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, "dvc")
    rows = [dossier("2024-02-03", district_id=None)]
    world.deliver("dvc_dossiers", "2024-02", rows, lacking=["district"])
    figures = world.figures("2024-02")
    assert numbers(figures, "dvc.received", QUANG_NAM, "2024-02") == (1, None, "reported")
    assert numbers(figures, "dvc.received", TAM_KY, "2024-02") == NOTHING_KNOWN


def test_what_is_looked_up_needs_the_column_of_the_snapshot(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    world.deliver("dvc_procedures", "2024-02", [procedure("1.004222")], lacking=["lead_agency"])
    world.deliver("dvc_dossiers", "2024-02", [dossier("2024-02-03")])
    figures = world.figures("2024-02")
    groups = [key for key in figures if key[0] == "dvc.received" and "agency_group" in key[2]]
    assert groups == []
    assert numbers(figures, "dvc.essential_led_by_police", QUANG_NAM, "2024-02") == NOTHING_KNOWN
    assert numbers(figures, "dvc.services", QUANG_NAM, "2024-02") == (1, None, "reported")


def _site(number: str, province: int, district: int | None) -> dict[str, object]:
    return {
        "establishment_id": number,
        "site_group": "Lưu trú",
        "status": "Hoạt động",
        "province_id": province,
        "district_id": district,
        "has_account": True,
    }


@pytest.mark.parametrize("month", ["2024-02", "2025-07"])
def test_units_are_not_counted_where_no_column_names_them(tmp_path: Path, month: str) -> None:
    """From 2025-07 on units are communes: a register of before has no column for these either."""
    province = QUANG_NAM if month < "2025-07" else area("province", "48", month)
    world = World(tmp_path, "asm")
    unit = "district" if month < "2025-07" else "commune"
    rows = [_site("A", province, None)]
    world.deliver("asm_establishments", month, rows, [province], lacking=[unit])
    figures = world.figures(month)
    assert numbers(figures, "asm.accounts", province, month) == (1, None, "reported")
    assert numbers(figures, "asm.districts_deployed", province, month) == NOTHING_KNOWN
    assert numbers(figures, "asm.districts_deployed", COUNTRY, month) == NOTHING_KNOWN


def test_a_register_without_its_account_column_leaves_the_other_provinces_counted(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, "asm", BOTH)
    ours, theirs = _site("A", QUANG_NAM, TAM_KY), _site("B", LONG_AN, BEN_LUC)
    world.deliver("asm_establishments", "2024-02", [ours], lacking=["has_account"])
    world.deliver("asm_establishments", "2024-02", [theirs], [LONG_AN])
    for place in (QUANG_NAM, LONG_AN):
        world.deliver("asm_notices", "2024-02", [], [place])
    figures = world.figures("2024-02")
    assert numbers(figures, "asm.establishments", COUNTRY, "2024-02") == (2, None, "reported")
    for code, numerator, denominator in (
        ("asm.account_rate", 1, 1),
        ("asm.reporting_rate", 0, 1),
        ("asm.districts_deployed", 1, 15),
    ):
        assert numbers(figures, code, QUANG_NAM, "2024-02") == NOTHING_KNOWN
        assert numbers(figures, code, COUNTRY, "2024-02") == (numerator, denominator, "partial")


def test_a_stock_is_incomplete_by_the_breakdown_whose_column_is_missing(tmp_path: Path) -> None:
    world = World(tmp_path, "eid")
    world.deliver(
        "opening_balances",
        "2024-01",
        [
            {
                "indicator_code": "eid.received_stock",
                "province_id": QUANG_NAM,
                "breakdown": breakdown,
                "as_of": "2023-12-31",
                "value": 10,
            }
            for breakdown in (None, "level=2")
        ],
    )
    for month, level in (("2024-01", 2), ("2024-02", None)):
        row = {"province_id": QUANG_NAM, "district_id": TAM_KY, "received_on": f"{month}-05"}
        lacking = [] if level else ["level"]
        world.deliver("eid_accounts", month, [{**row, "level": level}], lacking=lacking)
    figures = world.figures("2024-01", "2024-02")
    before = ("eid.received_stock", QUANG_NAM, "2024-01")
    assert numbers(figures, *before, "level=2", window="stock") == (11, None, "reported")
    stock = ("eid.received_stock", QUANG_NAM, "2024-02")
    assert numbers(figures, *stock, window="stock") == (12, None, "reported")
    assert numbers(figures, *stock, "level=2", window="stock") == (None, None, "incomplete")


@pytest.mark.parametrize(
    ("code", "breakdown", "needed"),
    [
        ("dvc.online_rate", "", {"channel"}),
        ("dvc.online_rate", "sector", {"channel", "sector"}),
        ("dvc.not_accepted", "", {"submitted_at"}),
        (
            "dvc.on_time_rate",
            "",
            {"due_at", "finished_at", "supplement_requests", "supplement_days"},
        ),
        ("dvc.online_payment_rate", "", {"fee_vnd", "online_payment"}),
        ("cccd.issued", "age_band_issued", {"birth_date"}),
        ("cccd.coverage", "", {"request_type"}),
        ("asm.guest_nights", "", {"departure_on"}),
    ],
)
def test_the_fields_behind_a_figure(code: str, breakdown: str, needed: set[str]) -> None:
    """Through conditions and derived fields; those that the contract gives a value are not among
    them.
    """
    indicator = REGISTRY.indicator(code)
    asked = fields_needed(REGISTRY.sources[indicator.source], CONTRACTS, indicator, breakdown)
    unknown = {
        (dataset, field.name)
        for dataset, contract in CONTRACTS.items()
        for field in contract.optional_fields
        if not field.absent.is_value
    }
    always = {"finished_at"} if code.startswith("dvc.") else set()
    assert {name for _, name in asked & unknown} | always == needed | always
