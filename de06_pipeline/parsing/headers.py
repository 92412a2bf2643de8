"""Which column of a file is which field of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.errors import ContractError
from de06_pipeline.near_names import unaccented
from de06_pipeline.parsing.vietnamese import key

_NO_WORD = re.compile(r"[\W_]+")
_REQUIRED_MARK = re.compile(r"\(\s*\*\s*\)|\*")


@dataclass(frozen=True)
class HeaderMatch:
    """What a file's header says about a contract.

    Attributes:
        positions: position in the file, from 0, of each field that was found.
        missing_required: fields whose column may not be missing (the file is refused).
        missing_optional: fields that are read as empty.
        unknown: header texts that are no field's, in order; the columns are kept out and reported.
            Columns without a text are not listed.
        unknown_positions: where these are, from 0.
        repeated: all header texts of the fields that were found more than once, in order (the file
            is refused).
    """

    positions: Mapping[str, int]
    missing_required: tuple[Field, ...]
    missing_optional: tuple[Field, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]
    unknown_positions: tuple[int, ...] = ()


def match_header(contract: Contract, header: Sequence[str]) -> HeaderMatch:
    """Find the contract's delivered fields by canonical name, Vietnamese label or alias.

    Letter case, stray spaces, line breaks, underscores, ``(*)`` and ``*``, NFC or NFD and the place
    of tone marks do not matter.

    Raises:
        ContractError: two fields of the contract accept the same header.
    """
    field_of = _accepted_headers(contract)
    positions_of: dict[str, list[int]] = {}
    unknown: list[int] = []
    for position, text in enumerate(header):
        field = field_of.get(_header_key(text))
        if field is not None:
            positions_of.setdefault(field, []).append(position)
        elif text.strip():
            unknown.append(position)
    missing = [field for field in contract.delivered_fields if field.name not in positions_of]
    repeats = sorted(
        position
        for positions in positions_of.values()
        if len(positions) > 1
        for position in positions
    )
    return HeaderMatch(
        positions={name: positions[0] for name, positions in positions_of.items()},
        missing_required=tuple(field for field in missing if field.column_required),
        missing_optional=tuple(field for field in missing if not field.column_required),
        unknown=tuple(header[position] for position in unknown),
        repeated=tuple(header[position] for position in repeats),
        unknown_positions=tuple(unknown),
    )


def header_reader(contract: Contract) -> Callable[[str], str | None]:
    """A function from a header text to the field it stands for, or None; as :func:`match_header`
    finds them.

    Raises:
        ContractError: two fields of the contract accept the same header.
    """
    field_of = _accepted_headers(contract)
    known: dict[str, str | None] = {}

    def read(text: str) -> str | None:
        # Made for the first rows of a file, in which texts come again and again.
        if text not in known:
            known[text] = field_of.get(_header_key(text))
        return known[text]

    return read


_ALIKE = 0.86
"""Share of letters that two headers have in common, in order, from which one is taken for the other:
one letter off in seven.
"""


def nearest_field(text: str, fields: Sequence[Field]) -> Field | None:
    """The one of some fields whose header a text nearly is: accents missing, a letter off, words in
    another order, or a word or two more; None where none is near.
    """
    ranked = [
        (likeness, -place, field)
        for place, field in enumerate(fields)
        for header in (field.header_vi, *field.aliases, field.name)
        if header and (likeness := _likeness(_plain(text), _plain(header))) >= _ALIKE
    ]
    return max(ranked, key=lambda rank: rank[:2])[2] if ranked else None


def _likeness(text: str, other: str) -> float:
    """From 0 to 1, of two texts in small letters without accents."""
    words, others = text.split(), other.split()
    if sorted(words) == sorted(others):
        return 1.0
    # Two words at least: "Tỉnh" alone is part of too much.
    shorter, longer = sorted((words, others), key=len)
    if len(shorter) >= 2 and set(shorter) <= set(longer) and len(longer) - len(shorter) <= 2:
        return 0.95
    in_order = SequenceMatcher(None, text, other, autojunk=False).ratio()
    return max(
        in_order,
        SequenceMatcher(None, " ".join(sorted(words)), " ".join(sorted(others)), False).ratio(),
    )


def _plain(text: str) -> str:
    return " ".join(_NO_WORD.sub(" ", unaccented(_header_key(text))).split())


def _accepted_headers(contract: Contract) -> dict[str, str]:
    """Key of every accepted header → name of its field."""
    field_of: dict[str, str] = {}
    for field in contract.delivered_fields:
        for text in (field.name, field.header_vi, *field.aliases):
            if not text:
                continue
            other = field_of.setdefault(_contract_header_key(text), field.name)
            if other != field.name:
                where = contract.path or contract.dataset
                raise ContractError(
                    f"{where}: the header '{text}' stands for both '{other}' and '{field.name}'; take it from one."
                )
    return field_of


@lru_cache(maxsize=4096)
def _contract_header_key(text: str) -> str:
    """Of the contract's own texts, which every file is held against; never of a file's."""
    return _header_key(text)


def _header_key(text: str) -> str:
    return key(_REQUIRED_MARK.sub(" ", text))
