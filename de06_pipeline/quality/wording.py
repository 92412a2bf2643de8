"""How checks write lists, shares and tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Message, Rule, Severity

if TYPE_CHECKING:
    from de06_pipeline.quality.judge import RuleCount

LISTED = 10
"""Items a sentence names before it only counts the rest."""

_SEVERITY_VI = {Severity.CRITICAL: "nghiêm trọng", Severity.WARNING: "cảnh báo"}


def listed(items: Sequence[str] | Sequence[Message], separator: str = ", ") -> Message:
    """The first items of a list, and how many more there are."""
    messages = [
        item if isinstance(item, Message) else Message(item, item) for item in items[:LISTED]
    ]
    rest = len(items) - len(messages)
    return Message(
        separator.join(m.vi for m in messages) + (f"{separator}và {rest} mục khác" if rest else ""),
        separator.join(m.en for m in messages) + (f"{separator}and {rest} more" if rest else ""),
    )


def percent(share: Decimal) -> Message:
    """A share as a percentage with up to two decimals: ``2,5 %`` and ``2.5%``."""
    text = f"{share * 100:.2f}".rstrip("0").rstrip(".")
    return Message(text.replace(".", ",") + " %", text + "%")


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; empty text where there are no rows."""
    if not rows:
        return ""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def markdown_table(counts: Sequence[RuleCount]) -> str:
    """One line a rule, broken ones first; counts of the same rule over several deliveries are added
    up.
    """
    totals: dict[str, tuple[Rule, int, int]] = {}
    for count in counts:
        rule, evaluated, failed = totals.get(count.rule.id, (count.rule, 0, 0))
        totals[rule.id] = (rule, evaluated + count.evaluated, failed + count.failed)
    rows = sorted(totals.values(), key=lambda total: -total[2])
    return markdown(
        ("Quy tắc", "Thông báo", "Mức độ", "Dòng đã xét", "Dòng vi phạm"),
        [
            (rule.id, rule.message.vi, _SEVERITY_VI[rule.severity], evaluated, failed)
            for rule, evaluated, failed in rows
        ],
    )


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
