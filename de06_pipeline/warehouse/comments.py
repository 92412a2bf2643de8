"""Comments on every table, view and column of a PostgreSQL warehouse, from the descriptions that the
documentation shows too: what an analyst's tool displays beside a name. SQLite has none.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import inspect

from de06_pipeline.warehouse.descriptions import column_text, table_text
from de06_pipeline.warehouse.rebased_schema import metadata
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.forms import PREFIX


def write_comments(warehouse: Warehouse, form_columns: Mapping[str, str]) -> int:
    """Write the comments; how many there are, 0 on SQLite.

    Args:
        form_columns: column of an official form → its number and name.
    """
    if warehouse.is_sqlite:
        return 0
    with warehouse.writing() as connection:
        inspector = inspect(connection)
        kinds = {
            **dict.fromkeys(inspector.get_table_names(), "TABLE"),
            **dict.fromkeys(inspector.get_view_names(), "VIEW"),
        }
        statements = []
        for name, kind in kinds.items():
            statements.append(f"COMMENT ON {kind} {name} IS {_quoted(table_text(name))}")
            known = metadata.tables.get(name)
            for column in inspector.get_columns(name):
                comment = known.columns[column["name"]].comment if known is not None else None
                is_form = name.startswith(PREFIX) and column["name"] in form_columns
                text = (
                    form_columns[column["name"]]
                    if is_form
                    else column_text(column["name"], comment)
                )
                statements.append(f'COMMENT ON COLUMN {name}."{column["name"]}" IS {_quoted(text)}')
        for statement in statements:
            connection.exec_driver_sql(statement)
    return len(statements)


def _quoted(text: str) -> str:
    # psycopg would take a percent sign for a parameter.
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"
