"""Figures for notebooks: a pandas frame with types, from the warehouse of the settings.

    from de06_pipeline.analysis import figures
    figures(indicators=["dvc.online_rate"], level="district", province="49")

Not here: anything that computes figures. What is read is view ``indicator_dashboard``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text

from de06_pipeline.errors import UsageError
from de06_pipeline.periods import month_range
from de06_pipeline.settings import Settings
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
        province: code; its own figures and those of its units.
        areas: codes of areas; ``VN`` for the country.
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
    for column, value in (
        ("area_level", level),
        ("time_window", window),
        ("province_code", province),
    ):
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
    if months:
        conditions.append("month IN :month")
        values["month"] = [each.first_day.isoformat() for each in month_range(months)]
        lists.append("month")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = "month, indicator_code, area_level, area_code, time_window, breakdown"
    query = text(f"SELECT * FROM {DASHBOARD}{where} ORDER BY {order}")
    query = query.bindparams(*(bindparam(name, expanding=True) for name in lists))
    return _typed(_read(query, values, settings or Settings()))


def _read(query: Any, values: dict[str, Any], settings: Settings) -> pd.DataFrame:
    import pandas as pd

    warehouse = Warehouse.open(settings.warehouse_url)
    try:
        check_schema(warehouse)
        if not warehouse.is_sqlite and "month" in values:
            from datetime import date

            values = {**values, "month": [date.fromisoformat(value) for value in values["month"]]}
        with warehouse.reading() as connection:
            result = connection.execute(query, values)
            return pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    finally:
        warehouse.close()


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
