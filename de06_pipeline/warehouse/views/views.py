"""The views that dashboards read. Their columns are an interface: names, order and types.

The SQL is one text for SQLite and PostgreSQL. Views hold no data, so they are not versioned by
migrations: every migration drops them first and makes them anew from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Integer, MetaData, Numeric, Table, Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from de06_pipeline.warehouse.schema import BASES, BOUNDS, STATUSES, UtcDateTime
from de06_pipeline.warehouse.views.expressions import IS_PERCENTAGE, VALUE, label
from de06_pipeline.warehouse.views.rebased import COLUMNS as _REBASED_COLUMNS
from de06_pipeline.warehouse.views.rebased import REBASED_VIEWS

# Province and district are found by code and month, not through the parent's id: a district keeps
# its own row when its province is renamed, and the name must be the one in force in the figure's
# month.
_COLUMNS = f"""
      m.month AS month,
      s.period_type AS period_type,
      s.time_window AS time_window,
      a.level AS area_level,
      p.code AS province_code,
      p.name AS province_name,
      d.code AS district_code,
      d.name AS district_name,
      CASE WHEN a.level = 'commune' THEN a.code END AS commune_code,
      CASE WHEN a.level = 'commune' THEN a.name END AS commune_name,
      s.indicator_code AS indicator_code,
      s.breakdown AS breakdown,
      CAST(CASE WHEN {IS_PERCENTAGE} THEN NULL ELSE f.numerator END AS NUMERIC) AS numerator,
      CAST(f.denominator AS NUMERIC) AS denominator,{VALUE} AS value,
      i.unit AS unit,
      {label("f.status", STATUSES)} AS status,
      f.areas_expected AS areas_expected,
      f.areas_reported AS areas_reported,
      {label("f.bound", BOUNDS)} AS bound,
      f.revision AS revision,
      u.computed_at AS computed_at,
      u.run_id AS run_id,
      {label("f.basis", BASES)} AS basis"""

_JOINS = """
    JOIN series s ON s.series_id = f.series_id
    JOIN dim_indicator i ON i.code = s.indicator_code
    JOIN dim_month m ON m.month_id = f.month_id
    JOIN dim_area a ON a.area_id = f.area_id
    JOIN publication u ON u.publication_id = f.publication_id
    LEFT JOIN dim_area p ON p.level = 'province'
      AND p.code = CASE WHEN a.level = 'province' THEN a.code ELSE a.province_code END
      AND (p.valid_from IS NULL OR p.valid_from <= m.last_day)
      AND (p.valid_to IS NULL OR p.valid_to >= m.last_day)
    LEFT JOIN dim_area d ON d.level = 'district' AND d.area_id = CASE WHEN a.level = 'district' THEN a.area_id ELSE a.parent_id END"""

VIEWS = {
    "indicator_monthly": f"""
    SELECT {_COLUMNS}
    FROM figure f{_JOINS}
""",
    "indicator_history": f"""
    SELECT {_COLUMNS},
      w.computed_at AS superseded_at
    FROM (
      SELECT month_id, series_id, area_id, numerator, denominator, status, bound, areas_expected, areas_reported, basis,
             revision, publication_id, NULL AS superseded_by FROM figure
      UNION ALL
      SELECT month_id, series_id, area_id, numerator, denominator, status, bound, areas_expected, areas_reported, basis,
             revision, publication_id, superseded_by FROM figure_past
    ) f{_JOINS}
    LEFT JOIN publication w ON w.publication_id = f.superseded_by
""",
    **REBASED_VIEWS,
}

_TYPES: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(["month", "boundaries"], Date()),
    "is_estimated": Boolean(),
    **dict.fromkeys(["numerator", "denominator", "value"], Numeric(asdecimal=False)),
    **dict.fromkeys(["areas_expected", "areas_reported", "revision"], Integer()),
    **dict.fromkeys(["computed_at", "superseded_at"], UtcDateTime()),
}


def _table(name: str, names: Sequence[str]) -> Table:
    # In a collection of their own: they are no tables, and must not be created as such.
    return Table(name, MetaData(), *(Column(one, _TYPES.get(one, Text())) for one in names))


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

indicator_monthly = _table("indicator_monthly", _MONTHLY_COLUMNS)
indicator_history = _table("indicator_history", (*_MONTHLY_COLUMNS, "superseded_at"))
indicator_on_boundaries, indicator_rebased, indicator_former_district = (
    _table(name, _REBASED_COLUMNS) for name in REBASED_VIEWS
)


def drop_views(connection: Connection) -> None:
    for name in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


def create_views(connection: Connection) -> None:
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


def create_possible_views(connection: Connection) -> None:
    """Create the views that the tables of an older program allow; it does not make them itself."""
    for name, query in VIEWS.items():
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")
                connection.exec_driver_sql(f"SELECT * FROM {name} LIMIT 0")
        except DBAPIError:
            continue
