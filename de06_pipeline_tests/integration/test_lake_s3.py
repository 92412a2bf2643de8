"""A lake on an object store gives the figures of one in a folder, from any machine, and a writer
that is cut off leaves nothing that is read.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest.mock import patch

from de06_pipeline.monthly import lake
from de06_pipeline.monthly.lake_store import LakeError, LakeStore
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, PublishedHome
from de06_pipeline_tests.integration.s3_server import stored_files
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, rows
from de06_pipeline_tests.integration.whole_months import finish_months

pytest_plugins = ["de06_pipeline_tests.integration.s3_server"]

DATASET = "cccd_issuance"
CLOCKS = ("computed_at", "run_id", "revision")


def _run(home: Home, lake_url: str, month: str) -> None:
    printed = home.de06("run", month, "--dataset", DATASET, "--no-reports", DE06_LAKE=lake_url)
    assert printed.code == 0, printed.text


def _on_another_machine(home: Home) -> None:
    """Nothing of the lake has ever been here."""
    shutil.rmtree(home.path / "lake-copy")
    lake._verified.clear()


def test_the_store_gives_the_figures_of_a_folder(
    home: Home, published_home: PublishedHome, tmp_path: Path, bucket: str
) -> None:
    months = ("2024-01", "2024-02")
    folder, remote = published_home(tmp_path / "folder", DATASET, months), home
    for month in months:
        remote.deliver(DATASET, month, QUANG_NAM)
        finish_months(remote.workspace(DE06_LAKE=bucket), [month], [DATASET])
        _on_another_machine(remote)
    wanted = folder.table("indicator_monthly", CLOCKS)
    assert len(wanted) > 100
    assert remote.table("indicator_monthly", CLOCKS) == wanted
    assert not (remote.path / "lake").exists()
    assert folder.query("SELECT path, content_hash FROM accepted ORDER BY 1") == remote.query(
        "SELECT path, content_hash FROM accepted ORDER BY 1"
    )
    printed = remote.de06("verify", DE06_LAKE=bucket)
    assert (printed.code, printed.says("0 missing or damaged; 0 files")) == (0, True), printed.text

    _damage_and_lose(remote, bucket)
    printed = remote.de06("verify", DE06_LAKE=bucket)
    assert printed.code == 1
    assert printed.says("2 missing or damaged", "de06 rebuild 2024-01..2024-02"), printed.text
    chosen = ("--dataset", DATASET, "--no-reports")
    assert remote.de06("run", "2024-02", *chosen, DE06_LAKE=bucket).code == 1
    assert remote.table("indicator_monthly", CLOCKS) == wanted
    assert remote.de06("rebuild", "2024-01..2024-02", DE06_LAKE=bucket).code == 0
    assert remote.de06("verify", DE06_LAKE=bucket).code == 0
    assert remote.table("indicator_monthly", CLOCKS) == wanted


def _damage_and_lose(home: Home, bucket: str) -> None:
    ((rows_path,),) = home.query("SELECT path FROM accepted WHERE month LIKE '2024-01%'")
    ((cells_path,),) = home.query("SELECT path FROM cells WHERE month LIKE '2024-02%'")
    files = stored_files()
    content = bytearray(files.cat_file(f"{bucket}/{rows_path}"))
    content[len(content) // 2] ^= 1
    files.pipe_file(f"{bucket}/{rows_path}", bytes(content))
    files.rm_file(files.ls(f"{bucket}/{cells_path}", detail=False)[0])


def test_a_writer_that_is_cut_off_leaves_nothing_that_is_read(home: Home, bucket: str) -> None:
    home.deliver(DATASET, "2024-01", QUANG_NAM)
    _run(home, bucket, "2024-01")
    before = home.table("indicator_monthly"), home.query("SELECT * FROM accepted")

    more = rows(DATASET, QUANG_NAM, Month.parse("2024-01"), 40)
    home.deliver(DATASET, "2024-01", QUANG_NAM, more)
    put = LakeStore.put

    def cut_off(store: LakeStore, local: Path, path: str) -> None:
        """As a power cut does it: the object is there, its pointer is not."""
        put(store, local, path)
        raise LakeError("cut off")

    with patch.object(LakeStore, "put", cut_off):
        chosen = ("--dataset", DATASET, "--no-reports")
        assert home.de06("run", "2024-01", *chosen, DE06_LAKE=bucket).code == 1
    assert (home.table("indicator_monthly"), home.query("SELECT * FROM accepted")) == before
    printed = home.de06("verify", DE06_LAKE=bucket)
    assert (printed.code, printed.says("1 files that nothing in force names")) == (0, True)
    _run(home, bucket, "2024-01")
    assert home.table("indicator_monthly") != before[0]


def test_a_store_that_cannot_be_reached_is_said_without_its_address(
    home: Home, bucket: str
) -> None:
    home.deliver(DATASET, "2024-01", QUANG_NAM)
    gone = bucket.replace("s3://bucket-", "s3://no-such-")
    printed = home.de06("run", "2024-01", "--dataset", DATASET, "--no-reports", DE06_LAKE=gone)
    assert printed.code == 1
    assert printed.says("The lake's store (s3) does not take accepted/", "bucket"), printed.text
    assert os.environ["AWS_ENDPOINT_URL"] not in printed.text


def test_a_store_without_its_library_is_said(home: Home) -> None:
    printed = home.de06("init", DE06_LAKE="nostore://bucket/lake")
    assert printed.code == 2
    assert printed.says("DE06_LAKE: nostore:// needs a library that is not installed")
