"""What is handed to the warehouse about deliveries, and the pointers it hands back. Plain values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from de06_pipeline.periods import Month

DeliveryKey = tuple[str, Month, str]
"""Dataset, month and supplier."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a delivery.

    Attributes:
        name: relative to the supplier's folder.
        version: of its ``vN`` folder; 0 without one.
        sha256, format, encoding: None where the file was not read.
        received_at: when the file was last written (UTC, aware).
        is_replaced: it lies in a lower ``vN`` folder: listed for the record, not read, not counted.
    """

    name: str
    version: int
    bytes: int
    received_at: datetime
    sha256: str | None = None
    format: str | None = None
    encoding: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_superseded: int = 0
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """One rule over one delivery.

    ``evaluated`` and ``failed`` count rows; ``tolerance`` is a share, None where none applies.
    """

    rule_id: str
    severity: str
    evaluated: int
    failed: int
    success: bool
    tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class InformationRecord:
    """What was left out of one file or put right in it, and how often; the words stand behind the
    number.
    """

    file_name: str
    code: str
    occurrences: int
    message_vi: str
    message_en: str


@dataclass(frozen=True, slots=True)
class AcceptedRowsRecord:
    """Accepted rows in the lake. ``path`` is kept and given back as it is.

    ``absent_fields``: optional fields of the contract that were delivered without a column.
    """

    path: str
    content_hash: str
    row_count: int
    absent_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery as it came out of the ingest step.

    Attributes:
        fingerprint: of its files' names, sizes and times.
        accepted: None for a refused delivery.
        quarantine: Parquet with file_name, row_number, field, rule_id, masked_value; None where
            nothing was quarantined. Equal content must be equal bytes, or an identical run counts
            as new.
    """

    dataset: str
    month: Month
    supplier: str
    fingerprint: str
    contract_version: str
    run_id: str
    files: tuple[FileRecord, ...]
    rules: tuple[RuleRecord, ...] = ()
    information: tuple[InformationRecord, ...] = ()
    accepted: AcceptedRowsRecord | None = None
    quarantine: Path | None = None

    @property
    def status(self) -> str:
        return "refused" if self.accepted is None else "accepted"

    def outcome_hash(self) -> str:
        """Hash of everything in the record but the run: equal hashes mean that recording it again
        would change nothing.
        """
        facts: list[Any] = [self.fingerprint, self.contract_version]
        facts += [asdict(file) for file in self.files]
        facts += [asdict(rule) for rule in self.rules]
        facts += [asdict(note) for note in self.information]
        if self.accepted is not None:
            facts.append(asdict(self.accepted))
        if self.quarantine is not None:
            with self.quarantine.open("rb") as file:
                facts.append(hashlib.file_digest(file, "sha256").hexdigest())
        return hashlib.sha256(json.dumps(facts, default=datetime.isoformat).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AcceptedPointer:
    """The accepted rows in force of one dataset, month and supplier.

    ``absent_fields``: optional fields that were delivered without a column; None where rows were
    accepted by a program that did not record it.
    """

    dataset: str
    month: Month
    supplier: str
    path: str
    content_hash: str
    contract_version: str
    row_count: int
    fingerprint: str
    run_id: str
    accepted_at: datetime
    absent_fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AcceptedBefore:
    """Rows of one dataset, month and supplier that were accepted once and are no longer in force."""

    dataset: str
    month: Month
    supplier: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class CellsPointer:
    """The cells in force of one source and month.

    Attributes:
        input_hash: of everything they were made from; another one means that the month is stale.
        inputs: the same, readable: ``accepted`` lists ``[dataset, month, supplier, content hash]``,
            the rest (versions of contracts, registry, areas, code) is the caller's, kept as given
            to :func:`~de06_pipeline.warehouse.figures.cells.set_cells`.
    """

    source: str
    month: Month
    path: str
    content_hash: str
    input_hash: str
    inputs: Mapping[str, Any]
    run_id: str
    built_at: datetime
