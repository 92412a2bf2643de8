"""Publishing: revisions, withdrawal, scope, stale runs, and figures that cannot be."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from de06_pipeline.errors import AccountingError, StaleRunError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.cells import set_cells
from de06_pipeline.warehouse.figures.publish import PublicationResult, publish
from de06_pipeline.warehouse.figures.staging import PublishedWindow
from de06_pipeline.warehouse.reference import indicator_codes, sync_reference
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    A_LUOI,
    BEN_LUC,
    COUNTRY,
    INDICATORS,
    JULY,
    JUNE,
    LONG_AN,
    TAY_NINH,
    WHEN,
    dump,
    figure,
    new_warehouse,
    publication,
    sqlite_url,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return new_warehouse(sqlite_url(tmp_path))


def _in_force(
    warehouse: Warehouse, columns: str = "numerator, revision, run_id"
) -> list[tuple[Any, ...]]:
    query = f"SELECT {columns} FROM indicator_monthly ORDER BY month, indicator_code, breakdown, area_level, province_code"
    with warehouse.reading() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_first_publication(warehouse: Warehouse) -> None:
    result = publish(
        warehouse,
        publication(figure(COUNTRY, 7), figure(LONG_AN, 7, breakdown="channel=Trực tuyến")),
        now=WHEN,
    )
    assert result == PublicationResult(new=2)
    assert _in_force(
        warehouse, "month, breakdown, numerator, status, bound, revision, computed_at, run_id"
    ) == [
        ("2024-06-01", "", 7, "reported", "", 1, "2024-07-03 08:00:00.000000", "run-1"),
        (
            "2024-06-01",
            "channel=Trực tuyến",
            7,
            "reported",
            "",
            1,
            "2024-07-03 08:00:00.000000",
            "run-1",
        ),
    ]


def test_identical_figures_write_nothing(warehouse: Warehouse) -> None:
    publish(warehouse, publication(figure(COUNTRY, 7), figure(LONG_AN, 7)))
    before = dump(warehouse)
    result = publish(
        warehouse,
        publication(figure(LONG_AN, 7), figure(COUNTRY, 7), run_id="run-2", code_version="2"),
    )
    assert result == PublicationResult(unchanged=2)
    assert dump(warehouse) == before


@pytest.mark.parametrize(
    "change",
    [
        {"numerator": 8},
        {"numerator": None},
        {"denominator": 9},
        {"denominator": None},
        {"status": "partial"},
        {"bound": ">"},
    ],
    ids=str,
)
def test_each_compared_column_makes_a_revision(
    warehouse: Warehouse, change: dict[str, Any]
) -> None:
    row = figure(COUNTRY, 7, 10)
    publish(warehouse, publication(row, figure(LONG_AN, 1)), now=WHEN)
    result = publish(
        warehouse,
        publication({**row, **change}, figure(LONG_AN, 1), run_id="run-2"),
        now=WHEN + HOUR,
    )
    assert result == PublicationResult(changed=1, unchanged=1)
    assert _in_force(warehouse, "revision, run_id") == [(2, "run-2"), (1, "run-1")]
    with warehouse.reading() as connection:
        past = connection.execute(
            text(
                "SELECT numerator, revision, superseded_at FROM indicator_history WHERE superseded_at IS NOT NULL"
            )
        )
        assert [tuple(row) for row in past] == [(7, 1, "2024-07-03 09:00:00.000000")]


def test_counts_of_areas_alone_are_no_revision(warehouse: Warehouse) -> None:
    publish(
        warehouse,
        publication(figure(COUNTRY, 7, areas_expected=63, areas_reported=62), figure(LONG_AN, 1)),
    )
    result = publish(
        warehouse,
        publication(
            figure(COUNTRY, 7, areas_expected=63, areas_reported=63),
            figure(LONG_AN, 1),
            run_id="run-2",
        ),
    )
    assert result == PublicationResult(recounted=1, unchanged=1)
    assert _in_force(warehouse, "areas_reported, revision, run_id") == [
        (63, 1, "run-1"),
        (1, 1, "run-1"),
    ]
    both = publish(
        warehouse,
        publication(
            figure(COUNTRY, 8, areas_expected=34, areas_reported=1),
            figure(LONG_AN, 1),
            run_id="run-3",
        ),
    )
    assert both == PublicationResult(changed=1, unchanged=1)
    assert _in_force(warehouse, "areas_expected, revision") == [(34, 2), (1, 1)]


def test_figures_no_longer_computed_are_withdrawn_once_and_may_return(warehouse: Warehouse) -> None:
    publish(warehouse, publication(figure(COUNTRY, 7, 9, bound="≈"), figure(LONG_AN, 7, 9)))
    alone = publication(figure(LONG_AN, 7, 9), run_id="run-2")
    assert publish(warehouse, alone) == PublicationResult(withdrawn=1, unchanged=1)
    assert _in_force(warehouse, "numerator, denominator, value, status, bound, revision")[0] == (
        None,
        None,
        None,
        "withdrawn",
        "",
        2,
    )
    before = dump(warehouse)
    assert publish(warehouse, alone) == PublicationResult(unchanged=1)
    assert dump(warehouse) == before
    back = publish(
        warehouse, publication(figure(COUNTRY, 7, 9), figure(LONG_AN, 7, 9), run_id="run-3")
    )
    assert back == PublicationResult(changed=1, unchanged=1)
    assert _in_force(warehouse, "status, revision")[0] == ("reported", 3)


def test_nothing_outside_the_scope_is_touched(warehouse: Warehouse) -> None:
    ytd = PublishedWindow(JUNE, "month", "ytd")
    both = [PublishedWindow(JUNE, "month", "month"), ytd]
    publish(
        warehouse,
        publication(figure(COUNTRY, 1), figure(COUNTRY, 6, time_window="ytd"), windows=both),
    )
    publish(warehouse, publication(figure(COUNTRY, 2, month=JULY), months=(JULY,)))
    publish(
        warehouse,
        publication(
            figure(COUNTRY, 50, 100, indicator_code="dvc.online_rate"), codes=["dvc.online_rate"]
        ),
    )
    before = dump(warehouse)
    assert (
        publish(warehouse, publication(codes=["dvc.processing_days_mean"])) == PublicationResult()
    )
    assert dump(warehouse) == before
    assert publish(warehouse, publication(windows=[ytd], run_id="run-2")) == PublicationResult(
        withdrawn=1
    )
    assert _in_force(warehouse, "time_window, status, revision") == [
        ("month", "reported", 1),
        ("month", "reported", 1),
        ("ytd", "withdrawn", 2),
        ("month", "reported", 1),
    ]


def test_one_publication_may_change_later_windows(warehouse: Warehouse) -> None:
    windows = [
        PublishedWindow(JUNE, "month", "month"),
        PublishedWindow(JUNE, "month", "ytd"),
        PublishedWindow(JULY, "month", "ytd"),
    ]
    rows = [
        figure(COUNTRY, 1),
        figure(COUNTRY, 6, time_window="ytd"),
        figure(COUNTRY, 7, month=JULY, time_window="ytd"),
    ]
    assert publish(warehouse, publication(*rows, windows=windows)) == PublicationResult(new=3)


def test_a_run_whose_cells_were_replaced_must_not_publish(warehouse: Warehouse) -> None:
    def cells_are(content_hash: str) -> None:
        pointer = {
            "path": "p",
            "content_hash": content_hash,
            "input_hash": content_hash,
            "inputs": {},
            "accepted": (),
            "run_id": "r",
        }
        set_cells(warehouse, "dvc", JUNE, **pointer)

    with pytest.raises(StaleRunError, match="2024-06"):
        publish(warehouse, publication(figure(COUNTRY, 1), basis={JUNE: "old"}))
    cells_are("old")
    publish(warehouse, publication(figure(COUNTRY, 1), basis={JUNE: "old", JULY: None}))
    cells_are("new")
    before = dump(warehouse)
    with pytest.raises(StaleRunError, match="Run the month again"):
        publish(warehouse, publication(figure(COUNTRY, 2), basis={JUNE: "old"}))
    with pytest.raises(StaleRunError):
        publish(warehouse, publication(figure(COUNTRY, 2), basis={JUNE: None}))
    assert dump(warehouse) == before


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (figure(COUNTRY, 1, month=JULY), "outside the publication's scope"),
        (figure(COUNTRY, 1, time_window="ytd"), "outside the publication's scope"),
        (figure(COUNTRY, 1, indicator_code="asm.notices"), "outside the publication's scope"),
        (figure(99, 1), "area 99, which dim_area does not know"),
        (figure(TAY_NINH, 1), "when it was not in force"),
        (figure(BEN_LUC, 1), "when it was not in force"),
        (figure(COUNTRY, 1, status="estimated"), "status, bound or basis"),
        (figure(COUNTRY, 1, bound=">="), "status, bound or basis"),
        (figure(COUNTRY, None, status="withdrawn"), "leave it out"),
        (figure(LONG_AN, 2), "two rows"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_figures_that_cannot_be(warehouse: Warehouse, row: dict[str, Any], message: str) -> None:
    publish(warehouse, publication(figure(LONG_AN, 5)))
    before = dump(warehouse)
    with pytest.raises(AccountingError, match=message):
        publish(warehouse, publication(figure(LONG_AN, 1), row, run_id="run-2"))
    assert dump(warehouse) == before


def test_no_district_figure_after_june_2025(warehouse: Warehouse) -> None:
    last, first = Month(2025, 6), Month(2025, 7)
    publish(warehouse, publication(figure(A_LUOI, 1, month=last), months=(last,)))
    with pytest.raises(AccountingError, match="2025-07, when it was not in force"):
        publish(warehouse, publication(figure(A_LUOI, 1, month=first), months=(first,)))


def test_an_indicator_that_the_registry_lacks(warehouse: Warehouse) -> None:
    with pytest.raises(AccountingError, match=r"does not know: dvc\.unheard_of"):
        publish(
            warehouse,
            publication(
                figure(COUNTRY, 1, indicator_code="dvc.unheard_of"), codes=["dvc.unheard_of"]
            ),
        )


def test_dictionary_columns_are_taken(warehouse: Warehouse) -> None:
    request = publication(figure(COUNTRY, 7), figure(LONG_AN, 7))
    for name in ("indicator_code", "breakdown", "status", "time_window", "period_type", "bound"):
        place = request.figures.schema.get_field_index(name)
        encoded = request.figures.set_column(place, name, request.figures[name].dictionary_encode())
        request = replace(request, figures=encoded)
    assert publish(warehouse, request) == PublicationResult(new=2)


def test_an_empty_publication_on_an_empty_warehouse(warehouse: Warehouse) -> None:
    before = dump(warehouse)
    assert publish(warehouse, publication()) == PublicationResult()
    assert dump(warehouse) == before


def test_a_clock_that_goes_back_leaves_no_overlap(warehouse: Warehouse) -> None:
    publish(warehouse, publication(figure(COUNTRY, 1)), now=WHEN)
    publish(warehouse, publication(figure(COUNTRY, 2), run_id="run-2"), now=WHEN - HOUR)
    with warehouse.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT revision, computed_at, superseded_at FROM indicator_history ORDER BY revision"
            )
        ).all()
    assert rows[0].superseded_at == rows[1].computed_at > rows[0].computed_at


def test_publications_wait_for_each_other(warehouse: Warehouse) -> None:
    months = [Month(2024, number) for number in range(1, 7)]
    requests = [
        publication(figure(COUNTRY, 1, month=month), months=(month,), run_id=str(month))
        for month in months
    ]
    threads = [threading.Thread(target=publish, args=(warehouse, request)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _in_force(warehouse, "run_id, revision") == [(str(month), 1) for month in months]


def test_figures_of_an_indicator_that_left_the_registry_are_withdrawn(warehouse: Warehouse) -> None:
    publish(
        warehouse,
        publication(figure(COUNTRY, 1), figure(COUNTRY, 1, 2, indicator_code="dvc.online_rate")),
    )
    sync_reference(warehouse, [], INDICATORS[:1])
    codes = indicator_codes(warehouse, "dvc")
    assert publish(
        warehouse, publication(figure(COUNTRY, 1), codes=codes, run_id="run-2")
    ) == PublicationResult(withdrawn=1, unchanged=1)
