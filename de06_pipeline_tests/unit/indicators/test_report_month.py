"""Administrative months: what they are made of, what a calendar month changes, and when they are
complete.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.computation.windows import affected_reports, parts_of
from de06_pipeline.periods import Half, Month, MonthPart
from de06_pipeline.registry.model import PeriodType, Window
from de06_pipeline_tests.unit.indicators_kit import (
    QUANG_NAM,
    REGISTRY,
    TAM_KY,
    World,
    dossier,
    numbers,
)

DECEMBER, JANUARY, FEBRUARY, MARCH = Month(2023, 12), Month(2024, 1), Month(2024, 2), Month(2024, 3)
REPORT = PeriodType.REPORT_MONTH
MONTH, YTD, STOCK = Window.MONTH, Window.YTD, Window.STOCK


def test_halves_meet_at_the_beginning_of_the_15th() -> None:
    cut = datetime(2024, 2, 15)
    early, late = MonthPart(FEBRUARY, Half.EARLY), MonthPart(FEBRUARY, Half.LATE)
    assert (early.start, early.end, late.start, late.end) == (
        FEBRUARY.start,
        cut,
        cut,
        FEBRUARY.end,
    )


def test_what_an_administrative_month_and_year_are_made_of() -> None:
    late_december, early = MonthPart(DECEMBER, Half.LATE), MonthPart(MARCH, Half.EARLY)
    assert parts_of(REPORT, MONTH, MARCH) == (MonthPart(FEBRUARY, Half.LATE), early)
    assert parts_of(REPORT, YTD, MARCH) == (
        late_december,
        MonthPart(JANUARY),
        MonthPart(FEBRUARY),
        early,
    )
    assert (
        parts_of(REPORT, YTD, JANUARY)
        == parts_of(REPORT, MONTH, JANUARY)
        == (late_december, MonthPart(JANUARY, Half.EARLY))
    )


def test_what_a_calendar_month_changes() -> None:
    existing = [DECEMBER, JANUARY, FEBRUARY, MARCH]
    assert dict(affected_reports(JANUARY, existing)) == {
        JANUARY: {MONTH, YTD, STOCK},
        FEBRUARY: {MONTH, YTD, STOCK},
        MARCH: {YTD, STOCK},
    }
    # December belongs to two administrative years.
    assert dict(affected_reports(DECEMBER, existing))[MARCH] == {YTD, STOCK}
    # A month that relies on a snapshot of another changes with it, and so does the month after.
    carried = {FEBRUARY: {DECEMBER}}
    assert MONTH in dict(affected_reports(DECEMBER, existing, carried))[MARCH]
    # The newest month has begun an administrative month that is not over.
    assert dict(affected_reports(MARCH, existing)) == {MARCH: {MONTH, YTD, STOCK}}


def test_what_has_figures_of_administrative_months() -> None:
    dvc, asm = REGISTRY.sources["dvc"], REGISTRY.sources["asm"]
    assert dvc.in_report_month(dvc.indicators["dvc.on_time_rate"])
    assert asm.in_report_month(asm.indicators["asm.notices_stock"])
    states = [
        (dvc, "dvc.services"),
        (dvc, "dvc.no_due_date"),
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


def test_cells_without_halves_are_named(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc", period=REPORT)
    world.deliver("dvc_dossiers", "2024-02", [dossier("2024-02-20 08:00:00")])
    world.deliver("dvc_dossiers", "2024-03", [dossier("2024-03-10 08:00:00")])
    folder = world.cells(FEBRUARY).folder
    (folder / "dossiers.late.parquet").unlink()
    with pytest.raises(
        ContractError,
        match=r"dvc 2024-02: its cells were built with an older registry; run the month again",
    ):
        world.figures()
