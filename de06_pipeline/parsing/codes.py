"""Codes: identifiers kept as text, but for what spreadsheets do to them.

Spaces go; letters become upper case where the contract asks; a suffix is cut off and kept apart;
one leading zero that Excel dropped is put back and flagged. Scientific notation cannot be undone
and is bad, also where the contract gives no shape.
"""

from __future__ import annotations

from de06_pipeline.contracts.model import Field
from de06_pipeline.duck.quoting import literal


def whole(field: Field, text: str) -> str:
    """SQL for the delivered code without spaces, its suffix still on."""
    bare = f"vi_without_spaces({text})"
    return f"upper({bare})" if field.upper else bare


def body(field: Field, whole_code: str) -> str:
    """SQL for the code without its suffix."""
    return (
        f"regexp_replace({whole_code}, {literal(f'(?:{field.strip_suffix})$')}, '')"
        if field.strip_suffix
        else whole_code
    )


def padded(field: Field, body_code: str) -> str:
    """SQL for the code with its leading zero put back."""
    return f"vi_zero_put_back({body_code}, {field.pad_to})" if field.pad_to else body_code


def accepted(field: Field, code: str) -> str:
    """SQL for the code, NULL where it is bad: the shape decides, or without one anything but
    scientific notation and errors of a spreadsheet.
    """
    if field.pattern:
        return f"CASE WHEN regexp_full_match({code}, {literal(field.pattern)}) THEN {code} END"
    return f"CASE WHEN {code} <> '' AND NOT vi_is_scientific({code}) AND NOT vi_is_error({code}) THEN {code} END"
