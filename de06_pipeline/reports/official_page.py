"""The page that compares computed with published figures: one HTML file, nothing loaded from
elsewhere, Vietnamese and English.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Message
from de06_pipeline.official_figures.agreement import Verdict
from de06_pipeline.official_figures.read import OfficialDocument, OfficialFigure
from de06_pipeline.periods import Month
from de06_pipeline.reports.templates import page_templates
from de06_pipeline.reports.whole import write_whole

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE = "published_comparison.html"
_TEMPLATE = "official_page.html"

VERDICTS = {
    Verdict.EQUAL: Message("bằng nhau", "equal"),
    Verdict.WITHIN_ROUNDING: Message("bằng nhau sau khi làm tròn", "equal after rounding"),
    Verdict.INSIDE_BOUND: Message("trong giới hạn đã công bố", "inside the published bound"),
    Verdict.CONTRADICTED: Message("khác số đã công bố", "contradicted"),
    Verdict.NOT_COMPUTABLE: Message("chưa tính được", "not computable"),
}
_WINDOWS = {
    "month": Message("tháng", "month"),
    "ytd": Message("từ đầu năm", "year to date"),
    "stock": Message("lũy kế", "cumulative"),
}


_HEADS = {
    "id": Message("Mã", "Id"),
    "place": Message("Địa bàn", "Place"),
    "indicator": Message("Chỉ tiêu", "Indicator"),
    "as_of": Message("Đến ngày", "As of"),
    "official": Message("Đã công bố", "Published"),
    "computed": Message("Tính được", "Computed"),
    "period": Message("Kỳ tính", "Period computed"),
    "verdict": Message("Kết luận", "Verdict"),
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """A published figure and what was computed for it.

    Attributes:
        name: of the indicator; empty where the registry does not have it.
        official_value, computed_value: in the indicator's unit; a share published as two numbers
            as their quotient.
        reason: why it cannot be computed.
        window, month: the figure compared with; its period ends on the month's last day.
        synthetic: computed from sample exports.
    """

    official: OfficialFigure
    name: Message
    official_value: float
    verdict: Verdict
    unit: str
    reason: Message | None = None
    computed_value: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    computed_bound: str = ""
    window: str = ""
    month: Month | None = None
    synthetic: bool = False

    @property
    def gap_days(self) -> int | None:
        """Days from the computed period's end to the published day."""
        return (self.official.as_of - self.month.last_day).days if self.month else None


def write_page(
    path: Path,
    agreements: Sequence[Agreement],
    documents: Mapping[str, OfficialDocument],
    units: Mapping[str, Message],
) -> None:
    """Write the page in place of an earlier one; a reader never sees half of it."""
    write_whole(path, published_page(agreements, documents, units))


def published_page(
    agreements: Sequence[Agreement],
    documents: Mapping[str, OfficialDocument],
    units: Mapping[str, Message],
) -> str:
    """The page as HTML. The same comparison gives the same text: it names no run and no time.

    What cannot be computed comes last, in each document and among the documents.

    Args:
        units: what the registry's units are called; one that is not there is shown as it is.
    """
    counts = Counter(agreement.verdict for agreement in agreements)
    by_document = [
        (
            document,
            sorted(
                (agreement for agreement in agreements if agreement.official.document == key),
                key=_is_not_computable,
            ),
        )
        for key, document in documents.items()
    ]
    by_document.sort(key=lambda part: all(map(_is_not_computable, part[1])))
    return (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            synthetic=sum(agreement.synthetic for agreement in agreements),
            counts={verdict: counts[verdict] for verdict in Verdict},
            documents=[(document, agreed) for document, agreed in by_document if agreed],
            unit_name=lambda unit: units.get(unit, Message(unit, unit)),
            HEADS=_HEADS,
            VERDICTS=VERDICTS,
            WINDOWS=_WINDOWS,
        )
    )


def _is_not_computable(agreement: Agreement) -> bool:
    return agreement.verdict is Verdict.NOT_COMPUTABLE


@cache
def _environment() -> Environment:
    """Once a process: it keeps the compiled template."""
    environment = page_templates(Path(__file__).parent)
    environment.filters["number"] = _number
    environment.filters["one_decimal"] = lambda value: _number(_one_decimal(value))
    return environment


def _one_decimal(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _number(value: Decimal | int | None) -> str:
    """As Vietnamese reports write numbers: 1.234,5; a decimal place that says nothing is left out."""
    if value is None:
        return "–"
    text = f"{value:,f}"
    whole, _, decimals = text.partition(".")
    return whole.replace(",", ".") + (f",{decimals.rstrip('0')}" if decimals.strip("0") else "")


def markdown(agreements: Sequence[Agreement]) -> str:
    """Some figures as a Markdown table for the UI; a dash for none."""
    if not agreements:
        return "–"
    lines = [
        "| id | place | indicator | breakdown | published | computed | reason |",
        "|---|---|---|---|---|---|---|",
    ]
    for agreement in agreements:
        reason = f"{agreement.reason.vi} / {agreement.reason.en}" if agreement.reason else ""
        theirs = (
            f"{agreement.official.bound} {_number(_one_decimal(agreement.official_value))}".strip()
        )
        ours = (
            "–"
            if agreement.computed_value is None
            else _number(_one_decimal(agreement.computed_value))
        )
        cells = (
            agreement.official.id,
            agreement.official.place,
            f"`{agreement.official.indicator_code}`",
            agreement.official.breakdown,
            theirs,
            ours,
            reason,
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)
