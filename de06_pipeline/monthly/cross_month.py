"""Does a delivery fit its supplier's earlier months? Looked at after the month is in, from accepted rows; always a warning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.indicators.engine import open_engine, quoted
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.quality.checks import Finding
from de06_pipeline.warehouse.accepted import accepted, accepted_history
from de06_pipeline.warehouse.records import AcceptedPointer

MONTHS_NEEDED = 3
"""Earlier months without which nothing is said about a volume."""
MONTHS_LOOKED_AT = 24

DEVIATIONS = 3.0
NORMAL_MAD = 1.4826
"""Makes the median absolute deviation comparable with a standard deviation."""
SMALLEST_FACTOR = 2.0
"""Within half and double of the median no volume is remarkable, however steady the earlier months were."""


def cross_month_findings(workspace: Workspace, contract: Contract, month: Month) -> tuple[Finding, ...]:
    """What is remarkable about the deliveries accepted for a month, by supplier."""
    found: list[Finding] = []
    for pointer in accepted(workspace.warehouse, contract.dataset, month):
        earlier = accepted_history(workspace.warehouse, contract.dataset, pointer.supplier, month)
        found += _volume(contract, pointer, [p.row_count for p in earlier[-MONTHS_LOOKED_AT:]])
        if contract.open_at_end and earlier and earlier[-1].month == month.plus(-1):
            found += _vanished(workspace, contract, pointer, earlier[-1])
    return tuple(found)


def volume_band(earlier: Sequence[int]) -> tuple[int, int] | None:
    """The rows a delivery may have without being remarkable: median and median absolute deviation on the log of earlier counts.

    Returns:
        lowest and highest count, both inside; None where there are too few earlier months.
    """
    if len(earlier) < MONTHS_NEEDED:
        return None
    logs = [math.log(count + 1) for count in earlier]
    middle = median(logs)
    spread = DEVIATIONS * NORMAL_MAD * median(abs(value - middle) for value in logs)
    width = max(spread, math.log(SMALLEST_FACTOR))
    return round(math.exp(middle - width) - 1), round(math.exp(middle + width) - 1)


def _volume(contract: Contract, pointer: AcceptedPointer, earlier: Sequence[int]) -> list[Finding]:
    band = volume_band(earlier)
    if band is None or band[0] <= pointer.row_count <= band[1]:
        return []
    message = Message(
        f"{pointer.row_count} dòng, các tháng trước từ {band[0]} đến {band[1]}. Kiểm tra kỳ xuất dữ liệu và bộ lọc.",
        f"{pointer.row_count} rows where earlier months suggest {band[0]} to {band[1]}. Check the period and filters of the export.",
    )
    return [Finding(pointer.supplier, f"{contract.dataset}.delivery.volume", message)]


def _vanished(workspace: Workspace, contract: Contract, now: AcceptedPointer, before: AcceptedPointer) -> list[Finding]:
    keys = ", ".join(f"{f.name}_id" if f.is_area else f.name for f in contract.key_fields)
    with open_engine(workspace.engine()) as con:
        row = con.execute(f"""
            SELECT count(*) FROM (SELECT {keys} FROM read_parquet({quoted(before.path)}) WHERE {contract.open_at_end})
            ANTI JOIN read_parquet({quoted(now.path)}) USING ({keys})""").fetchone()
    count = int(row[0]) if row else 0
    if not count:
        return []
    message = Message(
        f"{count} hồ sơ còn mở cuối tháng {before.month} không có trong các dòng được chấp nhận của tháng {now.month}.",
        f"{count} records open at the end of {before.month} are not among the accepted rows of {now.month}.",
    )
    return [Finding(now.supplier, f"{contract.dataset}.delivery.vanished", message)]
