"""What one supplier's folder can hold is that supplier's trouble: the others are read, the night
goes on, and the supplier is told which entry it is.
"""

from __future__ import annotations

import errno
import os

import pytest

from de06_pipeline.errors import LandingError
from de06_pipeline.landing.discover import find_deliveries
from de06_pipeline.landing.store import is_there
from de06_pipeline.monthly.find_due import due_months
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.queries import delivery_summaries
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM

DATASET, MONTH = "eid_accounts", "2024-01"
LONG_NAME = "đ" * 125
"""250 bytes: no file of a report can have such a name with an ending."""


def _spoil(home: Home, kind: str) -> None:
    """Put one kind of trouble into a supplier's folder of that name."""
    if kind == "long folder name":
        home.put(DATASET, MONTH, LONG_NAME, b"x", "export.csv")
        return
    folder = home.landing / DATASET / MONTH / kind
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "dangling link":
        (folder / "export.csv").symlink_to(folder / "gone.csv")
    elif kind == "link to itself":
        (folder / "export.csv").symlink_to(folder / "export.csv")
    elif kind == "folder that leads back":
        (folder / "v2").symlink_to(folder.parent)
    elif kind == "pipe":
        os.mkfifo(folder / "export.csv")
    elif kind == "link to a device":
        (folder / "export.csv").symlink_to("/dev/null")
    else:
        (folder / ("đ" * 123 + ".csv")).write_bytes(b"x")


KINDS = {
    "dangling link": "dangling_link",
    "link to itself": "link_loop",
    "folder that leads back": "link_loop",
    "pipe": "not_a_file",
    "link to a device": "not_a_file",
    "long file name": "",
    "long folder name": "",
}


def test_troubles_of_several_suppliers_are_theirs_alone(home: Home) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    for kind in KINDS:
        _spoil(home, kind)
    deliveries = find_deliveries(str(home.landing), DATASET, Month.parse(MONTH))
    troubles = {d.supplier: d.files[0].trouble for d in deliveries if d.supplier in KINDS}
    assert troubles == {kind: trouble for kind, trouble in KINDS.items() if kind in troubles}
    assert len(deliveries) == len(KINDS) + 1
    (run,) = home.run(MONTH, datasets=[DATASET])
    assert run.failures == {}
    statuses = dict(home.query("SELECT supplier, status FROM delivery"))
    assert statuses.pop(QUANG_NAM) == "accepted"
    assert set(statuses.values()) == {"refused"}
    assert len(statuses) == len(KINDS)
    assert len(list((home.path / "reports" / "suppliers").rglob("*.html"))) == len(deliveries)
    assert due_months(home.workspace(), {Month.parse(MONTH)}) == []


def test_rights_that_are_put_right_are_news(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.deliver(DATASET, MONTH, LONG_AN)
    (readable,) = find_deliveries(str(home.landing), DATASET, Month.parse(MONTH))
    before = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not str(path).endswith(".csv") and before(path, mode)
    )
    (forbidden,) = find_deliveries(str(home.landing), DATASET, Month.parse(MONTH))
    assert [file.trouble for file in forbidden.files] == ["forbidden"]
    assert forbidden.fingerprint != readable.fingerprint


def test_a_disk_that_fails_while_a_file_is_read_is_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver(DATASET, MONTH, LONG_AN)
    workspace, month = home.workspace(), Month.parse(MONTH)

    def fails(_url: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        for module in ("delivered", "read"):
            patched.setattr(f"de06_pipeline.landing.{module}.open_bytes", fails)
        outcome = ingest_month(workspace, workspace.contract(DATASET), month, "run")
    (refused,) = outcome.refused
    assert [file.problem.code for file in refused.files if file.problem] == ["unreadable"]
    (listed,) = find_deliveries(str(home.landing), DATASET, month)
    (recorded,) = delivery_summaries(workspace.warehouse, [month])
    assert recorded.fingerprint != listed.fingerprint, "so it is due again"


def test_a_share_that_is_not_mounted_takes_no_delivery_along(home: Home) -> None:
    home.deliver(DATASET, MONTH, LONG_AN)
    workspace, month = home.workspace(), Month.parse(MONTH)
    contract = workspace.contract(DATASET)
    ingest_month(workspace, contract, month, "first")
    away = home.landing.rename(home.path / "away")
    for is_mount_point in (False, True):
        if is_mount_point:
            home.landing.mkdir()
        with pytest.raises(LandingError, match="share mounted"):
            ingest_month(workspace, contract, month, "second", accept_missing=is_mount_point)
        (recorded,) = delivery_summaries(workspace.warehouse, [month])
        assert recorded.status == "accepted"
    # One office that takes its files back leaves the others', or at least its folder.
    (home.landing / DATASET).mkdir()
    assert ingest_month(workspace, contract, month, "third").vanished == (LONG_AN,)
    assert away.exists()


def test_a_dataset_that_cannot_be_listed_holds_no_other_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver(DATASET, MONTH, LONG_AN)
    home.deliver("cccd_issuance", MONTH, LONG_AN)
    before = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith(DATASET):
            raise PermissionError(13, "Permission denied")
        return before(path)

    monkeypatch.setattr(os, "scandir", scandir)
    said: list[str] = []
    due = due_months(home.workspace(), {Month.parse(MONTH)}, said.append)
    assert [str(month_due.month) for month_due in due] == [MONTH]
    (line,) = said
    assert DATASET in line
    assert not is_there(str(home.landing), DATASET)
