"""Sample files: marked, reproducible, independent of the months asked for, in the forms they should
have.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest

from de06_pipeline.errors import UsageError
from de06_pipeline.landing.synthetic import is_synthetic
from de06_pipeline.periods import Month, month_range
from de06_pipeline.samples import SampleFile, write_samples
from de06_pipeline.samples.defects import DEFECTS
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
SCALE = 0.02


def write(landing: Path, months: str, seed: int = 6, scale: float = SCALE) -> list[SampleFile]:
    return write_samples(landing, month_range(months), scale=scale, seed=seed, reference=REFERENCE)


def digests(landing: Path) -> dict[str, str]:
    files = (path for path in landing.rglob("*") if path.is_file())
    return {
        str(path.relative_to(landing)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    write(folder, "2024-04")
    return folder


def test_same_seed_and_scale_give_the_same_bytes_whatever_months_are_asked_for(
    landing: Path, tmp_path: Path
) -> None:
    write(tmp_path, "2024-03..2024-04")
    again = {name: digest for name, digest in digests(tmp_path).items() if "2024-04" in name}
    assert again == digests(landing)


def test_another_seed_gives_other_people(landing: Path, tmp_path: Path) -> None:
    write(tmp_path, "2024-04", seed=7)
    mine, others = digests(landing), digests(tmp_path)
    assert mine.keys() == others.keys()
    varied = {name.split("/")[0] for name in mine if mine[name] != others[name]}
    assert varied == {"dvc_dossiers", "asm_notices", "cccd_issuance", "eid_accounts"}


def test_every_file_is_marked_and_lies_where_a_delivery_is_looked_for(landing: Path) -> None:
    paths = [path.relative_to(landing) for path in landing.rglob("*") if path.is_file()]
    assert all(is_synthetic(path.name) for path in paths)
    assert not is_synthetic("SYNTHETIC_folder/real.csv")
    assert {path.parts[1] for path in paths} == {"2024-04"}
    assert {path.parts[2] for path in paths} == {"quang-nam", "long-an"}
    assert {path.parts[0] for path in paths} == {
        "dvc_dossiers",
        "dvc_procedures",
        "asm_establishments",
        "asm_notices",
        "cccd_issuance",
        "eid_accounts",
        "agency_reports",
    }


def test_a_correction_is_sent_beside_what_it_corrects(landing: Path) -> None:
    versions = sorted((landing / "eid_accounts" / "2024-04" / "quang-nam").iterdir())
    assert [version.name for version in versions] == ["v1", "v2"]
    first, second = (next(version.iterdir()).read_bytes().count(b"\r\n") for version in versions)
    assert first < 0.6 * second


def test_the_report_of_what_was_written_agrees_with_the_files(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    files = write_samples(
        tmp_path,
        [Month(2024, 1)],
        scale=SCALE,
        reference=REFERENCE,
        progress=lambda what, share: told.append((what, share)),
    )
    assert told[-1][1] == 1.0
    assert [share for _, share in told] == sorted(share for _, share in told)
    dossiers = [
        file for file in files if file.dataset == "dvc_dossiers" and "so-nganh" not in file.path
    ]
    assert {file.supplier for file in dossiers} == {"quang-nam", "long-an"}
    for file in dossiers:
        assert 0 < file.defective < 0.01 * file.rows
        assert 0 < file.repeated < 0.01 * file.rows
        text = (tmp_path / file.path).read_bytes().decode("utf-8-sig")
        lines = list(
            csv.reader(
                io.StringIO(text, newline=""),
                delimiter=";" if file.supplier == "quang-nam" else ",",
            )
        )
        assert len(lines) - 1 == file.rows
        assert sum(len(line) != len(lines[0]) for line in lines) == 1, (
            "one record of each file is cut short"
        )
    nil = next(
        file for file in files if file.dataset == "asm_notices" and file.supplier == "long-an"
    )
    assert nil.rows == 0
    assert (tmp_path / nil.path).read_text(encoding="utf-8").startswith("establishment_id,")


@pytest.mark.parametrize(
    ("file", "begins_with"),
    [
        (
            "dvc_dossiers/2024-04/quang-nam/SYNTHETIC_dvc_dossiers_quang-nam_2024-04_huyen-xa.csv",
            "\ufeffMã hồ sơ;Mã TTHC;".encode(),
        ),
        (
            "dvc_dossiers/2024-04/long-an/SYNTHETIC_dvc_dossiers_long-an_2024-04.csv",
            b"dossier_code,procedure_code,",
        ),
        (
            "dvc_procedures/2024-04/long-an/SYNTHETIC_dvc_procedures_long-an_2024-04.parquet",
            b"PAR1",
        ),
        (
            "asm_establishments/2024-04/quang-nam/SYNTHETIC_asm_establishments_quang-nam_2024-04.csv",
            b"Ma\xde c\xf5 s\xf5\xd2;",
        ),
        (
            "asm_establishments/2024-04/long-an/SYNTHETIC_asm_establishments_long-an_2024-04.csv",
            "\ufeffMã cơ sở\tTên".encode("utf-16-le"),
        ),
    ],
    ids=["BOM and semicolons", "canonical", "Parquet", "Windows-1258", "UTF-16"],
)
def test_forms_of_the_files(landing: Path, file: str, begins_with: bytes) -> None:
    content = (landing / file).read_bytes()
    assert content.startswith(begins_with)


def test_defects_touch_only_columns_that_exist() -> None:
    from de06_pipeline.samples.layouts import LAYOUTS

    month = Month(2024, 4)
    for dataset, kinds in DEFECTS.items():
        names = [column.name for column in LAYOUTS[dataset]]
        for defect in kinds.values():
            record = dict.fromkeys(names, "x")
            defect(record, month)
            assert list(record) == names
            assert record != dict.fromkeys(names, "x")


@pytest.mark.parametrize("month", ["2021-12", "2025-07"])
def test_months_without_the_two_offices_are_refused(month: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no samples"):
        write(tmp_path, month)
    assert not list(tmp_path.iterdir())


def test_a_scale_must_be_positive(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="positive"):
        write(tmp_path, "2024-04", scale=0)
