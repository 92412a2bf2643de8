"""Whether every formula of the registry means something over the contracts it names.

Run by tests, by ``python -m de06_pipeline.indicators.check``, and before cells are built.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Contract
from de06_pipeline.contracts.reader import Reader
from de06_pipeline.contracts.sql_types import stored_columns
from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.methods import METHODS
from de06_pipeline.registry.formulas import (
    PERIOD,
    WORKING_DAYS,
    FormulaError,
    check_names,
    leads_back,
    parse,
)
from de06_pipeline.registry.model import (
    OPENING_BALANCES,
    REPORTED_KINDS,
    CellSet,
    Indicator,
    Kind,
    Registry,
    Rows,
    SourceRegistry,
)

SHARE_ENDING = "_rate"
"""By it the contract knows which reported numbers are shares: its rules look at single rows and not
into the registry.
"""

_BOOLEAN = "BOOLEAN"
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


def check_registry(registry: Registry, contracts: Mapping[str, Contract]) -> None:
    """See that every formula is one portable expression of the right type over stored fields of its
    contract.

    Raises:
        ContractError: all findings, one a line, each with file, line, entry and what is wrong.
    """
    findings = [
        finding for source in registry.sources.values() for finding in _findings(source, contracts)
    ]
    if findings:
        raise ContractError("\n".join(findings))


def check_source(source: SourceRegistry, contracts: Mapping[str, Contract]) -> None:
    """The same for one source; a step does so before it builds cells."""
    check_registry(Registry({source.source: source}, ""), contracts)


def _findings(source: SourceRegistry, contracts: Mapping[str, Contract]) -> Iterator[str]:
    for rows in source.rows.values():
        yield from _rows_findings(rows, contracts)
    for cells in source.cells.values():
        columns = _columns(cells.rows, contracts)
        for part, kind in (
            ("where", _BOOLEAN),
            ("day", "DATE"),
            ("value", "number"),
            ("key", "VARCHAR"),
        ):
            if text := getattr(cells, part):
                yield from _formula_findings(cells.entry, part, text, cells.rows, columns, kind)
    for lookup in source.lookups.values():
        if lookup.dataset not in contracts:
            yield str(
                lookup.entry.error(f"there is no contract for '{lookup.dataset}'.", "dataset")
            )
            continue
        columns = stored_columns(contracts[lookup.dataset])
        for part in ("key", "value"):
            yield from _formula_findings(
                lookup.entry, part, getattr(lookup, part), None, columns, "VARCHAR"
            )
    for indicator in source.indicators.values():
        yield from _indicator_findings(indicator, source, contracts)
    for cells in source.cells.values():
        yield from _reported_findings(cells, source, contracts)


def _reported_findings(
    cells: CellSet, source: SourceRegistry, contracts: Mapping[str, Contract]
) -> Iterator[str]:
    """Whether the reported indicators are those that the contract lets agencies report, and a share
    is one by its code too.
    """
    reported = {
        indicator.code: indicator
        for indicator in source.indicators.values()
        if indicator.cells == cells.name and indicator.kind in REPORTED_KINDS
    }
    if not reported or cells.rows.dataset not in contracts:
        return
    values = _values(contracts[cells.rows.dataset], cells.rows.dimensions["indicator"].sql)
    for code, indicator in reported.items():
        if code not in values:
            yield str(
                indicator.entry.error(
                    f"{code}: agencies cannot report it; add it to the values of {cells.rows.dataset}.",
                    "code",
                )
            )
        if code.endswith(SHARE_ENDING) != (indicator.kind is Kind.SHARE):
            yield str(
                indicator.entry.error(
                    f"{code}: the code of a share, and of nothing else, ends in '{SHARE_ENDING}'.",
                    "code",
                )
            )
    for code in sorted(values - set(reported)):
        yield str(
            cells.entry.error(
                f"{cells.rows.dataset} takes '{code}', which has no entry here; add one.", "rows"
            )
        )


def _has_balances(code: str, contracts: Mapping[str, Contract]) -> bool:
    """Whether offices can state where a cumulative indicator starts, as far as the contract is known."""
    balances = contracts.get(OPENING_BALANCES)
    return balances is None or code in _values(balances, "indicator_code")


def _values(contract: Contract, name: str) -> set[str]:
    """The values that a field may have."""
    return {
        str(value.value) for field in contract.fields if field.name == name for value in field.enum
    }


def _rows_findings(rows: Rows, contracts: Mapping[str, Contract]) -> Iterator[str]:
    if rows.dataset not in contracts:
        yield str(rows.entry.error(f"there is no contract for '{rows.dataset}'.", "dataset"))
        return
    if rows.snapshot != contracts[rows.dataset].snapshot:
        yield str(
            rows.entry.error(
                f"'snapshot' must be as in the contract of '{rows.dataset}'.", "dataset"
            )
        )
    columns = _columns(rows, contracts)
    conditions = rows.entry.inner("conditions")
    for name, text in rows.conditions.items():
        if name in columns or name in PERIOD:
            yield str(
                conditions.error(
                    f"the condition '{name}' has the name of a field; choose another.", name
                )
            )
        if leads_back(name, rows.conditions):
            yield str(conditions.error(f"the condition '{name}' is made from itself.", name))
        yield from _formula_findings(conditions, name, text, rows, columns, _BOOLEAN)
    for name, dimension in rows.dimensions.items():
        if dimension.sql:
            yield from _formula_findings(
                rows.entry.inner("dimensions"), name, dimension.sql, rows, columns, ""
            )


def _indicator_findings(
    indicator: Indicator, source: SourceRegistry, contracts: Mapping[str, Contract]
) -> Iterator[str]:
    if indicator.method:
        if indicator.method not in METHODS:
            yield str(
                indicator.entry.error(
                    f"there is no method '{indicator.method}'; known are {', '.join(METHODS)}.",
                    "method",
                )
            )
        for dataset in indicator.datasets:
            if dataset not in contracts:
                yield str(
                    indicator.entry.error(
                        f"{indicator.code}: there is no contract for '{dataset}'.", "datasets"
                    )
                )
    if indicator.kind is Kind.STOCK and not _has_balances(indicator.code, contracts):
        yield str(
            indicator.entry.error(
                f"{indicator.code}: no balance can start it; add it to the values of {OPENING_BALANCES}.",
                "code",
            )
        )
    if not indicator.cells:
        return
    rows = source.cells[indicator.cells].rows
    columns = _columns(rows, contracts)
    for side, measures in (
        ("numerator", indicator.numerator),
        ("denominator", indicator.denominator),
    ):
        for measure in measures:
            keys = [
                key
                for key in (side, "count", "where", "sum")
                if indicator.entry.values.get(key) in (measure.where, measure.value)
            ]
            key = keys[0] if keys else "code"
            yield from _formula_findings(
                indicator.entry, key, measure.where, rows, columns, _BOOLEAN, indicator.code
            )
            if measure.value:
                yield from _formula_findings(
                    indicator.entry, "sum", measure.value, rows, columns, "number", indicator.code
                )


def _columns(rows: Rows, contracts: Mapping[str, Contract]) -> dict[str, str]:
    return stored_columns(contracts[rows.dataset]) if rows.dataset in contracts else {}


def _formula_findings(
    entry: Reader,
    key: str,
    text: str,
    rows: Rows | None,
    columns: Mapping[str, str],
    kind: str,
    code: str = "",
) -> Iterator[str]:
    conditions = rows.conditions if rows else {}
    title = f"{code}: " if code else ""
    try:
        check_names(text, {*columns, *conditions})
        result_type = _type_of(
            text, tuple({**columns, **dict.fromkeys(conditions, _BOOLEAN)}.items())
        )
    except FormulaError as error:
        yield str(entry.error(f"{title}{error}", key))
        return
    wrong = (
        result_type != _BOOLEAN
        if kind == _BOOLEAN
        else kind == "number" and not (result_type in _WHOLE or result_type.startswith("DECIMAL"))
    )
    if wrong or (kind in ("DATE", "VARCHAR") and result_type != kind):
        expected = {"number": "a whole number or decimal", _BOOLEAN: "true or false"}.get(
            kind, f"a {kind}"
        )
        yield str(entry.error(f"{title}'{text}' gives {result_type}, not {expected}.", key))


@lru_cache(maxsize=4096)
def _type_of(text: str, columns: tuple[tuple[str, str], ...]) -> str:
    """The type that DuckDB finds for a formula over an empty relation, so that no value can be in
    its complaint.
    """
    typed = [*columns, *((name, "TIMESTAMP") for name in PERIOD)]
    relation = ", ".join(f"CAST(NULL AS {sql_type}) AS {name}" for name, sql_type in typed)
    try:
        row = (
            _checker()
            .execute(
                f"SELECT typeof({parse(text).sql('duckdb')}) FROM (SELECT {relation}) AS empty"
            )
            .fetchone()
        )
    except duckdb.Error as error:
        first_line = str(error).splitlines()[0]
        raise FormulaError(f"'{text}' does not work on these fields ({first_line}).") from None
    assert row is not None
    return str(row[0])


@lru_cache(maxsize=1)
def _checker() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    con.execute(f"CREATE MACRO {WORKING_DAYS}(a, b) AS date_diff('day', a, b)")
    return con


def main(arguments: list[str]) -> int:
    """Check the registry in ``arguments[0]`` against the contracts in ``arguments[1]``; print
    findings.
    """
    from de06_pipeline.contracts.load import load_contracts
    from de06_pipeline.registry.load import load_registry

    try:
        check_registry(load_registry(Path(arguments[0])), load_contracts(Path(arguments[1])))
    except ContractError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
