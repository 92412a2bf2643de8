"""Checks of single fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from de06_pipeline.contracts.lint.expressions import is_literal
from de06_pipeline.contracts.lint.finding import ContractSource, LintFinding
from de06_pipeline.contracts.lint.whole import NAME
from de06_pipeline.contracts.load import FIELD_PROPERTIES
from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.contracts.reader import Reader

_NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.STATED}
LOGICAL_TYPES = {
    FieldType.TEXT: ("string",),
    FieldType.CODE: ("string",),
    FieldType.ENUM: ("string", "integer"),
    FieldType.INTEGER: ("integer",),
    FieldType.DECIMAL: ("number",),
    FieldType.STATED: ("number",),
    FieldType.YES_NO: ("boolean",),
    FieldType.DATE: ("date",),
    FieldType.TIMESTAMP: ("timestamp",),
    FieldType.PROVINCE: ("string",),
    FieldType.DISTRICT: ("string",),
    FieldType.COMMUNE: ("string",),
}
"""ODCS's logical types that go with each of ours."""

_CODE_ONLY = ("pattern", "strip_suffix", "upper", "pad_to")
# DuckDB's regular expressions are RE2's: no look-around, no back reference.
_NOT_RE2 = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]")


def field_findings(source: ContractSource) -> list[LintFinding]:
    return [
        finding
        for field, entry in source.fields
        for check in _CHECKS
        for finding in check(source, field, entry)
    ]


def _name(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    if not NAME.fullmatch(field.name):
        yield source.finding("field-name", f"'{field.name}' must be snake_case", entry, "name")


def _types(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    logical = entry.get("logicalType", str, "")
    expected = ("integer",) if field.integer_enum and field.enum else LOGICAL_TYPES[field.type]
    if logical not in expected:
        text = f"'{field.name}': physicalType {field.type} goes with logicalType {' or '.join(expected)}"
        yield source.finding("logical-type", text, entry, "logicalType")


def _origin(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    """A delivered field has a header; a derived one has exactly one way to be made."""
    if not field.derived and not field.header_vi:
        yield source.finding(
            "header",
            f"'{field.name}' is delivered and needs its Vietnamese header (businessName)",
            entry,
        )
    if field.derived and (field.header_vi or field.aliases or field.column_required):
        yield source.finding(
            "derived",
            f"'{field.name}' is derived: it has no header and no column to require",
            entry,
        )
    if field.derived and bool(field.transform) == bool(field.lookup):
        yield source.finding(
            "derived",
            f"'{field.name}' is derived: give it transformLogic or a lookup, not both",
            entry,
        )
    if field.lookup and not field.derived:
        yield source.finding(
            "derived",
            f"'{field.name}' has a lookup, so it must be derived",
            entry,
            "customProperties",
        )
    if field.lookup and field.type is not FieldType.YES_NO:
        yield source.finding(
            "derived", f"'{field.name}': a lookup answers yes or no", entry, "physicalType"
        )


def _absent(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    """An optional column says what its absence means; one that is never absent does not."""
    said = entry.custom(FIELD_PROPERTIES).has("absentColumn")
    if not (field.derived or field.column_required or said):
        yield source.finding(
            "absent",
            f"'{field.name}' is optional: say in absentColumn what a file without the column means",
            entry,
        )
    if said and (field.derived or field.column_required):
        yield source.finding(
            "absent",
            f"'{field.name}' is never without its column; take absentColumn out",
            entry,
            "customProperties",
        )


def _enumeration(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    if field.type is not FieldType.ENUM:
        if field.enum:
            yield source.finding(
                "enum", f"'{field.name}' lists values but is not an enum", entry, "enum"
            )
        return
    if not field.enum:
        yield source.finding("enum", f"'{field.name}' is an enum without values", entry)
    if len({type(value.value) for value in field.enum}) > 1:
        yield source.finding(
            "enum",
            f"'{field.name}' mixes whole numbers and texts; put quotes around all values or none",
            entry,
            "enum",
        )
    owners: dict[str, int | str] = {}
    for value in field.enum:
        for spelling in (str(value.value), value.label, *value.aliases):
            owner = owners.setdefault(spelling.casefold(), value.value)
            if owner != value.value:
                text = f"'{field.name}': '{spelling}' means both '{owner}' and '{value.value}'; keep it at one of them"
                yield source.finding("enum", text, entry, "enum")


def _code(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    if field.type is not FieldType.CODE and any(getattr(field, name) for name in _CODE_ONLY):
        yield source.finding(
            "code", f"'{field.name}': pattern, stripSuffix, upper and padTo belong to codes", entry
        )
    for regex in (field.pattern, field.strip_suffix):
        if problem := regex_problem(regex):
            yield source.finding("regex", f"'{field.name}': {problem}", entry)


def _default(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    if field.default and not is_literal(field.default):
        yield source.finding(
            "default",
            f"'{field.name}': the default must be one SQL literal, such as 0, false or 'text'",
            entry,
            "customProperties",
        )
    if field.end_of_day and field.type is not FieldType.TIMESTAMP:
        yield source.finding(
            "default", f"'{field.name}': endOfDay belongs to timestamps", entry, "customProperties"
        )
    if field.unit_words and field.type is not FieldType.STATED:
        yield source.finding(
            "default",
            f"'{field.name}': unitWords belongs to stated numbers",
            entry,
            "customProperties",
        )
    if field.scaled_units and (field.derived or field.type not in _NUMBERS):
        yield source.finding(
            "default",
            f"'{field.name}': scaledUnits belongs to delivered numbers",
            entry,
            "customProperties",
        )


def _personal(source: ContractSource, field: Field, entry: Reader) -> Iterator[LintFinding]:
    if field.is_personal and field.stored:
        yield source.finding(
            "personal",
            f"'{field.name}' is personal data and must not be stored",
            entry,
            "customProperties",
        )
    # People type names and numbers into any field of free text. A key is held by its rules: without
    # its value rows could not be told apart.
    is_free = field.type is FieldType.TEXT and not field.derived and not field.transform
    if is_free and field.stored and not field.key:
        yield source.finding(
            "stored-text",
            f"'{field.name}' is free text: let transformLogic keep reviewed values only, or set stored to false",
            entry,
            "customProperties",
        )


def regex_problem(regex: str) -> str:
    """What is wrong with a regular expression for DuckDB; empty when nothing is."""
    if _NOT_RE2.search(regex):
        return "look-around and back references are not known to DuckDB; write the regular expression without them"
    try:
        re.compile(regex)
    except re.error as error:
        return f"the regular expression is wrong ({error.msg})"
    return ""


_CHECKS = (_name, _types, _origin, _absent, _enumeration, _code, _default, _personal)
