"""Which months a night takes: files that are new, changed or gone, and months that broke off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from de06_pipeline.landing.discover import find_deliveries
from de06_pipeline.monthly.find_due import due_months
from de06_pipeline.monthly.find_gaps import (
    basis_of,
    ledger_of_month,
    note_figures,
    note_ingest,
)
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.deliveries.record import (
    confirm_missing,
    record_delivery,
    record_missing,
)
from de06_pipeline_tests.unit.warehouse_samples import (
    JULY,
    JUNE,
    delivery,
    new_warehouse,
    sqlite_url,
)

DATASET, SUPPLIER = "dvc_dossiers", "long-an"
ASKED = {JUNE, JULY}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A home with a warehouse and one file of June in the landing zone, not yet taken."""
    url = sqlite_url(tmp_path)
    new_warehouse(url).engine.dispose()
    made = Workspace(Settings(home=tmp_path, warehouse_url=url))
    put(made, "t6.csv")
    yield made
    made.warehouse.engine.dispose()


def put(workspace: Workspace, name: str, text: str = "a", month: Month = JUNE) -> Path:
    path = Path(workspace.settings.landing, DATASET, str(month), SUPPLIER, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def take(workspace: Workspace, content_hash: str | None = "aaa") -> None:
    """Record what lies there, as an ingest does; ``content_hash`` None: refused."""
    [discovered] = find_deliveries(workspace.settings.landing, DATASET, JUNE)
    record = delivery(content_hash, fingerprint=discovered.fingerprint)
    record_delivery(workspace.warehouse, record)
    note_recorded(workspace, "run-1")


def note_recorded(workspace: Workspace, run_id: str) -> None:
    """Note the end of an ingest, and of the rates of deliveries that follow it."""
    note_ingest(workspace.warehouse, DATASET, JUNE, run_id)
    ledger = ledger_of_month(workspace, JUNE)
    note_figures(workspace.warehouse, "quality", PeriodType.MONTH, JUNE, ledger, run_id)


def finish(workspace: Workspace) -> None:
    """Note the figures of everything that stands, as the ends of publications do."""
    for period in PeriodType:
        basis = basis_of(workspace, "dvc", JUNE)
        note_figures(workspace.warehouse, "dvc", period, JUNE, basis, "run-1")


def due(workspace: Workspace, asked: set[Month] = ASKED) -> list[Month]:
    return [month_due.month for month_due in due_months(workspace, asked)]


def test_a_new_file_is_due_until_it_is_taken_and_published(workspace: Workspace) -> None:
    assert due(workspace) == [JUNE]
    take(workspace)
    assert due(workspace) == [JUNE], "recorded, and its figures not published"
    finish(workspace)
    assert due(workspace) == []


def test_months_not_asked_for_are_not_due(workspace: Workspace) -> None:
    assert due(workspace, {JULY}) == []


def test_the_newest_month_comes_first(workspace: Workspace) -> None:
    put(workspace, "t7.csv", month=JULY)
    assert due(workspace) == [JULY, JUNE]


@pytest.mark.parametrize("change", ["written again", "one more", "one less"])
def test_files_that_changed_are_due(workspace: Workspace, change: str) -> None:
    put(workspace, "t6b.csv")
    take(workspace)
    finish(workspace)
    assert due(workspace) == []
    before = due_months(workspace, ASKED)
    if change == "written again":
        put(workspace, "t6.csv", "longer")
    elif change == "one more":
        put(workspace, "t6c.csv")
    else:
        put(workspace, "t6b.csv").unlink()
    assert due(workspace) == [JUNE]
    assert due_months(workspace, ASKED) != before


def test_a_refused_delivery_waits_for_another_file(workspace: Workspace) -> None:
    take(workspace, content_hash=None)
    assert due(workspace) == []
    put(workspace, "t6.csv", "corrected")
    assert due(workspace) == [JUNE]


def test_a_delivery_that_is_gone_is_due_until_it_is_recorded_as_missing(
    workspace: Workspace,
) -> None:
    file = put(workspace, "t6.csv")
    take(workspace)
    finish(workspace)
    file.unlink()
    assert due(workspace) == [JUNE]
    record_missing(workspace.warehouse, DATASET, JUNE, SUPPLIER, "run-2")
    note_recorded(workspace, "run-2")
    assert due(workspace) == []


def test_a_missing_delivery_that_is_back_is_due(workspace: Workspace) -> None:
    take(workspace)
    finish(workspace)
    record_missing(workspace.warehouse, DATASET, JUNE, SUPPLIER, "run-2")
    note_recorded(workspace, "run-2")
    assert due(workspace) == [JUNE]


def test_what_a_person_confirmed_to_be_gone_is_published_without_it(workspace: Workspace) -> None:
    file = put(workspace, "t6.csv")
    take(workspace)
    finish(workspace)
    file.unlink()
    record_missing(workspace.warehouse, DATASET, JUNE, SUPPLIER, "run-2")
    confirm_missing(workspace.warehouse, DATASET, JUNE, SUPPLIER, "run-3")
    note_recorded(workspace, "run-3")
    assert due(workspace) == [JUNE], "its figures still count what is gone"
    finish(workspace)
    assert due(workspace) == []


def test_the_same_news_have_the_same_listing_and_other_news_another(workspace: Workspace) -> None:
    [first] = due_months(workspace, ASKED)
    assert due_months(workspace, ASKED) == [first]
    put(workspace, "t6.csv", "longer")
    [second] = due_months(workspace, ASKED)
    assert second.listing != first.listing
