"""Enumerations and yes/no: a code, a text, or ``code - text``, in any letter case.

``code - text`` is taken where both name the same value. Where the text is nobody's, the code
decides (texts get reworded); where it names another value, the cell contradicts itself and is bad.
An alias or a label is not a code: beside it the text must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from de06_pipeline.contracts.model import EnumValue, Field
from de06_pipeline.duck.quoting import literal
from de06_pipeline.parsing.vietnamese import key, lower_case_spellings

YES_NO = (
    EnumValue("true", "Có", ("1", "C", "x")),
    EnumValue("false", "Không", ("0", "K")),
)


def enum_value(field: Field, text: str) -> str:
    """SQL for the value of an enumeration: SMALLINT where all values are integers, else VARCHAR;
    NULL where it has none.
    """
    return _choice(text, field.enum, "SMALLINT" if field.integer_enum else "VARCHAR")


def yes_no_value(text: str) -> str:
    """SQL for a BOOLEAN from ``1/0``, ``Có/Không``, ``C/K``, ``x``, ``TRUE/FALSE``; NULL where it
    is none of them.
    """
    return _choice(text, YES_NO, "BOOLEAN")


def _choice(text: str, values: Sequence[EnumValue], sql_type: str) -> str:
    # As the contract writes it is how nearly every cell is written: a CASE finds those ten times as
    # fast as the lists do.
    usual = [
        (name, value.value)
        for value in values
        for name in dict.fromkeys((str(value.value), value.label, *value.aliases))
    ]
    branches = "".join(
        f" WHEN {literal(name)} THEN {_value(value, sql_type)}" for name, value in usual
    )
    # A list and not IN (…): DuckDB makes a join of every longer IN.
    names = [(spelling, value) for value in values for spelling in _spellings(value)]
    codes = [
        (str(value.value).lower(), value)
        for value in values
        if key(str(value.value)) != key(value.label)
    ]
    lists = ",\n    ".join(_parallel_lists(pairs, sql_type) for pairs in (names, codes))
    return f"CASE {text}{branches} ELSE\n    vi_choice({text},\n    {lists}) END"


def _spellings(value: EnumValue) -> Iterable[str]:
    """As the contract writes it, in capitals, and in small letters with the tone marks of both
    schools.
    """
    names = (str(value.value), value.label, f"{value.value} - {value.label}", *value.aliases)
    return dict.fromkeys(
        spelling for name in names for spelling in (name, name.upper(), *lower_case_spellings(name))
    )


def _parallel_lists(pairs: Sequence[tuple[str, EnumValue]], sql_type: str) -> str:
    names = ", ".join(literal(name) for name, _ in pairs)
    values = ", ".join(_value(value.value, sql_type) for _, value in pairs)
    return f"[{names}]::VARCHAR[], [{values}]::{sql_type}[]"


def _value(value: int | str, sql_type: str) -> str:
    return literal(str(value)) if sql_type == "VARCHAR" else str(value)
