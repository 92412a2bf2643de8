"""Laws of the figures of public services: a second, naive count agrees, identities hold, and levels
add up.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median_high, median_low
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from de06_pipeline.periods import Month
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.indicators_kit import (
    BEN_LUC,
    COUNTRY,
    HOI_AN,
    LONG_AN,
    QUANG_NAM,
    TAM_KY,
    World,
    registry_of,
)

JUNE = Month(2024, 6)
START, END = JUNE.start, JUNE.end
PLACES = [
    (QUANG_NAM, TAM_KY),
    (QUANG_NAM, HOI_AN),
    (QUANG_NAM, None),
    (LONG_AN, BEN_LUC),
    (LONG_AN, None),
]

moments = st.integers(-40 * 86400, 35 * 86400).map(
    lambda seconds: START + timedelta(seconds=seconds)
)
# Boundaries deserve more than chance.
instants = st.one_of(
    moments, st.sampled_from([START, END, START - timedelta(seconds=1), END - timedelta(seconds=1)])
)


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    received = draw(instants.filter(lambda at: at < END))
    finished = draw(st.none() | instants.filter(lambda at: at >= max(received, START)))
    province, district = draw(st.sampled_from(PLACES))
    return {
        "province_id": province,
        "district_id": district,
        "procedure_code": draw(st.sampled_from(["1.004222", "1.000001"])),
        "agency_level": "Tỉnh" if district is None else draw(st.sampled_from(["Huyện", "Xã"])),
        "service_level": draw(st.sampled_from(["Toàn trình", "Một phần", "Còn lại"])),
        "channel": draw(st.sampled_from([1, 2, 3, None])),
        "status": draw(st.sampled_from([1, 3]))
        if draw(st.integers(0, 9)) == 0
        else 9
        if finished
        else 4,
        "received_at": received,
        "finished_at": finished,
        "due_at": draw(st.none() | instants),
        "supplement_requests": draw(st.integers(0, 2)),
        "supplement_days": draw(st.sampled_from(["0", "0.5", "3.25"])),
    }


def naive(rows: list[dict[str, Any]]) -> Counter[str]:
    """The counts of some dossiers, one after another and by other means than the pipeline's."""
    sums: Counter[str] = Counter()
    for row in rows:
        if row["status"] in (1, 3):
            continue
        received, finished, due = row["received_at"], row["finished_at"], row["due_at"]
        sums["dvc.received" if received >= START else "dvc.carried_over"] += 1
        if received >= START:
            sums[
                {2: "dvc.received_online", 3: "dvc.received_post"}.get(
                    row["channel"], "dvc.received_counter"
                )
            ] += 1
        if due is None:
            sums["dvc.no_due_date"] += 1
        if finished is None or finished >= END:
            sums["dvc.pending"] += 1
            late = row["supplement_requests"] > 1 or (due is not None and due < END)
            sums["dvc.pending_overdue" if late else "dvc.pending_in_time"] += 1
            continue
        sums["dvc.finished"] += 1
        end = finished - timedelta(days=float(row["supplement_days"]))
        if row["supplement_requests"] > 1 or (due is not None and end > due):
            sums["dvc.finished_overdue"] += 1
        elif due is not None and end < datetime(due.year, due.month, due.day):
            sums["dvc.finished_early"] += 1
        else:
            sums["dvc.finished_on_time"] += 1
    return sums


def durations(rows: list[dict[str, Any]]) -> list[int]:
    """Processing times in seconds."""
    finished = [
        row
        for row in rows
        if row["status"] not in (1, 3) and row["finished_at"] and row["finished_at"] < END
    ]
    waited = [timedelta(days=float(row["supplement_days"])) for row in finished]
    return [
        int((row["finished_at"] - row["received_at"] - wait).total_seconds())
        for row, wait in zip(finished, waited, strict=True)
    ]


COUNTS = (
    "received carried_over finished pending received_online received_counter received_post "
    "finished_early finished_on_time finished_overdue pending_in_time pending_overdue no_due_date"
)
COUNTED = registry_of(
    *(f"dvc.{name}" for name in COUNTS.split()),
    *("dvc.processing_days_mean", "dvc.processing_days_median"),
)
"""The indicators that the laws speak of; the others would be computed for nothing."""


def figures_of(rows: list[dict[str, Any]]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), "dvc", frozenset({QUANG_NAM, LONG_AN}), registry=COUNTED)
        world.deliver("dvc_dossiers", str(JUNE), rows, [QUANG_NAM, LONG_AN])
        return world.figures()


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(dossiers(), max_size=60))
def test_figures_are_a_naive_count_of_the_same_rows_and_add_up(rows: list[dict[str, Any]]) -> None:
    figures = figures_of(rows)
    agree_with_a_naive_count(rows, figures)
    add_up_over_levels_and_breakdowns(figures)


def agree_with_a_naive_count(rows: list[dict[str, Any]], figures: Any) -> None:
    areas = {
        COUNTRY: rows,
        QUANG_NAM: [row for row in rows if row["province_id"] == QUANG_NAM],
        TAM_KY: [row for row in rows if row["district_id"] == TAM_KY],
    }
    for area_id, within in areas.items():
        expected = naive(within)
        for name in COUNTS.split():
            assert (
                figures[f"dvc.{name}", area_id, "", "month", str(JUNE)]["numerator"]
                == expected[f"dvc.{name}"]
            ), name
        seconds = durations(within)
        mean = figures["dvc.processing_days_mean", area_id, "", "month", str(JUNE)]
        assert (mean["numerator"], mean["denominator"]) == (sum(seconds), len(seconds))
        middle = figures["dvc.processing_days_median", area_id, "", "month", str(JUNE)]
        assert middle["numerator"] == (
            (median_low(seconds) + median_high(seconds) + 1) // 2 if seconds else None
        )


def add_up_over_levels_and_breakdowns(figures: Any) -> None:
    month = str(JUNE)
    for name in COUNTS.split():
        code = f"dvc.{name}"
        totals = {
            key[1]: row["numerator"]
            for key, row in figures.items()
            if key[0] == code and key[2:] == ("", "month", month)
        }
        provinces = totals[QUANG_NAM] + totals[LONG_AN]
        units = sum(
            number
            for area_id, number in totals.items()
            if area_id not in (COUNTRY, QUANG_NAM, LONG_AN)
        )
        own = figures.get((code, COUNTRY, "agency_level=Tỉnh", "month", month), {"numerator": 0})[
            "numerator"
        ]
        assert totals[COUNTRY] == provinces
        if name != "no_due_date":
            assert provinces == units + own, "rows of provincial agencies lie in no district"
            for dimension in ("agency_level", "service_level", "agency_group", "sector"):
                parts = [
                    row["numerator"]
                    for key, row in figures.items()
                    if key[:2] == (code, COUNTRY)
                    and key[2].startswith(f"{dimension}=")
                    and key[3] == "month"
                ]
                assert sum(parts) == totals[COUNTRY], dimension
