"""Split judged rows in two: accepted rows for the lake, and quarantine lines that tell a person
what to correct.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.contracts.sql_types import sql_type
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import number
from de06_pipeline.errors import AccountingError, ContractError
from de06_pipeline.quality.masking import masked_sql

if TYPE_CHECKING:
    import duckdb

METADATA_KEY = "de06"
_SUGGESTIONS = {"suggestion": "area_suggestion_vi", "suggestion_en": "area_suggestion_en"}


@dataclass(frozen=True, slots=True)
class AcceptedColumn:
    """One column of the accepted rows, as the Parquet metadata describe it; ``type`` is DuckDB's."""

    name: str
    type: str
    unit: str
    description: str


def accepted_columns(contract: Contract) -> tuple[AcceptedColumn, ...]:
    """What is kept of a row: where it stands in its file, then the stored fields.

    Never a personal field.
    """
    columns = [
        AcceptedColumn("file_no", "SMALLINT", "", "Number of the file within the delivery."),
        AcceptedColumn(
            "row_number", "BIGINT", "", "Physical line or sheet row of the record, from 1."
        ),
    ]
    for field in contract.stored_fields:
        name = f"{field.name}_id" if field.is_area else field.name
        columns.append(AcceptedColumn(name, sql_type(field), field.unit, field.description))
        if field.strip_suffix:
            columns.append(
                AcceptedColumn(
                    f"{field.name}_suffix",
                    "VARCHAR",
                    "",
                    f"What was cut off the end of {field.name}.",
                )
            )
    return tuple(columns)


def write_accepted(
    con: duckdb.DuckDBPyConnection, contract: Contract, table: str, path: Path
) -> int:
    """Write the rows of ``table`` that break no critical rule as Parquet; the same rows give the
    same bytes.

    Args:
        table: holds the columns of :func:`accepted_columns`; table ``violation`` names the rows
            that stay out.

    Returns:
        rows written.

    Raises:
        ContractError: ``table`` lacks a column, or a value does not fit the type the contract gives
        it.
    """
    columns = accepted_columns(contract)
    selected = ", ".join(_as_contract_type(con, contract, table, columns))
    metadata = {
        "dataset": contract.dataset,
        "contract_version": contract.version,
        "columns": [
            {"name": c.name, "type": c.type, "unit": c.unit, "description": c.description}
            for c in columns
        ],
    }
    return _copy(
        con,
        f"SELECT {selected} FROM {table} ANTI JOIN violation USING (file_no, row_number) ORDER BY file_no, row_number",
        path,
        f", KV_METADATA {{{METADATA_KEY}: {literal(json.dumps(metadata, ensure_ascii=False))}}}",
    )


