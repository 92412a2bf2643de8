"""Views for dashboards that need more of the registry than the tables hold (targets, bands, names of
units, which indicators are the main ones): made whenever the warehouse is initialised, like forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.render import view_sql

DASHBOARD, WIDE = "indicator_dashboard", "indicator_wide"
_LIMITS = ("limit_1", "limit_2", "limit_3", "limit_4")


@dataclass(frozen=True, slots=True)
class Terms:
    """How an indicator's value is judged. ``thresholds``: ascending, four at most."""

    code: str
    target: float | None
    thresholds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WideColumn:
    """A main indicator as a column.

    Attributes:
        window: whose figure it is.
        has_denominator: a second column says what the value is a rate of, divided by ``divisor``.
    """

    code: str
    window: str
    has_denominator: bool
    divisor: int = 1

    @property
    def name(self) -> str:
        return self.code.replace(".", "_")


def create_dashboard_views(
    warehouse: Warehouse,
    terms: Sequence[Terms],
    unit_names: Mapping[str, str],
    columns: Sequence[WideColumn],
) -> None:
    """Make the views anew.

    Args:
        terms: of every indicator with a target or thresholds.
        unit_names: unit → its Vietnamese name, where it has another.
        columns: of ``indicator_wide``.
    """
    with warehouse.writing() as connection:
        drop_dashboard_views(connection)
        connection.exec_driver_sql(
            f"CREATE VIEW {DASHBOARD} AS\n{dashboard_sql(terms, unit_names)}"
        )
        connection.exec_driver_sql(f"CREATE VIEW {WIDE} AS\n{wide_sql(columns)}")


def drop_dashboard_views(connection: Connection) -> None:
    for name in (DASHBOARD, WIDE):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


def dashboard_sql(terms: Sequence[Terms], unit_names: Mapping[str, str]) -> str:
    """A row a figure in force, calendar months only."""
    rows = [
        {
            "code": term.code,
            "target": _number(term.target),
            "limit_count": len(term.thresholds),
            "limits": [
                _number(term.thresholds[at] if at < len(term.thresholds) else None)
                for at in range(len(_LIMITS))
            ],
        }
        for term in terms
    ]
    return view_sql(DASHBOARD, terms=rows, unit_names=unit_names, limits=_LIMITS)


def wide_sql(columns: Sequence[WideColumn]) -> str:
    """A row an area and calendar month."""
    return view_sql(WIDE, columns=columns, codes=[column.code for column in columns])


def _number(value: float | None) -> str:
    # A cast: PostgreSQL takes a NULL without a type for text.
    return f"CAST({'NULL' if value is None else repr(value)} AS DOUBLE PRECISION)"
