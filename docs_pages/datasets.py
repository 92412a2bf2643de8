"""A page for every dataset: its terms, fields, rules with an example, values and versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest

from de06_pipeline.contracts.model import Classification, Contract, Field, Rule, Severity
from docs_pages.markdown import code, facts, made_from, page, table

_LISTED_VALUES = 30
"""Longer lists of values (nationalities) are left to the contract."""

_AREA_STATES = {
    "unknown": "no such unit",
    "outside": "a province this supplier does not cover",
    "contradicts": "a unit outside the one given above it",
    "carried": "a unit that became another, all of it",
    "dropped": "a unit that was divided",
}
"""What makes an area have a state, in words."""


Breaking = Callable[[Rule], Mapping[str, str]]
"""Cells by field that break a rule when put into a good row."""


def dataset_pages(contracts: Mapping[str, Contract], breaking: Breaking) -> dict[str, str]:
    """The index and one page a dataset, in the order given."""
    return {
        "datasets/index.md": page(_index(contracts)),
        **{
            f"datasets/{name}.md": page(_dataset(contract, breaking))
            for name, contract in contracts.items()
        },
    }


def _index(contracts: Mapping[str, Contract]) -> Iterator[str]:
    yield "# Datasets"
    yield ""
    yield made_from("the contracts in `data_contracts/sources`")
    yield ""
    yield "How to read and change a contract: [Contracts](../../contracts.md)."
    yield ""
    yield from table(
        ("dataset", "title", "tên", "feeds", "due on day", "fields", "rules"),
        (
            (
                f"[{contract.dataset}]({contract.dataset}.md)",
                contract.title.en,
                contract.title.vi,
                contract.source,
                str(contract.due_day),
                str(len(contract.delivered_fields)),
                str(len(contract.rules)),
            )
            for contract in contracts.values()
        ),
    )


def _dataset(contract: Contract, breaking: Breaking) -> Iterator[str]:
    yield f"# {contract.dataset}"
    yield ""
    yield made_from(f"`data_contracts/sources/{contract.dataset}.odcs.yaml`")
    yield ""
    yield f"**{contract.title.vi}** ({contract.title.en}), version {contract.version}."
    yield contract.description
    yield ""
    yield from facts(_terms(contract))
    yield ""
    yield "## Delivered fields"
    yield ""
    yield "A file may use any of the headers, or the field's own name."
    yield "The examples together make a row of June 2024 that no rule objects to."
    yield ""
    yield from table(
        ("field", "headers", "type", "need", "class", "meaning", "example"),
        (_delivered(field) for field in contract.delivered_fields),
    )
    derived = [field for field in contract.fields if field.derived]
    if derived:
        yield ""
        yield "## Derived fields"
        yield ""
        yield from table(
            ("field", "type", "stored", "meaning", "made from"),
            (_derived(field) for field in derived),
        )
    yield ""
    yield "## Rules"
    yield ""
    yield "A row that breaks a critical rule is set aside (quarantined); one that breaks a warning"
    yield "is kept and counted. The cells of *broken by*, put into a good row, break the rule: the"
    yield "tests do just that."
    yield ""
    yield from table(
        ("rule", "severity", "fields", "broken by", "message", "thông báo"),
        (_rule(rule, breaking(rule)) for rule in contract.rules),
    )
    lists = [field for field in contract.delivered_fields if 0 < len(field.enum) <= _LISTED_VALUES]
    if lists:
        yield ""
        yield "## Values"
        yield ""
        yield from table(
            ("field", "values"), ((code(field.name), _values(field)) for field in lists)
        )
    if contract.earlier:
        yield ""
        yield "## Versions"
        yield ""
        yield from table(
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


def _terms(contract: Contract) -> Iterator[tuple[str, str]]:
    key = ", ".join(code(field.name) for field in contract.key_fields)
    latest = f"; among repeats the latest `{contract.supersede_by}` wins"
    yield "owner", contract.owner
    yield "feeds", contract.source
    yield (
        "key",
        key + (latest if contract.supersede_by else "; the later file, then the later row wins"),
    )
    yield "due", f"on day {contract.due_day} of the following month"
    yield "refused", f"where more than {contract.tolerance:.0%} of the rows are quarantined"
    if contract.snapshot:
        yield (
            "state",
            "at the month's end; carried forward from the last accepted month when not delivered",
        )
    yield "a header without rows", "is a reported zero" if contract.nil_return else "is refused"


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
        if also := field.lookup.also:
            made += f", or else in {also.dataset}.{also.field} or reference table {also.table}"
    else:
        made = f"`{' '.join(field.transform.split())}`"
    return (
        f"`{field.name}`",
        field.type.value,
        "yes" if field.stored else "no",
        field.description,
        made,
    )


def _rule(rule: Rule, example: Mapping[str, str]) -> tuple[str, ...]:
    severity = "critical" if rule.severity is Severity.CRITICAL else "warning"
    return (
        code(rule.id),
        severity + (", key" if rule.is_key else ""),
        ", ".join(rule.fields),
        _broken_by(example),
        rule.message.en,
        rule.message.vi,
    )


def _broken_by(cells: Mapping[str, str]) -> str:
    """The cells that break a rule, as an office would write them."""
    states = [_AREA_STATES[text] for name, text in cells.items() if name.endswith("_state")]
    if states:
        return ", ".join(states)
    return "; ".join(f"{name} " + (code(text) if text else "empty") for name, text in cells.items())


def _values(field: Field) -> str:
    return " · ".join(
        value.label if value.value == value.label else f"{value.value} {value.label}"
        for value in field.enum
    )
