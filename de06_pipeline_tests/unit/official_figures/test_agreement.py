"""Published figures: reading them, which window speaks of the same period, and every verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from de06_pipeline.errors import ContractError
from de06_pipeline.official_figures.agreement import Computed, Verdict, is_comparable, verdict
from de06_pipeline.official_figures.read import (
    DOCUMENTS_FILE,
    FIGURES_FILE,
    OfficialFigure,
    read_documents,
    read_official_figures,
)
from de06_pipeline.periods import Month
from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import Window
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
REGISTRY = load_registry(REPOSITORY / "data_contracts" / "indicators")
RATE, COUNT, STOCK = (
    REGISTRY.indicator(code) for code in ("dvc.online_rate", "dvc.received", "cccd.issued_stock")
)


def official(
    value: str = "", bound: str = "", parts: tuple[int, int] | None = None, unit: str = "%"
) -> OfficialFigure:
    return OfficialFigure(
        *(
            "X-1",
            "S1",
            "Tam Kỳ",
            "49",
            "502",
            None,
            date(2024, 6, 15),
            "dvc.online_rate",
            "",
            bound,
        ),
        parts=(Decimal(parts[0]), Decimal(parts[1])) if parts else None,
        value=Decimal(value) if value else None,
        unit=unit,
        note="",
    )


@pytest.mark.parametrize(
    ("said", "computed", "expected"),
    [
        (official("70.7"), Computed(707, 1000), Verdict.EQUAL),
        # 70.65 and 70.75 are the ends of what is rounded to 70.7; a hundred-thousandth further is
        # not.
        (official("70.7"), Computed(7065, 10_000), Verdict.WITHIN_ROUNDING),
        (official("70.7"), Computed(7075, 10_000), Verdict.WITHIN_ROUNDING),
        (official("70.7"), Computed(7_075_001, 10_000_000), Verdict.CONTRADICTED),
        (official("90", ">"), Computed(9001, 10_000), Verdict.INSIDE_BOUND),
        (official("90", ">"), Computed(90, 100), Verdict.CONTRADICTED),
        (official("90", "<"), Computed(90, 100), Verdict.CONTRADICTED),
        (official("90", "<"), Computed(8999, 10_000), Verdict.INSIDE_BOUND),
        (official("80", "≈"), Computed(84, 100), Verdict.INSIDE_BOUND),
        (official("80", "≈"), Computed(7599, 10_000), Verdict.CONTRADICTED),
        (official(parts=(24, 50)), Computed(24, 50), Verdict.EQUAL),
        (official(parts=(24, 50)), Computed(12, 25), Verdict.CONTRADICTED),
        (official("1400000", ">"), Computed(1_400_000, None, ">"), Verdict.EQUAL),
        (official("80", "≈"), Computed(79, 100, ">"), Verdict.INSIDE_BOUND),
        (official("80"), Computed(79, 100, "<"), Verdict.CONTRADICTED),
    ],
)
def test_verdicts_of_rates(said: OfficialFigure, computed: Computed, expected: Verdict) -> None:
    indicator = RATE if computed.denominator else COUNT
    assert verdict(said, computed, indicator) is expected


@pytest.mark.parametrize(
    ("count", "expected"), [(2222, Verdict.EQUAL), (2223, Verdict.CONTRADICTED)]
)
def test_a_count_is_not_rounded(count: int, expected: Verdict) -> None:
    assert verdict(official("2222", unit="dossier"), Computed(count, None), COUNT) is expected


def test_units_must_be_the_same_but_for_the_parts_of_a_share() -> None:
    assert not is_comparable(official("21", unit="billion VND"), COUNT)
    assert is_comparable(official(parts=(11, 25), unit="service"), RATE)


def test_the_window_is_the_one_that_begins_where_the_document_says() -> None:
    state = official("70.7")
    from_january = replace(state, period_start=date(2024, 1, 1))
    assert (state.window_of(RATE), state.window_of(STOCK)) == (Window.MONTH, Window.STOCK)
    assert from_january.window_of(RATE) is Window.YTD
    assert from_january.window_of(STOCK) is None
    assert replace(state, period_start=date(2024, 6, 1)).window_of(RATE) is Window.MONTH
    assert replace(state, period_start=date(2023, 7, 1)).window_of(RATE) is None


def test_a_quarter_is_compared_with_the_quarter() -> None:
    existing = [Month(2024, month) for month in range(3, 7)]
    second = replace(official("70.7"), period_start=date(2024, 4, 1), as_of=date(2024, 6, 30))
    assert second.window_of(RATE) is Window.QUARTER
    assert second.months(Window.QUARTER, existing) == [Month(2024, 6)]
    unfinished = replace(second, as_of=date(2024, 6, 15))
    assert unfinished.months(Window.QUARTER, existing) == []
    assert replace(second, period_start=date(2024, 5, 1)).window_of(RATE) is None


def test_months_end_at_or_before_the_day() -> None:
    existing = [Month(2023, 12), Month(2024, 5), Month(2024, 6)]
    said = official("70.7")
    assert said.months(Window.MONTH, existing) == [Month(2024, 5), Month(2023, 12)]
    assert said.months(Window.YTD, existing) == [Month(2024, 5)]
    assert replace(said, as_of=date(2024, 6, 30)).months(Window.STOCK, existing)[0] == Month(
        2024, 6
    )


def test_the_table_of_the_project_can_be_read() -> None:
    figures = read_official_figures(REFERENCE)
    assert {figure.document for figure in figures} == set(read_documents(REFERENCE))
    assert all(figure.parts or figure.value is not None for figure in figures)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A,S9,Tam Kỳ,49,502,,2024-06-15,dvc.received,,,,,1,dossier,", "document 'S9'"),
        ("A,S1,Tam Kỳ,49,502,,2024-06-31,dvc.received,,,,,1,dossier,", "'as_of' is not a day"),
        ("A,S1,Tam Kỳ,49,502,,2024-06-15,dvc.received,,>=,,,1,dossier,", "'bound'"),
        (
            "A,S1,Tam Kỳ,49,502,,2024-06-15,dvc.received,,,,,1.400,dossier,\nA,S1,x,49,,,2024-06-15,x,,,,,1,x,",
            "id 'A' is taken",
        ),
        (
            "A,S1,Tam Kỳ,49,502,,2024-06-15,dvc.received,,,,,nhiều,dossier,",
            "'value' is not a number",
        ),
        ("A,S1,Tam Kỳ,49,502,,2024-06-15,dvc.received,,,5,0,,dossier,", "either a value"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    header = (REFERENCE / FIGURES_FILE).read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / FIGURES_FILE).write_text(f"{header}\n{line}\n", encoding="utf-8")
    (tmp_path / DOCUMENTS_FILE).write_text(
        "document,title_vi,title_en,dated,note_vi,note_en\nS1,Một,One,,,\n", encoding="utf-8"
    )
    with pytest.raises(ContractError, match=rf"{FIGURES_FILE}:[23]: .*{message}"):
        read_official_figures(tmp_path)
