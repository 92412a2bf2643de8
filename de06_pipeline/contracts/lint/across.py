"""Checks that need more than one contract, or more than one version of a contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from de06_pipeline.contracts.lint.finding import ContractSource, LintFinding
from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.contracts.versions import joined
from de06_pipeline.errors import ContractError


def across_contracts(sources: Sequence[ContractSource]) -> list[LintFinding]:
    by_dataset: dict[str, list[ContractSource]] = {}
    for source in sources:
        by_dataset.setdefault(source.contract.dataset, []).append(source)
    return [
        *(finding for versions in by_dataset.values() for finding in _versions(versions)),
        *_lookups(by_dataset),
    ]


def _versions(sources: Sequence[ContractSource]) -> Iterator[LintFinding]:
    """Versions of one dataset follow each other, and mean the same by what they share."""
    try:
        joined([source.contract for source in sources])
    except ContractError as error:
        yield LintFinding("versions", str(sources[-1].path), 1, str(error).partition(": ")[2])
        return
    ordered = sorted(sources, key=lambda source: str(source.contract.valid_from or ""))
    for before, after in pairwise(ordered):
        old, new = before.contract, after.contract
        if _numbers(new.version) <= _numbers(old.version):
            yield after.finding(
                "versions",
                f"'version' must be higher than {old.version}, which held before",
                None,
                "version",
            )
        for what, earlier, other in _unchanging(old, new):
            if earlier != other:
                text = f"{what} must stay {earlier or 'empty'}, as before {new.valid_from}: months are put together across versions"
                yield after.finding("versions", text, None, "customProperties")
        kept = {field.name: field for field in old.stored_fields}
        for field, entry in after.fields:
            if field.name in kept and _stored_as(field) != _stored_as(kept[field.name]):
                text = f"'{field.name}' is stored as something else than before {new.valid_from}; give the new field another name"
                yield after.finding("versions", text, entry, "physicalType")


def _unchanging(old: Contract, new: Contract) -> Iterator[tuple[str, object, object]]:
    yield "'source'", old.source, new.source
    yield "'snapshot'", old.snapshot, new.snapshot
    yield (
        "the key",
        ", ".join(field.name for field in old.key_fields),
        ", ".join(field.name for field in new.key_fields),
    )


def _stored_as(field: Field) -> tuple[object, ...]:
    return field.type, field.integer_enum, field.unit


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _lookups(by_dataset: dict[str, list[ContractSource]]) -> list[LintFinding]:
    """A flag looks into a field that every version of the other dataset stores, since a snapshot
    may be carried across versions.
    """
    stored = {
        (dataset, name)
        for dataset, sources in by_dataset.items()
        for name in set.intersection(
            *({field.name for field in source.contract.stored_fields} for source in sources)
        )
    }
    return [
        source.finding(
            "lookup",
            f"'{field.name}' looks into {'.'.join(place)}, which is not a stored field",
            entry,
        )
        for sources in by_dataset.values()
        for source in sources
        for field, entry in source.fields
        if field.lookup
        for place in field.lookup.places
        if place not in stored
    ]
