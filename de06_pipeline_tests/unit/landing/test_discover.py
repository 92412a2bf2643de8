"""Finding deliveries, in a local folder and through fsspec alike."""

from __future__ import annotations

import os
import shutil
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.errors import LandingError, UnreadableFile
from de06_pipeline.landing.discover import find_deliveries, months_present
from de06_pipeline.landing.read import read_file
from de06_pipeline.landing.store import list_folder
from de06_pipeline.landing.versions import beside_corrected, version_of, without_order
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY

JUNE = Month(2024, 6)
DATASET = "dvc_dossiers"

Put = Callable[..., None]


@pytest.fixture(params=["local", "memory"])
def landing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "local":
        yield str(tmp_path / "landing")
        return
    root = f"memory://landing-{uuid.uuid4().hex}"
    yield root
    files, path = fsspec.core.url_to_fs(root)
    if files.exists(path):
        files.rm(path, recursive=True)


@pytest.fixture
def put(landing: str) -> Put:
    files, root = fsspec.core.url_to_fs(landing)

    def put(*names: str, content: bytes = b"x") -> None:
        for name in names:
            path = f"{root}/{DATASET}/{name}"
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            files.pipe_file(path, content)

    return put


def test_nothing_landed_is_no_delivery(landing: str) -> None:
    assert find_deliveries(landing, DATASET, JUNE) == []
    assert months_present(landing, DATASET) == []


def test_one_delivery_a_supplier_with_its_files_by_name(landing: str, put: Put) -> None:
    put(
        "2024-06/quang-nam/b.CSV",
        "2024-06/quang-nam/a.xlsx",
        "2024-06/long-an/Hồ sơ tháng 6.parquet",
        "2024-05/long-an/a.csv",
    )
    deliveries = find_deliveries(landing, DATASET, JUNE)
    assert [(d.supplier, d.version, [f.name for f in d.files]) for d in deliveries] == [
        ("long-an", 0, ["Hồ sơ tháng 6.parquet"]),
        ("quang-nam", 0, ["a.xlsx", "b.CSV"]),
    ]
    assert deliveries[0].files[0].bytes == 1
    assert deliveries[0].files[0].modified_at.utcoffset() is not None


def test_incomplete_names_are_passed_over(landing: str, put: Put) -> None:
    put(
        "2024-06/a/x.csv.part",
        "2024-06/a/x.tmp",
        "2024-06/a/x.csv.PART",
        "2024-06/a/.x.csv",
        "2024-06/a/~$x.xlsx",
    )
    put("2024-06/.b/x.csv", "2024-06/c.part/x.csv", "2024-06/~$x.csv")
    assert find_deliveries(landing, DATASET, JUNE) == []
    assert months_present(landing, DATASET) == []


