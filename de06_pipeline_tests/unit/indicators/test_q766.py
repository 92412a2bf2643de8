"""The scorecard of QĐ 766: points, what could be measured, bands, ranks; from published rates."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.indicators.methods.points import (
    ScoreComponent,
    bands_in_force,
    components_in_force,
    ranks,
    rates_of,
    score,
    total,
)
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Window
from de06_pipeline_tests.unit.indicators_kit import (
    AREAS,
    BEN_LUC,
    CONTRACTS,
    COUNTRY,
    HOI_AN,
    LONG_AN,
    QUANG_NAM,
    REFERENCE,
    REGISTRY,
    SETTINGS,
    TAM_KY,
    Figures,
    day,
    numbers,
)

JUNE = Month(2024, 6)
COMPONENTS = REFERENCE / "q766_components.csv"


def rate(
    code: str,
    area_id: int,
    numerator: int | None,
    denominator: int | None,
    status: str = "reported",
    bound: str = "",
) -> FinishedFigure:
    return FinishedFigure(area_id, code, "", numerator, denominator, status, bound, 1, 1)


def figures(rates: Iterable[FinishedFigure], month: Month = JUNE) -> Figures:
    request = FiguresRequest(
        source=REGISTRY.sources["q766"],
        contracts=CONTRACTS,
        areas=AREAS,
        reference=REFERENCE,
        months=[(month, frozenset({Window.MONTH}))],
        cells={},
        reporting={},
        composition={month: list(rates)},
        duck=SETTINGS,
    )
    rows = compute_figures(request).to_pylist()
    return {
        (row["indicator_code"], row["area_id"], row["breakdown"], "month", str(month)): row
        for row in rows
    }


def test_a_rate_earns_points_in_proportion_up_to_its_threshold() -> None:
    computed = figures(
        [
            rate("dvc.sync_rate", TAM_KY, 548, 1000),  # no threshold: 6 × 54,8 %
            rate("dvc.online_rate_of_online_services", TAM_KY, 1, 4),  # 12 × 25 / 50
            rate("dvc.online_rate_of_online_services", HOI_AN, 3, 5),  # above 50 %
            rate("dvc.digitised_rate", TAM_KY, 1, 3),  # 4 × 33,33 / 80 = 1,666…
            rate("feedback.on_time_rate", TAM_KY, 705_000, None),  # 70,5 % without a denominator
        ]
    )
    assert numbers(computed, "q766.sync", TAM_KY, "2024-06") == (329, 600, "reported")
    assert numbers(computed, "q766.online_services", TAM_KY, "2024-06") == (600, 1200, "reported")
    assert numbers(computed, "q766.online_services", HOI_AN, "2024-06") == (1200, 1200, "reported")
    assert numbers(computed, "q766.digitised", TAM_KY, "2024-06") == (167, 400, "reported")
    assert numbers(computed, "q766.feedback_on_time", TAM_KY, "2024-06") == (423, 600, "reported")
    assert numbers(computed, "q766.total", TAM_KY, "2024-06") == (
        329 + 600 + 167 + 423,
        600 + 1200 + 400 + 600,
        "reported",
    )
    assert numbers(computed, "q766.measurable_points", TAM_KY, "2024-06") == (
        2800,
        None,
        "reported",
    )


def test_what_has_no_value_is_left_out_and_is_not_zero() -> None:
    computed = figures(
        [
            rate("dvc.sync_rate", LONG_AN, 9, 10),
            rate("dvc.on_time_rate", LONG_AN, 0, 0, "no_denominator"),
            rate("procedure.complete_rate", LONG_AN, None, None, "not_reported"),
            rate("dvc.sync_rate", QUANG_NAM, None, None, "not_reported"),
        ]
    )
    assert numbers(computed, "q766.total", LONG_AN, "2024-06") == (540, 600, "reported")
    assert numbers(computed, "q766.on_time", LONG_AN, "2024-06") == (None, None, "no_denominator")
    assert numbers(computed, "q766.content_complete", LONG_AN, "2024-06") == (
        None,
        None,
        "not_reported",
    )
    assert numbers(computed, "q766.band", LONG_AN, "2024-06") == (5, None, "reported"), (
        "90 of 100 measurable points"
    )
    assert ("q766.total", QUANG_NAM, "", "month", "2024-06") not in computed


def test_components_change_with_the_years() -> None:
    rates = [
        rate("dvc.online_rate_of_online_services", LONG_AN, 1, 2),
        rate("dvc.online_rate_of_full_services", LONG_AN, 3, 4),
    ]
    assert (
        numbers(figures(rates, Month(2025, 6)), "q766.online_services", LONG_AN, "2025-06")[0]
        == 1200
    )
    tay_ninh = AREAS.successor_in(LONG_AN, Month(2026, 1))
    assert tay_ninh
    rates = [
        rate(component.code, tay_ninh.area_id, component.numerator, component.denominator)
        for component in rates
    ]
    assert (
        numbers(
            figures(rates, Month(2026, 1)), "q766.online_services", tay_ninh.area_id, "2026-01"
        )[0]
        == 900
    )


def test_ranks_are_among_neighbours_and_ties_share_one() -> None:
    hoi_an_peer = AREAS.children(QUANG_NAM, "district", JUNE)[3].area_id
    computed = figures(
        [
            *(
                rate("dvc.sync_rate", area_id, n, 10)
                for area_id, n in ((TAM_KY, 9), (HOI_AN, 9), (hoi_an_peer, 4), (BEN_LUC, 1))
            ),
            *(
                rate("dvc.sync_rate", area_id, n, 10)
                for area_id, n in ((QUANG_NAM, 3), (LONG_AN, 8), (COUNTRY, 5))
            ),
        ]
    )
    got = {
        area_id: numbers(computed, "q766.rank", area_id, "2024-06")[:2]
        for area_id in (TAM_KY, HOI_AN, hoi_an_peer, BEN_LUC, QUANG_NAM, LONG_AN)
    }
    assert got == {
        TAM_KY: (1, 3),
        HOI_AN: (1, 3),
        hoi_an_peer: (3, 3),
        BEN_LUC: (1, 1),
        QUANG_NAM: (2, 2),
        LONG_AN: (1, 2),
    }
    assert ("q766.rank", COUNTRY, "", "month", "2024-06") not in computed


@pytest.mark.parametrize(
    ("code", "level", "month"),
    [("46", "district", Month(2025, 1)), ("75", "commune", Month(2026, 4))],
    ids=["Huế", "Đồng Nai"],
)
def test_units_older_than_their_province_rank_with_the_younger_ones(
    code: str, level: str, month: Month
) -> None:
    """When a province becomes a city its row is a new one; most of its units' rows stay."""
    province = AREAS.by_code("province", code, month)
    assert province is not None
    units = AREAS.children(province.area_id, level, month)
    computed = figures(
        [rate("dvc.sync_rate", unit.area_id, n, 100) for n, unit in enumerate(units)], month
    )
    places = [numbers(computed, "q766.rank", unit.area_id, str(month))[:2] for unit in units]
    assert places == [(len(units) - n, len(units)) for n in range(len(units))]


