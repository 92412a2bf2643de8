"""Files beside the places of deliveries are named, with the nearest right place."""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.landing.misplaced import Misplaced, find_misplaced, nearest_suppliers
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY

CONTRACTS = REPOSITORY / "data_contracts"
DATASETS = tuple(load_contracts(CONTRACTS / "sources"))
SUPPLIERS = SupplierBook.load(CONTRACTS / "reference", AreaBook.load(CONTRACTS / "reference")).names


def _misplaced(landing: Path, *places: str) -> list[Misplaced]:
    for place in places:
        path = landing / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return find_misplaced(str(landing), DATASETS, SUPPLIERS)


@pytest.mark.parametrize(
    ("place", "named", "nearest"),
    [
        (
            "agency_reports/2024-6/quang-nam/x.csv",
            "agency_reports/2024-6/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "agency_reports/2024_06/quang-nam/x.csv",
            "agency_reports/2024_06/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "agency_reports/06-2024/quang-nam/x.csv",
            "agency_reports/06-2024/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "agency_reports/202406/quang-nam/x.csv",
            "agency_reports/202406/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "agency_reports/T6-2024/quang-nam/x.csv",
            "agency_reports/T6-2024/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "agency_reports/Tháng 6 năm 2024/QN/x.csv",
            "agency_reports/Tháng 6 năm 2024/",
            "agency_reports/2024-06/<supplier>/",
        ),
        (
            "agency_reports/thang 6/quang-nam/x.csv",
            "agency_reports/thang 6/",
            "agency_reports/<YYYY>-06/quang-nam/",
        ),
        (
            "agency_reports/2024/06/quang-nam/x.csv",
            "agency_reports/2024/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "agency_reports/2024-13/quang-nam/x.csv",
            "agency_reports/2024-13/",
            "agency_reports/<YYYY-MM>/quang-nam/",
        ),
        (
            "agency_report/2024-06/quang-nam/x.csv",
            "agency_report/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "Agency_Reports/2024-06/Quảng Nam/x.csv",
            "Agency_Reports/",
            "agency_reports/2024-06/quang-nam/",
        ),
        (
            "DVC Dossiers/2024-06/quang_nam/x.csv",
            "DVC Dossiers/",
            "dvc_dossiers/2024-06/quang-nam/",
        ),
        ("agency_reports/x.csv", "agency_reports/x.csv", "agency_reports/<YYYY-MM>/<supplier>/"),
        ("quang-nam/x.csv", "quang-nam/", "<dataset>/<YYYY-MM>/quang-nam/"),
        ("x.csv", "x.csv", "<dataset>/<YYYY-MM>/<supplier>/"),
        (
            "SYNTHETIC_agency_reports_quang-nam_2024-06.csv",
            "SYNTHETIC_agency_reports_quang-nam_2024-06.csv",
            "agency_reports/2024-06/quang-nam/",
        ),
        ("tam/x.csv", "tam/", "<dataset>/<YYYY-MM>/<supplier>/"),
    ],
)
def test_a_misplaced_file_is_named_with_the_nearest_place(
    tmp_path: Path, place: str, named: str, nearest: str
) -> None:
    assert _misplaced(tmp_path, place) == [Misplaced(named, 1, nearest)]


@pytest.mark.parametrize(
    ("place", "nearest"),
    [
        ("2042-06/quang-nam/x.csv", "agency_reports/<YYYY>-06/quang-nam/"),
        ("2002-06/quang-nam/x.csv", "agency_reports/<YYYY>-06/quang-nam/"),
        ("2204-06/quang-nam/x.csv", "agency_reports/<YYYY>-06/quang-nam/"),
        ("2042-06/quang-nam/bao-cao_2024-06.csv", "agency_reports/2024-06/quang-nam/"),
        ("２０２４-06/quang-nam/x.csv", "agency_reports/2024-06/quang-nam/"),
        ("٢٠٢٤-06/quang-nam/x.csv", "agency_reports/<YYYY-MM>/quang-nam/"),
    ],
)
def test_a_month_that_is_none_of_ours_is_told_like_a_misplaced_file(
    tmp_path: Path, place: str, nearest: str
) -> None:
    folder = place.partition("/")[0]
    assert _misplaced(tmp_path, f"agency_reports/{place}") == [
        Misplaced(f"agency_reports/{folder}/", 1, nearest)
    ]


def test_months_from_the_first_to_the_next_one_are_in_their_place(tmp_path: Path) -> None:
    for month in ("2021-12", "2022-01", "2024-06", "2024-07", "2024-08"):
        _misplaced(tmp_path, f"agency_reports/{month}/quang-nam/x.csv")
    misplaced = find_misplaced(str(tmp_path), DATASETS, SUPPLIERS, Month(2024, 6))
    assert [each.place for each in misplaced] == [
        "agency_reports/2021-12/",
        "agency_reports/2024-08/",
    ]


def test_files_of_one_folder_are_one_line_and_what_is_right_or_no_delivery_none(
    tmp_path: Path,
) -> None:
    misplaced = _misplaced(
        tmp_path,
        *(
            f"agency_reports/2024-6/{folder}/x.csv"
            for folder in ("quang-nam", "long-an", "long-an/v2")
        ),
        "agency_reports/2024-06/quang-nam/x.csv",
        "agency_reports/2024-06/x.csv",
        "agency_reports/2024-06/Quang Nam/x.csv",
        "agency_reports/2024-7/.x.csv.part",
        "Thumbs.db",
        "x.csv.tmp",
        "~$x.xlsx",
    )
    assert misplaced == [
        Misplaced("agency_reports/2024-6/", 3, "agency_reports/2024-06/<supplier>/")
    ]
    (tmp_path / "empty").mkdir()
    assert len(find_misplaced(str(tmp_path), DATASETS, SUPPLIERS)) == 1


def test_a_landing_zone_that_is_not_there_has_no_misplaced_files(tmp_path: Path) -> None:
    assert find_misplaced(str(tmp_path / "none"), DATASETS, SUPPLIERS) == []


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Quảng Nam", ("quang-nam",)),
        ("quang_nam", ("quang-nam",)),
        ("QN", ("quang-nam", "quang-ngai", "quang-ninh")),
        ("quangnam", ("quang-nam",)),
        ("so-tu-phap", ()),
    ],
)
def test_a_folder_of_no_supplier_means_one_of_these(name: str, near: tuple[str, ...]) -> None:
    assert nearest_suppliers(name, SUPPLIERS)[: len(near) or None] == near
