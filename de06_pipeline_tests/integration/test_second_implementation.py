"""The pipeline and a second, naive implementation that shares no code with it read the same random
exports and must agree.

They are compared on every file's counts, on which rows are quarantined, and on the numerator and
denominator of every figure. `DE06_MORE_SEEDS=n` adds n seeds with all sources each.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.whole_months import (
    figures_of,
    files_of,
    new_workspace,
    quarantine_of,
    run_months,
)
from de06_pipeline_tests.naive import figures as naive
from de06_pipeline_tests.naive.layouts import LAYOUTS
from de06_pipeline_tests.naive.months import Months
from de06_pipeline_tests.naive.random_exports import MONTHS, write_exports
from de06_pipeline_tests.naive.random_places import PROVINCES

REFERENCE = REPOSITORY / "data_contracts" / "reference"


@dataclass(frozen=True)
class Case:
    """Sources, what they are made from, and for which months."""

    sources: tuple[str, ...]
    datasets: tuple[str, ...]
    references: tuple[str, ...]
    months: tuple[str, ...]


CASES = {
    "dvc": Case(("dvc",), ("dvc_procedures", "dvc_dossiers"), (), MONTHS),
    "asm": Case(("asm",), ("asm_establishments", "asm_notices"), ("opening_balances",), MONTHS[1:]),
    "cards": Case(
        ("cccd", "eid"),
        ("cccd_issuance", "eid_accounts"),
        ("opening_balances", "population"),
        MONTHS[1:],
    ),
}
SEEDS = [
    *((1, "dvc"), (2, "asm"), (3, "cards")),
    *(
        (seed, case)
        for seed in range(100, 100 + int(os.environ.get("DE06_MORE_SEEDS", "0")))
        for case in CASES
    ),
]


@dataclass(frozen=True)
class Both:
    """What each of the two made of the same files."""

    case: Case
    months: Months
    files: list[Any]
    quarantine: list[Any]
    figures: list[Any]


@pytest.fixture(scope="module", params=SEEDS, ids=lambda p: f"{p[1]}-{p[0]}")
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    seed, case = request.param[0], CASES[request.param[1]]
    home: Path = tmp_path_factory.mktemp("both")
    balances, people = write_exports(home / "landing", seed, case.months, case.datasets)
    # One row in four is bad here, far more than a contract tolerates; refusing is tested elsewhere.
    workspace = new_workspace(home / "home", home / "landing", tolerance=1.0)
    run_months(workspace, case.months, (*case.references, *case.datasets), case.sources)
    months = Months(
        home / "landing",
        REFERENCE,
        case.months,
        case.datasets,
        [p.supplier for p in PROVINCES],
        balances,
        people,
    )
    figures = [figure for source in case.sources for figure in figures_of(workspace, source)]
    yield Both(case, months, files_of(workspace), quarantine_of(workspace), figures)
    workspace.warehouse.engine.dispose()


def test_every_file_has_the_same_counts(both: Both) -> None:
    counted = {
        (f.dataset, f"{f.month:%Y-%m}", f.supplier, f.file_name): (
            f.rows_read,
            f.rows_accepted,
            f.rows_quarantined,
            f.rows_superseded,
        )
        for f in both.files
        if f.dataset in both.months.datasets
    }
    expected = {
        (*delivery, name): (count.read, count.accepted, count.quarantined, count.superseded)
        for delivery, counted in both.months.deliveries.items()
        for name, count in counted.files.items()
    }
    assert counted == expected


def test_the_same_rows_are_quarantined(both: Both) -> None:
    quarantined = {
        (q.dataset, f"{q.month:%Y-%m}", q.supplier, q.file_name, q.row_number)
        for q in both.quarantine
        if q.dataset in both.months.datasets
    }
    expected = {
        (*delivery, *row)
        for delivery, counted in both.months.deliveries.items()
        for row in counted.quarantined
    }
    assert sorted(quarantined ^ expected) == []


def test_rows_are_quarantined_for_the_same_values(both: Both) -> None:
    """Where the naive side found single values that cannot be read, each has its line in the
    quarantine.
    """
    lines = defaultdict(set)
    for q in both.quarantine:
        lines[q.dataset, f"{q.month:%Y-%m}", q.supplier, q.file_name, q.row_number] |= set(
            (q.field or "").split(",")
        )
    fields = {
        "area",
        *(field.name for dataset in both.months.datasets for field in LAYOUTS[dataset]),
    }
    missing = [
        (*delivery, *row, problem)
        for delivery, counted in both.months.deliveries.items()
        for row, problems in counted.quarantined.items()
        if "key" not in problems
        for problem in problems & fields
        if not (
            lines[*delivery, *row] & ({"province", "district"} if problem == "area" else {problem})
        )
    ]
    assert missing == []


def test_every_figure_is_the_same(both: Both) -> None:
    expected = {
        key: numbers
        for source in both.case.sources
        for key, numbers in naive.figures_of(both.months, source).items()
    }
    published = {_key(f): (f.numerator, f.denominator) for f in both.figures if _is_of(f, both)}
    wrong = {
        key: (numbers, expected.get(key))
        for key, numbers in published.items()
        if not _agree(numbers, expected.get(key))
    }
    missing = {
        key: numbers
        for key, numbers in expected.items()
        if key not in published and naive.must_exist(key, numbers)
    }
    assert wrong == {}
    assert missing == {}
    assert sum(any(numbers) for numbers in published.values()) > 1000


def _key(f: Any) -> naive.Key:
    code = {
        "country": "",
        "province": f.province_code,
        "district": f.district_code,
        "commune": f.commune_code,
    }[f.area_level]
    return f"{f.month:%Y-%m}", f.time_window, f.indicator_code, (f.area_level, code), f.breakdown


def _is_of(f: Any, both: Both) -> bool:
    """Whether a figure is of an area that delivers.

    Figures of the others must say that nothing is known.
    """
    is_delivering = (
        f.area_level == "country" or ("province", f.province_code) in both.months.provinces
    )
    assert is_delivering or (f.numerator or 0) == 0
    return is_delivering


def _agree(published: tuple[int | None, int | None], expected: naive.Numbers | None) -> bool:
    """Nothing counted is zero, or not given."""
    numerator, denominator = expected or (0, 0)
    return (published[0] or 0, published[1] or 0) == (numerator, denominator or 0)