@pytest.mark.parametrize(
    ("percent", "grade", "label"),
    [
        (100, 5, "Xuất sắc"),
        (90, 5, "Xuất sắc"),
        (80, 4, "Tốt"),
        (79, 3, "Khá"),
        (50, 2, "Trung bình"),
        (49, 1, "Yếu"),
        (0, 1, "Yếu"),
    ],
)
def test_a_limit_belongs_to_its_band(percent: int, grade: int, label: str) -> None:
    computed = figures([rate("dvc.sync_rate", LONG_AN, percent, 100)])
    bands = {key[2]: row["numerator"] for key, row in computed.items() if key[0] == "q766.band"}
    assert bands == {"": grade, f"band={label}": grade}


def test_partial_rates_make_partial_scores() -> None:
    computed = figures(
        [rate("dvc.sync_rate", COUNTRY, 9, 10, "partial"), rate("dvc.on_time_rate", COUNTRY, 9, 10)]
    )
    assert [
        numbers(computed, f"q766.{name}", COUNTRY, "2024-06")[2]
        for name in ("sync", "on_time", "total", "band")
    ] == [
        "partial",
        "reported",
        "partial",
        "partial",
    ]


def test_every_component_is_an_indicator_and_takes_one() -> None:
    """At any time; and what cannot be measured is listed too, since the points make 100."""
    codes = {indicator.code for indicator in REGISTRY}
    for when in ("2022-07-01", "2025-12-31", "2026-01-01"):
        components = components_in_force(COMPONENTS, day(when))
        assert {component.code for component in components if component.code} == {
            code for code in REGISTRY.sources["q766"].indicators if code not in COMPOSED
        }
        assert sum(component.points for component in components if component.code) == 76
    assert rates_of(COMPONENTS) <= codes


COMPOSED = {"q766.total", "q766.measurable_points", "q766.band", "q766.rank"}


def test_points_that_do_not_make_100_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "components.csv"
    table.write_text(
        COMPONENTS.read_text(encoding="utf-8").replace("q766.sync,6,", "q766.sync,7,"),
        encoding="utf-8",
    )
    with pytest.raises(ContractError, match="101 points"):
        components_in_force(table, JUNE.last_day)


SCORES = st.builds(
    lambda points, rate, n, d: (ScoreComponent("c", points, "r", Fraction(rate, 100)), n, d),
    st.integers(1, 20),
    st.integers(1, 100),
    st.integers(0, 1000),
    st.integers(1, 1000),
)


@given(st.lists(SCORES, min_size=1, max_size=8))
def test_a_total_is_never_above_what_could_be_measured(
    parts: list[tuple[ScoreComponent, int, int]],
) -> None:
    scores = [score(component, rate("r", LONG_AN, min(n, d), d)) for component, n, d in parts]
    whole = total(score for score in scores if score)
    assert whole
    assert (
        0
        <= whole.points
        <= whole.measurable
        == 100 * sum(component.points for component, _, _ in parts)
    )


@given(st.dictionaries(st.integers(1, 30), st.fractions(0, 1), max_size=12))
def test_a_rank_counts_those_that_are_better(shares: dict[int, Fraction]) -> None:
    places = ranks(shares)
    assert all((places[a] < places[b]) == (shares[a] > shares[b]) for a in shares for b in shares)
    assert not shares or min(places.values()) == 1


def test_bands_leave_no_gap() -> None:
    limits = [
        band.from_points for band in bands_in_force(REFERENCE / "q766_bands.csv", JUNE.last_day)
    ]
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] == 0
