"""Administrative months: what they are made of, what a calendar month changes, and when they are
complete.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.computation.windows import (
    affected_reports,
    periods_of,
    touched_months,
    windows_of,
)
from de06_pipeline.indicators.period import Period
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, Window
from de06_pipeline_tests.unit.indicators_kit import (
    BEN_LUC,
    LONG_AN,
    QUANG_NAM,
    REGISTRY,
    TAM_KY,
    World,
    area,
    day,
    dossier,
    numbers,
)

DECEMBER, JANUARY, FEBRUARY, MARCH = Month(2023, 12), Month(2024, 1), Month(2024, 2), Month(2024, 3)
REPORT = PeriodType.REPORT_MONTH
MONTH, QUARTER, YTD, STOCK = Window.MONTH, Window.QUARTER, Window.YTD, Window.STOCK


def test_administrative_months_meet_at_the_beginning_of_the_15th() -> None:
    february, march = Period(REPORT, FEBRUARY), Period(REPORT, MARCH)
    assert (february.start, february.end) == (datetime(2024, 1, 15), datetime(2024, 2, 15))
    assert march.start == february.end
    assert february.months == (JANUARY, FEBRUARY)


def test_what_an_administrative_quarter_and_year_are_made_of() -> None:
    months = (JANUARY, FEBRUARY, MARCH)
    assert periods_of(REPORT, MONTH, MARCH) == (Period(REPORT, MARCH),)
    assert periods_of(REPORT, YTD, MARCH) == tuple(Period(REPORT, month) for month in months)
    assert periods_of(REPORT, QUARTER, MARCH) == periods_of(REPORT, YTD, MARCH)
    # The administrative year and its first quarter begin on 15 December.
    assert touched_months(REPORT, QUARTER, MARCH) == (DECEMBER, *months)
    assert touched_months(PeriodType.MONTH, QUARTER, MARCH) == months
    assert QUARTER in windows_of(MARCH)
    assert QUARTER not in windows_of(FEBRUARY)


def test_what_a_calendar_month_changes() -> None:
    existing = [DECEMBER, JANUARY, FEBRUARY, MARCH]
    assert dict(affected_reports(JANUARY, existing)) == {
        JANUARY: {MONTH, YTD, STOCK},
        FEBRUARY: {MONTH, YTD, STOCK},
        MARCH: {QUARTER, YTD, STOCK},
    }
    # December belongs to two administrative years.
    assert dict(affected_reports(DECEMBER, existing))[MARCH] == {QUARTER, YTD, STOCK}
    # A month that relies on a snapshot of another changes with it, and so does the month after.
    carried = {FEBRUARY: {DECEMBER}}
    assert MONTH in dict(affected_reports(DECEMBER, existing, carried))[MARCH]
    # The newest month has begun an administrative month that is not over.
    assert dict(affected_reports(MARCH, existing)) == {MARCH: {MONTH, QUARTER, YTD, STOCK}}


def test_what_has_figures_of_administrative_months() -> None:
    dvc, asm = REGISTRY.sources["dvc"], REGISTRY.sources["asm"]
    assert dvc.in_report_month(dvc.indicators["dvc.on_time_rate"])
    assert dvc.in_report_month(dvc.indicators["dvc.no_due_date"])
    assert asm.in_report_month(asm.indicators["asm.notices_stock"])
    states = [
        (dvc, "dvc.services"),
        (dvc, "dvc.essential_deployed"),
        (asm, "asm.accounts"),
    ]
    assert not any(source.in_report_month(source.indicators[code]) for source, code in states)


def test_it_is_complete_only_when_both_calendar_months_are_in(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc", period=REPORT)
    world.deliver(
        "dvc_dossiers", "2024-02", [dossier("2024-02-14 23:59:59"), dossier("2024-02-15 00:00:00")]
    )
    assert numbers(world.figures(), "dvc.received", TAM_KY, "2024-02") == (1, None, "partial")
    world.deliver(
        "dvc_dossiers", "2024-03", [dossier("2024-03-14 23:59:59"), dossier("2024-03-15 00:00:00")]
    )
    figures = world.figures()
    assert numbers(figures, "dvc.received", TAM_KY, "2024-03") == (2, None, "reported")
    assert numbers(figures, "dvc.received", QUANG_NAM, "2024-02") == (1, None, "partial")
    assert {key[0] for key in figures} >= {"dvc.received", "dvc.processing_days_median"}
    assert "dvc.services" not in {key[0] for key in figures}


def test_the_later_delivery_speaks_for_a_dossier_that_both_have(tmp_path: Path) -> None:
    """The first export has it registered only, the second as received before it was made."""
    world = World(tmp_path, "dvc", period=REPORT)
    registered = dossier(None, dossier_code="A", status=1, submitted_at=datetime(2024, 2, 20))
    moved = dossier("2024-02-21 08:00", dossier_code="B", agency_level="Tỉnh")
    world.deliver("dvc_dossiers", "2024-02", [registered, moved])
    later = [
        dossier("2024-02-20 09:00", dossier_code="A"),
        dossier("2024-02-21 08:00", "2024-03-05 08:00", dossier_code="B"),
    ]
    world.deliver("dvc_dossiers", "2024-03", later)
    figures = world.figures("2024-03")
    counts = {
        code: figures[f"dvc.{code}", TAM_KY, "", "month", "2024-03"]["numerator"]
        for code in ("received", "carried_over", "finished", "pending", "no_due_date")
    }
    assert counts == {
        "received": 2,
        "carried_over": 0,
        "finished": 1,
        "pending": 1,
        "no_due_date": 2,
    }
    assert ("dvc.received", TAM_KY, "agency_level=Tỉnh", "month", "2024-03") not in figures


@pytest.mark.parametrize("period", list(PeriodType))
def test_a_quarter_is_counted_by_what_its_last_delivery_knows(
    tmp_path: Path, period: PeriodType
) -> None:
    """One dossier is never seen again, one changes its office, one comes to light late: the sum of
    the months would not add up.
    """
    world = World(tmp_path, "dvc", period=period)
    world.deliver(
        "dvc_dossiers",
        "2024-01",
        [
            dossier("2024-01-03 08:00", dossier_code="lost"),
            dossier("2024-01-03 08:00", dossier_code="moved", agency_level="Xã"),
        ],
    )
    world.deliver(
        "dvc_dossiers",
        "2024-02",
        [
            dossier("2024-01-03 08:00", dossier_code="moved"),
            dossier("2024-01-04 08:00", dossier_code="late"),
        ],
    )
    world.deliver(
        "dvc_dossiers",
        "2024-03",
        [
            dossier("2024-01-03 08:00", "2024-03-05 08:00", dossier_code="moved"),
            dossier("2024-01-04 08:00", dossier_code="late"),
        ],
    )
    figures = world.figures("2024-03")
    for window in ("quarter", "ytd"):
        counts = [
            figures[f"dvc.{code}", TAM_KY, "", window, "2024-03"]["numerator"]
            for code in ("received", "carried_over", "finished", "pending")
        ]
        assert counts == [3, 0, 1, 2]
        by_office = ("dvc.received", TAM_KY, "agency_level=Xã", window, "2024-03")
        assert by_office not in figures


def test_systems_of_two_provinces_may_give_the_same_key(tmp_path: Path) -> None:
    """Long An's application of June is not Quảng Nam's of May."""
    world = World(tmp_path, "eid", frozenset({QUANG_NAM, LONG_AN}), period=REPORT)
    for month, province, district in (
        ("2024-05", QUANG_NAM, TAM_KY),
        ("2024-06", LONG_AN, BEN_LUC),
    ):
        application = {
            "application_id": "DD-000001",
            "level": 2,
            "province_id": province,
            "district_id": district,
            "received_on": day("2024-05-20"),
            "status": "Đã tạo lập",
        }
        world.deliver("eid_accounts", month, [application], [QUANG_NAM, LONG_AN])
    figures = world.figures("2024-06")
    for province in (QUANG_NAM, LONG_AN):
        assert numbers(figures, "eid.received", province, "2024-06") == (1, None, "reported")


@pytest.mark.parametrize("period", list(PeriodType))
def test_a_dossier_that_only_another_province_has_again_stays_with_its_own(
    tmp_path: Path, period: PeriodType
) -> None:
    """A province's figures rest on its own deliveries: for Quảng Nam the dossier is one that was
    never seen again.
    """
    both = (QUANG_NAM, LONG_AN)
    world = World(tmp_path, "dvc", frozenset(both), period=period)
    world.deliver("dvc_dossiers", "2024-01", [dossier("2024-01-05 08:00", dossier_code="A")], both)
    there = {"province_id": LONG_AN, "district_id": BEN_LUC}
    again = dossier("2024-02-05 08:00", "2024-02-06 08:00", dossier_code="A", **there)
    world.deliver("dvc_dossiers", "2024-02", [again], both)
    figures = world.figures("2024-02")
    counts = {
        province: [
            figures[f"dvc.{code}", province, "", "ytd", "2024-02"]["numerator"]
            for code in ("received", "carried_over", "finished", "pending")
        ]
        for province in both
    }
    assert counts == {QUANG_NAM: [1, 0, 0, 1], LONG_AN: [1, 0, 1, 0]}


@pytest.mark.parametrize("period", list(PeriodType))
def test_a_merged_provinces_dossiers_are_its_successors(tmp_path: Path, period: PeriodType) -> None:
    """From July 2025 on the successor of Long An has what Long An left pending; one of them was
    finished in June, as only July's delivery knows.
    """
    successor = area("province", "80", "2025-07")
    assert successor != LONG_AN
    world = World(tmp_path, "dvc", frozenset({LONG_AN}), period=period)
    pending = [
        dossier("2025-06-20 08:00", dossier_code=code, province_id=LONG_AN, district_id=BEN_LUC)
        for code in "AB"
    ]
    world.deliver("dvc_dossiers", "2025-06", pending, [LONG_AN])
    finished = [
        dossier("2025-06-20 08:00", at, dossier_code=code, province_id=successor, district_id=None)
        for code, at in (("A", "2025-07-05 08:00"), ("B", "2025-06-25 08:00"))
    ]
    world.deliver("dvc_dossiers", "2025-07", finished, [successor])
    figures = world.figures("2025-07")
    counts = [
        figures[f"dvc.{code}", successor, "", "ytd", "2025-07"]["numerator"]
        for code in ("received", "carried_over", "finished", "pending")
    ]
    assert counts == [2, 0, 2, 0]


def test_cells_without_their_edges_are_named(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc", period=REPORT)
    for month in ("2024-01", "2024-02"):
        world.deliver(
            "dvc_dossiers", month, [dossier(f"{month}-10 08:00", dossier_code=f"A{month}")]
        )
    folders = {month: world.cells(month, type_=REPORT).folder for month in (JANUARY, FEBRUARY)}
    (folders[JANUARY] / "dossiers.edges.parquet").unlink()
    world._report_cells = lambda wanted: folders  # type: ignore[method-assign]
    with pytest.raises(
        ContractError,
        match=r"dvc 2024-01: its cells were built with an older registry; run the month again",
    ):
        world.figures("2024-02")
