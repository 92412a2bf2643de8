"""Accepted rows of a long delivery, written while its rules are counted: that leaves a core idle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Contract, Severity
from de06_pipeline.duck.beside import beside
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.judged import JudgedRows
from de06_pipeline.ingest.open_delivery import OpenedDelivery
from de06_pipeline.ingest.supersede import Winners
from de06_pipeline.quality.accepted import AcceptedSelect
from de06_pipeline.quality.accepted_long import LongFile, is_long, write_long

Written = Callable[[], int]
"""Waits until the rows are written; tells how many, or raises what kept them from it."""


def rows_path(workdir: Path, delivery_no: int) -> Path:
    """Where a delivery's accepted rows are written before they go into the lake."""
    return workdir / f"delivery-{delivery_no}" / "rows.parquet"


@contextmanager
def long_rows(
    con: duckdb.DuckDBPyConnection,
    opened: Sequence[OpenedDelivery],
    judged: JudgedRows,
    winners: Winners,
    contract: Contract,
    accepted: AcceptedSelect,
    context: IngestContext,
) -> Iterator[Mapping[int, Written]]:
    """The accepted rows of deliveries of one long file, by number of the delivery; written to
    :func:`rows_path` while the body runs, where there is a second core for it.

    Which deliveries they are depends on the delivery alone, so that its bytes do.
    """
    files = {
        member.number: _long_file(con, member, judged, winners)
        for member in opened
        if accepted.is_plain and _is_long(member)
    }
    is_wanted = threading.Event()
    is_wanted.set()

    def write(number: int) -> int:
        path = rows_path(context.workdir, number)
        rows = 0
        for written in write_long(files[number], contract, accepted, path):
            rows += written
            if not is_wanted.is_set():
                break
        return rows

    if not files or not context.duck.may_work_beside:
        yield {number: partial(write, number) for number in files}
        return
    with beside(lambda: {number: write(number) for number in files}) as outcome:
        try:
            yield {number: partial(_of, outcome, number) for number in files}
        finally:
            is_wanted.clear()


def _of(outcome: Future[dict[int, int]], number: int) -> int:
    return outcome.result()[number]


def _is_long(member: OpenedDelivery) -> bool:
    reads = [file.read for file in member.usable if file.read]
    return len(reads) == 1 and is_long(reads[0].record_count)


def _long_file(
    con: duckdb.DuckDBPyConnection,
    member: OpenedDelivery,
    judged: JudgedRows,
    winners: Winners,
) -> LongFile:
    (file,) = member.usable
    number = member.number_in_batch(file)
    replaced = con.execute(
        f"SELECT row_number FROM {winners.superseded} WHERE file_no = {number}"
    ).fetchall()
    return LongFile(
        judged.path,
        number,
        file.outcome.file_no,
        judged.marks.bits(judged.marks.of(Severity.CRITICAL)),
        [row_number for (row_number,) in replaced],
    )
