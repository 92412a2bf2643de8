"""Joining the units to the rows of ``parsed``.

Rows are many and distinct area texts few: each distinct ``(province, district, commune)`` is
resolved once in Python and joined back in SQL. Only the texts that do not resolve in the reporting
month are looked at again, together with the month of each row's own first date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from duckdb import DuckDBPyConnection

from de06_pipeline.areas import suggestions
from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import AreaState, Level, Resolution
from de06_pipeline.areas.resolve import Resolver
from de06_pipeline.areas.suppliers import Supplier
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.relations import Relation
from de06_pipeline.periods import Month

LEVELS = (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)

# No column here may carry the name of one in `parsed` or `judged`: their expressions are not
# qualified.
_COLUMNS = (
    ("given_delivery", "SMALLINT"),
    *((f"given_{level}", "VARCHAR") for level in LEVELS),
    ("given_month", "DATE"),
    *((f"unit_{level}", "INTEGER") for level in LEVELS),
    *((f"standing_{level}", "VARCHAR") for level in LEVELS),
    *(("suggestion_vi", "VARCHAR"), ("suggestion_en", "VARCHAR"), ("is_resolved", "BOOLEAN")),
)
AREA_MAP = Relation("area_map", _COLUMNS)
"""Distinct area texts as given, and what became of each: its units, the state of each level, what to
write instead, and whether the row's own month makes no difference.
"""
AREA_MAP_OWN = Relation("area_map_own", _COLUMNS)
"""The same of texts and the row's own month, for those that the reporting month did not resolve."""

_Mapped = tuple[int, Sequence[str | None], date | None, Resolution]


@dataclass(frozen=True)
class AreaJoin:
    """SQL that adds the units to ``parsed``.

    Attributes:
        joins: follows ``FROM parsed p``.
        columns: (column, expression) for ``<level>_id`` INTEGER and ``<level>_state`` VARCHAR of
            the three levels; levels the contract lacks are NULL and ``empty``.
        suggestions: (column, expression) for ``area_suggestion_vi`` and ``area_suggestion_en``: what to write
            instead; official names only, empty where there is nothing to say.
    """

    joins: str
    columns: tuple[tuple[str, str], ...]
    suggestions: tuple[tuple[str, str], ...]


def attach(
    con: DuckDBPyConnection,
    parsed: str,
    contract: Contract,
    month: Month,
    book: AreaBook,
    suppliers: Mapping[int, Supplier | None],
) -> AreaJoin:
    """Resolve the area texts of typed rows and give the join that adds the units.

    Creates :data:`AREA_MAP` and :data:`AREA_MAP_OWN`; by delivery too, where there are several.

    Args:
        parsed: the view or table of the typed rows.
        suppliers: by delivery number; rows of provinces that the supplier does not cover become
            ``outside``; None for a national delivery.
    """
    resolver = Resolver(book, month)
    texts = _text_columns(contract)
    if len(suppliers) == 1:
        delivery = str(next(iter(suppliers)))
        same = partial(_same, texts)
    else:
        delivery = "p.delivery_no"
        same = partial(_same_in_delivery, texts)
    given = con.execute(
        f"SELECT DISTINCT {delivery}, {_as_given(texts)} FROM {parsed} p"
    ).fetchall()
    now = [
        (number, row, None, _resolve(resolver, suppliers[number], row, None))
        for number, *row in given
    ]
    AREA_MAP.create(con, [_map_row(resolver, mapped) for mapped in now])
    own_month = _own_month(contract, month)
    unresolved = _unresolved(con, parsed, f"{delivery}, {_as_given(texts)}", same("m"), own_month)
    own = [
        (number, row, first, _resolve(resolver, suppliers[number], row, Month.of(first)))
        for number, *row, first in unresolved
    ]
    AREA_MAP_OWN.create(con, [_map_row(resolver, mapped) for mapped in own])
    joins = f"LEFT JOIN {AREA_MAP} m ON {same('m')}"
    if unresolved:
        # Equalities of columns only: with a condition on one side DuckDB gives up the hash join
        # (544 s for 1 M rows).
        joins += f"\nLEFT JOIN {AREA_MAP_OWN} o ON {same('o')} AND o.given_month = {own_month}"
    chosen = _own_first if unresolved else "m.{}".format
    units = [
        (f"{level}_{part}", chosen(f"{column}_{level}"))
        for level in LEVELS
        for part, column in (("id", "unit"), ("state", "standing"))
    ]
    return AreaJoin(
        joins,
        tuple(units),
        suggestions=(
            ("area_suggestion_vi", chosen("suggestion_vi")),
            ("area_suggestion_en", chosen("suggestion_en")),
        ),
    )


