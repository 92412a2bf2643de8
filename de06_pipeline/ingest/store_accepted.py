"""The accepted rows of a delivery in the lake, under the name of their content."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Severity
from de06_pipeline.errors import AccountingError
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.long_rows import Written, rows_path
from de06_pipeline.ingest.open_delivery import OpenedDelivery
from de06_pipeline.ingest.outcome import AcceptedRows, FileOutcome
from de06_pipeline.quality.accepted import AcceptedSelect, write_accepted
from de06_pipeline.quality.marks import RuleMarks


def store_accepted(
    con: duckdb.DuckDBPyConnection,
    accepted: AcceptedSelect,
    member: OpenedDelivery,
    marks: RuleMarks,
    files: Sequence[FileOutcome],
    context: IngestContext,
    written: Written | None = None,
) -> AcceptedRows:
    """Write the accepted rows under the name of their content; a folder that is there already holds
    the same bytes.

    Args:
        written: of rows that are being written already (:mod:`~de06_pipeline.ingest.long_rows`).

    Raises:
        AccountingError: they are not as many as were counted.
    """
    delivery = member.delivery
    fresh = rows_path(context.workdir, member.number)
    if written:
        row_count = written()
    else:
        critical = marks.of(Severity.CRITICAL)
        kept = f"delivery_no = {member.number} AND NOT ({marks.breaks_any(critical)})"
        row_count = write_accepted(con, accepted, kept, fresh, member.files_before)
    counted = sum(file.rows_accepted for file in files)
    if row_count != counted:
        raise AccountingError(
            f"{delivery.dataset} {delivery.month} {delivery.supplier}: {counted} rows were accepted, {row_count} written."
        )
    with fresh.open("rb") as rows:
        content_hash = hashlib.file_digest(rows, "sha256").hexdigest()
    folder = (
        context.lake
        / "accepted"
        / delivery.dataset
        / str(delivery.month)
        / delivery.supplier
        / content_hash[:16]
    )
    final = folder / "rows.parquet"
    # A file that bears the name may have been damaged since it was written.
    if not _holds(final, content_hash):
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{context.workdir.name}.part"
        shutil.move(fresh, partial)
        partial.replace(final)
    return AcceptedRows(final, content_hash, row_count)


def _holds(path: Path, content_hash: str) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == content_hash
