"""What Great Expectations needs of SQLAlchemy to ask a step's database: standard SQL, DuckDB's results.

Great Expectations counts with SELECTs of standard SQL over the columns of one relation. A dialect
of all that DuckDB can do is a library of eight thousand lines, of which none is asked for here, and
it decides which DuckDB the product may stand on.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import duckdb
from sqlalchemy import Connection, types
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.interfaces import ReflectedColumn

from de06_pipeline.duck.rows import column_types


class StepDialect(DefaultDialect):
    """Standard SQL with parameters as question marks, over a :class:`StepConnection`."""

    name = "duckdb"
    driver = "step"
    default_paramstyle = "qmark"
    supports_statement_cache = True
    supports_native_boolean = True

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        return duckdb

    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> list[ReflectedColumn]:
        """Names alone: no rule looks at a type."""
        con = connection.connection.driver_connection
        assert isinstance(con, StepConnection)
        return [
            ReflectedColumn(name=name, type=types.NullType(), nullable=True, default=None)
            for name in column_types(con.con, table_name)
        ]


class StepConnection:
    """A connection as SQLAlchemy asks for it. DuckDB's own ``cursor()`` is a further connection, which
    would not see what this one was set to.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.close = con.close

    def cursor(self) -> StepCursor:
        return StepCursor(self.con)

    def commit(self) -> None:
        """Each statement is its own transaction."""

    rollback = commit


class StepCursor:
    """The connection as a cursor: it holds the result of its last statement."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def close(self) -> None:
        """The connection is kept."""


registry.register("duckdb", __name__, StepDialect.__name__)
