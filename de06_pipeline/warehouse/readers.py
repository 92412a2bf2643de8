"""Who may read the warehouse on PostgreSQL: roles of a setting, and whoever was given a view by hand.

Views are dropped and made anew with every migration, and rights go with them; here they are kept.
Readers get views, dimensions and deliveries. Not quarantine: its masked values are for the office
and for us.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text

from de06_pipeline.errors import UsageError
from de06_pipeline.warehouse.store import Warehouse

TABLES = (
    "dim_area",
    "dim_indicator",
    "dim_month",
    "delivery",
    "quality_result",
    "published_comparison",
)

_GRANTS = """
    SELECT table_name, grantee, privilege_type, is_grantable FROM information_schema.role_table_grants
    WHERE table_schema = current_schema() AND grantee <> current_user
"""


@contextmanager
def grants_kept(connection: Connection) -> Iterator[None]:
    """Give views that are made anew inside the block the rights they had before."""
    if connection.dialect.name != "postgresql":
        yield
        return
    before = connection.execute(text(_GRANTS)).all()
    yield
    views = set(inspect(connection).get_view_names())
    for view, grantee, privilege, may_grant in before:
        if view in views:
            whom = "PUBLIC" if grantee == "PUBLIC" else _quoted(connection, grantee)
            option = " WITH GRANT OPTION" if may_grant == "YES" else ""
            connection.exec_driver_sql(
                f"GRANT {privilege} ON {_quoted(connection, view)} TO {whom}{option}"
            )


def grant_readers(warehouse: Warehouse, roles: Iterable[str]) -> None:
    """Let roles read every view and what explains it; nothing on SQLite, where files have rights.

    Raises:
        UsageError: a role does not exist.
    """
    if warehouse.is_sqlite:
        return
    with warehouse.writing() as connection:
        known = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
        readable = sorted({*inspect(connection).get_view_names(), *TABLES})
        names = ", ".join(_quoted(connection, name) for name in readable)
        schema = _quoted(
            connection, str(connection.execute(text("SELECT current_schema()")).scalar())
        )
        for role in roles:
            if role not in known:
                raise UsageError(
                    f"DE06_WAREHOUSE_READERS: there is no role '{role}' in the database; create it "
                    f"first: CREATE ROLE {role} LOGIN"
                )
            connection.exec_driver_sql(
                f"GRANT USAGE ON SCHEMA {schema} TO {_quoted(connection, role)}"
            )
            connection.exec_driver_sql(f"GRANT SELECT ON {names} TO {_quoted(connection, role)}")


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
