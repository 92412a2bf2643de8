"""Answers for people about deliveries: what arrived, what was wrong with it, which files a month
stands on. Reading only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select

from de06_pipeline.landing.synthetic import is_synthetic
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer, DeliveryKey, RuleRecord
from de06_pipeline.warehouse.schema import (
    accepted,
    cells,
    delivery,
    file_information,
    quality_result,
)
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """The last recorded attempt of one dataset, month and supplier.

    Attributes:
        status: ``accepted``, ``refused`` or ``missing`` (some of its files at least).
        is_in_force: accepted rows stand, of this attempt or, after a refusal, of an earlier one.
        was_accepted: this delivery was once accepted, whatever became of it.
    """

    dataset: str
    month: Month
    supplier: str
    status: str
    is_in_force: bool
    was_accepted: bool
    attempt: int
    fingerprint: str
    contract_version: str
    files: int
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_superseded: int
    received_at: datetime
    run_id: str
    recorded_at: datetime

    @property
    def key(self) -> DeliveryKey:
        return self.dataset, self.month, self.supplier


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that cells in force were made from."""

    dataset: str
    month: Month
    supplier: str
    file_name: str
    sha256: str
    contract_version: str
    rows_read: int
    rows_accepted: int
    received_at: datetime
    run_id: str


def delivery_summaries(
    warehouse: Warehouse, months: Iterable[Month] | None = None, dataset: str | None = None
) -> tuple[DeliverySummary, ...]:
    """Every delivery's last attempt, by dataset, month and supplier; None for all months or
    datasets.
    """
    latest = _latest_attempts()
    counted = [
        func.sum(delivery.c[name]).label(name)
        for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_superseded")
    ]
    read = delivery.c.status != "replaced"
    key = (delivery.c.dataset, delivery.c.month, delivery.c.supplier)
    query = (
        select(
            *key,
            # In the order of the alphabet accepted < missing < refused; whichever file is missing
            # makes the delivery so.
            case(
                (func.sum(case((delivery.c.status == "missing", 1), else_=0)) > 0, "missing"),
                else_=func.max(delivery.c.status),
            ).label("status"),
            (func.count(accepted.c.path) > 0).label("is_in_force"),
            (func.count(delivery.c.content_hash) > 0).label("was_accepted"),
            *(
                func.max(delivery.c[name]).label(name)
                for name in ("attempt", "fingerprint", "contract_version")
            ),
            func.count().label("files"),
            *counted,
            *(
                func.max(delivery.c[name]).label(name)
                for name in ("received_at", "run_id", "recorded_at")
            ),
        )
        .join(latest, and_(_same_delivery(latest.c), delivery.c.attempt == latest.c.attempt))
        .outerjoin(accepted, _same_delivery(accepted.c))
        .where(read)
        .group_by(*key)
        .order_by(*key)
    )
    if months is not None:
        query = query.where(delivery.c.month.in_([month.first_day for month in months]))
    if dataset is not None:
        query = query.where(delivery.c.dataset == dataset)
    with warehouse.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(DeliverySummary(**{**row, **_plain(row)}) for row in rows)


def fields_told(warehouse: Warehouse, topic: str) -> tuple[tuple[str, Month, str, str], ...]:
    """Dataset, month, supplier and field of every line ``<field>.<topic>`` that was told of the
    files of a delivery last recorded; a field once, whatever the number of files.
    """
    told = file_information.c
    query = (
        select(told.dataset, told.month, told.supplier, told.code)
        .where(told.code.endswith(f".{topic}", autoescape=True))
        .distinct()
        .order_by(told.dataset, told.month, told.supplier, told.code)
    )
    with warehouse.reading() as connection:
        return tuple(
            (row.dataset, Month.of(row.month), row.supplier, row.code.removesuffix(f".{topic}"))
            for row in connection.execute(query)
        )


def files_in_force(
    warehouse: Warehouse, dataset: str, month: Month, supplier: str
) -> tuple[str, ...]:
    """Names of the files of the delivery last recorded, those recorded as missing left out: what
    must still be in the landing zone.
    """
    return _files(warehouse, dataset, month, supplier, ["accepted", "refused"])


def files_missing(
    warehouse: Warehouse, dataset: str, month: Month, supplier: str
) -> tuple[str, ...]:
    """Names of the files of the delivery last recorded that are recorded as missing: what must come
    back.
    """
    return _files(warehouse, dataset, month, supplier, ["missing"])


def _files(
    warehouse: Warehouse, dataset: str, month: Month, supplier: str, statuses: Sequence[str]
) -> tuple[str, ...]:
    latest = _latest_attempts()
    query = (
        select(delivery.c.file_name)
        .join(latest, and_(_same_delivery(latest.c), delivery.c.attempt == latest.c.attempt))
        .where(
            delivery.c.dataset == dataset,
            delivery.c.month == month.first_day,
            delivery.c.supplier == supplier,
        )
        .where(delivery.c.status.in_(statuses))
        .order_by(delivery.c.file_name)
    )
    with warehouse.reading() as connection:
        return tuple(connection.execute(query).scalars())


