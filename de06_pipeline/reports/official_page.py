"""The page that compares computed with published figures: one HTML file, nothing loaded from
elsewhere, Vietnamese and English.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from pathlib import Path

from de06_pipeline.contracts.model import Message
from de06_pipeline.official_figures.agreement import Verdict
from de06_pipeline.official_figures.read import OfficialDocument, OfficialFigure
from de06_pipeline.periods import Month

PAGE = "published_comparison.html"
_TEMPLATE = Path(__file__).with_name("published_page.html")

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
    path: Path, agreements: Sequence[Agreement], documents: Mapping[str, OfficialDocument]
) -> None:
    """Write the page in place of an earlier one; a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(published_page(agreements, documents), encoding="utf-8")
    partial.replace(path)


def published_page(
    agreements: Sequence[Agreement], documents: Mapping[str, OfficialDocument]
) -> str:
    """The page as HTML. The same comparison gives the same text: it names no run and no time."""
    by_document = {
        key: [one for one in agreements if one.official.document == key] for key in documents
    }
    parts = {
        "notice": _notice(agreements),
        "counts": "".join(_count_row(kind, count) for kind, count in _counts(agreements).items()),
        "documents": "".join(
            _document(documents[key], found) for key, found in by_document.items() if found
        ),
    }
    html = _TEMPLATE.read_text(encoding="utf-8")
    for name, text in parts.items():
        html = html.replace(f"<!-- {name} -->", text)
    return html


def _counts(agreements: Sequence[Agreement]) -> dict[Verdict, int]:
    found = Counter(one.verdict for one in agreements)
    return {kind: found[kind] for kind in Verdict}


def _notice(agreements: Sequence[Agreement]) -> str:
    synthetic = sum(one.synthetic for one in agreements)
    if not synthetic:
        return ""
    text = Message(
        f"{synthetic} số liệu dưới đây được tính từ dữ liệu mẫu (đánh dấu †). Dữ liệu mẫu được tạo ra từ chính các số đã công bố, "
        "nên sự trùng khớp ở đây không chứng minh điều gì.",
        f"{synthetic} of the figures below were computed from sample exports (marked †). The samples were made from these very "
        "published figures, so agreement here proves nothing.",
    )
    return f'<p class="notice" role="note">{_both(text)}</p>'


def _count_row(kind: Verdict, count: int) -> str:
    return f'<tr class="{kind}"><th scope="row">{_both(VERDICTS[kind])}</th><td class="number">{count}</td></tr>'


def _document(document: OfficialDocument, agreements: Sequence[Agreement]) -> str:
    rows = "".join(_row(one) for one in agreements)
    note = (
        f'<p class="note">{_both(Message(document.note_vi, document.note_en))}</p>'
        if document.note_vi
        else ""
    )
    title = _both(Message(document.title_vi, document.title_en))
    head = "".join(f'<th scope="col">{_both(Message(vi, en))}</th>' for vi, en in _HEAD)
    return (
        f'<section><h2>{escape(document.document)} · {title}</h2>{note}<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


_HEAD = (
    ("Mã", "Id"),
    ("Địa bàn", "Place"),
    ("Chỉ tiêu", "Indicator"),
    ("Đến ngày", "As of"),
    ("Đã công bố", "Published"),
    ("Tính được", "Computed"),
    ("Kỳ tính", "Period computed"),
    ("Kết luận", "Verdict"),
)


def _row(one: Agreement) -> str:
    official = one.official
    breakdown = (
        f'<br><span class="note">{escape(official.breakdown)}</span>' if official.breakdown else ""
    )
    named = _both(one.name) if one.name.vi else ""
    code = f"<code>{escape(official.indicator_code)}</code>"
    note = f'<br><span class="note">{escape(official.note)}</span>' if official.note else ""
    reason = f'<br><span class="note">{_both(one.reason)}</span>' if one.reason else ""
    cells = (
        f'<th scope="row">{escape(official.id)}</th>',
        f"<td>{escape(official.place)}</td>",
        f"<td>{named}{'<br>' if named else ''}{code}{breakdown}</td>",
        f"<td {_labelled(3)}>{official.as_of:%d/%m/%Y}</td>",
        f'<td class="number" {_labelled(4)}>{"".join(_published(one))}{note}</td>',
        f'<td class="number" {_labelled(5)}>{"".join(_computed(one))}</td>',
        f"<td {_labelled(6)}>{''.join(_period(one))}</td>",
        f'<td class="verdict">{_both(VERDICTS[one.verdict])}{reason}</td>',
    )
    return f'<tr class="{one.verdict}">{"".join(cells)}</tr>'


def _labelled(column: int) -> str:
    """The head of a column for narrow screens, where each row is a block."""
    vi, en = _HEAD[column]
    return f'data-vi="{vi}" data-en="{en}"'


def _published(one: Agreement) -> Iterator[str]:
    official = one.official
    yield escape(f"{official.bound} " if official.bound else "")
    if official.parts is not None:
        yield " / ".join(_number(part) for part in official.parts)
        yield f'<br><span class="note">{_number(_one_decimal(one.official_value))} % · {escape(official.unit)}</span>'
    else:
        yield f"{_number(official.value)} {escape(official.unit)}"


def _computed(one: Agreement) -> Iterator[str]:
    if one.computed_value is None or one.numerator is None:
        yield "–"
        return
    yield escape(f"{one.computed_bound} " if one.computed_bound else "")
    yield f"{_number(_one_decimal(one.computed_value))} {escape(one.unit)}{' †' if one.synthetic else ''}"
    if one.denominator is not None:
        yield f'<br><span class="note">{_number(one.numerator)} / {_number(one.denominator)}</span>'


def _period(one: Agreement) -> Iterator[str]:
    if one.month is None:
        yield "–"
        return
    yield f"{_both(_WINDOWS[one.window])}, {one.month.last_day:%d/%m/%Y}"
    if one.gap_days:
        text = _both(Message(f"trước {one.gap_days} ngày", f"{one.gap_days} days earlier"))
        yield f'<br><span class="note">{text}</span>'


def _both(text: Message) -> str:
    return f'<span lang="vi">{escape(text.vi)}</span><span lang="en">{escape(text.en)}</span>'


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
    for one in agreements:
        reason = f"{one.reason.vi} / {one.reason.en}" if one.reason else ""
        theirs = f"{one.official.bound} {_number(_one_decimal(one.official_value))}".strip()
        ours = "–" if one.computed_value is None else _number(_one_decimal(one.computed_value))
        cells = (
            one.official.id,
            one.official.place,
            f"`{one.official.indicator_code}`",
            one.official.breakdown,
            theirs,
            ours,
            reason,
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)
