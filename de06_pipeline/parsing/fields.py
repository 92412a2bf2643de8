"""The columns that one field of a contract gets in ``parsed``, and the SQL that fills them.

The SQL of a file is a chain of SELECTs: ``cells`` (one text a field, NULL where it counts as
empty), then steps that each use the columns of the one before, then the columns of ``parsed``. In
all of them a field's own columns begin with its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.contracts.sql_types import sql_type
from de06_pipeline.duck.quoting import NamedSql, identifier, literal
from de06_pipeline.parsing import choices, codes, stated

_DATES = (FieldType.DATE, FieldType.TIMESTAMP)


@dataclass(frozen=True)
class ParsedColumn:
    """A column of ``parsed``: its DuckDB type, and its SQL over the last step."""

    name: str
    sql_type: str
    sql: str


def cell(field: Field, file_column: str) -> str:
    """SQL for the field's text from the file, NULL where nothing is given."""
    given = f"vi_given({file_column})"
    if field.type is FieldType.TEXT and field.column_required:
        # A text that must be given has no shape by which an error could be told from it later.
        given = f"CASE WHEN NOT vi_is_error({file_column}) THEN {given} END"
    if not field.empty_tokens:
        return given
    tokens = ", ".join(f"lower({literal(token)})" for token in field.empty_tokens)
    return f"CASE WHEN NOT list_contains([{tokens}], lower({file_column})) THEN {given} END"


def cell_column(field: Field) -> str:
    """The column of the field's text in ``cells``."""
    return _own(field, "cell")


def steps(field: Field) -> Sequence[NamedSql]:
    """What is computed before the columns of ``parsed``, each from the one before."""
    text, value = _own(field, "cell"), _own(field, "value")
    match field.type:
        case FieldType.INTEGER:
            return [(value, f"vi_integer({text})")]
        case FieldType.DECIMAL:
            return [(value, f"vi_decimal({text})")]
        case FieldType.STATED:
            parts = _own(field, "parts")
            return [(parts, stated.parts(field, text)), (value, stated.value(parts))]
        case FieldType.YES_NO:
            return [(value, choices.yes_no_value(text))]
        case FieldType.ENUM:
            return [(value, choices.enum_value(field, text))]
        case FieldType.DATE:
            return [*_moment(field), (value, f"vi_given_moment({_own(field, 'moment')})::DATE")]
        case FieldType.TIMESTAMP:
            given = f"vi_given_moment({_own(field, 'moment')})"
            # Midnight too: programs write a date so that they keep as a date and time. Were it taken
            # for a time of day, whatever is finished on the very day would be late.
            ends_day = (
                f"CASE WHEN {given} = {given}::DATE THEN {given} + INTERVAL '23:59:59' "
                f"ELSE {given} END"
            )
            return [*_moment(field), (value, ends_day if field.end_of_day else given)]
        case FieldType.CODE:
            whole, body, padded = (_own(field, part) for part in ("whole", "body", "padded"))
            return [
                (whole, codes.whole(field, text)),
                (body, codes.body(field, whole)),
                (padded, codes.padded(field, body)),
                (value, codes.accepted(field, padded)),
            ]
        case _:
            return []


def parsed_columns(field: Field) -> Sequence[ParsedColumn]:
    """The field's columns in ``parsed``, in order."""
    text = _own(field, "cell")
    if field.is_area:
        return [ParsedColumn(f"{field.name}_text", "VARCHAR", text)]
    value = text if field.type is FieldType.TEXT else _own(field, "value")
    filled = (
        f"CASE WHEN {text} IS NULL THEN {field.default} ELSE {value} END"
        if field.default
        else value
    )
    columns = [
        ParsedColumn(field.name, sql_type(field), filled),
        ParsedColumn(f"{field.name}_state", "field_state", _state(field, text, value)),
    ]
    if field.type is not FieldType.TEXT:
        raw = "vi_date_raw" if field.type in _DATES else "vi_raw"
        columns.append(ParsedColumn(f"{field.name}_raw", "VARCHAR", f"{raw}({text}, {value})"))
    if field.type is FieldType.TIMESTAMP:
        has_time = f"CASE WHEN {value} IS NOT NULL THEN vi_has_time({text}) END"
        columns.append(ParsedColumn(f"{field.name}_has_time", "BOOLEAN", has_time))
    if field.type is FieldType.STATED:
        parts = _own(field, "parts")
        columns.append(
            ParsedColumn(
                f"{field.name}_bound",
                "VARCHAR",
                f"CASE WHEN {value} IS NOT NULL THEN {stated.bound(parts)} END",
            )
        )
        columns.append(
            ParsedColumn(
                f"{field.name}_unit",
                "VARCHAR",
                f"CASE WHEN {value} IS NOT NULL THEN nullif({parts}.unit, '') END",
            )
        )
    if field.strip_suffix:
        whole, body = _own(field, "whole"), _own(field, "body")
        suffix = f"CASE WHEN {value} IS NOT NULL AND {whole} <> {body} THEN substr({whole}, length({body}) + 1) END"
        columns.append(ParsedColumn(f"{field.name}_suffix", "VARCHAR", suffix))
    return columns


def _moment(field: Field) -> Sequence[NamedSql]:
    """``vi_timestamp`` of the field's text, in steps so that nothing is computed twice."""
    text, common = _own(field, "cell"), _own(field, "common")
    return [
        (common, f"vi_timestamp_common({text})"),
        (_own(field, "moment"), f"vi_moment({text}, {common})"),
    ]


def _state(field: Field, text: str, value: str) -> str:
    state = f"vi_state({text}, {value})"
    if field.pad_to:
        return f"CASE WHEN {value} <> {_own(field, 'body')} THEN 'padded'::field_state ELSE {state} END"
    if field.type in _DATES:
        return f"vi_date_state({text}, {_own(field, 'common')}, {value})"
    return state


def _own(field: Field, part: str) -> str:
    """Name of a column of the chain; two underscores keep it apart from the columns of ``parsed``."""
    return identifier(f"{field.name}__{part}")
