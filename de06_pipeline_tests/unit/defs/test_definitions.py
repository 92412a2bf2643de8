"""Definitions are built once for what stands in the contracts' folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from de06_pipeline.definitions import current_defs
from de06_pipeline.settings import REPOSITORY


def test_definitions_are_built_anew_only_when_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(REPOSITORY / "data_contracts", tmp_path / "contracts")
    monkeypatch.setenv("DE06_CONTRACTS", str(folder))
    first = current_defs()
    assert current_defs() is first
    contract = next((folder / "sources").glob("*.odcs.yaml"))
    contract.write_text(contract.read_text("utf-8") + "\n", "utf-8")
    assert current_defs() is not first
