"""Deliveries from their files to accepted rows: a function of paths, with no Dagster, no warehouse
and no global state.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from de06_pipeline.areas.attach import attach
from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import Supplier, SupplierBook
from de06_pipeline.contracts.model import Contract, Message, Severity
from de06_pipeline.duck.connection import DuckSettings, step_database
from de06_pipeline.duck.relations import Relation
from de06_pipeline.errors import AccountingError
from de06_pipeline.ingest.columns import NOTHING_KNOWN, ColumnContext
from de06_pipeline.ingest.contradictions import contradictions
from de06_pipeline.ingest.counting import Counts, count_files
from de06_pipeline.ingest.information import Information, not_listed
from de06_pipeline.ingest.inputs import load_broken, load_lookups
from de06_pipeline.ingest.judged import SHAPE, create_judged
from de06_pipeline.ingest.open_file import OpenedFile, expected_table, open_file
from de06_pipeline.ingest.outcome import (
    AcceptedRows,
    DeliveryOutcome,
    FileOutcome,
    FileProblem,
    count_delivery,
)
from de06_pipeline.ingest.put_right import count_put_right
from de06_pipeline.ingest.supersede import Winners, supersede
from de06_pipeline.ingest.unquarantined import (
    create_unquarantined,
    list_warnings,
    warnings_not_listed,
)
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.landing.misplaced import nearest_suppliers
from de06_pipeline.parsing.derived import columns_read
from de06_pipeline.parsing.typed import (
    CELLS,
    TypedInput,
    account_for,
    create_cells,
    reading_records,
    texts_of_fields,
    typed_sql,
)
from de06_pipeline.quality.accepted import AcceptedSelect, select_accepted, write_accepted
from de06_pipeline.quality.checks import delivery_checks, refusal_reasons
from de06_pipeline.quality.judge import CountsByFile, judge
from de06_pipeline.quality.lines import (
    LISTED_ROWS,
    QUARANTINE,
    UNQUARANTINED,
    NumberedFile,
    Unlisted,
    count_lines,
    create_files,
    create_lines,
    create_masks,
    list_violations,
    write_lines,
)
from de06_pipeline.quality.marks import RuleMarks

Progress = Callable[[str, float], None]
"""Told what is being done and how far it is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class IngestContext:
    """What ingest may look at besides the delivery.

    Attributes:
        lookups: paths of accepted rows (Parquet) and of reference tables (CSV), by (dataset, field),
            for the contract's lookup flags.
        lake: folder of the lake.
        columns: supplier → what is known of the columns of its last deliveries.
        workdir: an empty scratch folder; the quarantine file is left there for the caller.
        own_values: what is found is told to the supplier alone, who sees wrong values of fields that
            are not personal as written.
        listed_rows: how many rows of a rule are listed for a delivery; the others are counted.
    """

    areas: AreaBook
    suppliers: SupplierBook
    lake: Path
    workdir: Path
    lookups: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    columns: Callable[[str], ColumnContext] = lambda _supplier: NOTHING_KNOWN
    duck: DuckSettings = field(default_factory=DuckSettings)
    progress: Progress = lambda _what, _share: None
    own_values: bool = False
    listed_rows: int = LISTED_ROWS


@dataclass(frozen=True, slots=True)
class _Opened:
    """One delivery of a batch after reading.

    Attributes:
        number: of the delivery in the batch, from 1.
        files_before: how many files the deliveries before it have; its own follow in order.
    """

    number: int
    delivery: Delivery
    supplier: Supplier
    files_before: int
    files: tuple[OpenedFile, ...]

    @property
    def usable(self) -> list[OpenedFile]:
        return [file for file in self.files if file.usable]

    def number_in_batch(self, file: OpenedFile) -> int:
        return self.files_before + file.outcome.file_no


@dataclass(frozen=True, slots=True)
class _Judged:
    """What judging the usable files of a batch gave, by the files' numbers in it.

    Attributes:
        winners: the rows that were judged, and those that they replaced.
        with_texts: the rows that break a rule, with every column.
        broken: records that never became rows.
    """

    marks: RuleMarks
    winners: Winners
    with_texts: Relation
    broken: Relation
    rows: Mapping[int, Counts]
    put_right: Mapping[int, tuple[Information, ...]]
    rules: CountsByFile
    sql: str


def ingest(delivery: Delivery, contract: Contract, context: IngestContext) -> DeliveryOutcome:
    """Read, judge and split one delivery: a batch of one, see :func:`ingest_batch`."""
    (outcome,) = ingest_batch([delivery], contract, context)
    return outcome


