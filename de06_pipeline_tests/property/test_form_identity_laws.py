"""Form II.06a adds up: received + carried over = finished + pending, in every area, window and kind
of agency, whatever two deliveries say about the same dossier.

Deliveries are drawn without any regard to each other: dossiers vanish, come to light late, change
their office, their dates and their procedure, and a province skips months.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, Window
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.indicators_kit import (
    COUNTRY,
    HOI_AN,
    LONG_AN,
    QUANG_NAM,
    TAM_KY,
    World,
    procedure,
)

MONTHS = [Month(2023, 12), Month(2024, 1), Month(2024, 2), Month(2024, 3)]
CODES = ("received", "carried_over", "finished", "pending")
PLACES = {TAM_KY: QUANG_NAM, HOI_AN: QUANG_NAM, None: LONG_AN}


@st.composite
def shown(draw: st.DrawFn, month: Month) -> dict[str, Any]:
    """What one delivery says about one of a few dossiers: alive in its month, as the contract asks."""
    district = draw(st.sampled_from([TAM_KY, HOI_AN, None]))
    hours = st.integers(0, 24 * 140)
    received = month.end - timedelta(hours=1 + draw(hours))
    finished = draw(
        st.none() | hours.map(lambda after: month.start + timedelta(hours=after % 1000))
    )
    if finished is not None and finished < received:
        finished = None
    status = draw(st.sampled_from([9, 9, 4, 1])) if finished is None else 9
    return {
        "dossier_code": draw(st.sampled_from("ABCDE")),
        "province_id": PLACES[district],
        "district_id": district,
        "procedure_code": draw(st.sampled_from(["1.004222", "3.000346"])),
        "agency_level": draw(st.sampled_from(["Huyện", "Xã"])),
        "service_level": "Toàn trình",
        "channel": draw(st.sampled_from([1, 2])),
        "received_at": None if status == 1 else received,
        "submitted_at": received,
        "finished_at": None if status == 1 else finished,
        "due_at": draw(st.none() | st.just(month.end)),
        "status": status,
    }


def one_each(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A delivery has one row a key, as superseding leaves it."""
    return list({row["dossier_code"]: row for row in rows}.values())


deliveries = st.tuples(*(st.none() | st.lists(shown(month), max_size=6) for month in MONTHS))


def world_of(folder: str, rows: tuple[Any, ...], period: PeriodType) -> World:
    codes = frozenset(f"dvc.{code}" for code in CODES)
    world = World(
        Path(folder), "dvc", expected=frozenset({QUANG_NAM, LONG_AN}), period=period, codes=codes
    )
    for month, delivered in zip(MONTHS, rows, strict=True):
        if delivered is not None:
            # Long An skips every other month.
            provinces = [QUANG_NAM, LONG_AN] if month.month % 2 else [QUANG_NAM]
            kept = [row for row in one_each(delivered) if row["province_id"] in provinces]
            world.deliver("dvc_dossiers", str(month), kept, provinces)
        agency = "Bộ Công an" if month.month == 2 else "Bộ Tư pháp"
        world.deliver("dvc_procedures", str(month), [procedure("3.000346", lead_agency=agency)])
    return world


@pytest.mark.parametrize("period", list(PeriodType))
@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=deliveries)
def test_every_form_adds_up(period: PeriodType, rows: tuple[Any, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        figures = world_of(folder, rows, period).figures()
    sums: dict[Any, dict[str, int]] = defaultdict(lambda: dict.fromkeys(CODES, 0))
    for (code, area_id, breakdown, window, month), row in figures.items():
        name = code.removeprefix("dvc.")
        is_compared = breakdown.startswith(("agency_level", "agency_group")) or not breakdown
        if name in CODES and is_compared and row["numerator"] is not None:
            sums[area_id, breakdown, window, month][name] += row["numerator"]
    assert all(
        figure["received"] + figure["carried_over"] == figure["finished"] + figure["pending"]
        for figure in sums.values()
    )


@pytest.mark.parametrize("period", list(PeriodType))
@settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=deliveries.filter(lambda delivered: None not in delivered))
def test_a_quarter_counts_each_dossier_once_by_its_latest_delivery(
    period: PeriodType, rows: tuple[Any, ...]
) -> None:
    """The pending of the first quarter, and the year to date that is the same days."""
    with tempfile.TemporaryDirectory() as folder:
        world = world_of(folder, rows, period)
        world.windows = frozenset({Window.QUARTER, Window.YTD})
        figures = world.figures("2024-03")
    for code in CODES:
        quarter = figures[f"dvc.{code}", COUNTRY, "", "quarter", "2024-03"]
        assert quarter == {
            **figures[f"dvc.{code}", COUNTRY, "", "ytd", "2024-03"],
            "time_window": "quarter",
        }


def at_noon(text: str) -> datetime:
    return datetime.fromisoformat(f"{text} 12:00:00")


def test_the_law_can_fail(tmp_path: Path) -> None:
    """Without the corrections at the seams, a dossier that vanishes makes the sum wrong."""
    lost = {
        "dossier_code": "A",
        "province_id": QUANG_NAM,
        "procedure_code": "1.004222",
        "agency_level": "Xã",
        "service_level": "Toàn trình",
        "received_at": at_noon("2024-01-10"),
        "status": 4,
    }
    world = World(tmp_path, "dvc")
    world.deliver("dvc_dossiers", "2024-01", [lost])
    for month in ("2024-02", "2024-03"):
        world.deliver("dvc_dossiers", month, [])
    months = [
        world.figures(month)["dvc.pending", COUNTRY, "", "month", month]
        for month in ("2024-01", "2024-03")
    ]
    assert [figure["numerator"] for figure in months] == [1, 0]
    figures = world.figures("2024-03")
    assert figures["dvc.pending", COUNTRY, "", "quarter", "2024-03"]["numerator"] == 1
