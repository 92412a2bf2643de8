"""Versions of a contract: which holds when, what formulas may name, and what lint wants of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.contracts.lint import lint
from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.contracts.sql_types import stored_columns
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month
from de06_pipeline_tests.unit.small_contract import SMALL, write
from docs_pages.datasets import dataset_pages

VALID_FROM = "customProperties:\n  - {property: validFrom, value: 2024-07}\n"
NEW_FIELD = """      - name: desk
        businessName: Quầy
        description: The desk that was visited.
        logicalType: string
        physicalType: text
        classification: public
        transformLogic: case when desk in ('A', 'B') then desk end
        customProperties: [{property: absentColumn, value: {means: unknown}}]
"""


def versions(folder: Path, *changes: tuple[str, str]) -> Path:
    """The small contract, and a version 2.0.0 of it from July 2024 with a new field; ``changes``:
    texts replaced in it by others.
    """
    write(folder)
    text = SMALL.replace("version: 1.0.0", "version: 2.0.0").replace(
        "customProperties:\n", VALID_FROM, 1
    )
    text = text.replace("      - name: channel\n", NEW_FIELD + "      - name: channel\n", 1)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "visits@2024-07.odcs.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_month_has_the_version_in_force_in_it(tmp_path: Path) -> None:
    newest = load_contracts(versions(tmp_path))["visits"]
    by_month = {
        str(month): newest.in_force(month).version
        for month in (Month(2022, 1), Month(2024, 6), Month(2024, 7), Month(2025, 1))
    }
    assert by_month == {
        "2022-01": "1.0.0",
        "2024-06": "1.0.0",
        "2024-07": "2.0.0",
        "2025-01": "2.0.0",
    }
    assert newest.version == "2.0.0"


def test_formulas_may_name_a_field_of_any_version_in_any_month(tmp_path: Path) -> None:
    newest = load_contracts(versions(tmp_path))["visits"]
    older = newest.in_force(Month(2024, 6))
    assert set(stored_columns(older)) == set(stored_columns(newest))
    assert "desk" not in {field.name for field in older.fields}


def test_versions_are_clean_and_the_page_tells_them_apart(tmp_path: Path) -> None:
    assert lint(versions(tmp_path)) == []
    text = dataset_pages(load_contracts(tmp_path), lambda rule: {"desk": ""})["datasets/visits.md"]
    assert "| 2.0.0 | from 2024-07 | new field `desk` |" in text
    assert "| 1.0.0 | from the beginning to 2024-06 |  |" in text


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("versions", ("version: 2.0.0", "version: 1.0.0")),
        ("versions", ("value: asm}", "value: dvc}")),
        ("versions", ("{property: snapshot, value: false}", "{property: snapshot, value: true}")),
        ("dataset-name", ("validFrom, value: 2024-07", "validFrom, value: 2024-08")),
        ("load", ("validFrom, value: 2024-07", "validFrom, value: July")),
    ],
)
def test_lint_finds_what_does_not_fit_the_version_before(
    tmp_path: Path, kind: str, change: tuple[str, str]
) -> None:
    assert kind in {finding.kind for finding in lint(versions(tmp_path, change))}


def test_a_first_version_must_hold_from_the_beginning(tmp_path: Path) -> None:
    folder = versions(tmp_path)
    (folder / "visits.odcs.yaml").unlink()
    with pytest.raises(
        ContractError, match=r"no version of 'visits' for the months before 2024-07"
    ):
        load_contracts(folder)


def test_two_versions_of_one_month_are_refused(tmp_path: Path) -> None:
    folder = versions(tmp_path)
    (folder / "visits_again.odcs.yaml").write_text(
        (folder / "visits@2024-07.odcs.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with pytest.raises(ContractError, match=r"already has .*visits@2024-07"):
        load_contracts(folder)
