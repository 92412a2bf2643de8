"""Does a delivery fit its supplier's earlier months?

Looked at after the month is in, from accepted rows; always a warning.

A month that comes later changes what is said about the months after it, so those are looked at
again: the order of backfilling does not matter. What is in force is in the table
``cross_month_result``; the records themselves are in the supplier's own report folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.monthly.lake_store import LakeError
from de06_pipeline.monthly.reconcile import Reconciled, reconciliation
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.plausibility.bands import BandRule, robust_band
from de06_pipeline.quality.checks import CrossMonthFinding
from de06_pipeline.reports.cross_month import write_cross_month
from de06_pipeline.reports.places import file_stem
from de06_pipeline.warehouse.deliveries.accepted import accepted, accepted_history, months_accepted
from de06_pipeline.warehouse.deliveries.cross_month import (
    CrossMonthResult,
    cross_month_results,
    record_cross_month,
)
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer
from de06_pipeline.warehouse.store import Warehouse

MONTHS_LOOKED_AT = 24
"""Earlier months that a volume is compared with."""

VOLUME = "volume"
RECONCILED = ("vanished", "reappeared", "reopened", "changed")


def compare_months(workspace: Workspace, contract: Contract, month: Month, run_id: str) -> None:
    """Compare a month's deliveries with earlier ones, and again those of later months that are
    compared with this one.
    """
    # The month itself also where nothing stands any more: what was said of a delivery goes with it.
    for other in sorted({month, *months_accepted(workspace.warehouse, contract.dataset)}):
        if month <= other <= month.plus(MONTHS_LOOKED_AT):
            _record(
                workspace.warehouse,
                contract,
                other,
                (VOLUME,),
                _volumes(workspace.warehouse, contract, other),
                run_id,
            )
    if contract.open_at_end:
        for other in (month, month.plus(1)):
            try:
                results = _reconciled(workspace, contract, other)
            except LakeError:
                if other == month:
                    raise
                # The next month's rows are damaged. That is its own trouble; whoever rebuilds it
                # compares it with this one.
                continue
            _record(workspace.warehouse, contract, other, RECONCILED, results, run_id)


def cross_month_findings(
    warehouse: Warehouse, contract: Contract, month: Month
) -> tuple[CrossMonthFinding, ...]:
    """What does not fit about the deliveries accepted for a month, by supplier."""
    results = cross_month_results(warehouse, contract.dataset, month, failed_only=True)
    return tuple(CrossMonthFinding(r.supplier, r.rule_id, r.message) for r in results)


def cross_month_path(reports: Path, dataset: str, month: Month, supplier: str) -> Path:
    """Where the supplier's list of records that do not fit lies; there only where there are some."""
    return reports / "suppliers" / dataset / str(month) / f"{file_stem(supplier)}.cross_month.csv"


def _record(
    warehouse: Warehouse,
    contract: Contract,
    month: Month,
    rules: Sequence[str],
    results: Sequence[CrossMonthResult],
    run_id: str,
) -> None:
    rule_ids = [_rule_id(contract, rule) for rule in rules]
    record_cross_month(warehouse, contract.dataset, month, rule_ids, results, run_id)


def _volumes(warehouse: Warehouse, contract: Contract, month: Month) -> list[CrossMonthResult]:
    results = []
    for pointer in accepted(warehouse, contract.dataset, month):
        earlier = accepted_history(warehouse, contract.dataset, pointer.supplier, month)
        result = _volume(contract, pointer, [p.row_count for p in earlier[-MONTHS_LOOKED_AT:]])
        if result is not None:
            results.append(result)
    return results


def _volume(
    contract: Contract, pointer: AcceptedPointer, earlier: Sequence[int]
) -> CrossMonthResult | None:
    band = robust_band(earlier, BandRule())
    if band is None:
        return None
    rows = pointer.row_count
    message = Message(
        f"{rows} dòng, các tháng trước từ {band.low} đến {band.high}. Kiểm tra kỳ xuất dữ liệu và bộ lọc.",
        f"{rows} rows where earlier months suggest {band.low} to {band.high}. Check the period and filters of the export.",
    )
    distance = band.distance(rows)
    return CrossMonthResult(
        contract.dataset,
        pointer.month,
        pointer.supplier,
        _rule_id(contract, VOLUME),
        rows,
        distance,
        message,
        band.low,
        band.high,
    )


def _reconciled(workspace: Workspace, contract: Contract, month: Month) -> list[CrossMonthResult]:
    with reconciliation(workspace, contract, month) as compared:
        if compared is None:
            return []
        results = []
        for counts in compared.counts():
            write_cross_month(
                cross_month_path(
                    workspace.settings.reports, contract.dataset, month, counts.supplier
                ),
                compared.records(counts.supplier),
            )
            results += _results(contract, month, counts)
        return results


def _results(contract: Contract, month: Month, counts: Reconciled) -> list[CrossMonthResult]:
    before = month.plus(-1)

    def result(rule: str, evaluated: int, failed: int, message: Message) -> CrossMonthResult:
        return CrossMonthResult(
            contract.dataset,
            month,
            counts.supplier,
            _rule_id(contract, rule),
            evaluated,
            failed,
            message,
        )

    results = [
        result(
            "vanished",
            counts.was_open,
            counts.vanished,
            Message(
                f"{counts.vanished} trong {counts.was_open} hồ sơ còn mở cuối tháng {before} không có trong các dòng được chấp nhận của "
                f"tháng {month}. Xuất lại cả những hồ sơ còn mở, hoặc sửa dòng bị cách ly.",
                f"{counts.vanished} of {counts.was_open} records open at the end of {before} are not among the accepted rows of {month}. "
                "Export open records too, or correct the rows that were quarantined.",
            ),
        )
    ]
    if contract.open_at_start:
        unknown = Message(
            f"{counts.reappeared} trong {counts.carried_in} hồ sơ có từ trước tháng {month} không có trong dữ liệu tháng {before}. "
            f"Gửi lại tháng {before} cho đủ, hoặc sửa ngày.",
            f"{counts.reappeared} of {counts.carried_in} records from before {month} are not in the data of {before}. "
            f"Deliver {before} again with all its records, or correct the dates.",
        )
        closed = Message(
            f"{counts.reopened} trong {counts.carried_in} hồ sơ có từ trước tháng {month} đã kết thúc trong dữ liệu tháng {before}. "
            "Sửa trạng thái ở tháng sai rồi gửi lại.",
            f"{counts.reopened} of {counts.carried_in} records from before {month} were closed in the data of {before}. "
            "Correct the status in the month that is wrong and deliver it again.",
        )
        results.append(result("reappeared", counts.carried_in, counts.reappeared, unknown))
        results.append(result("reopened", counts.carried_in, counts.reopened, closed))
    if contract.unchanging:
        both, total = counts.was_open - counts.vanished, sum(counts.changed.values())
        columns = [contract.field(name) for name, count in counts.changed.items() if count]
        message = Message(
            f"{total} thay đổi ở {both} hồ sơ mở trong cả hai tháng {before} và {month}: "
            f"{', '.join(f.header_vi for f in columns) or 'không'}. Các cột này không được đổi; sửa tháng sai rồi gửi lại.",
            f"{total} changes among {both} records open in both {before} and {month}: {', '.join(f.name for f in columns) or 'none'}. "
            "These columns must not change; correct the month that is wrong and deliver it again.",
        )
        results.append(result("changed", both, total, message))
    return results


def _rule_id(contract: Contract, rule: str) -> str:
    return f"{contract.dataset}.delivery.{rule}"