def test_only_the_highest_version_counts_and_it_counts_as_a_number(landing: str, put: Put) -> None:
    put("2024-06/a/x.csv", "2024-06/a/v2/x.csv", "2024-06/a/V10/x.csv", "2024-06/a/V10/y.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert delivery.version == 10
    assert [f.name for f in delivery.files] == ["V10/x.csv", "V10/y.csv"]
    assert [f.name for f in delivery.replaced] == ["v2/x.csv", "x.csv"]


def test_a_version_counts_only_when_it_holds_a_complete_file(landing: str, put: Put) -> None:
    put("2024-06/a/v1/x.csv", "2024-06/a/v2/x.csv.part")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert (delivery.version, [f.name for f in delivery.files], delivery.replaced) == (
        1,
        ["v1/x.csv"],
        (),
    )


def test_files_of_other_kinds_and_in_other_folders_are_not_dropped(landing: str, put: Put) -> None:
    put("2024-06/a/x.xls", "2024-06/a/Huyện B/xã C/y.csv", "2024-06/a/v0/z.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert [f.name for f in delivery.files] == ["Huyện B/xã C/y.csv", "v0/z.csv", "x.xls"]


@pytest.mark.parametrize("folder", ["v3 (cuối)", "V3_sua", "v.3", "v 03 - final", "v3"])
def test_a_folder_that_begins_with_a_version_is_that_version(
    landing: str, put: Put, folder: str
) -> None:
    put("2024-06/a/v2/x.csv", f"2024-06/a/{folder}/x.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert (delivery.version, [(f.name, f.trouble) for f in delivery.files]) == (
        3,
        [(f"{folder}/x.csv", "")],
    )
    assert [f.name for f in delivery.replaced] == ["v2/x.csv"]


@pytest.mark.parametrize(
    ("unclear", "beside"),
    [
        ("Sua lan 2/SUA.csv", "bao-cao.csv"),
        ("Bổ sung/x.csv", "bao-cao.csv"),
        ("sửa/x.csv", "v2/x.csv"),
        ("lần 2/x.csv", "Huyện A/x.csv"),
        ("phiên bản 2/x.csv", "v0/x.csv"),
        ("mới nhất/x.csv", "x.csv"),
        ("FINAL/x.csv", "x.csv"),
        ("v3cuoi/x.csv", "v2/x.csv"),
        ("v３/x.csv", "v2/x.csv"),
        ("Huyện A/v2/x.csv", "Huyện A/x.csv"),
        ("v2/sửa lại/x.csv", "v2/x.csv"),
    ],
)
def test_a_correction_without_its_number_is_in_trouble_beside_others_and_not_alone(
    landing: str, put: Put, unclear: str, beside: str
) -> None:
    put(f"2024-06/a/{unclear}", f"2024-06/a/{beside}", f"2024-06/b/{unclear}")
    a, b = find_deliveries(landing, DATASET, JUNE)
    assert {f.name: f.trouble for f in a.files} == {unclear: "no_order", beside: ""}
    assert a.replaced == ()
    assert {f.name: f.trouble for f in b.files} == {unclear: ""}


def test_two_folders_of_the_newest_number_are_in_trouble_and_two_of_an_older_are_not(
    landing: str, put: Put
) -> None:
    put("2024-06/a/v2/x.csv", "2024-06/a/v2 (2)/x.csv", "2024-06/a/x.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert {f.name: f.trouble for f in delivery.files} == {
        "v2/x.csv": "no_order",
        "v2 (2)/x.csv": "no_order",
    }
    put("2024-06/a/v3/x.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert {f.name: f.trouble for f in delivery.files} == {"v3/x.csv": ""}
    assert len(delivery.replaced) == 3


def test_folders_of_districts_beside_files_and_versions_are_parts_of_their_own_version(
    landing: str, put: Put
) -> None:
    put("2024-06/a/x.csv", "2024-06/a/Chợ Mới/x.csv", "2024-06/a/Cuối Hạ/x.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert [f.trouble for f in delivery.files] == [""] * 3
    put("2024-06/a/v2/Chợ Mới/x.csv", "2024-06/a/v2/x.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert [f.trouble for f in delivery.files] == [""] * 2
    assert len(delivery.replaced) == 3


def test_a_national_correction_beside_others_is_in_trouble(landing: str, put: Put) -> None:
    put("2024-06/x.csv", "2024-06/all/bổ sung/x.csv", "2024-06/all/Huyện A/x.csv")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert {f.name: f.trouble for f in delivery.files} == {
        "all/bổ sung/x.csv": "no_order",
        "all/Huyện A/x.csv": "",
        "x.csv": "",
    }


def test_a_file_without_order_is_refused_with_what_to_do(
    landing: str, put: Put, tmp_path: Path
) -> None:
    put("2024-06/a/Sua lan 2/SUA.csv", "2024-06/a/bao-cao.csv", content=b"a;b\n1;2\n")
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    unclear, _ = delivery.files
    with pytest.raises(
        UnreadableFile, match=r"Sua lan 2/SUA\.csv: .* call the folder v2"
    ) as caught:
        read_file(unclear, tmp_path)
    assert "đổi tên thư mục thành v2" in caught.value.vi


@pytest.mark.parametrize(
    ("unclear", "beside"),
    [
        (["BC tháng 6 (sửa).xlsx"], ["BC tháng 6.xlsx"]),
        (["BC_T6_v2.xlsx", "BC_T6_V1.xlsx"], []),
        (["ĐÃ SỬA - BC.csv"], ["bc.csv", "BC Đại Lộc.csv"]),
        (["final.Tam Kỳ.csv"], ["Tam Kỳ.csv", "Hội An final.csv"]),
        (["BC sửa ngày 5-7.csv", "BC mới nhất.csv"], []),
        ([], ["x.csv", "x (1).csv", "x (2).csv", "Chợ Mới.csv", "BC Đại Lộc final.csv", "BC.csv"]),
    ],
)
def test_a_file_called_the_correction_of_one_beside_it_is_in_trouble(
    landing: str, put: Put, unclear: list[str], beside: list[str]
) -> None:
    put(*(f"2024-06/a/{name}" for name in [*unclear, *beside]))
    put(*(f"2024-06/b/{folder}/{name}" for folder, name in enumerate([*unclear, *beside])))
    a, b = find_deliveries(landing, DATASET, JUNE)
    assert {f.name for f in a.files if f.trouble == "beside_corrected"} == set(unclear)
    assert [f.trouble for f in b.files] == [""] * len(b.files)
    put("2024-06/a/v2/x.csv")
    a, _ = find_deliveries(landing, DATASET, JUNE)
    assert {f.name: f.trouble for f in a.files} == {"v2/x.csv": ""}


def test_no_unit_is_called_a_correction_or_a_version() -> None:
    areas = AreaBook.load(REPOSITORY / "data_contracts" / "reference").areas
    names = sorted({name for area in areas for name in (area.name, area.full_name)})
    # Two files: what lies in the folder of the unit, and one beside it.
    taken = [name for name in names if without_order([(0, (name,)), (0, ())])[0]]
    assert taken == []
    assert [name for name in names if version_of(name)] == []
    files = sorted({((area.province_code,), f"BC {area.full_name}.csv") for area in areas})
    assert not any(beside_corrected(files))


def test_a_file_in_the_months_folder_is_the_national_export(landing: str, put: Put) -> None:
    put("2024-06/x.csv", "2024-06/all/x.csv", "2024-06/an-giang/x.csv")
    deliveries = find_deliveries(landing, DATASET, JUNE)
    assert [(d.supplier, [f.name for f in d.files]) for d in deliveries] == [
        ("all", ["all/x.csv", "x.csv"]),
        ("an-giang", ["x.csv"]),
    ]


def test_names_are_compared_in_nfc_and_still_found(landing: str, put: Put, tmp_path: Path) -> None:
    put(
        unicodedata.normalize("NFD", "2024-06/tây-ninh/Hồ sơ.csv"), content="Mã;Tên\n1;a\n".encode()
    )
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert (delivery.supplier, delivery.files[0].name) == ("tây-ninh", "Hồ sơ.csv")
    assert read_file(delivery.files[0], tmp_path).record_count == 1


def test_months_present_are_the_ones_with_files_in_order(landing: str, put: Put) -> None:
    put(
        "2024-11/a/x.csv",
        "2023-12/a/x.csv",
        "2024-13/a/x.csv",
        "notes/x.csv",
        "2024-02/a/x.part",
        "2024-06-01/a/x.csv",
        "２０２４-02/a/x.csv",
        "２０２４-11/a/x.csv",
    )
    assert months_present(landing, DATASET) == [Month(2023, 12), Month(2024, 11)]


def test_fingerprints_change_with_what_is_in_force_and_with_nothing_else(
    landing: str, put: Put
) -> None:
    put("2024-06/a/v2/x.csv", "2024-06/b/x.csv")
    a, b = find_deliveries(landing, DATASET, JUNE)
    put("2024-06/a/v1/late.csv", "2024-06/a/v2/y.csv.part")
    same = find_deliveries(landing, DATASET, JUNE)
    assert [delivery.fingerprint for delivery in same] == [a.fingerprint, b.fingerprint]
    put("2024-06/a/v2/x.csv", content=b"longer")
    after_a, after_b = find_deliveries(landing, DATASET, JUNE)
    assert after_a.fingerprint != a.fingerprint
    assert after_b.fingerprint == b.fingerprint


def test_a_file_written_again_with_the_same_size_is_seen(tmp_path: Path) -> None:
    path = tmp_path / DATASET / "2024-06" / "a" / "x.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"1")
    [before] = find_deliveries(str(tmp_path), DATASET, JUNE)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))
    [after] = find_deliveries(str(tmp_path), DATASET, JUNE)
    assert after.fingerprint != before.fingerprint


def test_a_landing_zone_that_cannot_be_reached_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="cannot be read"):
        find_deliveries("nosuchprotocol://landing", DATASET, JUNE)
    (delivery_folder := tmp_path / DATASET / "2024-06" / "a").mkdir(parents=True)
    (delivery_folder / "x.csv").write_bytes(b"a;b\n1;2\n")
    (delivery,) = find_deliveries(str(tmp_path), DATASET, JUNE)
    (delivery_folder / "x.csv").unlink()
    with pytest.raises(UnreadableFile, match=r"x\.csv: is not there any more"):
        read_file(delivery.files[0], tmp_path)
    shutil.rmtree(tmp_path / DATASET)
    with pytest.raises(LandingError, match=r"x\.csv"):
        read_file(delivery.files[0], tmp_path)


def test_files_of_the_operating_system_and_of_excel_are_named_and_never_delivered(
    landing: str, put: Put
) -> None:
    put(
        "2024-06/quang-nam/a.csv",
        "2024-06/quang-nam/Thumbs.db",
        "2024-06/quang-nam/v0/.DS_Store",
        "2024-06/quang-nam/~$a.xlsx",
    )
    put(
        "2024-06/quang-nam/__MACOSX/._a.csv",
        "2024-06/quang-nam/b.csv.part",
        "2024-06/long-an/desktop.ini",
        "2024-06/thumbs.DB",
    )
    (delivery,) = find_deliveries(landing, DATASET, JUNE)
    assert [file.name for file in delivery.files] == ["a.csv"]
    assert delivery.passed_over == ("Thumbs.db", "v0/.DS_Store", "~$a.xlsx")
    before = delivery.fingerprint
    put("2024-06/quang-nam/desktop.ini")
    assert find_deliveries(landing, DATASET, JUNE)[0].fingerprint == before


def test_a_stores_own_error_is_told_by_its_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoKeyError(Exception):
        """As the libraries of object stores have them: no OSError."""

    def fail(*_: object, **__: object) -> None:
        raise NoKeyError("AKIA0000")

    monkeypatch.setattr(fsspec.filesystem("memory"), "ls", fail)
    with pytest.raises(LandingError, match="NoKeyError") as caught:
        list_folder("memory://landing", "eid_accounts")
    assert "AKIA" not in str(caught.value)
