"""Figures that were computed beforehand are those of one request and of none that differs."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.computation.ledger import Ledger
from de06_pipeline.indicators.computation.request import FiguresRequest, Reporting
from de06_pipeline.monthly.prepared import PreparedFigures
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, Window
from de06_pipeline.warehouse.deliveries.records import CellsPointer
from de06_pipeline_tests.unit.indicators_kit import AREAS, CONTRACTS, REFERENCE, REGISTRY

JUNE = Month(2024, 6)
FILES = [AcceptedFile("a/rows.parquet", JUNE)]
REQUEST = FiguresRequest(
    source=REGISTRY.sources["dvc"],
    contracts=CONTRACTS,
    areas=AREAS,
    reference=REFERENCE,
    months=[(JUNE, frozenset({Window.MONTH}))],
    cells={JUNE: Path("cells/a")},
    reporting={("dvc_dossiers", JUNE): Reporting(frozenset({1, 2}), frozenset({1}))},
    report_cells={JUNE: Path("report_cells/a")},
    rows={"dvc_dossiers": FILES},
    period=PeriodType.REPORT_MONTH,
)
POINTERS = {
    JUNE: CellsPointer(
        "dvc", JUNE, "cells/a", "a", "b", {"accepted": []}, "run", datetime(2024, 7, 1, tzinfo=UTC)
    )
}
PREPARED = PreparedFigures(REQUEST, POINTERS, pa.table({}))
OTHERS: dict[str, Any] = {
    "source": REGISTRY.sources["eid"],
    "contracts": {},
    "areas": AreaBook((), {}, "another"),
    "reference": Path("reference"),
    "months": [(JUNE, frozenset({Window.MONTH, Window.YTD}))],
    "reporting": {("dvc_dossiers", JUNE): Reporting(frozenset({1, 2}), frozenset({1, 2}))},
    "report_cells": {JUNE: Path("report_cells/b")},
    "snapshots": {("dvc_procedures", JUNE): FILES},
    "references": {"population": FILES},
    "composition": {JUNE: []},
    "ledgers": {JUNE: Ledger(1, (), frozenset(), ())},
    "period": PeriodType.MONTH,
    "boundaries": JUNE,
    "codes": frozenset({"dvc.received"}),
    "narrowed": {JUNE: frozenset({"dvc.received"})},
}
OF_POINTERS = ("cells", "rows")
LIMITS = "duck"


def test_the_same_request_has_them_however_much_may_be_used() -> None:
    again = replace(REQUEST, duck=DuckSettings("2GB", 1, Path("scratch")))
    assert PREPARED.are_of(again, dict(POINTERS))


@pytest.mark.parametrize("name", OTHERS)
def test_a_request_that_differs_anywhere_does_not(name: str) -> None:
    assert not PREPARED.are_of(replace(REQUEST, **{name: OTHERS[name]}), POINTERS)


def test_nothing_of_a_request_is_left_out() -> None:
    assert {field.name for field in fields(FiguresRequest)} == {*OTHERS, *OF_POINTERS, LIMITS}


@pytest.mark.parametrize(
    "others",
    [
        {},
        {JUNE: replace(POINTERS[JUNE], content_hash="c")},
        {JUNE: replace(POINTERS[JUNE], inputs={"accepted": [["dvc_dossiers"]]})},
        {**POINTERS, JUNE.plus(-1): POINTERS[JUNE]},
    ],
    ids=["none", "content", "rows", "one more"],
)
def test_other_cells_do_not(others: dict[Month, CellsPointer]) -> None:
    assert not PREPARED.are_of(REQUEST, others)
