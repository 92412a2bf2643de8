"""The views that dashboards read. Their columns are an interface: names, order and types.

Their SQL is in ``sql/``. Views hold no data, so they are not versioned by migrations: every migration
drops them first and makes them anew from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Integer, MetaData, Numeric, Table, Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from de06_pipeline.warehouse.schema import UtcDateTime
from de06_pipeline.warehouse.views.render import view_sql

_TYPES: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(["month", "boundaries"], Date()),
    "is_estimated": Boolean(),
    **dict.fromkeys(["numerator", "denominator", "value"], Numeric(asdecimal=False)),
    **dict.fromkeys(["areas_expected", "areas_reported", "revision"], Integer()),
    **dict.fromkeys(["computed_at", "superseded_at"], UtcDateTime()),
}


def _table(name: str, names: Sequence[str]) -> Table:
    # In a collection of their own: they are no tables, and must not be created as such.
    return Table(
        name, MetaData(), *(Column(column, _TYPES.get(column, Text())) for column in names)
    )


_MONTHLY_COLUMNS = (
    *("month", "period_type", "time_window"),
    *(
        "area_level",
        "province_code",
        "province_name",
        "district_code",
        "district_name",
        "commune_code",
        "commune_name",
    ),
    *("indicator_code", "breakdown", "numerator", "denominator", "value", "unit", "status"),
    *("areas_expected", "areas_reported", "bound", "revision", "computed_at", "run_id", "basis"),
)

_RESTATED_COLUMNS = ("boundaries", *_MONTHLY_COLUMNS, "is_estimated")

indicator_monthly = _table("indicator_monthly", _MONTHLY_COLUMNS)
indicator_history = _table("indicator_history", (*_MONTHLY_COLUMNS, "superseded_at"))
indicator_latest = _table("indicator_latest", _MONTHLY_COLUMNS)
indicator_on_boundaries = _table("indicator_on_boundaries", _RESTATED_COLUMNS)
indicator_rebased = _table("indicator_rebased", _RESTATED_COLUMNS)
indicator_former_district = _table("indicator_former_district", _RESTATED_COLUMNS)

VIEWS = (
    indicator_monthly,
    indicator_history,
    indicator_latest,
    indicator_on_boundaries,
    indicator_rebased,
    indicator_former_district,
)


def drop_views(connection: Connection) -> None:
    for view in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {view.name}")


def create_views(connection: Connection) -> None:
    for view in VIEWS:
        connection.exec_driver_sql(f"CREATE VIEW {view.name} AS\n{view_sql(view.name)}")


def create_possible_views(connection: Connection) -> None:
    """Create the views that the tables of an older program allow; it does not make them itself."""
    for view in VIEWS:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"CREATE VIEW {view.name} AS\n{view_sql(view.name)}")
                connection.exec_driver_sql(f"SELECT * FROM {view.name} LIMIT 0")
        except DBAPIError:
            continue
