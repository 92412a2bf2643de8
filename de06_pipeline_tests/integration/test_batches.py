"""Deliveries worked on together: the same outcome and bytes as alone, and nothing that is the matter
with one costs another anything.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.parquet import read_table

from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.errors import StepFailed
from de06_pipeline.ingest.batches import batches
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.deliver import ingest_batch
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery, LandedFile, find_deliveries
from de06_pipeline.monthly import ingest_month as month_steps
from de06_pipeline.periods import Month
from de06_pipeline.quality import accepted_long
from de06_pipeline.reports import finding_tables
from de06_pipeline.reports.page import Occasion
from de06_pipeline.reports.places import ReportFiles
from de06_pipeline.reports.supplier import report_writer
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import csv_text, rows

JUNE = Month(2024, 6)
DATASET = "dvc_dossiers"


def _deliver(landing: Path) -> None:
    """Two suppliers with faults, warnings and repeats of each other's codes, one of two files of
    other layouts, one that cannot be read, one refused for its rows, one that nobody knows.
    """
    month = landing / DATASET / str(JUNE)
    quang_nam, long_an = (
        rows(DATASET, supplier, JUNE, 200) for supplier in ("quang-nam", "long-an")
    )
    # In the same row of another supplier's file the day itself cannot be read.
    quang_nam[0] |= {"finished_at": "01/06/2024 10:00", "status": "9"}
    quang_nam[3]["district"] = "Huyện Không Có"
    quang_nam[4]["applicant_id"] = "49099000001"
    quang_nam += [quang_nam[1] | {"status": "4", "finished_at": ""}]
    # The same code as another supplier's is no repeat, and that supplier's province is not covered.
    long_an[0]["dossier_code"] = quang_nam[0]["dossier_code"]
    long_an[2]["province"], long_an[2]["district"] = "Quảng Nam", "Tam Kỳ"
    spoilt = rows(DATASET, "quang-nam", JUNE, 5)
    for row in spoilt:
        row["received_at"] = "31/02/2024"
    files = {
        "da-nang/a.csv": b"\x00\x01\x02" * 400,
        "thua-thien-hue/a.csv": csv_text(DATASET, spoilt).encode(),
        "long-an/a.csv": csv_text(DATASET, long_an[:6]).encode(),
        "long-an/b.csv": csv_text(DATASET, long_an[6:], ["procedure_name"]).encode(),
        "nobody/a.csv": csv_text(DATASET, quang_nam).encode(),
        "quang-nam/a.csv": csv_text(DATASET, quang_nam).encode() + b"too;few\n",
    }
    for name, content in files.items():
        path = month / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _outcomes(home: Home, groups: Sequence[Sequence[Delivery]], folder: Path) -> dict[str, Any]:
    """What came of each delivery, with the rows of its files in place of their paths."""
    workspace = home.workspace()
    outcomes: dict[str, Any] = {}
    for number, group in enumerate(groups):
        work = folder / f"work-{number}"
        work.mkdir(parents=True)
        context = IngestContext(workspace.areas, workspace.suppliers, folder / "lake", work)
        for outcome in ingest_batch(group, workspace.contracts[DATASET], context):
            outcomes[outcome.delivery.supplier] = (
                replace(outcome, quarantine=None, unquarantined=None, accepted=None, sql=""),
                outcome.accepted and (outcome.accepted.content_hash, outcome.accepted.row_count),
                outcome.accepted and outcome.accepted.path.read_bytes(),
                *(
                    read_table(path).to_pylist() if path else None
                    for path in (outcome.quarantine, outcome.unquarantined)
                ),
            )
    return outcomes


@pytest.mark.parametrize("long", [accepted_long.ROWS_TOGETHER, 4])
def test_a_delivery_comes_to_the_same_whatever_the_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: int
) -> None:
    """Of files that are written as long ones too."""
    monkeypatch.setattr(accepted_long, "ROWS_TOGETHER", long)
    home = Home(tmp_path / "home")
    _deliver(home.landing)
    deliveries = find_deliveries(str(home.landing), DATASET, JUNE)
    alone = _outcomes(home, [[delivery] for delivery in deliveries], tmp_path / "alone")
    together = _outcomes(home, [deliveries], tmp_path / "together")
    parted = _outcomes(home, [deliveries[::2], deliveries[1::2]], tmp_path / "parted")
    assert together == alone
    assert parted == alone
    refused = {supplier for supplier, (outcome, *_) in alone.items() if outcome.reasons}
    assert refused >= {"da-nang", "thua-thien-hue", "nobody"}
    assert {supplier for supplier, (_, rows, *_) in alone.items() if rows} == {
        "long-an",
        "quang-nam",
    }
    assert [len(lines) for _, _, _, *both in alone.values() for lines in both if lines]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_long_file_has_the_rows_that_a_short_one_would_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    """Rows that are quarantined or replaced left out, whether or not there is a core beside."""
    home = Home(tmp_path / "home")
    _deliver(home.landing)
    deliveries = find_deliveries(str(home.landing), DATASET, JUNE)
    rows_of = {}
    for long in (accepted_long.ROWS_TOGETHER, 4):
        monkeypatch.setattr(accepted_long, "ROWS_TOGETHER", long)
        workspace, work = home.workspace(), tmp_path / f"work-{long}"
        work.mkdir()
        context = IngestContext(
            workspace.areas,
            workspace.suppliers,
            tmp_path / f"lake-{long}",
            work,
            duck=DuckSettings(threads=threads),
        )
        outcomes = ingest_batch(deliveries, workspace.contracts[DATASET], context)
        rows_of[long] = {
            outcome.delivery.supplier: read_table(outcome.accepted.path).to_pylist()
            for outcome in outcomes
            if outcome.accepted
        }
    short, long_rows = rows_of.values()
    assert long_rows == short
    assert sorted(map(len, short.values())) == [198, 199]


def test_nothing_is_written_beyond_an_error_in_judging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    _deliver(home.landing)
    monkeypatch.setattr(accepted_long, "ROWS_TOGETHER", 4)
    monkeypatch.setattr("de06_pipeline.ingest.long_rows.write_long", lambda *_: repeat(1))

    def fail(*_: object) -> None:
        raise StepFailed("of another kind")

    monkeypatch.setattr("de06_pipeline.ingest.deliver.judge", fail)
    with pytest.raises(StepFailed, match="of another kind"):
        _outcomes(home, [find_deliveries(str(home.landing), DATASET, JUNE)], tmp_path)
    assert "beside" not in {thread.name for thread in threading.enumerate()}


def test_what_stops_one_delivery_costs_the_others_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program that one supplier's files bring out: the others are worked on without
    it and recorded, then the step fails.
    """
    _deliver(home.landing)
    workspace = home.workspace()
    recorded: list[str] = []

    def failing(group: Sequence[Delivery], *others: Any) -> list[DeliveryOutcome]:
        if "da-nang" in {delivery.supplier for delivery in group}:
            raise StepFailed("a fault")
        return ingest_batch(group, *others)

    def record(_: object, record: Any) -> None:
        recorded.append(record.supplier)
        if record.supplier == "long-an":
            raise OSError("the disk is full")

    monkeypatch.setattr(month_steps, "ingest_batch", failing)
    monkeypatch.setattr(month_steps, "record_delivery", record)
    with pytest.raises(StepFailed, match="a fault"):
        month_steps.ingest_month(workspace, workspace.contracts[DATASET], JUNE, "run")
    assert recorded == ["long-an", "nobody", "quang-nam", "thua-thien-hue"]


