"""All SQL functions of this part. They exist for one connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from de06_pipeline.parsing.choices import CHOICE_MACROS
from de06_pipeline.parsing.codes import CODE_MACROS
from de06_pipeline.parsing.dates import DATE_MACROS
from de06_pipeline.parsing.fields import STATE_MACROS
from de06_pipeline.parsing.numbers import NUMBER_MACROS
from de06_pipeline.parsing.stated import STATED_MACROS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_STATE_TYPE = (
    "CREATE TYPE IF NOT EXISTS field_state AS ENUM ('ok', 'empty', 'bad', 'padded', 'serial')"
)


def create_macros(con: DuckDBPyConnection) -> str:
    """Create the ``vi_…`` functions and the type ``field_state``; returns the SQL that ran."""
    statements = (
        _STATE_TYPE,
        *NUMBER_MACROS,
        *STATED_MACROS,
        *DATE_MACROS,
        *CODE_MACROS,
        *CHOICE_MACROS,
        *STATE_MACROS,
    )
    for statement in statements:
        con.execute(statement)
    return ";\n".join(statement.strip() for statement in statements)