def write_quarantine(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    file_names: Mapping[int, str],
    path: Path,
    tables: Sequence[str] = ("judged",),
    broken: str | None = "broken",
    violations: str = "violation",
) -> int:
    """Write one line for each critical rule a row breaks, and one for each broken record.

    Columns: ``file_name``, ``row_number``, ``field`` (names, comma-separated; empty for a broken
    record), ``rule_id``, ``masked_value`` (the fields' masks in the same order; for a broken record
    its reason and shape), ``suggestion`` and ``suggestion_en`` (for rules about areas: the nearest valid unit,
    from the row's ``area_suggestion_vi`` and ``area_suggestion_en`` where the table has them), ordered by
    ``file_name``, ``row_number``, ``rule_id``.

    Args:
        file_names: ``file_no`` → name of the file within the delivery.
        tables: where the rows named in ``violations`` are; each in exactly one of them.
        broken: table (file_no, row_number, reason, shape) of records that never became rows; None
            where there is none.
        violations: table (file_no, row_number, rule_id); another than ``violation`` for rules that
            quarantine nothing.

    Returns:
        lines written.

    Raises:
        AccountingError: a violation has no row or file, or is of a rule the contract does not have.
    """
    broken_rules = [
        rule_id
        for (rule_id,) in con.execute(
            f"SELECT DISTINCT rule_id FROM {violations} ORDER BY ALL"
        ).fetchall()
    ]
    known = {rule.id: rule for rule in contract.rules}
    unknown = [rule_id for rule_id in broken_rules if rule_id not in known]
    if unknown:
        raise AccountingError(
            f"{contract.dataset}: violations of rules that are not in the contract: {', '.join(unknown)}."
        )
    rules = {rule_id: known[rule_id].fields for rule_id in broken_rules}
    fields = sorted({field for names in rules.values() for field in names})
    con.execute(
        "CREATE OR REPLACE TEMP TABLE quarantine_file AS SELECT unnest(?::SMALLINT[]) AS file_no, unnest(?::VARCHAR[]) AS file_name",
        [list(file_names), list(file_names.values())],
    )
    masks = "\nUNION ALL\n".join(
        _masks(con, contract, table, fields, violations) for table in tables
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE quarantine_mask AS {masks}")
    lines = _violation_lines(rules, {f.name for f in contract.area_fields}, violations)
    expected = f"(SELECT count(*) FROM {violations})"
    if broken is not None:
        lines += f"\nUNION ALL\n{_broken_lines(contract, broken)}"
        expected += f" + (SELECT count(*) FROM {broken})"
    written = _copy(con, f"{lines}\nORDER BY file_name, row_number, rule_id", path)
    wanted = number(con, f"SELECT {expected}")
    if written != wanted:
        raise AccountingError(
            f"{contract.dataset}: {wanted} rows and rules to quarantine, but {written} quarantine lines."
        )
    return written


def _violation_lines(rules: Mapping[str, Sequence[str]], areas: set[str], violations: str) -> str:
    names = " ".join(
        f"WHEN {literal(rule_id)} THEN {literal(','.join(fields))}"
        for rule_id, fields in rules.items()
    )
    values = " ".join(
        f"WHEN {literal(rule_id)} THEN concat_ws(', ', {', '.join(f'm.{_mask_column(name)}' for name in fields)})"
        for rule_id, fields in rules.items()
    )
    about_areas = [
        literal(rule_id) for rule_id, fields in rules.items() if areas.intersection(fields)
    ]
    is_suggested = f"v.rule_id IN ({', '.join(about_areas)})" if about_areas else "false"
    suggestions = ", ".join(
        f"CASE WHEN {is_suggested} THEN m.{column} ELSE '' END AS {name}"
        for name, column in _SUGGESTIONS.items()
    )
    case = "CASE v.rule_id {} END" if rules else "''"
    return f"""SELECT f.file_name, v.row_number, {case.format(names)} AS field, v.rule_id, {case.format(values)} AS masked_value,
          {suggestions}
        FROM {violations} AS v
        JOIN quarantine_mask AS m ON m.file_no = v.file_no AND m.row_number = v.row_number
        JOIN quarantine_file AS f ON f.file_no = v.file_no"""


def _broken_lines(contract: Contract, broken: str) -> str:
    return f"""SELECT f.file_name, b.row_number, '' AS field, {literal(f"{contract.dataset}.record.broken")} AS rule_id,
          concat_ws(': ', b.reason, b.shape) AS masked_value, '' AS suggestion, '' AS suggestion_en
        FROM {broken} AS b JOIN quarantine_file AS f ON f.file_no = b.file_no"""


def _masks(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: str,
    names: Sequence[str],
    violations: str,
) -> str:
    """The rows of ``table`` with a violation, and the masks of the named fields; an empty cell has
    the empty mask.
    """
    types = _column_types(con, table)
    columns = ["file_no", "row_number"]
    texts = []
    for name in names:
        field = contract.field(name)
        texts.append(f"{_delivered_text(field, types)} AS {_mask_column(name)}")
        columns.append(
            f"coalesce({masked_sql(field, _mask_column(name))}, '') AS {_mask_column(name)}"
        )
    suggestions = [
        f"coalesce({column}, '') AS {column}" if column in types else f"'' AS {column}"
        for column in _SUGGESTIONS.values()
    ]
    columns += _SUGGESTIONS.values()
    selected = ", ".join(["file_no", "row_number", *texts, *suggestions])
    return f"""SELECT {", ".join(columns)} FROM (
          SELECT {selected} FROM {table} SEMI JOIN {violations} USING (file_no, row_number))"""


def _delivered_text(field: Field, types: Mapping[str, str]) -> str:
    """SQL for a cell as the supplier wrote it where that was kept, else for the value read from it."""
    if field.is_area:
        return f'"{field.name}_text"'
    parts = [f'"{field.name}_raw"'] if f"{field.name}_raw" in types else []
    if field.name in types:
        value = f'"{field.name}"::VARCHAR'
        if types[field.name].startswith("DECIMAL"):
            value = rf"regexp_replace({value}, '\.?0+$', '')"
        parts.append(value)
    return f"coalesce({', '.join(parts)})" if parts else "NULL::VARCHAR"


def _mask_column(name: str) -> str:
    return f'"mask_{name}"'


def _as_contract_type(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: str,
    columns: Sequence[AcceptedColumn],
) -> list[str]:
    """The columns as the contract types them: a derived column may come from its expression as a
    narrower or wider type.
    """
    types = _column_types(con, table)
    missing = [c.name for c in columns if c.name not in types]
    if missing:
        raise ContractError(
            f"{contract.dataset}: the judged rows lack {', '.join(missing)}, which the contract stores."
        )
    selected = []
    for column in columns:
        have = types[column.name]
        if have == column.type:
            selected.append(f'"{column.name}"')
            continue
        cast = f'try_cast("{column.name}" AS {column.type})'
        # To round to the decimals of DECIMAL is what the type means; any other change of a value is
        # a loss.
        kept = (
            f"{cast} IS NOT NULL"
            if column.type.startswith("DECIMAL")
            else f'try_cast({cast} AS {have}) = "{column.name}"'
        )
        lost = number(
            con,
            f'SELECT count(*) FROM {table} WHERE "{column.name}" IS NOT NULL AND ({kept}) IS NOT TRUE',
        )
        if lost:
            raise ContractError(
                f"{contract.path}: {column.name} has {lost} values that do not fit {column.type}; "
                "correct its transform, or its type, in the contract."
            )
        selected.append(f'{cast} AS "{column.name}"')
    return selected


def _column_types(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {table}").fetchall()}


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path, options: str = "") -> int:
    return number(
        con,
        f"COPY (\n{query}\n) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd{options})",
    )
