"""Cell sets and lookups as SQL text.

One query a cell set: a single scan of the month's rows makes all its measures.

The text is plain SQL over a relation with the dataset's name. A test has it transpiled to Spark and
PostgreSQL, which keeps the road to another engine open.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from de06_pipeline.indicators.cells.working_days import CALENDAR
from de06_pipeline.periods import TimeRange
from de06_pipeline.registry.formulas import names_in, parse, with_period, working_day_arguments
from de06_pipeline.registry.model import (
    CellSet,
    Dimension,
    ListedValue,
    Measure,
    Rows,
    SnapshotLookup,
)

if TYPE_CHECKING:
    from sqlglot import exp

AREA_COLUMNS = ("province_id", "unit_id")


def cell_columns(cells: CellSet) -> list[str]:
    """The columns that identify a cell, in order; the measures follow them."""
    extra = [name for name in ("day", "value", "key") if getattr(cells, name)]
    return [*AREA_COLUMNS, *(dimension.name for dimension in cells.stored_dimensions), *extra]


def cells_sql(
    cells: CellSet,
    measures: Sequence[Measure],
    period: TimeRange | None,
    by: Sequence[str] = (),
    *,
    signed: bool = False,
) -> str:
    """The query that makes a cell set from the relation named like its dataset, which has
    ``province_id`` and ``unit_id``.

    Args:
        period: None where the relation gives each row's own, as ``period_start`` and
            ``period_end``.
        by: further columns of the relation that its groups keep apart.
        signed: each row counts 1 or -1, as its column ``sign`` says, and stands for itself: whoever
            adds these to other cells groups them once, with those.

    Returns:
        Its columns are ``by``, :func:`cell_columns`, ``row_count``, and one for each measure;
        without ``signed`` it is ordered by the first two.
    """
    kept = [*by, *AREA_COLUMNS]
    formulas = Formulas(cells.rows, period)
    where = formulas.sql(cells.where) if cells.where else "TRUE"
    values, of_row = _of_row(formulas, measures)
    columns = [
        f"{formulas.sql(dimension.sql)} AS d_{dimension.name}"
        for dimension in cells.stored_dimensions
    ]
    if cells.day:
        columns.append(f"{formulas.sql(cells.day)} AS d_day")
    if cells.value:
        columns.append(f"{_whole('value_of_row')} AS d_value")
        values.append(f"CASE WHEN {where} THEN {formulas.sql(cells.value)} END AS value_of_row")
    if cells.key:
        columns.append(f"{formulas.sql(cells.key)} AS d_key")
    columns += [f"{sql} AS {measure}" for measure, sql in of_row.items()]
    named = [f"d_{column}" for column in cell_columns(cells)[len(AREA_COLUMNS) :]]
    groups = ", ".join([*kept, *named])
    outer = [
        *kept,
        *(f"{name} AS {name.removeprefix('d_')}" for name in named),
        f"{'sign' if signed else 'COUNT(*)'} AS row_count",
    ]
    added = _of_signed_row if signed else _of_group
    outer += [f"{added(measure)} AS {measure.column}" for measure in measures]
    inner = [*kept, *(["sign"] if signed else []), *columns]
    relation = formulas.relation()
    if values:
        relation = _select(["*", *values], relation, "valued")
    rows = _select(inner, relation, "conditions", f"WHERE {where}")
    parts = [_select(outer, rows, "counted"), *_counts_at_all(cells, measures)]
    if not signed:
        parts += [f"GROUP BY {groups}", f"ORDER BY {groups}"]
    return "\n".join(parts)


def _counts_at_all(cells: CellSet, measures: Sequence[Measure]) -> list[str]:
    """The condition that leaves out rows that no measure counts: half of what an administrative
    month's two deliveries hold was over before it began.
    """
    if not cells.rows.opening or cells.where or not measures:
        return []
    counted = (
        f"{measure.column} IS NOT NULL" if measure.value else measure.column for measure in measures
    )
    return [f"WHERE {' OR '.join(counted)}"]


def edges_sql(
    rows: Rows, dimensions: Sequence[Dimension], key: str, period: TimeRange, by: Sequence[str]
) -> str:
    """The query that lists what is carried into a period and out of it.

    Returns:
        Its columns are ``by``, the area columns, ``record_key``, the dimensions, ``is_opening`` and
        ``is_closing``; its rows are in the order of the relation's.
    """
    formulas = Formulas(rows, period)
    columns = [*by, *AREA_COLUMNS, f"{key} AS record_key"]
    columns += [f"{formulas.sql(dimension.sql)} AS d_{dimension.name}" for dimension in dimensions]
    ends = {"is_opening": formulas.sql(rows.opening), "is_closing": formulas.sql(rows.closing)}
    columns += [f"COALESCE({sql}, FALSE) AS {name}" for name, sql in ends.items()]
    counted = f"WHERE {ends['is_opening']} OR {ends['is_closing']}"
    listed = _select(columns, formulas.relation(), "conditions", counted)
    named = [f"d_{dimension.name} AS {dimension.name}" for dimension in dimensions]
    outer = [*by, *AREA_COLUMNS, "record_key", *named, *ends]
    return _select(outer, listed, "listed")


def lookup_sql(lookup: SnapshotLookup) -> str:
    """The query that makes a lookup's table from the relation named like its snapshot: the smallest
    value of a key in a province.
    """
    value = parse(lookup.value).sql("duckdb")
    return (
        f"SELECT province_id, {lookup.key} AS lookup_key, MIN({value}) AS {lookup.name}\n"
        f"FROM {lookup.dataset}\nGROUP BY province_id, {lookup.key}"
    )


def listed_lookup_sql(lookup: SnapshotLookup, otherwise: ListedValue) -> str:
    """The query that gives the values of a reference table, in relation ``listed``, to the provinces
    whose snapshot, the relation named like it, does not have the key.
    """
    value = parse(otherwise.value).sql("duckdb")
    return (
        f"SELECT p.province_id, r.lookup_key, r.{lookup.name}\n"
        f"FROM (SELECT {lookup.key} AS lookup_key, {value} AS {lookup.name} FROM listed) AS r\n"
        f"CROSS JOIN (SELECT DISTINCT province_id FROM {lookup.dataset}) AS p\n"
        f"LEFT JOIN {lookup.dataset} AS s "
        f"ON s.province_id = p.province_id AND s.{lookup.key} = r.lookup_key\n"
        f"WHERE r.{lookup.name} IS NOT NULL AND s.{lookup.key} IS NULL"
    )


def _of_row(formulas: Formulas, measures: Sequence[Measure]) -> tuple[list[str], dict[str, str]]:
    """What measures need of one row: whether it counts, or what it adds.

    Seconds are rounded here, so that mean and median agree.

    Returns:
        The values, each computed once for the measures that add it up and those that count where it
        is known: a quarter of the processor time of a month's dossiers. And by measure its
        expression.
    """
    values: list[str] = []
    of_row: dict[str, str] = {}
    known: dict[str, str] = {}
    for measure in measures:
        if measure.value:
            name = f"value_{len(values)}"
            where, value = formulas.sql(measure.where), formulas.sql(measure.value)
            values.append(f"CASE WHEN {where} THEN {value} END AS {name}")
            of_row[measure.column] = _whole(name)
            known[measure.known_where] = f"{name} IS NOT NULL"
    for measure in measures:
        if not measure.value:
            of_row[measure.column] = known.get(measure.where) or formulas.sql(measure.where)
    return values, of_row


def _whole(value: str) -> str:
    """The expression that rounds a column to a whole number; NULL where it is beyond 64 bits.

    DuckDB takes 230 ns to make a BIGINT of a wide decimal, but 15 of one of 18 digits, which nearly
    all are.
    """
    rounded = f"ROUND({value}, 0)"
    return (
        f"COALESCE(CAST(TRY_CAST({rounded} AS DECIMAL(18, 0)) AS BIGINT), "
        f"TRY_CAST({rounded} AS BIGINT))"
    )


def _of_group(measure: Measure) -> str:
    if measure.value:
        return f"COALESCE(TRY_CAST(SUM({measure.column}) AS BIGINT), 0)"
    # A third faster than summing ones and zeros.
    return f"COUNT(*) FILTER (WHERE {measure.column})"


def _of_signed_row(measure: Measure) -> str:
    if measure.value:
        return f"sign * COALESCE({measure.column}, 0)"
    return f"CASE WHEN {measure.column} THEN sign ELSE 0 END"


def _select(columns: Sequence[str], relation: str, alias: str, *more: str) -> str:
    inner = relation.replace("\n", "\n  ")
    return "\n".join(
        ["SELECT", "  " + ",\n  ".join(columns), f"FROM (\n  {inner}\n) AS {alias}", *more]
    )


class Formulas:
    """Formulas over some rows as SQL over :meth:`relation`, which computes every condition they
    name exactly once.

    Conditions stand in layers, each made from those below it: with every condition written out
    where it is used, the dossiers of a month took five times as long.
    """

    def __init__(self, rows: Rows, period: TimeRange | None) -> None:
        self._rows = rows
        self._period = period
        self._layers: dict[str, int] = {}
        self._fields: set[str] = set()

    def sql(self, text: str) -> str:
        """One formula; its conditions are columns of the relation."""
        for name in sorted(names_in(text) & set(self._rows.conditions)):
            self._add(name)
        sql, fields = _formula_sql(text, self._period is not None)
        self._fields |= fields
        if self._period:
            for mark, end in zip(_ENDS, (self._period.start, self._period.end), strict=True):
                sql = sql.replace(mark, end.isoformat(sep=" "))
        return sql

    def relation(self) -> str:
        """The rows with all conditions named so far. Call it after the last formula."""
        layers: list[list[str]] = [[] for _ in range(max(self._layers.values(), default=-1) + 1)]
        for name, layer in sorted(self._layers.items()):
            layers[layer].append(f"{self.sql(self._rows.conditions[name])} AS {name}")
        ordinals = [
            f"calendar_{field}.working_ordinal AS ordinal_{field}" for field in sorted(self._fields)
        ]
        joins = [
            f"LEFT JOIN {CALENDAR} AS calendar_{field} ON calendar_{field}.calendar_day = r.{field}"
            for field in sorted(self._fields)
        ]
        query = "\n".join(
            [f"SELECT {', '.join(['r.*', *ordinals])}", f"FROM {self._rows.dataset} AS r", *joins]
        )
        for number, conditions in enumerate(layers):
            query = _select(["*", *conditions], query, f"layer_{number}")
        return query

    def _add(self, name: str) -> int:
        if name not in self._layers:
            below = names_in(self._rows.conditions[name]) & set(self._rows.conditions)
            self.sql(self._rows.conditions[name])
            self._layers[name] = 1 + max((self._add(each) for each in below), default=-1)
        return self._layers[name]


_ENDS = ("<start of the period>", "<end of the period>")


@lru_cache(maxsize=4096)  # to copy and write a formula's tree took a fifth of a small month's cells
def _formula_sql(text: str, has_period: bool) -> tuple[str, frozenset[str]]:
    """A formula as SQL, and the fields it counts working days between.

    Args:
        has_period: put :data:`_ENDS` in place of the period's ends, instead of naming them.
    """
    tree = with_period(text, _ENDS) if has_period else parse(text).copy()
    fields: set[str] = set()
    for call, first, last in working_day_arguments(tree):
        fields |= {first, last}
        difference = _difference(first, last)
        if call is tree:
            tree = difference
        else:
            call.replace(difference)
    return tree.sql("duckdb"), frozenset(fields)


def _difference(first: str, last: str) -> exp.Expr:
    from sqlglot import exp

    return exp.paren(
        exp.Sub(this=exp.column(f"ordinal_{last}"), expression=exp.column(f"ordinal_{first}"))
    )