def _unresolved(
    con: DuckDBPyConnection, parsed: str, given: str, same: str, own_month: str
) -> list[tuple[Any, ...]]:
    """The texts that the reporting month did not resolve, each with the months of its rows; rows are
    looked at only if there are any.
    """
    if con.execute(f"SELECT bool_and(is_resolved) FROM {AREA_MAP}").fetchone() != (False,):
        return []
    return con.execute(
        f"""SELECT DISTINCT {given}, {own_month}
        FROM {parsed} p JOIN {AREA_MAP} m ON {same}
        WHERE NOT m.is_resolved AND {own_month} IS NOT NULL"""
    ).fetchall()


def _text_columns(contract: Contract) -> dict[Level, str]:
    """The column of ``parsed`` with the text of each level that the contract has."""
    return {Level(field.type.value): f'p."{field.name}_text"' for field in contract.area_fields}


def _as_given(texts: Mapping[Level, str]) -> str:
    return ", ".join(texts.get(level, "NULL::VARCHAR") for level in LEVELS)


def _same(texts: Mapping[Level, str], table: str) -> str:
    """A row's texts are those of a map row; an empty one (NULL) equals an empty one."""
    return (
        " AND ".join(
            f"{column} IS NOT DISTINCT FROM {table}.given_{level}"
            for level, column in texts.items()
        )
        or "true"
    )


def _same_in_delivery(texts: Mapping[Level, str], table: str) -> str:
    return f"p.delivery_no = {table}.given_delivery AND {_same(texts, table)}"


def _own_month(contract: Contract, month: Month) -> str:
    """SQL of the first day of the month of a row's own date; NULL where it does not lie before the
    reporting month.

    Before 1900 a date is a fault, and beyond year 1 Python could not hold it.
    """
    if not contract.area_date:
        return "NULL::DATE"
    own = f"({contract.area_date})"
    return f"CASE WHEN {own} >= DATE '1900-01-01' AND {own} < DATE '{month.first_day}' THEN date_trunc('month', {own})::DATE END"


def _resolve(
    resolver: Resolver,
    supplier: Supplier | None,
    texts: Sequence[str | None],
    own_month: Month | None,
) -> Resolution:
    """The units of one row's texts, with the province ``outside`` where the supplier does not cover
    it.
    """
    province, district, commune = texts
    resolution = resolver.resolve(province, district, commune, own_month)
    if (
        supplier is None
        or resolution.province_id is None
        or supplier.covers(resolution.province_id)
    ):
        return resolution
    suggestion = suggestions.outside(resolver.book.get(resolution.province_id), supplier.title)
    return replace(
        resolution,
        province_state=AreaState.OUTSIDE,
        suggestion_vi=suggestion.vi,
        suggestion_en=suggestion.en,
    )


def _map_row(resolver: Resolver, mapped: _Mapped) -> tuple[Any, ...]:
    """A row of :data:`AREA_MAP`."""
    delivery_no, texts, own_month, units = mapped
    return (
        delivery_no,
        *texts,
        own_month,
        *(units.province_id, units.district_id, units.commune_id),
        units.province_state.value,
        units.district_state.value,
        units.commune_state.value,
        *(units.suggestion_vi, units.suggestion_en),
        not resolver.own_month_matters(texts, units),
    )


def _own_first(column: str) -> str:
    return f"CASE WHEN o.is_resolved IS NULL THEN m.{column} ELSE o.{column} END"
