"""Figures worked out by hand from a few rows: `golden/<source>/landing` must give exactly `golden/<source>/expected.csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from de06_pipeline_tests.integration.whole_months import figures_of, files_of, new_workspace, run_months

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
SOURCES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())

Key = tuple[str, str, str, str, str]
"""Month, window, indicator, area, breakdown."""
Numbers = tuple[int | None, int | None]


@pytest.fixture(scope="module", params=SOURCES)
def golden(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Any], list[Any]]]:
    source = request.param
    landing = GOLDEN / source / "landing"
    workspace = new_workspace(tmp_path_factory.mktemp(source), landing)
    delivered = sorted({folder.name for folder in landing.iterdir()}, key=lambda name: (name != "dvc_procedures", name))
    run_months(workspace, sorted({row["month"] for row in _expected_rows(source)}), delivered, [source])
    yield source, figures_of(workspace, source), files_of(workspace)
    workspace.warehouse.engine.dispose()


def test_every_figure_worked_out_by_hand_comes_out(golden: tuple[str, list[Any], list[Any]]) -> None:
    source, figures, _ = golden
    published = {_key(f): _numbers(f.numerator, f.denominator) for f in figures}
    expected = _expected(source)
    assert {key: published.get(key) for key in expected} == expected


def test_no_total_of_the_province_is_left_out(golden: tuple[str, list[Any], list[Any]]) -> None:
    source, figures, _ = golden
    expected = _expected(source)
    first = min(month for month, *_ in expected)
    totals = {_key(f) for f in figures if f.area_level == "province" and f.province_code == "80" and not f.breakdown and f.numerator}
    assert {key for key in totals if key[0] == first and key[1] != "ytd"} - expected.keys() == set()


def test_every_row_is_accepted_or_superseded(golden: tuple[str, list[Any], list[Any]]) -> None:
    """A delivery this small would be refused for one bad row, and its figures would be missing."""
    _, _, files = golden
    assert {f.status for f in files} == {"accepted"}
    assert sum(f.rows_quarantined for f in files) == 0
    assert sum(f.rows_superseded for f in files) == 1


def _expected_rows(source: str) -> list[dict[str, str]]:
    with (GOLDEN / source / "expected.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _expected(source: str) -> dict[Key, Numbers]:
    return {
        (r["month"], r["window"], r["indicator"], r["area"], r["breakdown"]): (
            int(r["numerator"]),
            int(r["denominator"]) if r["denominator"] else None,
        )
        for r in _expected_rows(source)
    }


def _key(f: Any) -> Key:
    area = {"country": "country", "province": f.province_code, "district": f.district_code, "commune": f.commune_code}[f.area_level]
    return f"{f.month:%Y-%m}", f.time_window, f.indicator_code, area, f.breakdown


def _numbers(numerator: Any, denominator: Any) -> Numbers:
    return None if numerator is None else int(numerator), None if denominator is None else int(denominator)
