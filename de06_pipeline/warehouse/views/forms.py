"""Official forms as views: made from the registry whenever the warehouse is initialised, and from
nothing but ``indicator_monthly``.

Their names begin with ``form_``; by that a migration finds them, which has to drop them before the
views they rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

from de06_pipeline.warehouse.readers import grants_kept
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.render import view_sql

PREFIX = "form_"

_AREA = (
    *("month", "period_type", "time_window", "reporting_period"),
    *("area_level", "province_code", "province_name"),
    *("district_code", "district_name", "commune_code", "commune_name"),
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
    with warehouse.writing() as connection, grants_kept(connection):
        drop_form_views(connection)
        for form in forms:
            connection.exec_driver_sql(f"CREATE VIEW {form.name} AS {form_sql(form)}")


def drop_form_views(connection: Connection) -> None:
    for name in inspect(connection).get_view_names():
        if name.startswith(PREFIX):
            connection.exec_driver_sql(f"DROP VIEW {name}")


def form_sql(form: FormView) -> str:
    """One row an area, reporting period and value of the breakdown; a count without a row is zero.

    ``reporting_period``: ``month``, ``quarter``, ``half_year``, ``nine_months`` or ``year``, of
    calendar and administrative months, each under its last month; the last three are the years to
    date that end with June, September and December.

    ``status`` is ``partial`` where one of the counts is; areas that did not report have no row. A
    column that stands on fewer deliveries than the others (a supplier's export has no column for
    it) is null, in the rows of a breakdown too: its sum would not be of the same dossiers.
    """
    return view_sql(
        "form",
        areas=_AREA,
        columns=form.columns,
        every=sorted({code for codes in form.columns.values() for code in codes}),
        prefix=f"{form.breakdown}=",
    )
