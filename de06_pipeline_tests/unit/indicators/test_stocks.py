"""Cards and e-ID accounts: events, working days, and cumulative figures with their opening
balances.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Window
from de06_pipeline_tests.unit.indicators_kit import (
    AREAS,
    COUNTRY,
    HOI_AN,
    LONG_AN,
    QUANG_NAM,
    TAM_KY,
    World,
    area,
    day,
    numbers,
)

STOCK = "stock"


def account(received: str, **more: Any) -> dict[str, Any]:
    row = {
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "level": 2,
        "received_on": day(received),
    }
    return {**row, **more}


def balance(
    value: int, as_of: str = "2023-12-31", breakdown: str | None = None, **more: Any
) -> dict[str, Any]:
    row = {
        "indicator_code": "eid.received_stock",
        "breakdown": breakdown,
        "as_of": day(as_of),
        "value": value,
    }
    return {"province_id": QUANG_NAM, "district_id": TAM_KY, **row, **more}


def eid(folder: Path, *months: str, **more: Any) -> World:
    """A world in which one level 2 dossier is received in Tam Kỳ on the 10th of each month."""
    world = World(folder, "eid", **more)
    for month in months:
        world.deliver("eid_accounts", month, [account(f"{month}-10")])
    return world


def received(figures: Any, area_id: int, month: str, breakdown: str = "") -> Any:
    numerator, _, status = numbers(figures, "eid.received_stock", area_id, month, breakdown, STOCK)
    return numerator, status


def test_a_stock_is_the_latest_balance_plus_the_flows_since(tmp_path: Path) -> None:
    world = eid(tmp_path, "2024-01", "2024-02", "2024-03")
    world.deliver(
        "opening_balances",
        "2024-01",
        [balance(100), balance(500, "2024-02-29"), balance(7, "2024-04-01")],
    )
    figures = world.figures()
    assert [received(figures, TAM_KY, month)[0] for month in ("2024-01", "2024-02", "2024-03")] == [
        101,
        500,
        501,
    ]


def test_a_balance_within_a_month_counts_the_days_after_it(tmp_path: Path) -> None:
    for as_of, expected in (("2024-01-09", 101), ("2024-01-10", 100), ("2024-01-31", 100)):
        world = eid(tmp_path / as_of, "2024-01")
        world.deliver("opening_balances", "2024-01", [balance(100, as_of)])
        assert received(world.figures(), TAM_KY, "2024-01") == (expected, "reported"), as_of


def test_a_late_balance_restates_the_months_after_its_date_and_a_later_delivery_wins(
    tmp_path: Path,
) -> None:
    world = eid(tmp_path, "2024-01", "2024-02")
    world.deliver("opening_balances", "2024-09", [balance(100)])
    world.deliver("opening_balances", "2024-10", [balance(90)])
    assert received(world.figures(), TAM_KY, "2024-01") == (91, "reported")


def test_a_missing_month_or_balance_leaves_a_stock_incomplete(tmp_path: Path) -> None:
    world = eid(tmp_path, "2024-01", "2024-03")
    world.deliver("opening_balances", "2024-01", [balance(100)])
    figures = world.figures()
    assert received(figures, TAM_KY, "2024-01") == (101, "reported")
    assert received(figures, TAM_KY, "2024-03") == (None, "incomplete")
    assert received(figures, HOI_AN, "2024-01") == (None, "incomplete"), (
        "without a balance nobody knows where it starts"
    )
    assert received(figures, QUANG_NAM, "2024-01") == (None, "incomplete"), (
        "one of its districts has no balance"
    )
    assert received(figures, COUNTRY, "2024-01") == (None, "incomplete")


def districts_of(month: str) -> list[int]:
    return [unit.area_id for unit in AREAS.children(QUANG_NAM, "district", Month.parse(month))]


def test_a_province_without_its_own_balance_is_the_sum_of_its_districts(tmp_path: Path) -> None:
    world = eid(tmp_path, "2024-01")
    world.deliver(
        "eid_accounts", "2024-02", [account("2024-02-01"), account("2024-02-01", district_id=None)]
    )
    world.deliver(
        "opening_balances",
        "2024-01",
        [balance(10, district_id=district) for district in districts_of("2024-01")],
    )
    figures = world.figures()
    assert received(figures, QUANG_NAM, "2024-02") == (18 * 10 + 3, "reported")
    assert received(figures, COUNTRY, "2024-02") == (18 * 10 + 3, "reported")
    assert received(figures, TAM_KY, "2024-02") == (12, "reported")
    assert figures["eid.received_stock", COUNTRY, "", STOCK, "2024-02"]["areas_reported"] == 1


def test_districts_balances_of_different_days_each_count_from_their_own(tmp_path: Path) -> None:
    """Rows without a district belong to no district's balance, so they count from the earliest of
    the days.
    """
    world = World(tmp_path, "eid")
    world.deliver(
        "eid_accounts", "2024-01", [account("2024-01-10"), account("2024-01-10", district_id=None)]
    )
    lines = [
        balance(10, "2024-01-31" if district == TAM_KY else "2023-12-31", district_id=district)
        for district in districts_of("2024-01")
    ]
    world.deliver("opening_balances", "2024-01", lines)
    figures = world.figures()
    assert received(figures, TAM_KY, "2024-01") == (10, "reported")
    assert received(figures, QUANG_NAM, "2024-01") == (18 * 10 + 1, "reported")


def test_a_provinces_own_balance_wins(tmp_path: Path) -> None:
    world = eid(tmp_path, "2024-01", "2024-02")
    own = balance(1000, "2024-01-31", district_id=None)
    world.deliver(
        "opening_balances",
        "2024-01",
        [own, *(balance(10, district_id=district) for district in districts_of("2024-01"))],
    )
    figures = world.figures()
    assert received(figures, QUANG_NAM, "2024-01") == (1000, "reported")
    assert received(figures, QUANG_NAM, "2024-02") == (1001, "reported")
    assert received(figures, TAM_KY, "2024-02") == (12, "reported")


def test_a_breakdown_has_its_own_balance_or_zero_where_the_list_is_whole(tmp_path: Path) -> None:
    world = eid(tmp_path, "2024-01")
    world.deliver("eid_accounts", "2024-02", [account("2024-02-01", level=1)])
    world.deliver("opening_balances", "2024-01", [balance(100), balance(100, breakdown="level=2")])
    figures = world.figures()
    assert received(figures, TAM_KY, "2024-02", "level=2") == (101, "reported")
    assert received(figures, TAM_KY, "2024-02", "level=1") == (1, "reported"), (
        "level 2 was all of the balance"
    )
    other = eid(tmp_path / "other", "2024-01")
    other.deliver("eid_accounts", "2024-02", [account("2024-02-01", level=1)])
    other.deliver("opening_balances", "2024-01", [balance(100), balance(80, breakdown="level=2")])
    assert received(other.figures(), TAM_KY, "2024-02", "level=1") == (None, "incomplete")


def test_a_whole_list_says_zero_of_a_value_that_only_an_older_balance_names(
    tmp_path: Path,
) -> None:
    world = eid(tmp_path, "2024-01")
    world.deliver("eid_accounts", "2024-02", [account("2024-02-01", level=1)])
    older = [balance(15), balance(5, breakdown="level=1"), balance(10, breakdown="level=2")]
    whole = [balance(20, "2024-01-31"), balance(20, "2024-01-31", breakdown="level=2")]
    world.deliver("opening_balances", "2024-01", [*older, *whole])
    figures = world.figures()
    assert received(figures, TAM_KY, "2024-02") == (21, "reported")
    assert received(figures, TAM_KY, "2024-02", "level=1") == (1, "reported")
    assert received(figures, TAM_KY, "2024-02", "level=2") == (20, "reported")


def test_a_balance_holds_on_where_a_later_list_is_not_whole_or_an_earlier_one_was(
    tmp_path: Path,
) -> None:
    lists = {
        "not whole": [balance(20, "2024-01-31"), balance(18, "2024-01-31", breakdown="level=2")],
        "earlier": [balance(9, "2023-11-30"), balance(9, "2023-11-30", breakdown="level=2")],
    }
    for name, lines in lists.items():
        world = eid(tmp_path / name, "2024-01", "2024-02")
        world.deliver("opening_balances", "2024-01", [*lines, balance(5, breakdown="level=1")])
        assert received(world.figures(), TAM_KY, "2024-02", "level=1") == (5, "reported"), name


def test_rates_of_stocks_and_coverage(tmp_path: Path) -> None:
    world = World(tmp_path, "eid")
    world.deliver(
        "eid_accounts",
        "2024-01",
        [account("2024-01-03", created_on=day("2024-01-05"), activated_on=day("2024-01-06"))],
    )
    stocks = ("received", "created", "activated")
    lines = [
        balance(4, indicator_code=f"eid.{name}_stock", breakdown=text)
        for name in stocks
        for text in (None, "level=2")
    ]
    world.deliver("opening_balances", "2024-01", lines)
    people = {"province_id": QUANG_NAM, "district_id": TAM_KY, "population": 20}
    years = [("2023-01-01", 9), ("2024-01-01", 10), ("2024-02-01", 99)]
    world.deliver(
        "population",
        "2024-01",
        [{**people, "as_of": day(at), "population_14_plus": number} for at, number in years],
    )
    figures = world.figures()
    assert numbers(figures, "eid.activation_rate", TAM_KY, "2024-01", "level=2", STOCK) == (
        5,
        5,
        "reported",
    )
    assert numbers(figures, "eid.coverage", TAM_KY, "2024-01", window=STOCK) == (5, 10, "reported")
    assert figures["eid.coverage", HOI_AN, "", STOCK, "2024-01"]["status"] == "incomplete"


def test_coverage_rests_on_the_census_until_a_population_is_delivered_and_is_never_clipped(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, "cccd")
    card = {
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "product": "CCCD",
        "request_type": "Cấp mới",
    }
    world.deliver(
        "cccd_issuance",
        "2024-01",
        [
            {**card, "issued_on": day("2024-01-05")},
            {**card, "issued_on": day("2024-01-05"), "request_type": "Cấp lại"},
        ],
    )
    first = balance(10, indicator_code="cccd.issued_stock", breakdown="request_type=Cấp mới")
    world.deliver("opening_balances", "2024-01", [first])
    key = ("cccd.coverage", TAM_KY, "", STOCK, "2024-01")
    row = world.figures()[key]
    # 95,237 aged 14 or more in 2019; the country grew by 4.91 % until 2024-01-31.
    assert (row["numerator"], row["denominator"], row["status"]) == (
        11,
        pytest.approx(95_237 * 1.049116, abs=3),
        "reported",
    )
    assert row["basis"] == "census 2019 × national growth"
    world.deliver(
        "population",
        "2024-01",
        [
            {
                "province_id": QUANG_NAM,
                "district_id": TAM_KY,
                "as_of": day("2024-01-01"),
                "population_14_plus": 8,
            }
        ],
    )
    row = world.figures()[key]
    assert (row["numerator"], row["denominator"], row["status"], row["basis"]) == (
        11,
        8,
        "reported",
        "population dataset",
    )


def coverage_world(folder: Path, month: str) -> World:
    """A province with 50 first cards at the beginning of a month, and none in it."""
    world = World(
        folder,
        "cccd",
        codes=frozenset({"cccd.coverage"}),
        windows=frozenset({Window.STOCK}),
    )
    province = province_in(month)
    first = balance(50, f"{month}-01", "request_type=Cấp mới", indicator_code="cccd.issued_stock")
    world.deliver(
        "opening_balances", month, [first | {"province_id": province, "district_id": None}]
    )
    world.deliver("cccd_issuance", month, [], [province])
    return world


def province_in(month: str) -> int:
    """Quảng Nam, or what it went to."""
    province = AREAS.successor_in(QUANG_NAM, Month.parse(month))
    assert province is not None
    return province.area_id


def people(month: str, number: int, level: str = "") -> list[dict[str, Any]]:
    """A population as of the first of a month: of the province, or as many in each of its units."""
    province = province_in(month)
    counted = {"as_of": day(f"{month}-01"), "population": number, "population_14_plus": number}
    if not level:
        return [{"province_id": province, **counted}]
    units = AREAS.children(province, level, Month.parse(month))
    return [{"province_id": province, f"{level}_id": u.area_id, **counted} for u in units]


def measured_against(world: World, month: str) -> Any:
    row = world.figures(month)["cccd.coverage", province_in(month), "", STOCK, month]
    return row["numerator"], row["denominator"], row["basis"]


@pytest.mark.parametrize(
    ("month", "level", "units"), [("2024-06", "district", 18), ("2025-08", "commune", 94)]
)
def test_a_provinces_population_is_that_of_all_the_units_of_the_month(
    tmp_path: Path, month: str, level: str, units: int
) -> None:
    world = coverage_world(tmp_path / "all", month)
    world.deliver("population", month, people(month, 100, level))
    assert measured_against(world, month) == (50, units * 100, "population dataset")
    world.deliver("population", month, people(month, 7))
    assert measured_against(world, month) == (50, 7, "population dataset"), "its own wins"
    world = coverage_world(tmp_path / "but one", month)
    world.deliver("population", month, people(month, 100, level)[1:])
    assert measured_against(world, month)[2] == "census 2019 × national growth"


def test_the_later_of_predecessors_and_communes_populations_holds(tmp_path: Path) -> None:
    """Quảng Nam and Đà Nẵng became one on 1 July 2025."""
    before = [
        {
            "province_id": area("province", code, "2025-06"),
            "as_of": day("2025-06-01"),
            "population": number,
            "population_14_plus": number,
        }
        for code, number in (("48", 30), ("49", 40))
    ]
    world = coverage_world(tmp_path, "2025-08")
    world.deliver("population", "2025-06", before)
    assert measured_against(world, "2025-08") == (50, 70, "population dataset")
    world.deliver("population", "2025-08", people("2025-08", 100, "commune"))
    assert measured_against(world, "2025-08") == (50, 9400, "population dataset")


def test_cards_by_event_age_and_working_days(tmp_path: Path) -> None:
    world = World(tmp_path, "cccd")
    card = {
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "product": "CCCD",
        "request_type": "Cấp đổi",
        "venue": "Tại nhà",
    }
    world.deliver(
        "cccd_issuance",
        "2024-05",
        [
            # Friday to Wednesday over 29 and 30 April and 1 May, all free: 2, 3, 6, 7, 8 May.
            {
                **card,
                "received_on": day("2024-04-26"),
                "issued_on": day("2024-05-08"),
                "age_band_issued": "14-24",
            },
            # Friday to Wednesday of the week after next: 6-10, 13, 14, 15 May.
            {
                **card,
                "received_on": day("2024-05-03"),
                "issued_on": day("2024-05-15"),
                "age_band_received": "6-13",
                "age_band_issued": "14-24",
            },
            {
                **card,
                "received_on": day("2024-05-04"),
                "issued_on": day("2024-05-05"),
                "venue": None,
                "age_band_received": None,
            },
            {
                **card,
                "received_on": None,
                "issued_on": day("2024-05-05"),
                "handed_over_on": day("2024-05-06"),
            },
        ],
    )
    figures = world.figures()
    assert numbers(figures, "cccd.processing_days", TAM_KY, "2024-05") == (13, 3, "reported")
    assert numbers(
        figures, "cccd.within_limit_rate", TAM_KY, "2024-05", "request_type=Cấp đổi"
    ) == (2, 4, "reported")
    assert numbers(figures, "cccd.received", TAM_KY, "2024-05") == (2, None, "reported")
    assert numbers(figures, "cccd.received", TAM_KY, "2024-05", "age_band=6-13") == (
        1,
        None,
        "reported",
    )
    assert numbers(figures, "cccd.received", TAM_KY, "2024-05", "venue=Không rõ") == (
        1,
        None,
        "reported",
    )
    assert numbers(figures, "cccd.issued", QUANG_NAM, "2024-05", "age_band=14-24") == (
        2,
        None,
        "reported",
    )
    assert numbers(figures, "cccd.handed_over", QUANG_NAM, "2024-05") == (1, None, "reported")
    assert numbers(figures, "cccd.received", TAM_KY, "2024-05", "venue=Tại nhà", "ytd")[0] == 1


def test_a_merged_province_carries_its_predecessors_stocks_and_year(tmp_path: Path) -> None:
    """Tây Ninh took in Long An on 1 July 2025."""
    long_an, tay_ninh = area("province", "80", "2025-06"), area("province", "72", "2025-06")
    merged = area("province", "80", "2025-07")
    world = World(tmp_path, "eid", expected=frozenset({long_an, tay_ninh}))
    place = {"province_id": long_an, "district_id": area("district", "803", "2025-06")}
    world.deliver(
        "eid_accounts",
        "2025-06",
        [
            account("2025-06-10", **place),
            account("2025-06-10", province_id=tay_ninh, district_id=None),
        ],
        [long_an, tay_ninh],
    )
    world.deliver(
        "eid_accounts",
        "2025-07",
        [account("2025-07-10", province_id=merged, district_id=None)],
        [merged],
    )
    lines = [
        balance(100, "2025-05-31", province_id=long_an, district_id=None),
        balance(50, "2025-06-15", province_id=tay_ninh, district_id=None),
    ]
    world.deliver("opening_balances", "2025-06", lines)
    figures = world.figures()
    assert received(figures, long_an, "2025-06") == (101, "reported")
    assert received(figures, tay_ninh, "2025-06") == (50, "reported")
    assert received(figures, merged, "2025-07") == (152, "reported")
    assert received(figures, COUNTRY, "2025-07") == (152, "reported")
    assert numbers(figures, "eid.received", merged, "2025-07") == (1, None, "reported")
    assert numbers(figures, "eid.received", merged, "2025-07", window="ytd") == (
        3,
        None,
        "partial",
    ), "January to May are missing"
    assert not [
        key for key in figures if key[1] in (long_an, tay_ninh, LONG_AN) and key[4] == "2025-07"
    ]


def test_a_district_that_took_in_another_carries_it_on(tmp_path: Path) -> None:
    """Quế Sơn took in Nông Sơn on 1 January 2025."""
    before = {code: area("district", code, "2024-12") for code in ("509", "519")}
    after = area("district", "509", "2025-01")
    world = World(tmp_path, "eid")
    world.deliver(
        "eid_accounts",
        "2024-12",
        [account("2024-12-10", district_id=district) for district in before.values()],
    )
    world.deliver("eid_accounts", "2025-01", [account("2025-01-10", district_id=after)])
    world.deliver(
        "opening_balances",
        "2024-12",
        [balance(10, "2024-11-30", district_id=district) for district in before.values()],
    )
    figures = world.figures()
    assert received(figures, before["519"], "2024-12") == (11, "reported")
    assert received(figures, after, "2025-01") == (23, "reported")