def ingest_batch(
    deliveries: Sequence[Delivery], contract: Contract, context: IngestContext
) -> list[DeliveryOutcome]:
    """Read and judge some deliveries of one dataset and month together, and split each alone.

    The same files, contract and reference tables give the same outcome and the same bytes in the
    lake, whatever other deliveries are in the batch. Accepted rows are written to
    ``<lake>/accepted/<dataset>/<month>/<supplier>/<content hash>/rows.parquet``; no pointer is
    moved here. A refused delivery writes nothing to the lake; its readable files are judged all the
    same, so that its supplier sees everything at once.

    Returns:
        one outcome a delivery, in their order.

    Raises:
        AccountingError: rows cannot be accounted for (a fault of this program).
        DisagreementError: Great Expectations and our own counts differ in a rule.
    """
    opened = _open(deliveries, contract, context)
    if not opened:
        return [_refuse_supplier(delivery, contract, context.suppliers) for delivery in deliveries]
    with step_database(context.workdir / "database", context.duck, _bytes_of(opened)) as con:
        judged = _judge(con, opened, contract, context)
        split = {
            outcome.delivery.supplier: outcome
            for outcome in _split(con, opened, judged, contract, context)
        }
    return [
        split.get(delivery.supplier) or _refuse_supplier(delivery, contract, context.suppliers)
        for delivery in deliveries
    ]


def _open(
    deliveries: Sequence[Delivery], contract: Contract, context: IngestContext
) -> list[_Opened]:
    """Read the files of all deliveries but those of unknown suppliers."""
    opened: list[_Opened] = []
    files_before = 0
    expected = expected_table(contract)
    for delivery in deliveries:
        supplier = context.suppliers.get(delivery.supplier, delivery.month)
        if supplier is None:
            continue
        number = len(opened) + 1
        folder = context.workdir / f"delivery-{number}"
        folder.mkdir(mode=0o700)
        columns = context.columns(delivery.supplier)
        files = tuple(
            open_file(
                file_no,
                landed,
                contract,
                expected,
                folder,
                context.progress,
                context.duck.threads,
                columns,
            )
            for file_no, landed in enumerate(delivery.files, start=1)
        )
        opened.append(_Opened(number, delivery, supplier, files_before, files))
        files_before += len(files)
    return opened


def _bytes_of(opened: Sequence[_Opened]) -> int:
    """How large the records that were read are."""
    read = [file.read for member in opened for file in member.usable if file.read]
    return sum(path.stat().st_size for file in read for path in file.records)


def _judge(
    con: duckdb.DuckDBPyConnection,
    opened: Sequence[_Opened],
    contract: Contract,
    context: IngestContext,
) -> _Judged:
    """Parse, resolve, take repeats out of and judge all usable files of the batch together."""
    context.progress("parse", 0.4)
    month = opened[0].delivery.month
    usable = [(member, file) for member in opened for file in member.usable]
    files = [_typed_input(member, file) for member, file in usable]
    few = texts_of_fields(files)
    parsing = create_cells(con, contract, files, few)
    broken = load_broken(
        con,
        [
            (member.number_in_batch(file), file.broken)
            for member, file in usable
            if file.broken and file.broken_count
        ],
    )
    load_lookups(con, contract, context.lookups)
    with reading_records():
        areas = attach(
            con,
            f"({_what_tells_areas(contract, few)})",
            contract,
            month,
            context.areas,
            {member.number: member.supplier for member in opened},
        )
    path = context.workdir / "judged.parquet"
    judged = create_judged(con, contract, month, areas, path, few)
    account_for(con, files, judged.rows.name)
    put_right = count_put_right(con, contract, judged.rows)
    context.progress("judge", 0.7)
    winners = supersede(con, contract, judged.marks, judged.rows)
    if winners.lost:
        for file_no, said in contradictions(con, contract, judged.rows, winners.superseded).items():
            put_right[file_no] = (*put_right.get(file_no, ()), said)
    rules = judge(con, contract, judged.marks, winners.rows)
    return _Judged(
        judged.marks,
        winners,
        judged.with_texts,
        broken,
        count_files(con, winners, rules.violations),
        put_right,
        rules,
        f"{parsing};\n\n{judged.sql}",
    )


def _what_tells_areas(contract: Contract, few: Collection[str]) -> str:
    """The typed columns that units are resolved by, without the others: to plan all of them takes
    longer than a small delivery.
    """
    names = {field.name for field in contract.area_fields}
    if contract.area_date:
        names |= columns_read(contract.area_date)
    return typed_sql(contract, CELLS, names, few)


