"""Free texts reach the lake as reviewed values only; names and numbers typed into them do not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import duckdb
import pytest

from de06_pipeline.contracts.model import FieldType
from de06_pipeline_tests.unit.contract_rows import CONTRACTS

REFERENCE = Path(__file__).parents[3] / "data_contracts" / "reference"
TYPED_IN = ("Nguyễn Thị Thử 049099000001", "0905123456", "Nguyễn Thị Thử", "a@b.vn")


def _names(file: str, column: str) -> set[str]:
    with (REFERENCE / file).open(encoding="utf-8", newline="") as lines:
        return {row[column] for row in csv.DictReader(lines)}


def test_sectors_are_those_of_the_reviewed_lists() -> None:
    transform = CONTRACTS["dvc_dossiers"].field("sector").transform
    known = {text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", transform)}
    names = _names("sectors.csv", "sector") | _names("sector_names.csv", "name")
    assert known == {name.lower() for name in names}, (
        "write the new names into the transform of 'sector' in dvc_dossiers.odcs.yaml"
    )


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Chứng thực", "chứng thực"),
        ("CHỨNG THỰC", "chứng thực"),
        ("Thủy sản", "thủy sản"),
        ("Thuỷ sản", "thuỷ sản"),
        ("Chứng thực 049099000001", None),
    ],
)
def test_a_sector_is_known_in_any_letter_case(written: str, stored: str | None) -> None:
    assert _stored("dvc_dossiers", "sector", written) == stored


def _stored(dataset: str, name: str, text: str) -> object:
    """What a contract keeps of a text."""
    transform = CONTRACTS[dataset].field(name).transform
    with duckdb.connect() as con:
        row = con.execute(
            f"SELECT {transform} FROM (SELECT ? AS {name}, 'ok' AS {name}_state)", [text]
        ).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Bộ Công an", "Bộ Công an"),
        ("BỘ CÔNG AN", "Bộ Công an"),
        ("Bộ Công An", "Bộ Công an"),
        ("BCA", "Bộ Công an"),
        ("Bộ Tư pháp", "Khác"),
        ("Công an tỉnh", "Khác"),
    ],
)
def test_the_police_lead_a_procedure_in_any_letter_case(written: str, stored: str) -> None:
    assert _stored("dvc_procedures", "lead_agency", written) == stored


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        (contract.dataset, field.name)
        for contract in CONTRACTS.values()
        for field in contract.fields
        if field.type is FieldType.TEXT and field.stored and not field.key and not field.derived
    ],
)
def test_what_is_typed_into_a_stored_text_is_not_stored(dataset: str, name: str) -> None:
    for text in TYPED_IN:
        stored = _stored(dataset, name, text)
        assert stored is None or (text not in str(stored) and "thử" not in str(stored).lower())
