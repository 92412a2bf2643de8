"""Administrative months that are made ready in a thread while the calendar month is published: the
same cells and figures, none that something else has become of since, errors where they belong, and
nothing that stays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from de06_pipeline.duck import connection
from de06_pipeline.duck.connection import memory_database
from de06_pipeline.errors import AccountingError, ContractError
from de06_pipeline.indicators.cells.build import CellsRequest, CellsResult, build_cells
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.monthly import publish_report_month as report_month
from de06_pipeline.monthly import publish_whole_month as whole_month
from de06_pipeline.monthly import report_cells, report_month_beside
from de06_pipeline.monthly.build_cells import build_month_cells
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.monthly.publish_report_month import publish_report_month
from de06_pipeline.monthly.publish_whole_month import publish_whole_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, rows
from de06_pipeline_tests.integration.whole_months import RUN, figures_of, new_workspace

JANUARY, FEBRUARY = Month(2024, 1), Month(2024, 2)
DATASET, SOURCE = "eid_accounts", "eid"

Build = Callable[[CellsRequest], CellsResult]
Compute = Callable[[FiguresRequest], Any]


@pytest.fixture
def counted(home: Home, tmp_path: Path) -> Workspace:
    """January is published, February's cells are in force."""
    return _counted(home, tmp_path / "counted")


def _counted(home: Home, folder: Path) -> Workspace:
    for month in (JANUARY, FEBRUARY):
        home.deliver(DATASET, str(month), QUANG_NAM)
    workspace = new_workspace(folder, home.landing)
    workspace.settings.threads = 2
    for month in (JANUARY, FEBRUARY):
        ingest_month(workspace, workspace.contract(DATASET), month, RUN)
    build_month_cells(workspace, SOURCE, JANUARY, RUN)
    publish_whole_month(workspace, SOURCE, JANUARY, RUN)
    publish_report_month(workspace, SOURCE, JANUARY, RUN)
    build_month_cells(workspace, SOURCE, FEBRUARY, RUN)
    return workspace


@contextmanager
def _building(
    monkeypatch: pytest.MonkeyPatch, with_thread: Callable[[Build], Build]
) -> Iterator[None]:
    """``with_thread`` has a say in how cells of administrative months are built."""
    with monkeypatch.context() as patch:
        patch.setattr(f"{report_cells.__name__}.build_cells", with_thread(build_cells))
        yield


@contextmanager
def _computing(
    monkeypatch: pytest.MonkeyPatch, with_thread: Callable[[Compute], Compute]
) -> Iterator[None]:
    """``with_thread`` has a say in how figures of administrative months are computed."""
    with monkeypatch.context() as patch:
        for module in (report_month_beside, report_month):
            patch.setattr(f"{module.__name__}.compute_figures", with_thread(compute_figures))
        yield


@contextmanager
def _computers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The threads that compute figures of administrative months."""
    names: list[str] = []

    def noting(compute: Compute) -> Compute:
        def noted(request: FiguresRequest) -> Any:
            names.append(threading.current_thread().name)
            return compute(request)

        return noted

    with _computing(monkeypatch, noting):
        yield names


def _few_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_FEW_ROWS", 0)


def _files(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.lake / "report_cells" / SOURCE / str(FEBRUARY)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _nothing_stays(workspace: Workspace) -> bool:
    return (
        "beside" not in {thread.name for thread in threading.enumerate()}
        and not list(workspace.settings.scratch.iterdir())
        and not list(workspace.lake.rglob(".building-*"))
    )


def _values(workspace: Workspace) -> list[Any]:
    with_time = {"computed_at"}
    return [
        {name: value for name, value in row._mapping.items() if name not in with_time}
        for row in figures_of(workspace, SOURCE, "report_month")
    ]


def test_they_are_there_when_the_administrative_month_asks_and_are_the_same(
    home: Home, counted: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = _counted(home, tmp_path / "alone")
    publish_whole_month(alone, SOURCE, FEBRUARY, RUN)
    assert not _files(alone)  # few rows
    publish_report_month(alone, SOURCE, FEBRUARY, RUN)

    _few_rows_are_many(monkeypatch)
    makers: list[str] = []

    def noting(build: Build) -> Build:
        def noted(request: CellsRequest) -> CellsResult:
            makers.append(threading.current_thread().name)
            return build(request)

        return noted

    with _building(monkeypatch, noting), _computers(monkeypatch) as computers:
        publish_whole_month(counted, SOURCE, FEBRUARY, RUN)
        assert _files(counted) == _files(alone) != {}
        publish_report_month(counted, SOURCE, FEBRUARY, RUN)
    assert makers == computers == ["beside"]
    assert not counted.prepared
    assert _values(counted) == _values(alone)
    assert _nothing_stays(counted)


def test_one_thread_is_not_made_two(counted: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    _few_rows_are_many(monkeypatch)
    counted.settings.threads = 1
    publish_whole_month(counted, SOURCE, FEBRUARY, RUN)
    assert not _files(counted)


@pytest.mark.parametrize("dataset", [DATASET, "opening_balances"])
def test_figures_are_computed_anew_where_something_came_in_between(
    dataset: str, home: Home, counted: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another month's cells, or what is in no cells at all."""
    alone = _counted(home, tmp_path / "alone")

    def publish_both(workspace: Workspace) -> None:
        publish_whole_month(workspace, SOURCE, FEBRUARY, RUN)
        ingest_month(workspace, workspace.contract(dataset), JANUARY, RUN)
        build_month_cells(workspace, SOURCE, JANUARY, RUN)
        publish_report_month(workspace, SOURCE, FEBRUARY, RUN)

    home.deliver(dataset, str(JANUARY), QUANG_NAM, rows(dataset, QUANG_NAM, JANUARY, 7))
    publish_both(alone)
    _few_rows_are_many(monkeypatch)
    with _computers(monkeypatch) as computers:
        publish_both(counted)
    assert computers == ["beside", "MainThread"]
    assert _values(counted) == _values(alone)


