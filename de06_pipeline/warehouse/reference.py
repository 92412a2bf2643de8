"""``dim_area``, ``dim_indicator`` and ``dim_month``: kept equal to the reference data, the registry
and the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, bindparam, insert, select, update

from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.schema import dim_area, dim_indicator, dim_month
from de06_pipeline.warehouse.store import Warehouse


def month_id(month: Month) -> int:
    """``yyyymm``, the month inside the figure tables."""
    return month.year * 100 + month.month


def sync_reference(
    warehouse: Warehouse,
    areas: Iterable[Mapping[str, Any]],
    indicators: Iterable[Mapping[str, Any]],
    months: Iterable[Month] = (),
) -> bool:
    """Write the rows that are new or different.

    Rows that are no longer given stay: figures point at them.

    Args:
        areas: mappings with the columns of ``dim_area``; ``successor_id`` is taken for
            ``successor``, further keys are left out.
        indicators: mappings with the columns of ``dim_indicator``; further keys are left out.
        months: to be in ``dim_month`` even before anything is published for them; publishing adds
            its own.

    Returns:
        Whether anything was written.

    Raises:
        ContractError: two versions of one province are in force on the same day, so that names
        would be ambiguous.
    """
    area_rows = [
        {**area, "successor": area.get("successor", area.get("successor_id"))} for area in areas
    ]
    _check_provinces(area_rows)
    changes = [
        _TableChange(dim_area, "area_id", area_rows),
        _TableChange(dim_indicator, "code", indicators),
        _TableChange(dim_month, "month_id", [_month_row(m) for m in months]),
    ]
    with warehouse.reading() as connection:
        if not any(change.is_needed(connection) for change in changes):
            return False
    with warehouse.writing() as connection:
        applied = [change.apply(connection) for change in changes]
    return any(applied)


def indicator_codes(warehouse: Warehouse, source: str) -> tuple[str, ...]:
    """Every indicator a source ever had: the scope of its publications.

    Those that have left the registry are among them, so that the next publication withdraws their
    figures.
    """
    with warehouse.reading() as connection:
        of_source = (
            select(dim_indicator.c.code)
            .where(dim_indicator.c.source == source)
            .order_by(dim_indicator.c.code)
        )
        return tuple(connection.execute(of_source).scalars())


def ensure_months(connection: Connection, months: Iterable[Month]) -> None:
    """Add the months that ``dim_month`` lacks, inside a transaction."""
    _TableChange(dim_month, "month_id", [_month_row(m) for m in months]).apply(connection)


class _TableChange:
    """The difference between one table and the rows it should hold.

    Rows are tuples in the order of the table's columns: fourteen thousand areas are compared a few
    times as fast as mappings.
    """

    def __init__(self, table: Table, key: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.table, self.key = table, key
        self._names = [column.name for column in table.c]
        self._key_at = self._names.index(key)
        self._rows = {row[self._key_at]: row for row in _stored_rows(table, list(rows))}

    def _difference(
        self, connection: Connection
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        stored = {tuple(row) for row in connection.execute(select(self.table))}
        changed = [row for row in self._rows.values() if row not in stored]
        keys = {row[self._key_at] for row in stored} if changed else set()
        new: list[dict[str, Any]] = []
        different: list[dict[str, Any]] = []
        for row in changed:
            rows = different if row[self._key_at] in keys else new
            rows.append(dict(zip(self._names, row, strict=True)))
        return new, different

    def is_needed(self, connection: Connection) -> bool:
        return any(self._difference(connection))

    def apply(self, connection: Connection) -> bool:
        new, different = self._difference(connection)
        if new:
            connection.execute(insert(self.table), new)
        if different:
            values: dict[str, Any] = {
                column.name: bindparam(f"new_{column.name}")
                for column in self.table.c
                if column.name != self.key
            }
            statement = (
                update(self.table)
                .where(self.table.c[self.key] == bindparam("stored_key"))
                .values(**values)
            )
            rows = [
                {"stored_key": row[self.key], **{f"new_{name}": row[name] for name in values}}
                for row in different
            ]
            connection.execute(statement, rows)
        return bool(new or different)


def _stored_rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows' values in the order of the table's columns, as they will be read back, so that equal
    rows compare equal.
    """
    return zip(*(_stored(column, rows) for column in table.c), strict=True)


def _stored(column: Column[Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    values = [row.get(column.name) for row in rows]
    if column.nullable:
        # An empty cell of a reference table means "none".
        values = [None if value == "" else value for value in values]
    if isinstance(column.type, Text):
        values = [None if value is None else str(value) for value in values]
    return values


def _month_row(month: Month) -> dict[str, Any]:
    return {
        "month_id": month_id(month),
        "month": month.first_day,
        "last_day": month.last_day,
        "year": month.year,
        "quarter": (month.month + 2) // 3,
        "month_of_year": month.month,
    }


def _check_provinces(rows: list[dict[str, Any]]) -> None:
    """The views name a province by its code and the month; see ``views.py``."""
    versions: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row["level"] == "province":
            interval = (str(row.get("valid_from") or "0000"), str(row.get("valid_to") or "9999"))
            versions.setdefault(row["code"], []).append(interval)
    for code, intervals in versions.items():
        intervals.sort()
        for (_, end), (start, _) in pairwise(intervals):
            if start <= end:
                raise ContractError(
                    f"dim_area: two versions of province {code} are in force on {start}; correct valid_from or valid_to."
                )
