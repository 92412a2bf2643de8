"""Templates: what an office fills in is accepted, the example row is not data, and every unit
offered is understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.resolve import Resolver
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.periods import Month
from de06_pipeline.reports.template_lists import Units, units_of
from de06_pipeline.reports.template_workbook import DATA, example_row, write_template
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.home import Home, Printed
from de06_pipeline_tests.integration.tiny_exports import CONTRACTS, QUANG_NAM, rows

JUNE = Month(2024, 6)
REFERENCE = REPOSITORY / "data_contracts" / "reference"
NO_UNITS: Units = {}


def _template(home: Home, dataset: str, folder: Path) -> Path:
    path = folder / f"Mẫu {dataset}.xlsx"
    printed = home.de06(
        "template",
        "--dataset",
        dataset,
        "--supplier",
        QUANG_NAM,
        "--month",
        str(JUNE),
        "--out",
        str(path),
    )
    assert printed.code == 0, printed.text
    return path


def _fill(path: Path, records: Sequence[Sequence[object]]) -> None:
    book = load_workbook(path)
    for number, record in enumerate(records, start=3):
        for position, value in enumerate(record, start=1):
            if value not in ("", None):
                book[DATA].cell(number, position).value = value
    book.save(path)


def _validate(home: Home, path: Path, dataset: str) -> Printed:
    return home.de06(
        "validate", str(path), "--dataset", dataset, "--month", str(JUNE), "--supplier", QUANG_NAM
    )


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_a_template_filled_with_its_own_example_is_clean(
    home: Home, tmp_path: Path, dataset: str
) -> None:
    """Typed cells as Excel has them: real dates and numbers, values as the lists show them."""
    path = _template(home, dataset, tmp_path)
    _fill(path, [example_row(CONTRACTS[dataset], NO_UNITS)])
    printed = _validate(home, path, dataset)
    assert printed.code == 0, printed.text
    assert printed.says(
        "đã đọc 1 = chấp nhận 1 + cách ly 0 + bị thay thế 0", "1 dòng ví dụ, bỏ qua"
    )
    assert "Cảnh báo" not in printed.text


@pytest.mark.parametrize("dataset", ["asm_notices", "population"])
def test_a_template_filled_by_typing_is_clean(home: Home, tmp_path: Path, dataset: str) -> None:
    """Text cells, as the clean exports of these tests hold them."""
    path = _template(home, dataset, tmp_path)
    names = [field.name for field in CONTRACTS[dataset].delivered_fields]
    records = rows(dataset, QUANG_NAM, JUNE)
    _fill(path, [[record.get(name, "") for name in names] for record in records])
    printed = _validate(home, path, dataset)
    assert printed.code == 0, printed.text
    assert printed.says(f"đã đọc {len(records)} = chấp nhận {len(records)}")


@pytest.mark.parametrize(("supplier", "month"), [(QUANG_NAM, JUNE), ("da-nang", Month(2025, 9))])
def test_every_unit_offered_is_understood_as_it_is_written(supplier: str, month: Month) -> None:
    book = AreaBook.load(REFERENCE)
    office = SupplierBook.load(REFERENCE, book).get(supplier, month)
    assert office is not None
    units = units_of(office, book, month)
    (province,) = units["province"]
    for district in units["district"]:
        assert (
            Resolver(book, month).resolve(province, district, None, None).district_state == "ok"
        ), district
    for commune in units["commune"]:
        assert Resolver(book, month).resolve(province, None, commune, None).commune_state == "ok", (
            commune
        )
    assert len(units["commune"]) > 50
    assert bool(units["district"]) == (month < Month(2025, 7))


def test_lists_formats_and_notes_are_where_an_office_needs_them(tmp_path: Path) -> None:
    contract = CONTRACTS["dvc_dossiers"]
    write_template(contract, NO_UNITS, "", tmp_path / "mau.xlsx")
    sheet = load_workbook(tmp_path / "mau.xlsx")[DATA]
    columns = {
        field.name: position for position, field in enumerate(contract.delivered_fields, start=1)
    }
    header, example = sheet[1], sheet[2]
    assert header[0].value == "Mã hồ sơ (*)"
    assert example[0].value.startswith("Ví dụ")
    assert "Bắt buộc" in header[0].comment.text
    offered = {
        str(rule.sqref).rstrip("0123456789").split(":")[0]: rule
        for rule in sheet.data_validations.dataValidation
    }
    channel = header[columns["channel"] - 1].column_letter
    assert offered[f"{channel}3"].type == "list"
    letters = {name: header[position - 1].column_letter for name, position in columns.items()}
    formats = {
        name: sheet.column_dimensions[letters[name]].number_format
        for name in ("dossier_code", "received_at", "fee_vnd")
    }
    assert formats == {"dossier_code": "@", "received_at": "dd/mm/yyyy hh:mm", "fee_vnd": "0"}


def test_a_filled_template_is_not_overwritten(home: Home, tmp_path: Path) -> None:
    path = _template(home, "population", tmp_path)
    before = path.read_bytes()
    printed = home.de06("template", "--dataset", "population", "--out", str(path))
    assert printed.code == 2
    assert printed.says("is there already", "--out")
    assert path.read_bytes() == before
