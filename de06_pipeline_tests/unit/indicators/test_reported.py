"""Reported figures: own reports, sums where every part reported, percentages, bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.check import check_registry
from de06_pipeline.periods import Month
from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import Kind
from de06_pipeline_tests.unit.indicators_kit import (
    AREAS,
    BEN_LUC,
    CONTRACTS,
    COUNTRY,
    DATA,
    LONG_AN,
    QUANG_NAM,
    TAM_KY,
    Figures,
    Row,
    World,
    numbers,
)

JUNE = "2024-06"
DISTRICTS = [unit.area_id for unit in AREAS.children(LONG_AN, "district", Month.parse(JUNE))]


def report(code: str, numerator: Any, province: int = QUANG_NAM, **more: Any) -> dict[str, Any]:
    return {"indicator_code": code, "numerator": numerator, "province_id": province, **more}


def districts(code: str, bounds: dict[int, str] | None = None, **more: Any) -> list[Row]:
    """A report of 2 from each district of Long An."""
    return [
        report(code, 2, LONG_AN, district_id=district, bound=(bounds or {}).get(district), **more)
        for district in DISTRICTS
    ]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, "reported", expected=frozenset({QUANG_NAM, LONG_AN}))


def figures(
    world: World, rows: list[Row], provinces: tuple[int, ...] = (QUANG_NAM, LONG_AN)
) -> Figures:
    world.deliver("agency_reports", JUNE, rows, provinces)
    return world.figures(JUNE)


def test_a_province_without_a_report_of_its_own_is_the_sum_of_its_districts(world: World) -> None:
    computed = figures(world, [*districts("models.deployed"), report("models.deployed", 5)])
    assert numbers(computed, "models.deployed", LONG_AN, JUNE) == (
        2 * len(DISTRICTS),
        None,
        "reported",
    )
    assert numbers(computed, "models.deployed", COUNTRY, JUNE) == (
        2 * len(DISTRICTS) + 5,
        None,
        "reported",
    )


def test_its_own_report_wins_over_its_districts(world: World) -> None:
    computed = figures(
        world, [*districts("models.deployed"), report("models.deployed", 31, LONG_AN)]
    )
    assert numbers(computed, "models.deployed", LONG_AN, JUNE) == (31, None, "reported")


def test_where_a_district_did_not_report_there_is_no_number_above_it(world: World) -> None:
    computed = figures(world, districts("models.deployed")[1:])
    assert numbers(computed, "models.deployed", LONG_AN, JUNE) == (None, None, "incomplete")
    assert numbers(computed, "models.deployed", QUANG_NAM, JUNE) == (None, None, "not_reported")
    assert numbers(computed, "models.deployed", DISTRICTS[1], JUNE) == (2, None, "reported")
    assert ("models.deployed", DISTRICTS[0], "", "month", JUNE) not in computed


def test_who_delivered_nothing_is_told_from_who_reported_zero(world: World) -> None:
    computed = figures(world, [report("models.deployed", 0)], (QUANG_NAM,))
    assert numbers(computed, "models.deployed", QUANG_NAM, JUNE) == (0, None, "reported_zero")
    assert numbers(computed, "models.deployed", LONG_AN, JUNE) == (None, None, "not_reported")
    assert numbers(computed, "models.deployed", COUNTRY, JUNE) == (None, None, "incomplete")
    country = computed["models.deployed", COUNTRY, "", "month", JUNE]
    assert (country["areas_expected"], country["areas_reported"]) == (2, 1)


def test_a_nil_return_reports_nothing(world: World) -> None:
    computed = figures(world, [])
    assert {row["status"] for row in computed.values()} == {"not_reported"}


def test_shares_are_added_up_by_their_parts(world: World) -> None:
    computed = figures(
        world,
        [
            *districts("tax.code_synced_rate", denominator=4),
            report("tax.code_synced_rate", 1, denominator=2),
        ],
    )
    assert numbers(computed, "tax.code_synced_rate", LONG_AN, JUNE) == (
        2 * len(DISTRICTS),
        4 * len(DISTRICTS),
        "reported",
    )
    assert numbers(computed, "tax.code_synced_rate", COUNTRY, JUNE) == (
        2 * len(DISTRICTS) + 1,
        4 * len(DISTRICTS) + 2,
        "reported",
    )


def test_a_percentage_stands_for_its_area_and_is_not_added_up(world: World) -> None:
    rows = districts("tax.code_synced_rate")
    computed = figures(world, [*rows, report("tax.code_synced_rate", "70.7")])
    assert numbers(computed, "tax.code_synced_rate", QUANG_NAM, JUNE) == (707_000, None, "reported")
    assert numbers(computed, "tax.code_synced_rate", BEN_LUC, JUNE) == (20_000, None, "reported")
    assert numbers(computed, "tax.code_synced_rate", LONG_AN, JUNE) == (None, None, "incomplete")


def test_a_share_of_nothing_has_no_denominator_and_a_percentage_of_zero_is_zero(
    world: World,
) -> None:
    computed = figures(
        world,
        [report("tax.code_synced_rate", 0, denominator=0), report("labour.digitised_rate", 0)],
    )
    assert numbers(computed, "tax.code_synced_rate", QUANG_NAM, JUNE) == (0, 0, "no_denominator")
    assert numbers(computed, "labour.digitised_rate", QUANG_NAM, JUNE) == (0, None, "reported_zero")


@pytest.mark.parametrize(
    ("bounds", "joint"),
    [
        ({}, ""),
        ({BEN_LUC: ">"}, ">"),
        ({BEN_LUC: "<"}, "<"),
        ({BEN_LUC: ">", DISTRICTS[0]: "<"}, "≈"),
    ],
)
def test_a_sum_is_bounded_as_its_parts_are(
    world: World, bounds: dict[int, str], joint: str
) -> None:
    computed = figures(world, districts("models.deployed", bounds))
    assert computed["models.deployed", LONG_AN, "", "month", JUNE]["bound"] == joint
    assert computed["models.deployed", BEN_LUC, "", "month", JUNE]["bound"] == bounds.get(
        BEN_LUC, ""
    )


def test_breakdowns_stand_beside_each_other_and_make_no_total(world: World) -> None:
    rows = [
        report("population_data.cleaned", 100, breakdown=f"group={name}", district_id=TAM_KY)
        for name in ("Trẻ em", "Người có công")
    ]
    computed = figures(world, rows)
    assert {key[2] for key in computed if key[:2] == ("population_data.cleaned", TAM_KY)} == {
        "group=Trẻ em",
        "group=Người có công",
    }


def test_before_2025_07_a_commune_does_not_stand_for_its_district(world: World) -> None:
    commune = AREAS.children(TAM_KY, "commune", Month(2025, 6))[0].area_id
    computed = figures(
        world, [report("models.deployed", 3, district_id=TAM_KY, commune_id=commune)]
    )
    assert ("models.deployed", TAM_KY, "", "month", JUNE) not in computed


def test_a_number_as_large_as_a_contract_takes_does_not_stop_a_step(world: World) -> None:
    computed = figures(
        world, [report("q766.published_score", 99_999_999_999_999), report("models.deployed", 1)]
    )
    assert numbers(computed, "models.deployed", QUANG_NAM, JUNE) == (1, None, "reported")


def test_an_entry_and_a_value_of_the_contract_need_each_other(tmp_path: Path) -> None:
    text = (DATA / "indicators" / "reported.yaml").read_text(encoding="utf-8")
    (tmp_path / "reported.yaml").write_text(
        text.replace("models.planned", "models.planned_rate"), encoding="utf-8"
    )
    with pytest.raises(ContractError) as error:
        check_registry(load_registry(tmp_path), CONTRACTS)
    findings = str(error.value)
    assert "models.planned_rate: agencies cannot report it" in findings
    assert "models.planned_rate: the code of a share" in findings
    assert "takes 'models.planned', which has no entry" in findings


def test_every_stock_can_have_a_balance_and_no_other_indicator(tmp_path: Path) -> None:
    balances = CONTRACTS["opening_balances"]
    stocks = {each.code for each in load_registry(DATA / "indicators") if each.kind is Kind.STOCK}
    assert {value.value for value in balances.field("indicator_code").enum} == stocks
    text = (DATA / "indicators" / "eid.yaml").read_text(encoding="utf-8")
    (tmp_path / "eid.yaml").write_text(
        text.replace("eid.created_stock", "eid.made_stock"), encoding="utf-8"
    )
    with pytest.raises(ContractError, match=r"eid\.made_stock: no balance can start it; add it"):
        check_registry(load_registry(tmp_path), CONTRACTS)
