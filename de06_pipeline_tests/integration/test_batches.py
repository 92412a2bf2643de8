"""Deliveries worked on together: the same outcome and bytes as alone, and nothing that is the matter
with one costs another anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.parquet import read_table

from de06_pipeline.errors import StepFailed
from de06_pipeline.ingest.batches import batches
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.deliver import ingest_batch
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.landing.discover import Delivery, LandedFile, find_deliveries
from de06_pipeline.monthly import ingest_month as month_steps
from de06_pipeline.periods import Month
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
        rows(DATASET, supplier, JUNE, 12) for supplier in ("quang-nam", "long-an")
    )
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
        "hue/a.csv": csv_text(DATASET, spoilt).encode(),
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


def test_a_delivery_comes_to_the_same_whatever_the_batch(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    _deliver(home.landing)
    deliveries = find_deliveries(str(home.landing), DATASET, JUNE)
    alone = _outcomes(home, [[delivery] for delivery in deliveries], tmp_path / "alone")
    together = _outcomes(home, [deliveries], tmp_path / "together")
    parted = _outcomes(home, [deliveries[::2], deliveries[1::2]], tmp_path / "parted")
    assert together == alone
    assert parted == alone
    refused = {supplier for supplier, (outcome, *_) in alone.items() if outcome.reasons}
    assert refused >= {"da-nang", "hue", "nobody"}
    assert [len(lines) for _, _, _, *both in alone.values() for lines in both if lines]


def test_what_stops_one_delivery_costs_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program that one supplier's files bring out: the others are worked on without
    it and recorded, then the step fails.
    """
    home = Home(tmp_path / "home")
    _deliver(home.landing)
    workspace = home.workspace()
    workspace.create_warehouse()
    recorded: list[str] = []

    def failing(group: Sequence[Delivery], *others: Any) -> list[DeliveryOutcome]:
        if "hue" in {delivery.supplier for delivery in group}:
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
    assert recorded == ["da-nang", "long-an", "nobody", "quang-nam"]


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
