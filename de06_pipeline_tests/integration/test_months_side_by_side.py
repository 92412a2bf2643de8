"""Months that are run side by side, step against step: neither fails the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from de06_pipeline.monthly.build_cells import build_month_cells
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.publish_month import publish_computed
from de06_pipeline.monthly.publish_report_month import publish_report_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.cells import cells
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM
from de06_pipeline_tests.integration.whole_months import RUN, new_workspace

JANUARY, FEBRUARY = Month(2024, 1), Month(2024, 2)
DATASET, SOURCE = "eid_accounts", "eid"


def test_cells_of_the_month_before_wait_for_figures_that_rest_on_them(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The administrative February reads January's cells: put in force in the midst of it, they had
    failed February.
    """
    for month in (JANUARY, FEBRUARY):
        home.deliver(DATASET, str(month), QUANG_NAM)
    workspace = new_workspace(tmp_path / "beside", home.landing)
    for month in (JANUARY, FEBRUARY):
        ingest_month(workspace, workspace.contract(DATASET), month, RUN)
    build_month_cells(workspace, SOURCE, FEBRUARY, RUN)
    at_lock_or_done = threading.Event()
    other = threading.Thread(target=lambda: _january(at_lock_or_done, workspace))
    exclusive = Warehouse.exclusive

    def publish_beside(*arguments: Any) -> Any:
        other.start()
        at_lock_or_done.wait()
        return publish_computed(*arguments)

    @contextmanager
    def noted(warehouse: Warehouse, name: str, **waiting: Any) -> Iterator[bool]:
        if threading.current_thread() is other and name == f"figures-{SOURCE}":
            at_lock_or_done.set()
        with exclusive(warehouse, name, **waiting) as is_held:
            yield is_held

    monkeypatch.setattr(f"{publish_report_month.__module__}.publish_computed", publish_beside)
    monkeypatch.setattr(Warehouse, "exclusive", noted)
    publish_report_month(workspace, SOURCE, FEBRUARY, RUN)
    other.join()
    assert sorted(cells(workspace.warehouse, SOURCE)) == [JANUARY, FEBRUARY]


def _january(done: threading.Event, workspace: Workspace) -> None:
    try:
        build_month_cells(workspace, SOURCE, JANUARY, RUN)
    finally:
        done.set()
