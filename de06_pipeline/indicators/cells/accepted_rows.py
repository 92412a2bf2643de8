"""Accepted rows as DuckDB relations: their columns by contract, and the area level that figures are
kept for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.model import Contract, FieldType
from de06_pipeline.contracts.sql_types import stored_columns
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import parquet_columns, parquet_sql
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month

DELIVERED = "delivered"
"""The column that says for which month a row was delivered: its first day. The row's areas are
those in force then.
"""


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """One Parquet file of accepted rows.

    Attributes:
        month: it was delivered for; its areas are those in force then.
        without: provinces whose rows are left out, since they delivered themselves.
        own, own_by: their own files; of these provinces the rows stay with a value of a column that
            their own files do not have. An empty column: none stays.
    """

    path: str
    month: Month
    without: frozenset[int] = frozenset()
    own: tuple[str, ...] = ()
    own_by: str = ""

    @property
    def kept_sql(self) -> str:
        """The condition that a row of the file is not left out."""
        if not self.without:
            return "TRUE"
        left_out = ", ".join(map(str, sorted(self.without)))
        kept = f"(province_id IS NULL OR province_id NOT IN ({left_out})"
        if self.own_by:
            kept += (
                f" OR NOT EXISTS (SELECT 1 FROM (SELECT province_id AS own_province, {self.own_by} "
                f"AS own_value FROM {parquet_sql(self.own)}) AS own "
                f"WHERE own_province = province_id AND own_value = {self.own_by})"
            )
        return f"{kept})"


def unit_level(areas: AreaBook, month: Month) -> str:
    """The finest level that figures are kept for: districts while there are any, then communes."""
    return "district" if areas.in_force("district", month) else "commune"


def create_rows_view(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    files: Sequence[AcceptedFile],
    areas: AreaBook,
) -> None:
    """Create a view named like the dataset over accepted files of one or more months: their
    columns, ``delivered``, and ``unit_id`` for the level kept in the file's month.

    Of the rows of one key and province those of the latest month stand: a later delivery knows
    better. A province counts as what it has become by the last month. Rows without a key, and of
    datasets whose key is not stored, all stand.

    Raises:
        ContractError: a field of the contract is not in the files.
    """
    by_month = {
        month: _rows_sql(con, contract, [file for file in files if file.month == month], areas)
        for month in sorted({file.month for file in files})
    }
    key = key_sql(contract)
    provinces = {month: _province_sql(areas, month, max(by_month)) for month in by_month}
    parts = []
    for month, rows in by_month.items():
        later = [other for other in by_month if other > month]
        replaced = " UNION ALL ".join(
            f"SELECT {key} AS later_key, {provinces[other]} AS later_province FROM {by_month[other]}"
            for other in later
        )
        # NOT EXISTS, since a key that is NULL must not hide its row.
        winning = (
            f" AS r WHERE NOT EXISTS (SELECT 1 FROM ({replaced}) AS l WHERE l.later_key = {key} "
            f"AND l.later_province IS NOT DISTINCT FROM {provinces[month]})"
            if key and later
            else ""
        )
        parts.append(f"SELECT * FROM {rows}{winning}")
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {contract.dataset} AS {' UNION ALL BY NAME '.join(parts)}"
    )


def _province_sql(areas: AreaBook, month: Month, last: Month) -> str:
    """The expression of a row's province as what it has become by a later month."""
    become = {
        province.area_id: later.area_id
        for province in areas.in_force("province", month)
        if (later := areas.successor_in(province.area_id, last)) and later != province
    }
    if not become:
        return "province_id"
    cases = " ".join(f"WHEN {before} THEN {now}" for before, now in become.items())
    return f"CASE province_id {cases} ELSE province_id END"


def key_sql(contract: Contract) -> str | None:
    """The expression of a record's key over accepted rows; None where a part of it is not stored
    (a guest's document number), so that records cannot be recognised from month to month.

    Records of two deliveries are the same where their key and their province are: a province's
    figures rest on its own deliveries, and systems of two provinces may give the same key.
    """
    stored = stored_columns(contract)
    names = [f"{field.name}_id" if field.is_area else field.name for field in contract.key_fields]
    if not names or not set(names) <= set(stored):
        return None
    return names[0] if len(names) == 1 else f"concat_ws(chr(31), {', '.join(names)})"


def _rows_sql(
    con: duckdb.DuckDBPyConnection,
    newest: Contract,
    files: Sequence[AcceptedFile],
    areas: AreaBook,
) -> str:
    """Accepted rows of one month.

    Decimals are as large as people write them, so they are widened: a product of two decimals that
    outgrows the type of the first is an error in DuckDB, and one delivered number must not end a
    step.
    """
    month = files[0].month
    contract = newest.in_force(month)
    level = unit_level(areas, month)
    unit = f"{level}_id" if f"{level}_id" in stored_columns(contract) else "CAST(NULL AS INTEGER)"
    widened = ", ".join(
        f"TRY_CAST({field.name} AS DECIMAL(30, 4)) AS {field.name}"
        for field in contract.stored_fields
        if field.type in (FieldType.DECIMAL, FieldType.STATED)
    )
    columns = f"* REPLACE ({widened})" if widened else "*"
    relations = []
    for kept in sorted({file.kept_sql for file in files}):
        relation = whole_rows(con, contract, (file.path for file in files if file.kept_sql == kept))
        relations.append(
            f"SELECT {columns}, {unit} AS unit_id, DATE {literal(str(month.first_day))} AS "
            f"{DELIVERED} FROM {relation} WHERE {kept}"
        )
    return f"({' UNION ALL BY NAME '.join(relations)})"


def whole_rows(con: duckdb.DuckDBPyConnection, contract: Contract, paths: Iterable[str]) -> str:
    """SQL of accepted files as one relation with every column of :func:`stored_columns`.

    Args:
        contract: the version in force in the files' month. Fields that only other versions have are
            NULL.

    Raises:
        ContractError: the files lack a stored field of this version: they were accepted under an
        older one.
    """
    files = list(paths)
    relation = parquet_sql(files)
    columns = frozenset[str]().union(*(parquet_columns(con, path) for path in files))
    lacking = {
        name: sql_type for name, sql_type in stored_columns(contract).items() if name not in columns
    }
    others = set(stored_columns(contract)) - set(stored_columns(replace(contract, other_fields=())))
    if missing := sorted(set(lacking) - others):
        raise ContractError(
            f"{contract.dataset}: the accepted rows have no {', '.join(missing)}; they were accepted under an older contract. "
            "Make their months anew, all together: de06 rebuild A..B."
        )
    if not lacking:
        return relation
    empty = ", ".join(f"CAST(NULL AS {sql_type}) AS {name}" for name, sql_type in lacking.items())
    return f"(SELECT *, {empty} FROM {relation})"
