"""Deliveries from their files to accepted rows: a function of paths, with no Dagster, no warehouse
and no global state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from de06_pipeline.areas.attach import attach
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.connection import fits_memory, step_database
from de06_pipeline.duck.relations import Relation
from de06_pipeline.ingest.context import IngestContext
from de06_pipeline.ingest.contradictions import contradictions
from de06_pipeline.ingest.counting import Counts, count_files
from de06_pipeline.ingest.information import Information, not_listed
from de06_pipeline.ingest.inputs import load_broken, load_lookups
from de06_pipeline.ingest.judged import SHAPE, JudgedRows, create_examined, create_judged
from de06_pipeline.ingest.long_rows import Written, long_rows
from de06_pipeline.ingest.open_delivery import (
    OpenedDelivery,
    bytes_of_records,
    open_deliveries,
    refuse_supplier,
    remove_records,
    typed_input,
)
from de06_pipeline.ingest.open_file import OpenedFile
from de06_pipeline.ingest.outcome import (
    DeliveryOutcome,
    FileOutcome,
    count_delivery,
)
from de06_pipeline.ingest.put_right import count_put_right
from de06_pipeline.ingest.store_accepted import AcceptedMember, store_accepted
from de06_pipeline.ingest.supersede import Winners, supersede
from de06_pipeline.ingest.unquarantined import (
    create_unquarantined,
    list_warnings,
    warnings_not_listed,
)
from de06_pipeline.landing.discover import Delivery
from de06_pipeline.parsing.derived import columns_read
from de06_pipeline.parsing.typed import (
    CELLS,
    account_for,
    create_cells,
    reading_records,
    texts_of_fields,
    typed_sql,
)
from de06_pipeline.quality.accepted import AcceptedSelect, select_accepted
from de06_pipeline.quality.accepted_long import ROWS_TOGETHER
from de06_pipeline.quality.checks import delivery_checks, refusal_reasons
from de06_pipeline.quality.judge import CountsByFile, judge
from de06_pipeline.quality.lines import (
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


@dataclass(frozen=True, slots=True)
class _Typed:
    """The rows of the usable files of a batch.

    Attributes:
        winners: the rows that are judged, and those that they replaced.
        broken: records that never became rows.
        sql: what ran, for people to read.
    """

    rows: JudgedRows
    winners: Winners
    broken: Relation
    sql: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """What judging the usable files of a batch gave, by the files' numbers in it.

    Attributes:
        winners: the rows that were judged, and those that they replaced.
        with_texts: makes a SELECT of rows that break a rule, with the columns of some fields.
        broken: records that never became rows.
    """

    marks: RuleMarks
    winners: Winners
    with_texts: Callable[[Collection[str], str], Relation]
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
    opened = open_deliveries(deliveries, contract, context)
    if not opened:
        return [refuse_supplier(delivery, contract, context.suppliers) for delivery in deliveries]
    volume = bytes_of_records(opened)
    with step_database(context.workdir / "database", context.duck, volume) as con:
        typed = _type(con, opened, contract, context)
        rows, winners = typed.rows, typed.winners
        accepted = select_accepted(con, contract, winners.rows)
        with long_rows(con, opened, rows, winners, contract, accepted, context) as long:
            # Personal data lie here no longer than needed; and of a large file this takes half a
            # second, while accepted rows are written.
            remove_records(opened)
            judged = _judge(con, typed, contract, context, is_small=fits_memory(volume))
            split = {
                outcome.delivery.supplier: outcome
                for outcome in _split(con, opened, judged, contract, accepted, long, context)
            }
    return [
        split.get(delivery.supplier) or refuse_supplier(delivery, contract, context.suppliers)
        for delivery in deliveries
    ]


def _type(
    con: duckdb.DuckDBPyConnection,
    opened: Sequence[OpenedDelivery],
    contract: Contract,
    context: IngestContext,
) -> _Typed:
    """Parse, resolve and take repeats out of all usable files of the batch together."""
    context.progress("parse", 0.4)
    month = opened[0].delivery.month
    usable = [(member, file) for member in opened for file in member.usable]
    files = [typed_input(member, file) for member, file in usable]
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
    rows = create_judged(con, contract, month, areas, path, few)
    account_for(con, files, rows.rows.name)
    winners = supersede(con, contract, rows.marks, rows.rows)
    return _Typed(rows, winners, broken, f"{parsing};\n\n{rows.sql}")


def _judge(
    con: duckdb.DuckDBPyConnection,
    typed: _Typed,
    contract: Contract,
    context: IngestContext,
    *,
    is_small: bool,
) -> _Judged:
    """Judge the rows of the batch, and count what was put right in them."""
    context.progress("judge", 0.7)
    rows, winners = typed.rows, typed.winners
    put_right = count_put_right(con, contract, rows.rows)
    if winners.lost:
        for file_no, said in contradictions(con, contract, rows.rows, winners.superseded).items():
            put_right[file_no] = (*put_right.get(file_no, ()), said)
    examined = create_examined(con, contract, rows.marks, winners.rows, is_kept=is_small)
    rules = judge(con, contract, rows.marks, winners.rows, examined)
    return _Judged(
        rows.marks,
        winners,
        rows.with_texts,
        typed.broken,
        count_files(con, winners, rules.violations),
        put_right,
        rules,
        typed.sql,
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
    opened: Sequence[OpenedDelivery],
    judged: _Judged,
    contract: Contract,
    accepted_rows: AcceptedSelect,
    long: Mapping[int, Written],
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
    files = {
        member.number: tuple(
            _with_unlisted(member, file, _with_counts(member, file, judged), faults, most)
            for file in member.files
        )
        for member in opened
    }
    reasons = {
        member.number: refusal_reasons(
            delivery_checks(
                contract,
                count_delivery(
                    member.delivery.supplier, files[member.number], rules[member.number]
                ),
            )
        )
        for member in opened
    }
    accepted = [
        AcceptedMember(member, files[member.number])
        for member in opened
        if not reasons[member.number]
    ]
    rows = [member.rows for member in accepted]
    if max((*rows, *quarantined.values(), *others.values()), default=0) <= ROWS_TOGETHER:
        # What is written from here on is a row group at most: nothing for a second thread.
        con.execute("SET threads = 1")
    stored = store_accepted(con, accepted_rows, accepted, judged.marks, long, context)
    for member in opened:
        folder = context.workdir / f"delivery-{member.number}"
        yield DeliveryOutcome(
            member.delivery,
            contract.version,
            files[member.number],
            tuple(rules[member.number]),
            stored.get(member.number),
            _written(con, QUARANTINE, member, folder / "quarantine.parquet", quarantined),
            reasons[member.number],
            judged.sql,
            _written(con, UNQUARANTINED, member, folder / "unquarantined.parquet", others),
            _unlisted_of(member, (*faults, *replaced))
            | warnings_not_listed(rules[member.number], most),
        )


def _unlisted_of(
    member: OpenedDelivery, unlisted: Sequence[Unlisted]
) -> dict[tuple[str, str], int]:
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
    member: OpenedDelivery,
    path: Path,
    counts: Mapping[int, int],
) -> Path | None:
    """The delivery's lines of a table, as a file; None where it has none."""
    if not counts.get(member.number):
        return None
    write_lines(con, lines, member.number, path)
    return path


def _with_counts(member: OpenedDelivery, opened: OpenedFile, judged: _Judged) -> FileOutcome:
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
    member: OpenedDelivery,
    opened: OpenedFile,
    outcome: FileOutcome,
    faults: Sequence[Unlisted],
    most: int,
) -> FileOutcome:
    """Say of a file how many of its faults are not in the quarantine."""
    number = member.number_in_batch(opened)
    count = sum(left.rows for left in faults if left.file_no == number)
    if not count:
        return outcome
    return replace(outcome, information=(*outcome.information, not_listed(count, most)))
