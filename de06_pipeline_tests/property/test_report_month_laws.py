"""Laws of administrative months (from the 15th through the 14th), against dossiers counted one by
one over their whole lives.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, Window
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.indicators_kit import COUNTRY, QUANG_NAM, TAM_KY, World, registry_of

MONTHS = [Month(2023, 12), Month(2024, 1), Month(2024, 2), Month(2024, 3)]
REPORTS = MONTHS[1:]
"""Those whose two calendar months are both in."""
COUNTED = registry_of(
    *("dvc.received", "dvc.carried_over", "dvc.finished", "dvc.pending"),
    "dvc.processing_days_median",
)
"""The indicators that the laws speak of: the others cost three times as much and say nothing."""
BEGIN, END = MONTHS[0].start, MONTHS[-1].end

moments = st.integers(0, int((END - BEGIN).total_seconds()) - 1).map(
    lambda seconds: BEGIN + timedelta(seconds=seconds)
)
cuts = [
    edge + timedelta(seconds=off)
    for month in MONTHS
    for edge in (month.start, month.start + timedelta(days=14))
    for off in (-1, 0, 1)
]
instants = st.one_of(moments, st.sampled_from([cut for cut in cuts if BEGIN <= cut < END]))


@st.composite
def lives(draw: st.DrawFn) -> dict[str, Any]:
    """A dossier from its receipt to its end."""
    received = draw(instants)
    finished = draw(st.none() | instants.filter(lambda at: at >= received))
    return {
        "dossier_code": draw(st.uuids().map(str)),
        "province_id": QUANG_NAM,
        "district_id": draw(st.sampled_from([TAM_KY, None])),
        "procedure_code": "1.004222",
        "agency_level": draw(st.sampled_from(["Huyện", "Xã"])),
        "service_level": "Toàn trình",
        "channel": draw(st.sampled_from([1, 2])),
        "received_at": received,
        "finished_at": finished,
    }


def delivered(rows: list[dict[str, Any]], month: Month) -> list[dict[str, Any]]:
    """What the month's export shows: the dossiers alive in it, as they stood at its end."""
    alive = [
        row
        for row in rows
        if row["received_at"] < month.end
        and (row["finished_at"] is None or row["finished_at"] >= month.start)
    ]
    shown = [
        {
            **row,
            "finished_at": row["finished_at"]
            if row["finished_at"] and row["finished_at"] < month.end
            else None,
        }
        for row in alive
    ]
    return [{**row, "status": 9 if row["finished_at"] else 4} for row in shown]


def figures_of(
    rows: list[dict[str, Any]], period: PeriodType, months: list[Month], *windows: Window
) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), "dvc", frozenset({QUANG_NAM}), registry=COUNTED, period=period)
        world.windows = frozenset(windows)
        for month in MONTHS:
            world.deliver("dvc_dossiers", str(month), delivered(rows, month), [QUANG_NAM])
        return world.figures(*map(str, months))


def naive(rows: list[dict[str, Any]], start: datetime, end: datetime) -> dict[str, int]:
    def finished(row: dict[str, Any], by: datetime) -> bool:
        return row["finished_at"] is not None and row["finished_at"] < by

    return {
        "dvc.received": sum(start <= row["received_at"] < end for row in rows),
        "dvc.carried_over": sum(
            row["received_at"] < start and not finished(row, start) for row in rows
        ),
        "dvc.finished": sum(finished(row, end) and not finished(row, start) for row in rows),
        "dvc.pending": sum(row["received_at"] < end and not finished(row, end) for row in rows),
    }


def half_way(month: Month) -> datetime:
    return month.start + timedelta(days=14)


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lives(), max_size=40))
def test_administrative_months_agree_with_whole_lives_and_with_calendar_months(
    rows: list[dict[str, Any]],
) -> None:
    reports = figures_of(rows, PeriodType.REPORT_MONTH, REPORTS, Window.MONTH, Window.YTD)
    agree_with_a_naive_count(rows, reports)
    calendar = figures_of(rows, PeriodType.MONTH, MONTHS, Window.MONTH)
    hold_what_calendar_months_hold(rows, reports, calendar)


def agree_with_a_naive_count(rows: list[dict[str, Any]], figures: Any) -> None:
    for month in REPORTS:
        for area_id, within in (
            (COUNTRY, rows),
            (TAM_KY, [row for row in rows if row["district_id"] == TAM_KY]),
        ):
            expected = naive(within, half_way(month.plus(-1)), half_way(month))
            computed = {
                code: figures[code, area_id, "", "month", str(month)]["numerator"]
                for code in expected
            }
            assert computed == expected, month
        middle = figures["dvc.processing_days_median", QUANG_NAM, "", "month", str(month)][
            "denominator"
        ]
        assert middle == figures["dvc.finished", QUANG_NAM, "", "month", str(month)]["numerator"]


def hold_what_calendar_months_hold(rows: list[dict[str, Any]], reports: Any, calendar: Any) -> None:
    """Up to the ends, where one of them has no month."""
    last = REPORTS[-1]
    before = sum(row["received_at"] < half_way(MONTHS[0]) for row in rows)
    after = sum(row["received_at"] >= half_way(last) for row in rows)
    by_report = [
        reports["dvc.received", COUNTRY, "", "month", str(month)]["numerator"] for month in REPORTS
    ]
    by_month = [
        calendar["dvc.received", COUNTRY, "", "month", str(month)]["numerator"] for month in MONTHS
    ]
    assert before + sum(by_report) + after == sum(by_month) == len(rows)
    # The administrative year begins on 15 December, so its year to date is the sum of its months.
    assert reports["dvc.received", COUNTRY, "", "ytd", str(last)]["numerator"] == sum(by_report)
