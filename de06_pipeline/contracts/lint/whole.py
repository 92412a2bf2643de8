"""Checks of a contract as a whole: names, terms of delivery, the key, areas, headers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from de06_pipeline.contracts.lint.finding import ContractSource, LintFinding
from de06_pipeline.contracts.load import SUFFIX
from de06_pipeline.contracts.model import FieldType
from de06_pipeline.contracts.versions import file_stem
from de06_pipeline.near_names import unaccented

NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_LAST_DUE_DAY = 28
"""The last day that every month has."""


def whole_findings(source: ContractSource) -> list[LintFinding]:
    return [*_terms(source), *_beside(source), *_key(source), *_areas(source), *_headers(source)]


def _terms(source: ContractSource) -> Iterator[LintFinding]:
    contract = source.contract
    if not NAME.fullmatch(contract.dataset) or source.path.name != file_stem(contract) + SUFFIX:
        text = f"the dataset, in snake_case, and the month of 'validFrom' name the file: {file_stem(contract)}{SUFFIX}"
        yield source.finding("dataset-name", text, None, "name")
    if not NAME.fullmatch(contract.source):
        yield source.finding(
            "source",
            "'source' is an indicator source such as dvc, or reference",
            None,
            "customProperties",
        )
    if not _VERSION.fullmatch(contract.version):
        yield source.finding("version", "'version' must be major.minor.patch", None, "version")
    if not 1 <= contract.due_day <= _LAST_DUE_DAY:
        yield source.finding(
            "due-day", f"dueDay must lie between 1 and {_LAST_DUE_DAY}", None, "slaProperties"
        )
    if not 0 <= contract.tolerance < 1:
        yield source.finding(
            "tolerance",
            "'tolerance' is a share from 0 to below 1, such as 0.02",
            None,
            "customProperties",
        )
    if contract.supersede_by:
        by = next(
            (field for field in contract.delivered_fields if field.name == contract.supersede_by),
            None,
        )
        if by is None or by.type not in (FieldType.DATE, FieldType.TIMESTAMP):
            yield source.finding(
                "supersede-by",
                "'supersedeBy' must name a delivered date or timestamp",
                None,
                "customProperties",
            )


def _beside(source: ContractSource) -> Iterator[LintFinding]:
    contract = source.contract
    stored = {field.name for field in contract.key_fields if field.stored and not field.is_area}
    if contract.national_beside and contract.national_beside not in stored:
        yield source.finding(
            "national-beside",
            "'nationalBeside' must name a stored field of the key that is no area",
            None,
            "customProperties",
        )


def _key(source: ContractSource) -> Iterator[LintFinding]:
    positions = [
        entry.get("primaryKeyPosition", int, 0) for field, entry in source.fields if field.key
    ]
    if positions != list(range(1, len(positions) + 1)):
        yield source.finding(
            "key",
            "primaryKeyPosition must count 1, 2, 3 … in the order of the fields",
            source.table,
            "properties",
        )
    if not any(
        field.key and (entry.get("required", bool, False) or field.derived)
        for field, entry in source.fields
    ):
        yield source.finding(
            "key",
            "the key needs at least one required field (primaryKey: true, required: true)",
            source.table,
            "properties",
        )


def _areas(source: ContractSource) -> Iterator[LintFinding]:
    areas = source.contract.area_fields
    for field in areas:
        if field.name != field.type:
            yield source.finding(
                "area-name",
                f"the area field '{field.name}' must be named {field.type}, as its level",
                source.table,
            )
    levels = [field.type for field in areas]
    if levels != [FieldType.PROVINCE, FieldType.DISTRICT, FieldType.COMMUNE][: len(levels)]:
        yield source.finding(
            "area-name", "areas go from province down: province, district, commune", source.table
        )
    if areas and not source.contract.area_date:
        yield source.finding(
            "area-date",
            "'areaDate' is missing: the row's own first date, for areas no longer in force",
            None,
            "customProperties",
        )


def folded(text: str) -> str:
    """A header without letter case, marks, spaces and punctuation: coarser than what the reader
    compares by, so never too lenient.
    """
    return "".join(letter for letter in unaccented(text) if letter.isalnum())


def _headers(source: ContractSource) -> Iterator[LintFinding]:
    owners: dict[str, str] = {}
    for field, entry in source.fields:
        if field.derived:
            continue
        for header in dict.fromkeys(
            folded(text) for text in (field.name, field.header_vi, *field.aliases)
        ):
            owner = owners.setdefault(header, field.name)
            if owner != field.name:
                text = f"a header of '{field.name}' reads like one of '{owner}'; keep it at one of them"
                yield source.finding("header-unique", text, entry, "synonyms")
