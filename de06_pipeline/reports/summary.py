"""What became of a delivery in a few lines for a screen, in one language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.ingest.information import Information
from de06_pipeline.ingest.outcome import DeliveryOutcome, FileOutcome
from de06_pipeline.reports.findings import Group, refusals
from de06_pipeline.reports.page import Occasion, verdict
from de06_pipeline.reports.wording import SEVERITY, number

SHOWN_ROWS = 5
"""Rows of each rule named on the screen; the report has more."""

Say = Callable[[Message], str]


def in_language(language: str) -> Say:
    """Picks a message's text: Vietnamese unless ``en`` is asked for."""
    return (lambda message: message.en) if language == "en" else (lambda message: message.vi)


def summary_lines(
    contract: Contract, outcome: DeliveryOutcome, groups: Sequence[Group], occasion: Occasion
) -> list[str]:
    """The verdict, where the rows of each file went, and what is wrong, with the first rows."""
    say, delivery = in_language(occasion.language), outcome.delivery
    about = Message(
        f"{contract.title.vi} ({contract.dataset}), tháng {delivery.month}, đơn vị gửi: {occasion.supplier_title}",
        f"{contract.title.en} ({contract.dataset}), {delivery.month}, supplier: {occasion.supplier_title}",
    )
    conclusion = verdict(outcome, occasion)
    lines = [say(about), "", say(conclusion.title).upper(), say(conclusion.next_step)]
    lines += [f"- {say(refusal.message)}" for refusal in refusals(contract, outcome)]
    for file in outcome.files:
        if not file.problem:
            lines += ["", _file_line(file, say)]
            lines += [f"  {_note(note, say)}" for note in file.information]
    lines += _group_lines(groups, say)
    if occasion.unchecked:
        missing = Message("Chưa xét được ở đây", "Not checked here")
        lines += ["", f"{say(missing)}: {' '.join(map(say, occasion.unchecked))}"]
    return lines


def _note(note: Information, say: Say) -> str:
    text = f"{number(note.count)} {say(note.words)}"
    return f"{say(SEVERITY['warning'])}: {text}" if note.is_warning else text


def _file_line(file: FileOutcome, say: Say) -> str:
    read, accepted, aside, replaced = map(
        number, (file.rows_read, file.rows_accepted, file.rows_quarantined, file.rows_superseded)
    )
    blank = number(file.rows_blank)
    return say(
        Message(
            f"{file.name}: đã đọc {read} = chấp nhận {accepted} + cách ly {aside} + bị thay thế {replaced}; {blank} dòng trống",
            f"{file.name}: {read} read = {accepted} accepted + {aside} set aside + {replaced} replaced; {blank} blank lines",
        )
    )


def _group_lines(groups: Sequence[Group], say: Say) -> list[str]:
    lines: list[str] = []
    for group in groups:
        count = say(Message(f"{number(group.rows)} dòng", f"{number(group.rows)} rows"))
        remedy = f" {say(group.remedy)}" if group.remedy != group.problem else ""
        lines += [
            "",
            f"{say(SEVERITY[group.severity])}, {count}: {say(group.problem)}{remedy} ({group.rule_id})",
        ]
        for example in group.examples:
            where = Message(
                f"{example.file} dòng {example.row}", f"{example.file} row {example.row}"
            )
            column = (
                Message(f", cột {example.columns}", f", column {example.columns}")
                if example.columns
                else Message("", "")
            )
            value = f" [{example.value}]" if example.value else ""
            lines.append(f"  {say(where)}{say(column)}{value} {say(example.suggestion)}".rstrip())
        if group.examples and group.rows > len(group.examples):
            rest = number(group.rows - len(group.examples))
            lines.append("  " + say(Message(f"… và {rest} dòng nữa", f"… and {rest} more rows")))
    return lines
