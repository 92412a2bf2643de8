"""One delivery: which records are accepted, quarantined or superseded, file by file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from de06_pipeline_tests.naive import values
from de06_pipeline_tests.naive.layouts import LAYOUTS, Field
from de06_pipeline_tests.naive.places import Places, WrongPlace
from de06_pipeline_tests.naive.records import read_records
from de06_pipeline_tests.naive.rules import KEYS, OWN_DATE, PREPARE, RULES
from de06_pipeline_tests.naive.texts import clean, folded

TOLERATED = 2
"""Per cent of (rows read - superseded) that may be quarantined before a delivery is refused."""


@dataclass
class Row:
    """One record. ``values`` by field name; ``problems``: what it breaks, as field or topic."""

    file: str
    line: int
    values: dict[str, Any]
    problems: set[str]

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.line


@dataclass
class FileCount:
    """Records of one file."""

    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    superseded: int = 0


@dataclass
class Delivery:
    """What became of one dataset, month and supplier."""

    files: dict[str, FileCount] = field(default_factory=dict)
    quarantined: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    accepted: list[Row] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        judged = sum(c.read - c.superseded for c in self.files.values())
        return sum(c.quarantined for c in self.files.values()) * 100 > judged * TOLERATED


def read_delivery(
    folder: Path, dataset: str, month: str, supplier: str, places: Places
) -> Delivery:
    """Read every CSV file of a delivery and decide about every record."""
    delivery = Delivery()
    rows = []
    for path in sorted(folder.glob("*.csv")):
        records = read_records(path)
        columns = _columns(records.header, LAYOUTS[dataset])
        delivery.files[path.name] = FileCount(read=len(records.rows) + len(records.broken))
        for line in records.broken:
            _quarantine(delivery, path.name, line, {"broken"})
        rows += [_typed(path.name, line, texts, columns, dataset) for line, texts in records.rows]
    for row in rows:
        _place(row, dataset, month, supplier, places)
        PREPARE[dataset](row.values)
    _settle(delivery, rows, dataset, month)
    return delivery


def _columns(header: Sequence[str], layout: Sequence[Field]) -> dict[str, int]:
    names = [folded(label.replace("(*)", "")) for label in header]
    columns = {}
    for column in layout:
        for position, name in enumerate(names):
            if name in (column.name, folded(column.header)):
                columns[column.name] = position
    return columns


def _typed(
    file: str, line: int, texts: Sequence[str], columns: Mapping[str, int], dataset: str
) -> Row:
    row = Row(file, line, {}, set())
    for column in LAYOUTS[dataset]:
        text = clean(texts[columns[column.name]]) if column.name in columns else ""
        row.values[column.name] = None
        if not text:
            if column.needed:
                row.problems.add(column.name)
            continue
        try:
            row.values[column.name] = _value(text, column, row.values)
        except values.Unreadable:
            row.problems.add(column.name)
    return row


def _value(text: str, field: Field, others: dict[str, Any]) -> Any:
    match field.kind:
        case "moment":
            moment, has_time = values.moment(text)
            others[f"{field.name}_has_time"] = has_time
            return moment
        case "date":
            return values.moment(text)[0].date()
        case "integer":
            return _not_negative(values.integer(text))
        case "decimal":
            return _not_negative(values.decimal(text))
        case "yes_no":
            return values.yes_no(text)
        case "choice":
            return values.choice(text, field.choices)
        case "payment":
            return _payment(text, field.choices)
    return text


def _not_negative(number: Any) -> Any:
    if number < 0:
        raise values.Unreadable
    return number


def _payment(text: str, choices: dict[str, str]) -> str:
    """Yes or no are taken besides the codes; yes means the province's own gateway."""
    try:
        return values.choice(text, choices)
    except values.Unreadable:
        return "2" if values.yes_no(text) else "0"


def _place(row: Row, dataset: str, month: str, supplier: str, places: Places) -> None:
    own = next((_day(row.values[name]) for name in OWN_DATE[dataset] if row.values.get(name)), None)
    province, district = row.values["province"], row.values["district"]
    row.values["province"] = row.values["district"] = None
    if not province:
        return
    try:
        row.values["province"], row.values["district"] = places.resolve(
            province, district or "", month, own, supplier
        )
    except WrongPlace:
        row.problems.add("area")


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _settle(delivery: Delivery, rows: list[Row], dataset: str, month: str) -> None:
    winners: dict[Any, Row] = {}
    for row in rows:
        key = KEYS[dataset](row.values, row.problems)
        if key is None:
            _quarantine(delivery, row.file, row.line, row.problems | {"key"})
        elif key not in winners:
            winners[key] = row
        else:
            older, newer = sorted((winners[key], row), key=_age)
            delivery.files[older.file].superseded += 1
            winners[key] = newer
    for row in winners.values():
        row.problems |= RULES[dataset](row.values, row.problems, month)
        if row.problems:
            _quarantine(delivery, row.file, row.line, row.problems)
        else:
            delivery.files[row.file].accepted += 1
            delivery.accepted.append(row)


def _age(row: Row) -> tuple[datetime, str, int]:
    # Reading: an updated_at that cannot be read is as old as an empty one.
    return row.values.get("updated_at") or datetime(1, 1, 1), row.file, row.line


def _quarantine(delivery: Delivery, file: str, line: int, problems: set[str]) -> None:
    delivery.files[file].quarantined += 1
    delivery.quarantined[file, line] = problems