def test_figures_of_another_month_are_not_taken(
    counted: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _few_rows_are_many(monkeypatch)
    with _computers(monkeypatch) as computers:
        publish_whole_month(counted, SOURCE, JANUARY, RUN)
        publish_report_month(counted, SOURCE, FEBRUARY, RUN)
    assert computers == ["beside", "MainThread"]


def test_an_error_in_figures_is_the_administrative_months(
    counted: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _few_rows_are_many(monkeypatch)
    failed: list[str] = []

    def failing(_: Compute) -> Compute:
        def fails(request: FiguresRequest) -> Any:
            failed.append(threading.current_thread().name)
            raise AccountingError("an identity does not hold")

        return fails

    with _computing(monkeypatch, failing):
        figures, _, _ = publish_whole_month(counted, SOURCE, FEBRUARY, RUN)
        assert figures.result.new
        with pytest.raises(AccountingError, match="identity"):
            publish_report_month(counted, SOURCE, FEBRUARY, RUN)
    assert failed == ["beside", "MainThread"]
    publish_report_month(counted, SOURCE, FEBRUARY, RUN)
    assert _values(counted)


def test_an_error_is_the_administrative_months(
    counted: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _few_rows_are_many(monkeypatch)
    failed: list[str] = []

    def failing(_: Build) -> Build:
        def fails(request: CellsRequest) -> CellsResult:
            failed.append(threading.current_thread().name)
            raise ContractError("accepted under an older contract")

        return fails

    with _building(monkeypatch, failing):
        figures, _, _ = publish_whole_month(counted, SOURCE, FEBRUARY, RUN)
        assert figures.result.new
        with pytest.raises(ContractError, match="older contract"):
            publish_report_month(counted, SOURCE, FEBRUARY, RUN)
    assert failed == ["beside", "MainThread"]
    publish_report_month(counted, SOURCE, FEBRUARY, RUN)
    assert _values(counted)


@pytest.mark.parametrize("replacing", [_building, _computing])
def test_nothing_goes_on_where_the_calendar_month_fails(
    replacing: Callable[..., AbstractContextManager[None]],
    counted: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _few_rows_are_many(monkeypatch)
    begun = threading.Event()

    def endless(_: object) -> Callable[[CellsRequest | FiguresRequest], Any]:
        def goes_on(request: CellsRequest | FiguresRequest) -> Any:
            with memory_database(request.duck) as con:
                begun.set()
                con.execute("SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1")
            raise AssertionError("it ends only when it is interrupted")

        return goes_on

    def fails(*_: object) -> None:
        begun.wait()
        raise ValueError("figures")

    with replacing(monkeypatch, endless), monkeypatch.context() as patch:
        patch.setattr(whole_month, "publish_month", fails)
        with pytest.raises(ValueError, match="figures"):
            publish_whole_month(counted, SOURCE, FEBRUARY, RUN)
    assert _nothing_stays(counted)
    assert not counted.prepared
    publish_report_month(counted, SOURCE, FEBRUARY, RUN)
    assert _files(counted)


def test_another_process_that_makes_them_is_not_waited_for(
    counted: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _few_rows_are_many(monkeypatch)
    with counted.warehouse.exclusive(f"report-cells-{SOURCE}"):
        publish_whole_month(counted, SOURCE, FEBRUARY, RUN)
    assert not _files(counted)
