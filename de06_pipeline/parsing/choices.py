"""Enumerations and yes/no: a code, a text, or ``code - text``, in any letter case.

``code - text`` is taken where both name the same value. Where the text is nobody's, the code decides (texts get reworded);
where it names another value, the cell contradicts itself and is bad. An alias or a label is not a code: beside it the text must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from de06_pipeline.contracts.model import EnumValue, Field
from de06_pipeline.parsing.sql import literal
from de06_pipeline.parsing.vietnamese import key, lower_case_spellings

CHOICE_MACROS = (
    r"""
-- The value of a name in lower case. The two lists go in parallel.
CREATE OR REPLACE TEMP MACRO vi_value_named(name, names, name_values) AS name_values[list_position(names, name)]""",
    r"""
-- The value of 'code - text', 'code. text' or 'code: text' from its two parts.
CREATE OR REPLACE TEMP MACRO vi_value_of_parts(part, names, name_values, codes, code_values) AS CASE
  WHEN list_position(names, part.body) IS NULL THEN vi_value_named(part.code, codes, code_values)
  WHEN vi_value_named(part.body, names, name_values) = vi_value_named(part.code, names, name_values)
    THEN vi_value_named(part.code, names, name_values)
END""",
    r"""
-- The text of 'code - text' begins with a letter: [a-z] or beyond ASCII, since \pL makes the match ten times slower.
CREATE OR REPLACE TEMP MACRO vi_choice(t, names, name_values, codes, code_values) AS coalesce(
  vi_value_named(lower(t), names, name_values),
  vi_value_of_parts(
    regexp_extract(lower(t), '^([^-–—.:]+?) ?[-–—.:] ?([a-z\x{80}-\x{10FFFF}].*)$', ['code', 'body']),
    names, name_values, codes, code_values))""",
)
"""Statements that create ``vi_choice(text, names, values of the names, codes, values of the codes)``; names in lower case."""

YES_NO = (
    EnumValue("true", "Có", ("1", "C", "x")),
    EnumValue("false", "Không", ("0", "K")),
)


def enum_value(field: Field, text: str) -> str:
    """SQL for the value of an enumeration: SMALLINT where all values are integers, else VARCHAR; NULL where it has none."""
    return _choice(text, field.enum, "SMALLINT" if field.integer_enum else "VARCHAR")


def yes_no_value(text: str) -> str:
    """SQL for a BOOLEAN from ``1/0``, ``Có/Không``, ``C/K``, ``x``, ``TRUE/FALSE``; NULL where it is none of them."""
    return _choice(text, YES_NO, "BOOLEAN")


def _choice(text: str, values: Sequence[EnumValue], sql_type: str) -> str:
    """Exact spellings first, value by value; whatever else is left goes through ``vi_choice``."""
    branches = "\n".join(f"    WHEN {text} IN ({_literals(_usual(value))}) THEN {_value(value, sql_type)}" for value in values)
    names = [(name, value) for value in values for name in _names(value)]
    codes = [(str(value.value), value) for value in values if key(str(value.value)) != key(value.label)]
    rest = ",\n      ".join(_parallel_lists(pairs, sql_type) for pairs in (names, codes))
    return f"CASE\n{branches}\n    ELSE vi_choice({text},\n      {rest})\n  END"


def _names(value: EnumValue) -> tuple[str, ...]:
    return str(value.value), value.label, *value.aliases


def _usual(value: EnumValue) -> Iterable[str]:
    """The spellings of most cells: as the contract writes them, in capitals, in small letters."""
    spellings = (*_names(value), f"{value.value} - {value.label}")
    return dict.fromkeys(cased for spelling in spellings for cased in (spelling, spelling.lower(), spelling.upper()))


def _value(value: EnumValue, sql_type: str) -> str:
    return literal(str(value.value)) if sql_type == "VARCHAR" else f"{value.value}::{sql_type}"


def _parallel_lists(pairs: Sequence[tuple[str, EnumValue]], sql_type: str) -> str:
    spelled = [(spelling, value) for name, value in pairs for spelling in lower_case_spellings(name)]
    values = ", ".join(literal(str(value.value)) if sql_type == "VARCHAR" else str(value.value) for _, value in spelled)
    return f"[{_literals(spelling for spelling, _ in spelled)}]::VARCHAR[], [{values}]::{sql_type}[]"


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)
