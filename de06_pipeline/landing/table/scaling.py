"""Numbers under a unit of the whole table (``ĐVT: nghìn đồng``), where the contract says that it
multiplies them: each plain number of the written records is multiplied, exactly.

A number that says its own word (``21 tỷ``) or sign (``70,7 %``) stays as it is. Stated numbers get
the unit as a word (``21`` becomes ``21 triệu đồng``), so that rules see it; others become digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from de06_pipeline.contracts.stated import BOUND_WORDS, SCALE_WORDS
from de06_pipeline.landing import refusals
from de06_pipeline.landing.expected import ExpectedTable
from de06_pipeline.landing.packed import SUFFIX, change_packed
from de06_pipeline.landing.said_at import Said
from de06_pipeline.landing.sink import read_records
from de06_pipeline.landing.table.units import (
    Scale,
    fields_under,
    number_field,
    parse_scale,
    scale_beside,
)

_NUMBER = r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?"
"""As vi_is_number of parsing/macros/numbers.sql."""
_PLAIN = re.compile(_NUMBER)
_BOUNDS = "|".join(re.escape(word) for words in BOUND_WORDS.values() for word in words)
_STATED = re.compile(rf"(?:(?:{_BOUNDS})\s*)?{_NUMBER}", re.IGNORECASE)
_WORDS = {zeros: word for word, zeros in reversed(tuple(SCALE_WORDS.items()))}


def field_with_unit(text: str, expected: ExpectedTable) -> str | None:
    """The field of a header with a unit that multiplies it (``Phí, lệ phí (nghìn đồng)``), where it
    may.
    """
    if (beside := scale_beside(text)) is None:
        return None
    field = number_field(beside[0], expected)
    scale = parse_scale(beside[1])
    if field is None or scale is None:
        return None
    return field if scale.noun in expected.scaled_by.get(field, ()) else None


def scales_of_columns(
    name: str,
    header: Sequence[str],
    of_table: Said | None,
    expected: ExpectedTable,
) -> Mapping[int, Scale]:
    """The unit that multiplies each column's numbers.

    Args:
        of_table: a unit of the whole table and its row.

    Raises:
        UnreadableFile: ``unit_of_all``: a header says another unit than the table.
    """
    fields = [expected.field_of(text) if text else None for text in header]
    scales: dict[int, Scale] = {}
    if of_table is not None and (parsed := parse_scale(of_table[0])):
        under = fields_under(of_table[0], {field for field in fields if field}, expected)
        scales = {at: parsed for at, field in enumerate(fields) if field in under}
    for at, text in enumerate(header):
        beside = scale_beside(text) if text and fields[at] in expected.scaled_by else None
        said = parse_scale(beside[1]) if beside else None
        # "Phí, lệ phí (đồng)" is the field's own header; a unit in it multiplies nothing.
        if said is not None and scales.setdefault(at, said) != said:
            raise refusals.unit_of_all(name, text)
    return scales


def scale_records(
    records: Iterable[Path], scales: Mapping[int, Scale], words: Mapping[int, bool]
) -> int:
    """Multiply the plain numbers of some columns in the records; returns how many cells.

    Args:
        records: as reading has written them; are written anew.
        scales: column → its unit.
        words: column → whether it takes words (stated numbers).
    """
    scaled = 0
    into: Mapping[int, Callable[[str], str]] = {
        at: (_with_word(scale) if words[at] else _multiplied(scale)) for at, scale in scales.items()
    }
    for path in records:
        anew = path.with_suffix(".scaled")
        change = change_packed if path.suffix == SUFFIX else _change_text
        scaled += change(path, anew, into)
        anew.replace(path)
    return scaled


def _change_text(path: Path, anew: Path, into: Mapping[int, Callable[[str], str]]) -> int:
    changed = 0
    with anew.open("w", encoding="utf-8", newline="\n") as out:
        for number, cells in read_records([path]):
            for at, change in into.items():
                text = change(cells[at])
                changed += text != cells[at]
                cells[at] = text
            out.write("\x1f".join([str(number), *cells]) + "\n")
    return changed


def _with_word(scale: Scale) -> Callable[[str], str]:
    unit = f"{_WORDS[scale.zeros]} {scale.noun}".strip()
    return lambda text: f"{text} {unit}" if _STATED.fullmatch(text) else text


def _multiplied(scale: Scale) -> Callable[[str], str]:
    def multiply(text: str) -> str:
        if not _PLAIN.fullmatch(text):
            return text
        number = Decimal(text.replace(".", "").replace(",", ".")).scaleb(scale.zeros)
        return f"{number:f}".replace(".", ",")

    return multiply


def takes_word(scale: Scale) -> bool:
    """Whether a stated number can say the scale as a word."""
    return scale.zeros in _WORDS