def _judged(home: Home, folder: Path) -> list[DeliveryOutcome]:
    """What came of each delivery, with at most two rows of a rule listed."""
    workspace = home.workspace()
    work = folder / "work"
    work.mkdir(parents=True)
    context = IngestContext(
        workspace.areas, workspace.suppliers, folder / "lake", work, listed_rows=2
    )
    deliveries = find_deliveries(str(home.landing), DATASET, JUNE)
    return ingest_batch(deliveries, workspace.contracts[DATASET], context)


def _report(
    home: Home, outcomes: Sequence[DeliveryOutcome], sets: Sequence[int], folder: Path
) -> dict[str, list[bytes] | str]:
    """Both files of each delivery's report, or the kind of error.

    Args:
        sets: for each delivery, by number, with which others it is reported on.
    """
    folder.mkdir()
    contract = home.workspace().contracts[DATASET]
    written: dict[str, list[bytes] | str] = {}
    for chosen in sorted(set(sets)):
        together = [o for o, of in zip(outcomes, sets, strict=True) if of == chosen]
        with report_writer(contract, together, folder, DuckSettings()) as write:
            for outcome in together:
                supplier = outcome.delivery.supplier
                files = ReportFiles(folder / supplier / "a.html", folder / supplier / "a.csv")
                try:
                    write(outcome, Occasion(supplier), files)
                except duckdb.Error as error:
                    written[supplier] = type(error).__name__
                else:
                    written[supplier] = [files.html.read_bytes(), files.csv.read_bytes()]
    return written


