"""Figures worked out by hand from a few rows: `golden/landing` must give exactly
`golden/expected/<source>.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.whole_months import (
    figures_of,
    files_of,
    new_workspace,
    run_months,
)

GOLDEN = REPOSITORY / "de06_pipeline_tests" / "golden"
RUNS = (
    (
        ("2024-03", "2024-04"),
        ("opening_balances", "dvc_procedures", "dvc_dossiers", "asm_establishments", "asm_notices"),
        ("dvc", "asm"),
    ),
    (
        ("2024-06", "2024-07"),
        ("opening_balances", "population", "cccd_issuance", "eid_accounts"),
        ("cccd", "eid"),
    ),
    (("2024-06",), ("agency_reports",), ("reported",)),
)
SOURCES = ("dvc", "asm", "cccd", "eid", "reported", "q766")

Key = tuple[str, str, str, str, str]
"""Month, window, indicator, area, breakdown."""
Numbers = tuple[int | None, int | None]


@dataclass(frozen=True)
class Published:
    """Figures by source, those of administrative months, and files."""

    figures: dict[str, list[Any]]
    administrative: list[Any]
    files: list[Any]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    workspace = new_workspace(tmp_path_factory.mktemp("golden"), GOLDEN / "landing")
    for months, datasets, sources in RUNS:
        run_months(workspace, months, datasets, sources)
    administrative = [
        figure for source in SOURCES for figure in figures_of(workspace, source, "report_month")
    ]
    yield Published(
        {source: figures_of(workspace, source) for source in SOURCES},
        administrative,
        files_of(workspace),
    )
    workspace.warehouse.engine.dispose()


@pytest.mark.parametrize("source", SOURCES)
def test_every_figure_worked_out_by_hand_comes_out(published: Published, source: str) -> None:
    figures = {
        _key(f): (_whole(f.numerator), _whole(f.denominator)) for f in published.figures[source]
    }
    expected = _expected(source)
    assert {key: figures.get(key) for key in expected} == expected


def test_every_administrative_month_worked_out_by_hand_comes_out(published: Published) -> None:
    figures = {_key(f): f for f in published.administrative}
    expected = _expected("report_month")
    assert {
        key: (_whole(figures[key].numerator), _whole(figures[key].denominator))
        for key in expected
        if key in figures
    } == expected
    whole = {key: figures[key].status for key in expected if key[3] != "country"}
    # Before the first delivered month nothing is known of the second half of the month before.
    assert {key[:2] for key, status in whole.items() if status == "partial"} == {
        ("2024-03", "month"),
        ("2024-04", "ytd"),
    }


@pytest.mark.parametrize("source", SOURCES)
def test_no_total_of_the_province_is_left_out(published: Published, source: str) -> None:
    """In the first month, so that a figure nobody worked out cannot hide."""
    expected = _expected(source)
    first = min(month for month, *_ in expected)
    totals = {
        _key(f)
        for f in published.figures[source]
        if f.area_level == "province"
        and f.province_code == "80"
        and not f.breakdown
        and f.numerator
    }
    of_month = {key for key in totals if key[0] == first and key[1] not in ("quarter", "ytd")}
    assert of_month - expected.keys() == set()


def test_every_row_is_accepted_or_superseded(published: Published) -> None:
    """A delivery this small would be refused for one bad row, and its figures would be missing."""
    assert {f.status for f in published.files} == {"accepted"}
    assert sum(f.rows_quarantined for f in published.files) == 0
    assert {f.dataset: f.rows_superseded for f in published.files if f.rows_superseded} == {
        "dvc_dossiers": 1,
        "asm_notices": 1,
        "cccd_issuance": 1,
        "eid_accounts": 1,
        "agency_reports": 1,
    }


def _expected(source: str) -> dict[Key, Numbers]:
    with (GOLDEN / "expected" / f"{source}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    assert all(None not in row for row in rows)
    return {
        (r["month"], r["window"], r["indicator"], r["area"], r["breakdown"]): (
            int(r["numerator"]),
            int(r["denominator"]) if r["denominator"] else None,
        )
        for r in rows
    }


def _key(f: Any) -> Key:
    area = {
        "country": "country",
        "province": f.province_code,
        "district": f.district_code,
        "commune": f.commune_code,
    }[f.area_level]
    return f"{f.month:%Y-%m}", f.time_window, f.indicator_code, area, f.breakdown


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)
