"""The data dictionary: what every dataset's fields and rules mean, as Markdown made from the
contracts.

``python -m de06_pipeline.contracts.dictionary`` writes ``docs/data_dictionary.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.contracts.model import Classification, Contract, Field, Rule, Severity

CONTRACTS = Path("data_contracts/sources")
DICTIONARY = Path("docs/data_dictionary.md")
_LISTED_VALUES = 30
"""Longer lists of values (nationalities) are left to the contract."""


def dictionary(contracts: Mapping[str, Contract]) -> str:
    """The data dictionary as Markdown, datasets in the order given."""
    lines = [
        "# Data dictionary",
        "",
        "Made from the contracts in `data_contracts/sources` by `python -m de06_pipeline.contracts.dictionary`. "
        "Change the contract, then run it again. How to read a contract: [contracts.md](contracts.md).",
        "",
    ]
    lines += [
        f"- [{contract.dataset}](#{contract.dataset}): {contract.title.vi} ({contract.title.en})"
        for contract in contracts.values()
    ]
    for contract in contracts.values():
        lines += ["", *_dataset(contract)]
    return "\n".join(lines) + "\n"


def _dataset(contract: Contract) -> Iterator[str]:
    yield f"## {contract.dataset}"
    yield ""
    yield f"**{contract.title.vi}** ({contract.title.en}), version {contract.version}. {contract.description}"
    yield ""
    yield from _terms(contract)
    yield ""
    yield "### Delivered fields"
    yield ""
    yield from _table(
        ("field", "header", "type", "need", "class", "meaning", "example"),
        (_delivered(field) for field in contract.delivered_fields),
    )
    yield ""
    yield "### Derived fields"
    yield ""
    derived = [field for field in contract.fields if field.derived]
    yield from _table(
        ("field", "type", "stored", "meaning", "made from"), (_derived(field) for field in derived)
    )
    yield ""
    yield "### Rules"
    yield ""
    yield from _table(
        ("rule", "severity", "fields", "message", "thông báo"),
        (_rule(rule) for rule in contract.rules),
    )
    lists = [field for field in contract.delivered_fields if 0 < len(field.enum) <= _LISTED_VALUES]
    if lists:
        yield ""
        yield "### Values"
        yield ""
        yield from _table(
            ("field", "values"), ((f"`{field.name}`", _values(field)) for field in lists)
        )
    if contract.earlier:
        yield ""
        yield "### Versions"
        yield ""
        yield from _table(
            ("version", "in force", "differs from the one before it"), _versions(contract)
        )


def _versions(contract: Contract) -> Iterator[tuple[str, ...]]:
    """Every version, newest first, with the names of fields and rules that it added, dropped or
    changed.
    """
    ordered = [contract, *contract.earlier]
    until = ""
    for version, before in zip_longest(ordered, contract.earlier):
        since = f"from {version.valid_from}" if version.valid_from else "from the beginning"
        yield (
            version.version,
            since + until,
            "; ".join(_differences(before, version)) if before else "",
        )
        until = f" to {version.valid_from.plus(-1)}" if version.valid_from else ""


def _differences(before: Contract, after: Contract) -> Iterator[str]:
    for kind, old, new in (
        ("field", {f.name: f for f in before.fields}, {f.name: f for f in after.fields}),
        ("rule", {r.id: r for r in before.rules}, {r.id: r for r in after.rules}),
    ):
        changed = [name for name in new if name in old and new[name] != old[name]]
        for verb, names in (
            ("new", [n for n in new if n not in old]),
            ("without", [n for n in old if n not in new]),
            ("changed", changed),
        ):
            if names:
                yield f"{verb} {kind} " + ", ".join(f"`{name}`" for name in names)


def _terms(contract: Contract) -> Iterator[str]:
    key = ", ".join(f"`{field.name}`" for field in contract.key_fields)
    yield f"- Owner: {contract.owner}"
    yield f"- Indicator source: {contract.source}"
    yield f"- Key: {key}" + (
        f"; among repeats the latest `{contract.supersede_by}` wins"
        if contract.supersede_by
        else ""
    )
    yield f"- Due on day {contract.due_day} of the following month; at most {contract.tolerance:.0%} of the rows may be quarantined"
    if contract.snapshot:
        yield "- State at the month's end; carried forward from the last accepted month when not delivered"
    yield "- A header without rows is " + ("a reported zero" if contract.nil_return else "refused")


def _delivered(field: Field) -> tuple[str, ...]:
    headers = ", ".join((field.header_vi, *field.aliases))
    type_text = f"{field.type}, {field.unit}" if field.unit else field.type.value
    meaning = field.description + (f" Empty means {field.default}." if field.default else "")
    if field.absent.is_value:
        meaning += f" Without the column {field.absent.follows.en}."
    return (
        f"`{field.name}`",
        headers,
        type_text,
        _need(field),
        _class(field),
        meaning,
        field.example,
    )


def _need(field: Field) -> str:
    return ", ".join(
        word
        for word, holds in (("key", field.key), ("column required", field.column_required))
        if holds
    )


def _class(field: Field) -> str:
    if field.classification is Classification.PII:
        return "personal, never stored"
    return (
        field.classification.value if field.stored else f"{field.classification.value}, not stored"
    )


def _derived(field: Field) -> tuple[str, ...]:
    if field.lookup:
        made = f"`{field.lookup.column}` in {field.lookup.dataset}.{field.lookup.field}"
    else:
        made = f"`{' '.join(field.transform.split())}`"
    return (
        f"`{field.name}`",
        field.type.value,
        "yes" if field.stored else "no",
        field.description,
        made,
    )


def _rule(rule: Rule) -> tuple[str, ...]:
    severity = "critical" if rule.severity is Severity.CRITICAL else "warning"
    return (
        f"`{rule.id}`",
        severity + (", key" if rule.is_key else ""),
        ", ".join(rule.fields),
        rule.message.en,
        rule.message.vi,
    )


def _values(field: Field) -> str:
    return " · ".join(
        value.label if value.value == value.label else f"{value.value} {value.label}"
        for value in field.enum
    )


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def main() -> int:
    DICTIONARY.write_text(dictionary(load_contracts(CONTRACTS)), encoding="utf-8")
    print(f"{DICTIONARY} written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
