"""Who may read what is written: the user alone, or the group where a setting says so, whatever the
umask a process was started with.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM


def _others(root: Path, bits: int) -> list[str]:
    """What of ours somebody else can reach: an open file below a folder that keeps others out is not
    reached.
    """
    readable = []
    for path in sorted(root.iterdir()):
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.name == "landing" or path.is_symlink():
            continue
        if mode & bits:
            readable.append(f"{path} {mode:o}")
            readable += _others(path, bits) if path.is_dir() else []
    return readable


@pytest.mark.parametrize("group", [False, True])
def test_nobody_else_reads_what_is_written(home: Home, group: bool) -> None:
    home.deliver("eid_accounts", "2024-01", QUANG_NAM)
    (home.path / "reports").mkdir(mode=0o777, exist_ok=True)
    before = os.umask(0o022)
    try:
        setting = {"DE06_GROUP_READABLE": str(group)}
        printed = home.de06("run", "2024-01", "--dataset", "eid_accounts", **setting)
        assert printed.code == 0, printed.text
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert _others(home.path, 0o007) == []
    read_by_group = _others(home.path, 0o070)
    assert bool(read_by_group) == group
    assert all("scratch" not in path for path in read_by_group)
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o711


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else's user")
@pytest.mark.parametrize(
    "command", [("init",), ("run", "2024-01"), ("status",), ("rebase", "2024-01")]
)
def test_root_leaves_nothing_in_the_home_of_a_service(home: Home, command: tuple[str, ...]) -> None:
    """What it left the service could not open: every night failed until somebody gave it back."""
    os.chown(home.path, 10_006, 10_006)
    before = sorted(home.path.rglob("*"))
    printed = home.de06(*command)
    assert printed.code == 2
    assert "belongs to user #10006" in printed.text
    assert sorted(home.path.rglob("*")) == before
