"""The text of a view: ``sql/<name>.sql``, a Jinja template (as dbt's models are), filled in with the
numbers that stand for statuses, bounds and bases, and with what forms the registry has.

One text for SQLite and PostgreSQL; ``make lint`` parses it as both.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from de06_pipeline.areas.shares import WHOLE
from de06_pipeline.areas.territory import FIRST_COMMUNES
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import BASES, BOUNDS, STATUSES

if TYPE_CHECKING:
    from jinja2 import Environment

FORMER_DISTRICT = "former_district"
"""The level of a district that its figure's month no longer had: analytical, never one of the
districts in force.
"""


def view_sql(name: str, **values: Any) -> str:
    """The query of a view, to stand behind ``CREATE VIEW … AS``."""
    return _environment().get_template(f"{name}.sql").render(values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("de06_pipeline.warehouse.views", "sql"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        statuses=STATUSES,
        bounds=BOUNDS,
        bases=BASES,
        status_of={status: number for number, status in enumerate(STATUSES)},
        whole=WHOLE,
        first_communes=month_id(FIRST_COMMUNES),
        former_district=FORMER_DISTRICT,
        texts=_texts,
    )
    return environment


def _texts(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)
