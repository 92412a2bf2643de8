"""Which edits of a reference table change a month's figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from de06_pipeline.monthly.lists import lists_version
from de06_pipeline.periods import Month
from de06_pipeline_tests.unit.indicators_kit import REFERENCE, REGISTRY

JUNE, LATER = Month(2024, 6), Month(2026, 6)
SCORE = "2.1,q766.on_time,20,dvc.on_time_rate,,2022-06-23"


@pytest.mark.parametrize(
    ("table", "old", "new", "changed"),
    [
        ("sectors.csv", "Hộ tịch", "Hộ tịch và quốc tịch", {"dvc": [JUNE, LATER]}),
        ("procedures_portal.csv", "Bộ Công an", "Bộ Tư pháp", {"dvc": [LATER]}),
        (
            "q766_components.csv",
            SCORE,
            SCORE.replace(",,", ",50,"),
            {"dvc": [JUNE, LATER], "reported": [JUNE, LATER]},
        ),
        (
            "q766_components.csv",
            "2026-01-01,,",
            "2026-01-02,,",
            {"dvc": [LATER], "reported": [LATER]},
        ),
        ("units.csv", "dossier", "file", {}),
    ],
)
def test_a_list_counts_for_the_months_and_sources_that_it_is_of(
    tmp_path: Path, table: str, old: str, new: str, changed: dict[str, list[Month]]
) -> None:
    shutil.copytree(REFERENCE, tmp_path / "reference")
    path = tmp_path / "reference" / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    for source in ("dvc", "reported", "asm"):
        for month in (JUNE, LATER):
            before = lists_version(REGISTRY, REFERENCE, source, month)
            after = lists_version(REGISTRY, path.parent, source, month)
            assert (after != before) is (month in changed.get(source, ()))
