"""One delivery from its files to accepted rows: a function of paths, with no Dagster, no warehouse
and no global state.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from de06_pipeline.areas.attach import attach
from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import Supplier, SupplierBook
from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.duck.connection import DuckSettings, step_database
from de06_pipeline.ingest.columns import ColumnContext
from de06_pipeline.ingest.counting import Counts, count_files, count_put_right
from de06_pipeline.ingest.information import Information
from de06_pipeline.ingest.open_file import OpenedFile, open_file
from de06_pipeline.ingest.outcome import (
    AcceptedRows,
    DeliveryOutcome,
    FileOutcome,
    FileProblem,
    count_delivery,
)
from de06_pipeline.ingest.supersede import create_judged, load_broken, load_lookups, supersede
from de06_pipeline.ingest.unquarantined import write_unquarantined
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.landing.misplaced import nearest_suppliers
from de06_pipeline.parsing.typed import TypedInput, account_for, create_parsed, reading_records
from de06_pipeline.quality.checks import delivery_checks, refusal_reasons
from de06_pipeline.quality.judge import RuleCount, failing_predicate, judge
from de06_pipeline.quality.split import write_accepted, write_quarantine

Progress = Callable[[str, float], None]
"""Told what is being done and how far it is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class IngestContext:
    """What ingest may look at besides the delivery.

    Attributes:
        lookups: Parquet paths of accepted rows, by (dataset, field), for the contract's lookup
            flags.
        lake: folder of the lake.
        columns: what is known of the columns of the supplier's last deliveries.
        workdir: an empty scratch folder; the quarantine file is left there for the caller.
    """

    areas: AreaBook
    suppliers: SupplierBook
    lake: Path
    workdir: Path
    lookups: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    columns: ColumnContext = field(default_factory=ColumnContext)
    duck: DuckSettings = field(default_factory=DuckSettings)
    progress: Progress = lambda _what, _share: None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What judging the usable files gave."""

    counts: Mapping[int, Counts]
    put_right: Mapping[int, tuple[Information, ...]]
    rules: tuple[RuleCount, ...]
    sql: str


def ingest(delivery: Delivery, contract: Contract, context: IngestContext) -> DeliveryOutcome:
    """Read, judge and split one delivery.

    The same files, contract and reference tables give the same outcome and the same bytes in the
    lake. Accepted rows are written to ``<lake>/accepted/<dataset>/<month>/<supplier>/<content
    hash>/rows.parquet``; no pointer is moved here. A refused delivery writes nothing to the lake;
    its readable files are judged all the same, so that its supplier sees everything at once.

    Raises:
        AccountingError: rows cannot be accounted for (a fault of this program).
        DisagreementError: Great Expectations and our own counts differ in a rule.
    """
    supplier = context.suppliers.get(delivery.supplier, delivery.month)
    if supplier is None:
        return _refuse_supplier(delivery, contract, context.suppliers)
    opened = [
        open_file(
            number,
            landed,
            contract,
            context.workdir,
            context.progress,
            context.duck.threads,
            context.columns,
        )
        for number, landed in enumerate(delivery.files, start=1)
    ]
    with step_database(context.workdir / "database", context.duck) as con:
        judged = _judge(con, delivery, contract, context, supplier, [o for o in opened if o.usable])
        files = tuple(_with_counts(o, judged) for o in opened)
        reasons = refusal_reasons(
            delivery_checks(contract, count_delivery(delivery.supplier, files, judged.rules))
        )
        accepted = None if reasons else _store_accepted(con, contract, delivery, context)
        names = {file.file_no: file.name for file in files}
        quarantine = _store_quarantine(con, contract, names, context)
        unquarantined = write_unquarantined(con, contract, judged.rules, names, context.workdir)
    return DeliveryOutcome(
        delivery,
        contract.version,
        files,
        judged.rules,
        accepted,
        quarantine,
        reasons,
        judged.sql,
        unquarantined,
    )


def _judge(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    contract: Contract,
    context: IngestContext,
    supplier: Supplier,
    usable: Sequence[OpenedFile],
) -> _Judged:
    """Parse, resolve, take repeats out of and judge all usable files of the delivery together."""
    context.progress("parse", 0.4)
    files = [_typed_input(o) for o in usable]
    statements = [create_parsed(con, contract, files)]
    load_broken(con, [(o.outcome.file_no, o.broken) for o in usable if o.broken and o.broken_count])
    load_lookups(con, contract, context.lookups)
    with reading_records():
        areas = attach(con, contract, delivery.month, context.areas, supplier)
        statements.append(
            create_judged(con, contract, delivery.month, areas, context.workdir / "judged.parquet")
        )
    account_for(con, files, "judged")
    put_right = count_put_right(con, contract)
    context.progress("judge", 0.7)
    key_rules = [rule for rule in contract.rules if rule.is_key]
    supersede(con, contract, failing_predicate(con, contract, key_rules, "judged"))
    rules = judge(con, contract, contract.rules, "judged")
    context.progress("write", 0.9)
    return _Judged(count_files(con), put_right, tuple(rules), ";\n\n".join(statements))


def _refuse_supplier(
    delivery: Delivery, contract: Contract, suppliers: SupplierBook
) -> DeliveryOutcome:
    """A folder whose name is no supplier's in that month: nothing is read, since nobody could say
    which areas it covers.
    """
    listed = [one.name for one in suppliers.in_force(delivery.month)]
    near = nearest_suppliers(delivery.supplier, listed)
    names_vi = f" Có phải là {' hoặc '.join(near)}?" if near else ""
    names_en = f" Is it {' or '.join(near)}?" if near else ""
    message = Message(
        f"“{delivery.supplier}” không phải đơn vị gửi trong tháng {delivery.month}.{names_vi} "
        "Đổi tên thư mục theo data_contracts/reference/suppliers.csv, hoặc thêm đơn vị vào danh sách đó.",
        f"'{delivery.supplier}' is not a supplier in {delivery.month}.{names_en} "
        "Rename the folder as in data_contracts/reference/suppliers.csv, or add the supplier there.",
    )
    problem = FileProblem("readable", "unknown_supplier", message)
    files = tuple(
        FileOutcome(
            number, f.name, "", f.bytes, f.modified_at, format="", encoding="", problem=problem
        )
        for number, f in enumerate(delivery.files, start=1)
    )
    return DeliveryOutcome(delivery, contract.version, files, (), None, None, (message,), sql="")


def _typed_input(opened: OpenedFile) -> TypedInput:
    read, header = opened.read, opened.header
    assert read is not None
    assert header is not None
    return TypedInput(
        file_no=opened.outcome.file_no,
        records=read.records,
        record_count=read.record_count,
        columns_in_file=len(read.header),
        positions=header.positions,
    )


def _with_counts(opened: OpenedFile, judged: _Judged) -> FileOutcome:
    """Add where a file's rows went, broken records counted as quarantined, and what was put right
    in its values.
    """
    if not opened.usable:
        return opened.outcome
    number = opened.outcome.file_no
    counts = judged.counts.get(number, Counts())
    return replace(
        opened.outcome,
        rows_accepted=counts.accepted,
        rows_quarantined=counts.quarantined + opened.broken_count,
        rows_superseded=counts.superseded,
        information=(*opened.outcome.information, *judged.put_right.get(number, ())),
    )


def _store_accepted(
    con: duckdb.DuckDBPyConnection, contract: Contract, delivery: Delivery, context: IngestContext
) -> AcceptedRows:
    """Write the accepted rows under the name of their content; a folder that is there already holds
    the same bytes.
    """
    fresh = context.workdir / "rows.parquet"
    row_count = write_accepted(con, contract, "judged", fresh)
    with fresh.open("rb") as rows:
        content_hash = hashlib.file_digest(rows, "sha256").hexdigest()
    folder = (
        context.lake
        / "accepted"
        / contract.dataset
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


def _store_quarantine(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    file_names: Mapping[int, str],
    context: IngestContext,
) -> Path | None:
    path = context.workdir / "quarantine.parquet"
    lines = write_quarantine(con, contract, file_names, path)
    return path if lines else None
