"""The supplier's report as one page of HTML: Vietnamese first, English at a touch, no script and
nothing loaded from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.quality.wording import percent
from de06_pipeline.reports.findings import Findings, refusals
from de06_pipeline.reports.templates import page_templates
from de06_pipeline.reports.wording import SEVERITY, number

if TYPE_CHECKING:
    from jinja2 import Environment

EXAMPLES = 25
"""Rows shown for each rule; the CSV has more."""
TEMPLATE = "page.html"


@dataclass(frozen=True, slots=True)
class Occasion:
    """On what occasion a delivery was read, and by which names people know it.

    Attributes:
        supplier_title: the supplier's name for people.
        before_sending: a file is being checked by its supplier; nothing has been delivered yet.
        language: ``vi`` or ``en``: which language the page opens in.
        unchecked: rules that could not be evaluated here, for example because they look into
            another dataset.
    """

    supplier_title: str
    before_sending: bool = False
    language: str = "vi"
    unchecked: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryVerdict:
    """What became of the delivery; ``tone`` is ``good``, ``fair`` or ``bad``."""

    tone: str
    title: Message
    next_step: Message


def render_page(
    contract: Contract,
    outcome: DeliveryOutcome,
    findings: Findings,
    occasion: Occasion,
    csv_name: str,
) -> str:
    """The page as text. The same delivery, contract and language give the same page."""
    groups = findings.groups(EXAMPLES)
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            contract=contract,
            outcome=outcome,
            delivery=outcome.delivery,
            occasion=occasion,
            verdict=verdict(outcome, occasion),
            refusals=refusals(contract, outcome),
            share=percent(outcome.count.quarantined_share),
            tolerance=percent(Decimal(str(contract.tolerance))),
            totals={
                name: outcome.total(f"rows_{name}")
                for name in ("read", "accepted", "quarantined", "superseded", "blank")
            },
            groups=groups,
            # Those that are shown: what only follows from an error of the same row is not.
            warnings=sum(group.rows for group in groups if group.severity == "warning"),
            rules_evaluated=len(outcome.rules),
            csv_name=csv_name,
            examples=EXAMPLES,
            SEVERITY=SEVERITY,
        )
    )


def verdict(outcome: DeliveryOutcome, occasion: Occasion) -> DeliveryVerdict:
    """The one thing a reader wants to know first, and what to do next."""
    aside = outcome.total("rows_quarantined")
    rows_vi, rows_en = number(aside), f"{number(aside)} row{'' if aside == 1 else 's'}"
    if occasion.before_sending:
        next_refused = Message(
            "Sửa các lỗi dưới đây, kiểm tra lại, rồi mới gửi.",
            "Correct what is listed below, check again, then send.",
        )
        if outcome.refused:
            return DeliveryVerdict(
                "bad",
                Message(
                    "Chưa gửi được: tệp sẽ bị từ chối", "Do not send yet: the file would be refused"
                ),
                next_refused,
            )
        if aside:
            title = Message(
                f"Gửi được, nhưng {rows_vi} dòng sẽ bị loại",
                f"Can be sent, but {rows_en} would be set aside",
            )
            return DeliveryVerdict("fair", title, next_refused)
        return DeliveryVerdict(
            "good", Message("Gửi được", "Ready to send"), _nothing_critical(outcome)
        )
    folder = f"v{max(outcome.delivery.version, 1) + 1}"
    again = Message(
        f"Sửa các lỗi dưới đây tại nơi lập số liệu, rồi gửi lại toàn bộ kỳ này (đủ mọi dòng, không chỉ dòng sai) vào thư mục con {folder}.",
        f"Correct what is listed below at its source, then send the whole month again (all rows) in the sub-folder {folder}.",
    )
    if outcome.refused:
        return DeliveryVerdict(
            "bad",
            Message("Bị từ chối: không dòng nào được dùng", "Refused: none of its rows is used"),
            again,
        )
    if aside:
        title = Message(
            f"Được chấp nhận, trừ {rows_vi} dòng bị cách ly",
            f"Accepted, except {rows_en} set aside",
        )
        return DeliveryVerdict(
            "fair",
            title,
            Message(
                f"Các dòng đó không có trong số liệu. {again.vi}",
                f"They are in no figure. {again.en}",
            ),
        )
    return DeliveryVerdict(
        "good", Message("Được chấp nhận", "Accepted"), _nothing_critical(outcome)
    )


def _nothing_critical(outcome: DeliveryOutcome) -> Message:
    if outcome.warnings or any(note.is_warning for _, note in outcome.information):
        return Message(
            "Không dòng nào bị loại. Nên xem các cảnh báo dưới đây.",
            "No row was set aside. Please look at the warnings below.",
        )
    if outcome.absent_fields:
        return Message(
            "Không có lỗi. Có cột tùy chọn không có trong tệp: xem dưới đây điều đó có nghĩa gì.",
            "Nothing is wrong. Optional columns are not there: see below what follows from it.",
        )
    return Message("Không có lỗi.", "Nothing is wrong.")


@cache
def _environment() -> Environment:
    """Once a process: it keeps the compiled template."""
    environment = page_templates(Path(__file__).parent)
    environment.filters["number"] = number
    return environment
