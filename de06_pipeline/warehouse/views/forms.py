"""Official forms as views: made from the registry whenever the warehouse is initialised, and from
nothing but ``indicator_monthly``.

Their names begin with ``form_``; by that a migration finds them, which has to drop them before the
views they rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

from de06_pipeline.warehouse.store import Warehouse

PREFIX = "form_"

_AREA = (
    *("month", "period_type", "area_level", "province_code", "province_name"),
    *("district_code", "district_name", "commune_code", "commune_name", "breakdown"),
)


@dataclass(frozen=True, slots=True)
class FormView:
    """A form as the warehouse needs it.

    Attributes:
        name: of the view.
        breakdown: rows besides the total are ``<breakdown>=<value>``.
        columns: names, in the form's order, with the codes of the counts that each adds up.
    """

    name: str
    breakdown: str
    columns: Mapping[str, Sequence[str]]


def create_form_views(warehouse: Warehouse, forms: Iterable[FormView]) -> None:
    """Make the form views exactly those given."""
    with warehouse.writing() as connection:
        drop_form_views(connection)
        for form in forms:
            connection.exec_driver_sql(f"CREATE VIEW {form.name} AS {form_sql(form)}")


def drop_form_views(connection: Connection) -> None:
    for name in inspect(connection).get_view_names():
        if name.startswith(PREFIX):
            connection.exec_driver_sql(f"DROP VIEW {name}")


def form_sql(form: FormView) -> str:
    """One row an area, calendar month and value of the breakdown; a count without a row is zero.

    ``status`` is ``partial`` where one of the counts is; areas that did not report have no row. A
    column that stands on fewer deliveries than the others (a supplier's export has no column for
    it) is null, in the rows of a breakdown too: its sum would not be of the same dossiers.
    """
    every = sorted({code for codes in form.columns.values() for code in codes})
    area = ", ".join(_AREA[:-1])
    reported = {
        name: f"indicator_code IN ({_texts(codes)})" for name, codes in form.columns.items()
    }
    marks = [
        f"MIN(CASE WHEN breakdown = '' AND {counted} THEN areas_reported END) OVER (PARTITION BY {area}) AS {name}_areas"
        for name, counted in reported.items()
    ]
    marks.append(
        f"MAX(CASE WHEN breakdown = '' THEN areas_reported END) OVER (PARTITION BY {area}) AS every_area"
    )
    sums = [
        f"CASE WHEN MIN({name}_areas) = MIN(every_area) THEN CAST(SUM({_counted(codes)}) AS NUMERIC) END AS {name}"
        for name, codes in form.columns.items()
    ]
    status = "CASE WHEN MAX(CASE WHEN status = 'partial' THEN 1 ELSE 0 END) = 1 THEN 'partial' ELSE 'reported' END AS status"
    rows = (
        f"SELECT {', '.join([*_AREA, 'indicator_code', 'numerator', 'status', *marks])} FROM indicator_monthly "
        f"WHERE period_type = 'month' AND time_window = 'month' AND indicator_code IN ({_texts(every)}) "
        # % would be taken for a parameter by psycopg.
        f"AND (breakdown = '' OR substr(breakdown, 1, {len(form.breakdown) + 1}) = '{form.breakdown}=') AND status <> 'withdrawn'"
    )
    return (
        f"SELECT {', '.join([*_AREA, *sums, status])} FROM ({rows}) AS counted "
        f"GROUP BY {', '.join(_AREA)} HAVING COUNT(numerator) > 0"
    )


def _counted(codes: Iterable[str]) -> str:
    return f"CASE WHEN indicator_code IN ({_texts(codes)}) THEN numerator ELSE 0 END"


def _texts(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)
