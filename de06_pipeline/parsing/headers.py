"""Which column of a file is which field of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.errors import ContractError
from de06_pipeline.parsing.vietnamese import key

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
        repeated: all header texts of the fields that were found more than once, in order (the file
            is refused).
    """

    positions: Mapping[str, int]
    missing_required: tuple[Field, ...]
    missing_optional: tuple[Field, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]


def match_header(contract: Contract, header: Sequence[str]) -> HeaderMatch:
    """Find the contract's delivered fields by canonical name, Vietnamese label or alias.

    Letter case, stray spaces, line breaks, underscores, ``(*)`` and ``*``, NFC or NFD and the place
    of tone marks do not matter.

    Raises:
        ContractError: two fields of the contract accept the same header.
    """
    field_of = _accepted_headers(contract)
    found: dict[str, list[int]] = {}
    unknown: list[str] = []
    for position, text in enumerate(header):
        field = field_of.get(_header_key(text))
        if field is not None:
            found.setdefault(field, []).append(position)
        elif text.strip():
            unknown.append(text)
    missing = [field for field in contract.delivered_fields if field.name not in found]
    repeats = sorted(
        position for positions in found.values() if len(positions) > 1 for position in positions
    )
    return HeaderMatch(
        positions={name: positions[0] for name, positions in found.items()},
        missing_required=tuple(field for field in missing if field.column_required),
        missing_optional=tuple(field for field in missing if not field.column_required),
        unknown=tuple(unknown),
        repeated=tuple(header[position] for position in repeats),
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


def _accepted_headers(contract: Contract) -> dict[str, str]:
    """Key of every accepted header → name of its field."""
    field_of: dict[str, str] = {}
    for field in contract.delivered_fields:
        for text in (field.name, field.header_vi, *field.aliases):
            if not text:
                continue
            other = field_of.setdefault(_header_key(text), field.name)
            if other != field.name:
                where = contract.path or contract.dataset
                raise ContractError(
                    f"{where}: the header '{text}' stands for both '{other}' and '{field.name}'; take it from one."
                )
    return field_of


def _header_key(text: str) -> str:
    return key(_REQUIRED_MARK.sub(" ", text))
