"""What a file's columns leave out: columns that are not used, and optional ones that are not there,
each with what follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from de06_pipeline.contracts.model import Field, Message
from de06_pipeline.ingest.information import Information
from de06_pipeline.landing.sink import read_records
from de06_pipeline.parsing.headers import HeaderMatch, nearest_field

UNUSED, ABSENT, GONE = "unused", "absent", "column_gone"
"""Codes are ``column_<position>.unused``, ``<field>.absent`` and ``<field>.column_gone``."""

_LONGEST_SHOWN = 60
_RECORDS_LOOKED_AT = 5_000
_NUMBER = re.compile(r"\d{6,}")


def what_follows(field: Field) -> Message:
    """What follows from an absent column, as far as the contract alone can say."""
    if field.absent.is_value:
        return field.absent.follows
    return Message("chỉ tiêu cần cột này không có số liệu", "figures that need it are not reported")


@dataclass(frozen=True, slots=True)
class ColumnContext:
    """What is known of columns besides the file.

    Attributes:
        before: fields that the supplier's last deliveries had a column for.
        follows: what follows from an absent column.
    """

    before: frozenset[str] = field(default_factory=frozenset)
    follows: Callable[[Field], Message] = what_follows


NOTHING_KNOWN = ColumnContext()


def column_information(
    match: HeaderMatch, header: Sequence[str], context: ColumnContext
) -> tuple[Information, ...]:
    """One line a column that is not used, or is not there.

    A warning: a column that the last deliveries had is gone, or one that is not used looks like one
    that is not there. A header is shown as it is, unless a number in it or its length says that it
    may be something else.
    """
    proposed = {
        position: near
        for position in match.unknown_positions
        if (near := nearest_field(header[position], match.missing_optional))
    }
    told = [
        _unused(position, header[position], proposed.get(position))
        for position in match.unknown_positions
    ]
    looks_like = {near.name: header[position] for position, near in proposed.items()}
    told += [_absent(f, looks_like.get(f.name, ""), context) for f in match.missing_optional]
    return tuple(sorted(told, key=lambda information: not information.is_warning))


def unnamed_columns(header: Sequence[str], records: Iterable[Path]) -> tuple[Information, ...]:
    """One line a column without a header that holds values: nothing tells what they are.

    Columns beside a table are mostly empty, so only the first records are looked at.

    Args:
        records: as reading has written them.
    """
    unnamed = [position for position, text in enumerate(header) if not text]
    if not unnamed:
        return ()
    filled: set[int] = set()
    for path in records:
        for _, cells in islice(read_records([path]), _RECORDS_LOOKED_AT):
            filled.update(at for at in unnamed if cells[at])
            if len(filled) == len(unnamed):
                break
    return tuple(_unnamed(position) for position in sorted(filled))


def _unnamed(position: int) -> Information:
    return Information(
        f"column_{position + 1}.{UNUSED}",
        1,
        Message(
            f"cột không có tên (thứ {position + 1}) mà có giá trị: không dùng; hãy ghi tên cột rồi gửi lại",
            f"column without a header (no. {position + 1}) that holds values, not used: give it its header and deliver again",
        ),
        is_warning=True,
    )


def _unused(position: int, text: str, near: Field | None) -> Information:
    shown = text if len(text) <= _LONGEST_SHOWN and not _NUMBER.search(text) else "…"
    vi, en = (
        f"cột không dùng (thứ {position + 1}): “{shown}”",
        f"column not used (no. {position + 1}): “{shown}”",
    )
    if near:
        vi += f"; có phải là “{near.header_vi}”? Nếu phải, sửa tên cột rồi gửi lại"
        en += (
            f"; is it “{near.header_vi}” ({near.name})? If so, correct the header and deliver again"
        )
    return Information(f"column_{position + 1}.{UNUSED}", 1, Message(vi, en), bool(near))


def _absent(missing: Field, near: str, context: ColumnContext) -> Information:
    follows = context.follows(missing)
    if missing.name in context.before:
        return Information(
            f"{missing.name}.{GONE}",
            1,
            Message(
                f"cột “{missing.header_vi}” có trong các kỳ trước, nay không còn: {follows.vi}",
                f"column “{missing.header_vi}” ({missing.name}) was in the last deliveries and is gone: {follows.en}",
            ),
            is_warning=True,
        )
    return Information(
        f"{missing.name}.{ABSENT}",
        1,
        Message(
            f"cột tùy chọn không có: “{missing.header_vi}”: {follows.vi}",
            f"optional column not there: “{missing.header_vi}” ({missing.name}): {follows.en}",
        ),
        is_warning=bool(near),
    )
