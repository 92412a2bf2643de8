"""Cell sets and lookups as SQL text. One query a cell set: a single scan of the month's rows makes all its measures.

The text is plain SQL over a relation with the dataset's name. A test has it transpiled to Spark and PostgreSQL, which
keeps the road to another engine open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from de06_pipeline.indicators.formulas import expand, working_day_arguments
from de06_pipeline.indicators.model import CellSet, Lookup, Measure, Rows
from de06_pipeline.periods import Month

if TYPE_CHECKING:
    from sqlglot import exp

AREA_COLUMNS = ("province_id", "unit_id")


def cell_columns(cells: CellSet) -> list[str]:
    """The columns that identify a cell, in order; the measures follow them."""
    extra = [name for name in ("day", "value", "key") if getattr(cells, name)]
    return [*AREA_COLUMNS, *(dimension.name for dimension in cells.stored_dimensions), *extra]


def cells_sql(cells: CellSet, measures: Sequence[Measure], month: Month) -> str:
    """The query that makes a cell set from the relation named like its dataset, which has ``province_id`` and ``unit_id``.

    Its columns are :func:`cell_columns`, ``row_count``, and one for each measure; it is ordered by the first.
    """
    scope = _Scope(cells.rows, month)
    inner = ["r.*"]
    inner += [f"{scope.sql(dimension.sql)} AS d_{dimension.name}" for dimension in cells.stored_dimensions]
    if cells.day:
        inner.append(f"{scope.sql(cells.day)} AS d_day")
    if cells.value:
        inner.append(f"TRY_CAST(ROUND({scope.sql(cells.value)}, 0) AS BIGINT) AS d_value")
    if cells.key:
        inner.append(f"{scope.sql(cells.key)} AS d_key")
    sums = ["COUNT(*) AS row_count"]
    for measure in measures:
        inner.append(f"{_number(scope, measure)} AS {measure.column}")
        sums.append(f"TRY_CAST(SUM({measure.column}) AS BIGINT) AS {measure.column}")
    where = scope.sql(cells.where) if cells.where else "TRUE"
    columns = cell_columns(cells)
    outer = [*AREA_COLUMNS, *(f"d_{column} AS {column}" for column in columns[2:]), *sums]
    groups = ", ".join([*AREA_COLUMNS, *(f"d_{column}" for column in columns[2:])])
    lines = [
        "SELECT",
        "  " + ",\n  ".join(outer),
        "FROM (",
        "  SELECT",
        "    " + ",\n    ".join(inner),
        f"  FROM {cells.rows.dataset} AS r",
        *(f"  {join}" for join in scope.joins()),
        f"  WHERE {where}",
        ") AS counted",
        f"GROUP BY {groups}",
        f"ORDER BY {groups}",
    ]
    return "\n".join(lines)


def lookup_sql(lookup: Lookup) -> str:
    """The query that makes a lookup's table from the relation named like its snapshot: the smallest value of a key in a province."""
    value = expand(lookup.value, {}).sql("duckdb")
    return (
        f"SELECT province_id, {lookup.key} AS lookup_key, MIN({value}) AS {lookup.name}\n"
        f"FROM {lookup.dataset}\nGROUP BY province_id, {lookup.key}"
    )


def _number(scope: _Scope, measure: Measure) -> str:
    """What one row adds to a measure. Seconds are rounded row by row, so that mean and median see the same durations."""
    value = f"COALESCE(TRY_CAST(ROUND({scope.sql(measure.value)}, 0) AS BIGINT), 0)" if measure.value else "1"
    return f"CASE WHEN {scope.sql(measure.where)} THEN {value} ELSE 0 END"


class _Scope:
    """Formulas of some rows as SQL, and the joins with the working-day calendar that they need."""

    def __init__(self, rows: Rows, month: Month) -> None:
        self.conditions = rows.conditions
        self.month = month
        self.fields: set[str] = set()

    def sql(self, text: str) -> str:
        tree = expand(text, self.conditions, self.month)
        for call, first, last in working_day_arguments(tree):
            self.fields |= {first, last}
            replacement = _difference(first, last)
            if call is tree:
                tree = replacement
            else:
                call.replace(replacement)
        return tree.sql("duckdb")

    def joins(self) -> list[str]:
        return [
            f"LEFT JOIN working_calendar AS calendar_{field} ON calendar_{field}.calendar_day = r.{field}" for field in sorted(self.fields)
        ]


def _difference(first: str, last: str) -> exp.Expr:
    from sqlglot import exp

    ordinals = [exp.column("working_ordinal", f"calendar_{field}") for field in (last, first)]
    return exp.paren(exp.Sub(this=ordinals[0], expression=ordinals[1]))
