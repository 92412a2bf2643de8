"""Figures for notebooks: a pandas frame with types, from the warehouse of the settings.

    from de06_pipeline.analysis import figures
    figures(indicators=["dvc.online_rate"], level="district", province="49")

Not here: anything that computes figures. What is read is view ``indicator_dashboard``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Level
from de06_pipeline.errors import UsageError
from de06_pipeline.periods import Month, month_range
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.figures.official import months_with_figures
from de06_pipeline.warehouse.migrate import check_schema
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.dashboards import DASHBOARD

if TYPE_CHECKING:
    import pandas as pd

_DATES = ("month", "last_day")
_NUMBERS = (
    *("value", "numerator", "denominator", "target", "value_month_before", "value_year_before"),
    *("change_on_month", "change_on_year"),
)
_WHOLE = (
    "rank_among_siblings",
    "siblings_with_value",
    "areas_expected",
    "areas_reported",
    "revision",
)
_CATEGORIES = (
    *("time_window", "area_level", "area_code", "area_name", "province_code", "province_name"),
    *("source", "indicator_code", "indicator_vi", "indicator_en", "unit", "unit_vi"),
    *("status", "bound", "band", "direction"),
)


def figures(
    indicators: Sequence[str] = (),
    months: str = "",
    *,
    level: str = "",
    province: str = "",
    areas: Sequence[str] = (),
    window: str = "",
    breakdowns: bool = False,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Figures in force, one row each, calendar months; columns are those of ``indicator_dashboard``.

    Args:
        indicators: codes; all by default.
        months: ``2024-06`` or ``2024-01..2024-06``; all by default.
        level: ``country``, ``province``, ``district`` or ``commune``.
        province: code, as in the last of the months; its own figures and those of its units, in
            months before a merger those of the provinces that it was made from.
        areas: codes of areas, as in each month; ``VN`` for the country.
        window: ``month``, ``ytd``, ``stock`` …
        breakdowns: the rows of breakdowns too, not only totals.
        settings: where the warehouse is; by default those of the environment.

    Returns:
        ``month``, ``last_day`` as datetime64, numbers as Float64 and Int64 (a figure without a
        number is ``<NA>``), ``is_additive`` as boolean, ``computed_at`` as datetime64 in UTC, names
        and codes as categories (a code keeps its leading zero).

    Raises:
        UsageError: ``months`` cannot be read.
        SchemaError: the warehouse has not been created by this version.
    """
    conditions: list[str] = [] if breakdowns else ["breakdown = ''"]
    values: dict[str, Any] = {}
    lists: list[str] = []
    for column, value in (("area_level", level), ("time_window", window)):
        if value:
            conditions.append(f"{column} = :{column}")
            values[column] = value
    for column, several in (("indicator_code", indicators), ("area_code", areas)):
        if isinstance(several, str):
            raise UsageError(f"'{several}' must stand in a list: ['{several}'].")
        if several:
            conditions.append(f"{column} IN :{column}")
            values[column] = list(several)
            lists.append(column)
    asked = month_range(months) if months else []
    if asked:
        conditions.append("month IN :month")
        values["month"] = [each.first_day.isoformat() for each in asked]
        lists.append("month")
    settings = settings or Settings()
    warehouse = Warehouse.open(settings.warehouse_url)
    try:
        check_schema(warehouse)
        codes: Mapping[str, frozenset[str]] | None = None
        if province:
            book = AreaBook.load(settings.contracts / "reference")
            codes = _codes(book, province, asked or months_with_figures(warehouse))
            conditions.append("province_code IN :province_code")
            values["province_code"] = sorted({code for each in codes.values() for code in each})
            lists.append("province_code")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        order = "month, indicator_code, area_level, area_code, time_window, breakdown"
        query = text(f"SELECT * FROM {DASHBOARD}{where} ORDER BY {order}")
        query = query.bindparams(*(bindparam(name, expanding=True) for name in lists))
        return _typed(_read(warehouse, query, values, codes))
    finally:
        warehouse.close()


def _codes(areas: AreaBook, province: str, months: Sequence[Month]) -> dict[str, frozenset[str]]:
    """The codes of a province by month (its first day): 80 is Long An until 2025-06 and Tây Ninh
    from 2025-07, and what became Tây Ninh has 72 and 80 before.

    Args:
        province: its code in the last of the months in which that means one.
    """
    codes = {month.first_day.isoformat(): frozenset[str]() for month in months}
    for last in reversed(months):
        wanted = areas.by_code(Level.PROVINCE, province, last)
        if wanted is None:
            continue
        for month in months:
            codes[month.first_day.isoformat()] = frozenset(
                area.code
                for area in areas.in_force(Level.PROVINCE, month)
                if areas.successor_in(area.area_id, last) == wanted
            )
        break
    return codes


def _read(
    warehouse: Warehouse,
    query: Any,
    values: dict[str, Any],
    codes: Mapping[str, frozenset[str]] | None,
) -> pd.DataFrame:
    """The rows of a query; with ``codes`` those whose province has one of its month's."""
    import pandas as pd

    if not warehouse.is_sqlite and "month" in values:
        from datetime import date

        values = {**values, "month": [date.fromisoformat(value) for value in values["month"]]}
    with warehouse.reading() as connection:
        result = connection.execute(query, values)
        columns, rows = list(result.keys()), result.fetchall()
    if codes is not None:
        rows = [row for row in rows if row.province_code in codes[str(row.month)]]
    return pd.DataFrame(rows, columns=columns)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for name in _DATES:
        frame[name] = pd.to_datetime(frame[name])
    for name in _NUMBERS:
        frame[name] = frame[name].astype("Float64")
    for name in _WHOLE:
        frame[name] = frame[name].astype("Int64")
    for name in _CATEGORIES:
        frame[name] = frame[name].astype("string").astype("category")
    frame["breakdown"] = frame["breakdown"].astype("string")
    frame["is_additive"] = frame["is_additive"].astype(bool)
    frame["computed_at"] = pd.to_datetime(frame["computed_at"], utc=True, format="ISO8601")
    return frame
