"""What came of a delivery: plain values, no connection and no open file behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from de06_pipeline.contracts.model import Message, Severity
from de06_pipeline.ingest.information import Information, of_file
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.landing.information import SYSTEM_FILE
from de06_pipeline.quality.checks import DeliveryCount, FileCount
from de06_pipeline.quality.judge import RuleCount


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a whole file cannot be used; it refuses its delivery.

    Attributes:
        check: the asset check that fails for it, ``readable`` or ``headers``.
        code: short stable identifier, for example ``empty`` or ``missing_column``.
    """

    check: str
    code: str
    message: Message


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """One file of a delivery.

    ``rows_read = rows_accepted + rows_quarantined + rows_superseded`` always holds.

    A file with a problem is not judged: its four row counts are 0.

    Attributes:
        headers: field → the header over its column, as the supplier wrote it.
        absent: optional fields without a column; empty for a file without rows, which says nothing.
        information: what was left out of the file or put right in it; no fault of a row.
    """

    file_no: int
    name: str
    sha256: str
    bytes: int
    modified_at: datetime
    format: str
    encoding: str
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_superseded: int = 0
    rows_blank: int = 0
    unknown_columns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    problem: FileProblem | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    information: tuple[Information, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptedRows:
    """Accepted rows in the lake: an immutable folder named by its content."""

    path: Path
    content_hash: str
    row_count: int


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """One delivery, accepted or refused.

    Attributes:
        accepted: where the accepted rows are; None for a refused delivery.
        quarantine: Parquet of quarantine lines (file_name, row_number, field, rule_id,
            masked_value, suggestion, suggestion_en) in the step's scratch folder; None where nothing was
            quarantined.
        reasons: why it was refused, for people; empty when accepted.
        sql: the statements that parsed the rows and took repeats out, for the asset's metadata.
        unquarantined: Parquet with the columns of ``quarantine`` about rows that were not quarantined:
            warnings, and rows that another one replaced; in the same folder, None where there are
            none.
        unlisted: (rule, reason of broken records or '') → rows that are in neither file and only
            counted, since there are too many.
    """

    delivery: Delivery
    contract_version: str
    files: tuple[FileOutcome, ...]
    rules: tuple[RuleCount, ...]
    accepted: AcceptedRows | None
    quarantine: Path | None
    reasons: tuple[Message, ...]
    sql: str
    unquarantined: Path | None = None
    unlisted: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return self.accepted is None

    def total(self, count: str) -> int:
        """Sum one of the row counts (``rows_read``, ``rows_accepted`` …) over the files."""
        return sum(getattr(f, count) for f in self.files)

    @property
    def absent_fields(self) -> tuple[str, ...]:
        """Optional fields that some file with rows has no column for, sorted."""
        return tuple(sorted({name for file in self.files for name in file.absent}))

    @property
    def information(self) -> tuple[tuple[str, Information], ...]:
        """What was left out of the files or put right in them, with the file's name; files passed
        over come last.
        """
        of_files = ((file.name, note) for file in self.files for note in file.information)
        return (*of_files, *((name, of_file(SYSTEM_FILE, 1)) for name in self.delivery.passed_over))

    @property
    def warnings(self) -> int:
        """Rows times warning rules they break."""
        return sum(c.failed for c in self.rules if c.rule.severity is Severity.WARNING)

    @property
    def count(self) -> DeliveryCount:
        """The delivery as the checks count it."""
        return count_delivery(self.delivery.supplier, self.files, self.rules)


def count_delivery(
    supplier: str, files: Sequence[FileOutcome], rules: Sequence[RuleCount]
) -> DeliveryCount:
    """What the checks need to know of a delivery."""
    return DeliveryCount(supplier, tuple(_count_file(f) for f in files), tuple(rules))


def _count_file(file: FileOutcome) -> FileCount:
    problem = file.problem
    return FileCount(
        file.name,
        file.rows_read,
        file.rows_accepted,
        file.rows_quarantined,
        file.rows_superseded,
        unreadable=problem.message if problem and problem.check == "readable" else None,
        wrong_header=problem.message if problem and problem.check == "headers" else None,
    )