def _split(
    con: duckdb.DuckDBPyConnection,
    opened: Sequence[_Opened],
    judged: _Judged,
    contract: Contract,
    context: IngestContext,
) -> Iterator[DeliveryOutcome]:
    """What came of each delivery, stored one by one."""
    context.progress("write", 0.9)
    rules = {
        member.number: judged.rules.over([member.number_in_batch(file) for file in member.usable])
        for member in opened
    }
    create_files(
        con,
        [
            NumberedFile(member.number_in_batch(file), member.number, file.outcome.name)
            for member in opened
            for file in member.files
        ],
    )
    most = context.listed_rows
    faults_listed = list_violations(con, contract, judged.rules.violations, most)
    warnings = list_warnings(con, contract, judged.marks, rules, judged.winners, most)
    create_masks(
        con,
        contract,
        judged.with_texts,
        SHAPE,
        [faults_listed, warnings],
        own=context.own_values,
    )
    faults = create_lines(con, contract, QUARANTINE, faults_listed, judged.broken, most)
    replaced = create_unquarantined(con, contract, warnings, judged.winners.superseded, most)
    quarantined, others = count_lines(con, QUARANTINE), count_lines(con, UNQUARANTINED)
    accepted_rows = select_accepted(con, contract, judged.winners.rows)
    for member in opened:
        files = tuple(
            _with_unlisted(member, file, _with_counts(member, file, judged), faults, most)
            for file in member.files
        )
        reasons = refusal_reasons(
            delivery_checks(
                contract, count_delivery(member.delivery.supplier, files, rules[member.number])
            )
        )
        folder = context.workdir / f"delivery-{member.number}"
        accepted = (
            None if reasons else _store_accepted(con, accepted_rows, member, judged, files, context)
        )
        yield DeliveryOutcome(
            member.delivery,
            contract.version,
            files,
            tuple(rules[member.number]),
            accepted,
            _written(con, QUARANTINE, member, folder / "quarantine.parquet", quarantined),
            reasons,
            judged.sql,
            _written(con, UNQUARANTINED, member, folder / "unquarantined.parquet", others),
            _unlisted_of(member, (*faults, *replaced))
            | warnings_not_listed(rules[member.number], most),
        )


def _unlisted_of(member: _Opened, unlisted: Sequence[Unlisted]) -> dict[tuple[str, str], int]:
    """The delivery's rows without a line, by rule and reason."""
    own = {member.number_in_batch(file) for file in member.files}
    rows: Counter[tuple[str, str]] = Counter()
    for left in unlisted:
        if left.file_no in own:
            rows[left.rule_id, left.reason] += left.rows
    return dict(rows)


def _written(
    con: duckdb.DuckDBPyConnection,
    lines: Relation,
    member: _Opened,
    path: Path,
    counts: Mapping[int, int],
) -> Path | None:
    """The delivery's lines of a table, as a file; None where it has none."""
    if not counts.get(member.number):
        return None
    write_lines(con, lines, member.number, path)
    return path


def _refuse_supplier(
    delivery: Delivery, contract: Contract, suppliers: SupplierBook
) -> DeliveryOutcome:
    """A folder whose name is no supplier's in that month: nothing is read, since nobody could say
    which areas it covers.
    """
    listed = [supplier.name for supplier in suppliers.in_force(delivery.month)]
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


def _typed_input(member: _Opened, opened: OpenedFile) -> TypedInput:
    read, header = opened.read, opened.header
    assert read is not None
    assert header is not None
    return TypedInput(
        file_no=member.number_in_batch(opened),
        records=read.records,
        record_count=read.record_count,
        columns_in_file=len(read.header),
        positions=header.positions,
        delivery_no=member.number,
        texts=read.texts,
    )


def _with_counts(member: _Opened, opened: OpenedFile, judged: _Judged) -> FileOutcome:
    """Add where a file's rows went, broken records counted as quarantined, and what was put right
    in its values.
    """
    if not opened.usable:
        return opened.outcome
    number = member.number_in_batch(opened)
    counts = judged.rows.get(number, Counts())
    return replace(
        opened.outcome,
        rows_accepted=counts.accepted,
        rows_quarantined=counts.quarantined + opened.broken_count,
        rows_superseded=counts.superseded,
        information=(*opened.outcome.information, *judged.put_right.get(number, ())),
    )


def _with_unlisted(
    member: _Opened, opened: OpenedFile, outcome: FileOutcome, faults: Sequence[Unlisted], most: int
) -> FileOutcome:
    """Say of a file how many of its faults are not in the quarantine."""
    number = member.number_in_batch(opened)
    count = sum(left.rows for left in faults if left.file_no == number)
    if not count:
        return outcome
    return replace(outcome, information=(*outcome.information, not_listed(count, most)))


def _store_accepted(
    con: duckdb.DuckDBPyConnection,
    accepted: AcceptedSelect,
    member: _Opened,
    judged: _Judged,
    files: Sequence[FileOutcome],
    context: IngestContext,
) -> AcceptedRows:
    """Write the accepted rows under the name of their content; a folder that is there already holds
    the same bytes.

    Raises:
        AccountingError: they are not as many as were counted.
    """
    delivery = member.delivery
    fresh = context.workdir / f"delivery-{member.number}" / "rows.parquet"
    critical = judged.marks.of(Severity.CRITICAL)
    kept = f"delivery_no = {member.number} AND NOT ({judged.marks.breaks_any(critical)})"
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
