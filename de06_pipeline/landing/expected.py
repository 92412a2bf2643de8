"""What a reader is told about the table it looks for.

Reading knows no contract; whoever calls it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ColumnKind(StrEnum):
    """What the cells of a column hold, as far as reading needs to know."""

    NUMBER = "number"
    DATE = "date"
    AREA = "area"
    CODE = "code"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class ExpectedTable:
    """The headers and the columns by which a table is found in a file, and a record among titles,
    totals and signatures.

    Attributes:
        field_of: the field a header text stands for, or None.
        columns: fields without whose column the file is refused.
        filled: fields that no record leaves empty. A row that fills them all is a record, whatever
            it says.
        keys: fields that together tell one record from another.
        kinds: what the cells of each field hold.
        scaled_by: field of numbers → what it counts (``đồng``), where a unit of the whole table
            (``nghìn đồng``) multiplies its plain numbers; '' where one without a noun does too.
        headers: texts that stand for a field, as they are mostly written.
    """

    field_of: Callable[[str], str | None]
    columns: frozenset[str]
    filled: frozenset[str]
    keys: frozenset[str] = frozenset()
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    scaled_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: frozenset[str] = frozenset()


ANY_TABLE = ExpectedTable(lambda _text: None, frozenset(), frozenset())
"""Nothing is known: the first row that is not blank is the header, and every row below it a record."""