def rule_results(
    warehouse: Warehouse, dataset: str, month: Month, supplier: str
) -> tuple[RuleRecord, ...]:
    """The newest result of every rule for one delivery, by rule."""
    here = and_(
        quality_result.c.dataset == dataset,
        quality_result.c.month == month.first_day,
        quality_result.c.supplier == supplier,
    )
    newest = select(func.max(quality_result.c.checked_at)).where(here).scalar_subquery()
    return _rules(warehouse, and_(here, quality_result.c.checked_at == newest))


def rule_results_in_force(
    warehouse: Warehouse, dataset: str, month: Month, supplier: str
) -> tuple[RuleRecord, ...]:
    """The results of the delivery whose rows are in force, by rule, whatever was refused since; none
    where nothing stands.
    """
    of_delivery = and_(
        accepted.c.dataset == dataset,
        accepted.c.month == month.first_day,
        accepted.c.supplier == supplier,
    )
    return _rules(
        warehouse,
        and_(
            quality_result.c.dataset == dataset,
            quality_result.c.month == month.first_day,
            quality_result.c.supplier == supplier,
            quality_result.c.run_id
            == select(accepted.c.run_id).where(of_delivery).scalar_subquery(),
        ),
    )


def _rules(warehouse: Warehouse, wanted: ColumnElement[bool]) -> tuple[RuleRecord, ...]:
    names = ("rule_id", "severity", "evaluated", "failed", "success", "tolerance")
    query = select(*(quality_result.c[name] for name in names)).where(wanted)
    with warehouse.reading() as connection:
        return tuple(
            RuleRecord(**row)
            for row in connection.execute(query.order_by(quality_result.c.rule_id)).mappings()
        )


def source_files(
    warehouse: Warehouse, source: str, months: Iterable[Month]
) -> tuple[SourceFile, ...]:
    """The files behind the cells in force of a source and months: what ``de06 why`` lists under a
    figure.

    Carried snapshots appear with the month they were delivered for.
    """
    first_days = [month.first_day for month in months]
    with warehouse.reading() as connection:
        inputs = connection.execute(
            select(cells.c.inputs).where(cells.c.source == source, cells.c.month.in_(first_days))
        ).scalars()
        behind = sorted(
            {tuple(pointer) for made_from in inputs for pointer in made_from["accepted"]}
        )
        files = []
        for dataset, month, supplier, content_hash in behind:
            here = and_(
                delivery.c.dataset == dataset,
                delivery.c.month == Month.parse(month).first_day,
                delivery.c.supplier == supplier,
                delivery.c.content_hash == content_hash,
            )
            # The same rows may have been delivered more than once, under other file times.
            newest = select(func.max(delivery.c.attempt)).where(here).scalar_subquery()
            names = list(SourceFile.__dataclass_fields__)
            query = select(*(delivery.c[name] for name in names)).where(
                here, delivery.c.attempt == newest, delivery.c.sha256.is_not(None)
            )
            rows = connection.execute(query.order_by(delivery.c.file_name)).mappings()
            files += [SourceFile(**{**row, "month": Month.of(row["month"])}) for row in rows]
    return tuple(files)


def accepted_file_names(warehouse: Warehouse, pointer: AcceptedPointer) -> tuple[str, ...]:
    """Names of the files behind accepted rows; the n-th (from 1) is the rows' ``file_no``."""
    here = and_(
        delivery.c.dataset == pointer.dataset,
        delivery.c.month == pointer.month.first_day,
        delivery.c.supplier == pointer.supplier,
        delivery.c.content_hash == pointer.content_hash,
    )
    newest = select(func.max(delivery.c.attempt)).where(here).scalar_subquery()
    # Files of an earlier version are listed with the delivery, but were not read.
    query = select(delivery.c.file_name).where(
        here, delivery.c.attempt == newest, delivery.c.sha256.is_not(None)
    )
    with warehouse.reading() as connection:
        return tuple(connection.execute(query.order_by(delivery.c.delivery_id)).scalars())


def synthetic_deliveries(
    warehouse: Warehouse, datasets: Collection[str], up_to: Month
) -> set[DeliveryKey]:
    """The deliveries of some datasets up to a month of which a sample file was accepted."""
    query = select(
        delivery.c.dataset, delivery.c.month, delivery.c.supplier, delivery.c.file_name
    ).where(
        delivery.c.dataset.in_(sorted(datasets)),
        delivery.c.month <= up_to.first_day,
        delivery.c.status == "accepted",
    )
    with warehouse.reading() as connection:
        return {
            (dataset, Month.of(month), supplier)
            for dataset, month, supplier, name in connection.execute(query)
            if is_synthetic(name)
        }


def _latest_attempts() -> Subquery:
    key = (delivery.c.dataset, delivery.c.month, delivery.c.supplier)
    return (
        select(*key, func.max(delivery.c.attempt).label("attempt"))
        .group_by(*key)
        .subquery("latest")
    )


def _same_delivery(columns: Any) -> ColumnElement[bool]:
    return and_(
        delivery.c.dataset == columns.dataset,
        delivery.c.month == columns.month,
        delivery.c.supplier == columns.supplier,
    )


def _plain(row: Any) -> dict[str, Any]:
    """Sums come back as decimals from PostgreSQL, truth as integers from SQLite."""
    counts = {
        name: int(row[name])
        for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_superseded")
    }
    return {
        "month": Month.of(row["month"]),
        "is_in_force": bool(row["is_in_force"]),
        "was_accepted": bool(row["was_accepted"]),
        **counts,
    }
