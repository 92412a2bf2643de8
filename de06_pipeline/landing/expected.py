"""What a reader is told about the table it looks for.

Reading knows no contract; whoever calls it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpectedTable:
    """The headers and the columns by which a table is found in a file, and a record among titles,
    totals and signatures.

    Attributes:
        field_of: the field a header text stands for, or None.
        columns: fields without whose column the file is refused.
        filled: fields that no record leaves empty. A row that fills them all is a record, whatever
            it says.
    """

    field_of: Callable[[str], str | None]
    columns: frozenset[str]
    filled: frozenset[str]


ANY_TABLE = ExpectedTable(lambda _text: None, frozenset(), frozenset())
"""Nothing is known: the first row that is not blank is the header, and every row below it a record."""
