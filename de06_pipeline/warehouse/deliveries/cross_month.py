"""How each delivery fits its supplier's earlier months: the results in force, replaced whenever one
of the months changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import RowMapping, delete, insert, select

from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.schema import cross_month_result as table
from de06_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class CrossMonthResult:
    """One rule that compares a delivery with earlier months.

    Attributes:
        evaluated, failed: records looked at, and those that do not fit; for the volume, rows
            delivered and rows outside the band.
        low, high: the band, where the rule has one.
        message: what does not fit, with the remedy; of a rule that holds, that it does.
    """

    dataset: str
    month: Month
    supplier: str
    rule_id: str
    evaluated: int
    failed: int
    message: Message
    low: int | None = None
    high: int | None = None


def record_cross_month(
    warehouse: Warehouse,
    dataset: str,
    month: Month,
    rule_ids: Collection[str],
    results: Iterable[CrossMonthResult],
    run_id: str,
) -> bool:
    """Put the results of some rules for a dataset and month in place of those stored; False where
    they are the same.
    """
    wanted = {(r.supplier, r.rule_id): r for r in results}
    here = (
        (table.c.dataset == dataset)
        & (table.c.month == month.first_day)
        & table.c.rule_id.in_(list(rule_ids))
    )
    with warehouse.writing() as connection:
        stored = {
            (r.supplier, r.rule_id): r
            for r in map(_result, connection.execute(select(table).where(here)).mappings())
        }
        if stored == wanted:
            return False
        connection.execute(delete(table).where(here))
        if wanted:
            now = datetime.now(UTC)
            connection.execute(
                insert(table),
                [_row(r) | {"run_id": run_id, "checked_at": now} for r in wanted.values()],
            )
    return True


def cross_month_results(
    warehouse: Warehouse,
    dataset: str | None = None,
    month: Month | None = None,
    *,
    failed_only: bool = False,
) -> tuple[CrossMonthResult, ...]:
    """The results in force, by dataset, month, supplier and rule; None for all datasets or months."""
    query = select(table).order_by(
        table.c.dataset, table.c.month, table.c.supplier, table.c.rule_id
    )
    if dataset is not None:
        query = query.where(table.c.dataset == dataset)
    if month is not None:
        query = query.where(table.c.month == month.first_day)
    if failed_only:
        query = query.where(table.c.failed > 0)
    with warehouse.reading() as connection:
        return tuple(_result(row) for row in connection.execute(query).mappings())


def _row(result: CrossMonthResult) -> dict[str, object]:
    values = asdict(result)
    del values["message"]
    return values | {
        "month": result.month.first_day,
        "message_vi": result.message.vi,
        "message_en": result.message.en,
    }


def _result(row: RowMapping) -> CrossMonthResult:
    names = ("dataset", "supplier", "rule_id", "evaluated", "failed", "low", "high")
    message = Message(row["message_vi"], row["message_en"])
    return CrossMonthResult(
        month=Month.of(row["month"]), message=message, **{name: row[name] for name in names}
    )
