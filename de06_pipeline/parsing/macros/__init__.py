"""The SQL functions of this part, ``vi_…``: one ``.sql`` file a kind of field, each in an order in
which every function comes after those it uses. They exist for one database.

What differs from contract to contract (lists of values, shapes of codes, words for a scale) is
filled in by the modules that call them. Not here: SQL that is a few words long.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from de06_pipeline.duck.connection import create_functions

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STATES = ("ok", "empty", "bad", "padded", "serial")
"""The values of the type ``field_state``, in its order."""
_FILES = ("cells", "numbers", "stated", "dates", "codes", "choices", "states")


def create_macros(con: DuckDBPyConnection) -> str:
    """Create the ``vi_…`` functions and the type ``field_state``; returns the SQL that ran."""
    create_functions(con, _statements())
    return _statements()


@cache
def _statements() -> str:
    return "\n".join(
        files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in _FILES
    )
