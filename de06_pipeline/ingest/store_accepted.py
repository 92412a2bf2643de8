"""The accepted rows of deliveries in the lake, under the name of their content."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Severity
from de06_pipeline.errors import AccountingError
from de06_pipeline.ingest.accepted_path import accepted_path
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.long_rows import Written, rows_path
from de06_pipeline.ingest.open_delivery import OpenedDelivery
from de06_pipeline.ingest.outcome import AcceptedRows, FileOutcome
from de06_pipeline.quality.accepted import AcceptedSelect, gather_accepted, write_accepted
from de06_pipeline.quality.accepted_long import ROWS_TOGETHER
from de06_pipeline.quality.marks import RuleMarks


@dataclass(frozen=True, slots=True)
class AcceptedMember:
    """A delivery of a batch whose rows are accepted, and its files as they were counted."""

    opened: OpenedDelivery
    files: tuple[FileOutcome, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows_accepted for file in self.files)


def store_accepted(
    con: duckdb.DuckDBPyConnection,
    accepted: AcceptedSelect,
    members: Sequence[AcceptedMember],
    marks: RuleMarks,
    long: Mapping[int, Written],
    context: IngestContext,
) -> dict[int, AcceptedRows]:
    """Write the accepted rows of each delivery under the name of their content; a folder that is
    there already holds the same bytes, whatever other deliveries are written with it.

    Small deliveries are written from one narrow table of theirs: to plan a statement over all
    judged rows, and to find a delivery's among them, took longer than to write a few thousand.

    Args:
        long: rows that are being written already (:mod:`~de06_pipeline.ingest.long_rows`).

    Returns:
        by number of the delivery.

    Raises:
        AccountingError: they are not as many as were counted.
    """
    kept = f"NOT ({marks.breaks_any(marks.of(Severity.CRITICAL))})"
    small = {
        member.opened.number
        for member in members
        if member.rows <= ROWS_TOGETHER and member.opened.number not in long
    }
    together = gather_accepted(con, accepted, kept, sorted(small)) if len(small) > 1 else None
    stored = {}
    for member in members:
        number = member.opened.number
        fresh = rows_path(context.workdir, number)
        before, own = member.opened.files_before, f"delivery_no = {number}"
        if number in long:
            row_count = long[number]()
        elif together and number in small:
            row_count = write_accepted(con, together, own, fresh, before)
        else:
            row_count = write_accepted(con, accepted, f"{own} AND {kept}", fresh, before)
        stored[number] = _stored(member, fresh, row_count, context)
    return stored


def _stored(
    member: AcceptedMember, fresh: Path, row_count: int, context: IngestContext
) -> AcceptedRows:
    delivery = member.opened.delivery
    if row_count != member.rows:
        raise AccountingError(
            f"{delivery.dataset} {delivery.month} {delivery.supplier}: {member.rows} rows were accepted, {row_count} written."
        )
    with fresh.open("rb") as rows:
        content_hash = hashlib.file_digest(rows, "sha256").hexdigest()
    final = context.lake / accepted_path(
        delivery.dataset, delivery.month, delivery.supplier, content_hash
    )
    # A file that bears the name may have been damaged since it was written.
    if not _holds(final, content_hash):
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = final.parent / f".{context.workdir.name}.part"
        shutil.move(fresh, partial)
        partial.replace(final)
    return AcceptedRows(final, content_hash, row_count)


def _holds(path: Path, content_hash: str) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == content_hash