def test_a_report_is_the_same_whatever_it_is_written_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    _deliver(home.landing)
    outcomes = _judged(home, tmp_path)
    assert any(outcome.unlisted for outcome in outcomes)
    assert any(outcome.refused for outcome in outcomes)
    assert not all(outcome.quarantine for outcome in outcomes)
    count = len(outcomes)
    alone = _report(home, outcomes, range(count), tmp_path / "alone")
    assert not [files for files in alone.values() if isinstance(files, str)]
    assert len({files[1] for files in alone.values()}) > count - 2
    assert _report(home, outcomes, [0] * count, tmp_path / "together") == alone
    assert _report(home, outcomes, [n % 2 for n in range(count)], tmp_path / "parted") == alone
    # More lines than are kept in tables are read again wherever they are asked for.
    monkeypatch.setattr(finding_tables, "_KEPT_BYTES", 0)
    assert _report(home, outcomes, [0] * count, tmp_path / "many") == alone


def test_lines_that_cannot_be_read_cost_no_other_report_anything(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    _deliver(home.landing)
    outcomes = _judged(home, tmp_path)
    sets = [0] * len(outcomes)
    whole = _report(home, outcomes, sets, tmp_path / "whole")
    damaged, gone = (
        next(o for o in outcomes if o.delivery.supplier == supplier)
        for supplier in ("quang-nam", "thua-thien-hue")
    )
    assert damaged.quarantine
    assert gone.quarantine
    damaged.quarantine.write_bytes(b"PAR1" + bytes(40))
    gone.quarantine.unlink()
    errors = {"quang-nam": "InvalidInputException", "thua-thien-hue": "IOException"}
    assert _report(home, outcomes, sets, tmp_path / "damaged") == whole | errors


def _delivery(supplier: int, sizes: Sequence[tuple[str, int]]) -> Delivery:
    files = tuple(
        LandedFile(f"{n}.{kind}", f"{n}", size, datetime(2024, 7, 1, tzinfo=UTC))
        for n, (kind, size) in enumerate(sizes)
    )
    return Delivery(DATASET, JUNE, f"s{supplier:03}", 0, files, ())


_sizes = st.lists(
    st.tuples(st.sampled_from(["csv", "xlsx"]), st.integers(0, 50)), min_size=1, max_size=4
)


@given(st.lists(_sizes, max_size=30), st.integers(1, 200), st.integers(1, 6))
def test_batches_hold_every_delivery_once_in_order_and_keep_their_bounds(
    sizes: list[list[tuple[str, int]]], most_bytes: int, most_files: int
) -> None:
    deliveries = [_delivery(number, files) for number, files in enumerate(sizes)]
    made = list(batches(deliveries, most_bytes, most_files))
    assert [delivery for batch in made for delivery in batch] == deliveries
    for batch in made:
        text = sum(f.bytes * (8 if f.name.endswith("xlsx") else 1) for d in batch for f in d.files)
        assert len(batch) == 1 or (
            text <= most_bytes and sum(len(d.files) for d in batch) <= most_files
        )
    for earlier, other in pairwise(made):
        both = [*earlier, other[0]]
        assert len(list(batches(both, most_bytes, most_files))) > 1
