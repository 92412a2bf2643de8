"""A landing zone that crosses 2025-07: Quảng Nam with old Đà Nẵng, and Long An with old Tây Ninh,
before and after they were merged.

Each place has its own number of dossiers, so that a sum says what it is made of. Before the change
rows name districts, then communes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.tiny_exports import Row

Places = Mapping[tuple[str, str, str], int]
"""(province, district, commune) → rows a month."""

BEFORE: Mapping[str, Places] = {
    "quang-nam": {
        ("Quảng Nam", "Nông Sơn", ""): 3,
        ("Quảng Nam", "Quế Sơn", ""): 5,
        ("Quảng Nam", "", ""): 2,
    },
    "da-nang": {("Đà Nẵng", "Hải Châu", ""): 7},
    "long-an": {("80", "Bến Lức", ""): 4},
    "tay-ninh": {("72", "Tây Ninh", ""): 6},
}
"""In force in 2024. Provinces 80 and 72 by their codes: 80 is Long An here."""

WITHOUT_NONG_SON: Mapping[str, Places] = {
    **BEFORE,
    "quang-nam": {("Quảng Nam", "Quế Sơn", ""): 8, ("Quảng Nam", "", ""): 2},
}
"""In force from 2025-01 to 2025-06."""

AFTER: Mapping[str, Places] = {
    "da-nang": {
        ("Đà Nẵng", "", "Nông Sơn"): 3,
        ("Đà Nẵng", "", "Quế Sơn"): 5,
        ("Đà Nẵng", "", "Hải Châu"): 7,
        ("Đà Nẵng", "", ""): 2,
    },
    "tay-ninh": {("80", "", "Bến Lức"): 4, ("80", "", "Tân Ninh"): 6},
}
"""In force from 2025-07: province 80 is Tây Ninh."""


def places_of(month: Month) -> Mapping[str, Places]:
    return AFTER if month >= Month(2025, 7) else WITHOUT_NONG_SON if month.year == 2025 else BEFORE


def deliver_nationally(landing: Path, month: str, dataset: str) -> None:
    """Lay one export of all places of a month into a landing zone."""
    together = {
        place: count
        for places in places_of(Month.parse(month)).values()
        for place, count in places.items()
    }
    _write(landing / dataset / month, dataset, together, Month.parse(month))


def deliver_by_supplier(
    landing: Path, month: str, dataset: str, leave_out: tuple[str, ...] = ()
) -> None:
    """Lay an export of each supplier into a landing zone, but for some of them."""
    for supplier, places in places_of(Month.parse(month)).items():
        if supplier not in leave_out:
            _write(landing / dataset / month / supplier, dataset, places, Month.parse(month))


def _write(folder: Path, dataset: str, places: Places, month: Month) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "export.csv").write_text(
        tiny_exports.csv_text(dataset, _rows(dataset, places, month)), encoding="utf-8"
    )


def _rows(dataset: str, places: Places, month: Month) -> list[Row]:
    if dataset == "dvc_procedures":
        catalogue = tiny_exports.rows(dataset, tiny_exports.QUANG_NAM, month)
        return [
            row | {"province": province}
            for province in dict.fromkeys(province for province, _, _ in places)
            for row in catalogue
        ]
    rows: list[Row] = []
    for (province, district, commune), count in places.items():
        made = tiny_exports.rows(dataset, tiny_exports.QUANG_NAM, month, count, first=len(rows))
        rows += [
            row | {"province": province, "district": district, "commune": commune} for row in made
        ]
    return rows
