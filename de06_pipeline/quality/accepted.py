"""Accepted rows: what the lake keeps of the rows that break no critical rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract
from de06_pipeline.contracts.sql_types import sql_type
from de06_pipeline.duck.quoting import identifier
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import column_types, number, write_parquet
from de06_pipeline.errors import ContractError

if TYPE_CHECKING:
    import duckdb


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


@dataclass(frozen=True, slots=True)
class AcceptedSelect:
    """What writes accepted rows of some judged rows.

    Attributes:
        columns: SQL of each accepted column, in its contract's type.
        metadata: what a file says about itself, as JSON.
        is_plain: no column has to be cast.
    """

    table: Relation
    columns: tuple[str, ...]
    metadata: str
    is_plain: bool


def select_accepted(
    con: duckdb.DuckDBPyConnection, contract: Contract, table: Relation
) -> AcceptedSelect:
    """Hold judged rows against the types of the contract.

    Args:
        table: holds the columns of :func:`accepted_columns`.

    Raises:
        ContractError: ``table`` lacks a column, or a value does not fit the type the contract gives
        it.
    """
    columns = accepted_columns(contract)
    metadata = {
        "dataset": contract.dataset,
        "contract_version": contract.version,
        "columns": [
            {"name": c.name, "type": c.type, "unit": c.unit, "description": c.description}
            for c in columns
        ],
    }
    selected = tuple(_as_contract_type(con, contract, table, columns))
    return AcceptedSelect(
        table,
        selected,
        json.dumps(metadata, ensure_ascii=False),
        selected == tuple(identifier(column.name) for column in columns),
    )


_GATHERED = Relation("accepted_row", (("delivery_no", "SMALLINT"),))
"""The further columns are those of :func:`accepted_columns`."""


def gather_accepted(
    con: duckdb.DuckDBPyConnection, accepted: AcceptedSelect, where: str, deliveries: Iterable[int]
) -> AcceptedSelect:
    """Put the accepted rows of some deliveries into a table of their own; what is written from there
    has the same bytes.

    Args:
        where: SQL predicate: which rows of the judged ones break no critical rule.
    """
    numbers = ", ".join(map(str, deliveries))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_GATHERED} AS SELECT delivery_no, {', '.join(accepted.columns)} "
        f"FROM {accepted.table} WHERE delivery_no IN ({numbers}) AND {where}"
    )
    names = [identifier(name) for name in column_types(con, _GATHERED)]
    return replace(accepted, table=_GATHERED, columns=tuple(names[1:]), is_plain=True)


def write_accepted(
    con: duckdb.DuckDBPyConnection,
    accepted: AcceptedSelect,
    where: str,
    path: Path,
    numbered_before: int = 0,
) -> int:
    """Write the accepted rows of one delivery as Parquet; the same rows give the same bytes.

    Args:
        where: SQL predicate: which rows of the table are the delivery's and break no critical rule.
        numbered_before: how many files come before the delivery's first; in the accepted rows that
            one is number 1.

    Returns:
        rows written.
    """
    file_no, *others = accepted.columns
    own_number = (
        f"({file_no} - {numbered_before})::SMALLINT AS file_no" if numbered_before else file_no
    )
    return write_parquet(
        con,
        f"SELECT {', '.join([own_number, *others])} FROM {accepted.table} WHERE {where} ORDER BY file_no, row_number",
        path,
        accepted.metadata,
    )


def _as_contract_type(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Relation,
    columns: Sequence[AcceptedColumn],
) -> list[str]:
    """The columns as the contract types them: a derived column may come from its expression as a
    narrower or wider type.
    """
    types = column_types(con, table)
    missing = [c.name for c in columns if c.name not in types]
    if missing:
        raise ContractError(
            f"{contract.dataset}: the judged rows lack {', '.join(missing)}, which the contract stores."
        )
    selected = []
    for column in columns:
        have = types[column.name]
        if have == column.type:
            selected.append(identifier(column.name))
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
