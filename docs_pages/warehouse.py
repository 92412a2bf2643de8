"""The page of the warehouse: its views and tables, as a new one has them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.types import NullType

from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.registry.model import FormColumn, Registry
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.descriptions import column_text, table_text
from de06_pipeline.warehouse.schema import metadata
from docs_pages.markdown import code, made_from, page, table

_OURS = ("figure", "figure_past", "series", "publication", "cells", "accepted", "boundaries")
_INSIDE = {
    *_OURS,
    "published_basis",
    "area_share",
    "rebased_figure",
    "rebased_month",
    "alembic_version",
}
"""Tables that may change with any version."""

_COMPUTED_TEXTS = frozenset(
    (
        *("area_level", "area_code", "area_name", "district_code", "district_name"),
        *("commune_code", "commune_name", "reporting_period", "unit_vi", "status", "bound"),
        *("band", "basis"),
    )
)
"""Texts among the columns that views compute; the others are numbers."""


def warehouse_page(registry: Registry) -> str:
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace(Settings(home=Path(home), warehouse_url=f"sqlite:///{home}/w.sqlite"))
        workspace.create_warehouse()
        with workspace.warehouse.engine.connect() as connection:
            inspector = inspect(connection)
            views = {name: inspector.get_columns(name) for name in inspector.get_view_names()}
            tables = {name: inspector.get_columns(name) for name in inspector.get_table_names()}
        workspace.warehouse.engine.dispose()
    forms = {column.name: column for form in registry.forms for column in form.columns}
    return page(_lines(views, tables, forms))


def _lines(
    views: Mapping[str, Any], tables: Mapping[str, Any], forms: Mapping[str, FormColumn]
) -> Iterator[str]:
    documented = {name: columns for name, columns in tables.items() if name not in _INSIDE}
    inside = {name: columns for name, columns in tables.items() if name in _INSIDE}
    yield "# Warehouse"
    yield ""
    yield made_from("a new warehouse and `de06_pipeline/warehouse/descriptions.py`")
    yield ""
    yield "SQLite or PostgreSQL; the types below are SQLite's. Views and documented tables change"
    yield "only with a major version; the others are for the program alone."
    for title, group in (
        ("Views", views),
        ("Tables", documented),
        ("Tables for the program alone", inside),
    ):
        yield ""
        yield f"## {title}"
        for name, columns in group.items():
            yield ""
            yield f"### {name}"
            yield ""
            yield table_text(name)
            yield ""
            yield from table(
                ("column", "type", "meaning"),
                (
                    (
                        code(column["name"]),
                        _type(column),
                        _meaning(name, column["name"], forms),
                    )
                    for column in columns
                ),
            )


def _type(column: Mapping[str, Any]) -> str:
    """As SQLite states it; it states none for what a view computes."""
    if not isinstance(column["type"], NullType):
        return str(column["type"]).lower()
    return "text" if column["name"] in _COMPUTED_TEXTS else "number"


def _meaning(name: str, column: str, forms: Mapping[str, FormColumn]) -> str:
    if name.startswith("form_") and column in forms:
        form = forms[column]
        return f"({form.number}) {form.name_vi}: " + " + ".join(
            code(counted) for counted in form.codes
        )
    known = metadata.tables.get(name)
    return column_text(column, known.columns[column].comment if known is not None else None)
