"""The one narrow pass: from delivered texts to judged rows.

One statement reads the records of a batch, types them, attaches units, derives columns and marks
every rule. It keeps what is stored and what rules name; texts, states and raw values of a row only
where it breaks a rule, as the cells they were read from, to be typed again for the messages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from de06_pipeline.areas.attach import AreaJoin
from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.duck.quoting import identifier, literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import column_types
from de06_pipeline.errors import AccountingError, ContractError
from de06_pipeline.ingest.put_right import put_right_column
from de06_pipeline.parsing.derived import columns_behind, columns_read, with_derived
from de06_pipeline.parsing.fields import parsed_columns
from de06_pipeline.parsing.macros import STATES
from de06_pipeline.parsing.typed import (
    CELLS,
    cell_columns,
    kept_column,
    kept_text,
    typed_sql,
)
from de06_pipeline.periods import FIRST_MONTH, Month
from de06_pipeline.quality.accepted import accepted_columns
from de06_pipeline.quality.marks import RuleMarks, mark_rules
from de06_pipeline.quality.rules import evaluated_columns

_PLACE = (("delivery_no", "SMALLINT"), ("file_no", "SMALLINT"), ("row_number", "BIGINT"))
"""Where a row comes from. The further columns of the relations below are the contract's: which,
stands in docs/architecture.md.
"""
ALL_ROWS = Relation("all_rows", _PLACE)
"""View: every record of the batch, typed and marked; states are numbers."""
JUDGED = Relation("judged", _PLACE)
"""View: the rows of :data:`ALL_ROWS` but those that another one of their key replaced."""
EXAMINED = Relation("examined", ())
"""The judged rows as Great Expectations sees them: the columns that rules name, states as words."""
_BROKEN = Relation("broken_row", (*_PLACE, ("cells", "VARCHAR[]")))
"""Rows that break a rule, with the cells that they were read from."""
SHAPE = Relation("typed_row", _PLACE)
"""Table without rows, with every column of a typed row: what rules and contracts are held against."""

_SHAPES: dict[str, str] = {}
"""The columns of :data:`SHAPE` by the SQL that makes them. To ask DuckDB for them costs as much as to
plan the statement, and they are the same in every month.
"""

_AS_WRITTEN = "FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1000"
"""Read a few times and thrown away: to compress, or to look for repeats among codes that are all
different, costs more than it saves.
"""


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """What the pass left in the step's database.

    Attributes:
        marks: of all rules of the contract, as columns of ``rows``.
        rows: :data:`ALL_ROWS`.
        path: the same as Parquet, in long runs of ascending rows of a file; states are numbers.
        with_texts: makes a SELECT of rows that break a rule, with every column that some delivered
            fields have in :data:`SHAPE`: texts, states, raw values, suggestions. Its arguments: the
            fields, and a SELECT of the rows' ``file_no`` and ``row_number``. It holds until the next.
        sql: the SELECT that ran, for people to read.
    """

    marks: RuleMarks
    rows: Relation
    path: Path
    with_texts: Callable[[Collection[str], str], Relation]
    sql: str


def create_judged(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    month: Month,
    areas: AreaJoin,
    path: Path,
    few: Collection[str] = (),
) -> JudgedRows:
    """Type and mark all records of :data:`~de06_pipeline.parsing.typed.CELLS` in one statement, and
    create the relations of this module.

    The rows are written to ``path`` as Parquet, in the order in which they come: packing them as a
    table of DuckDB's took a third more processor time, and to keep their order DuckDB would write
    with one thread.

    Args:
        path: a file of the step's scratch folder.
        few: the fields whose texts were typed before.

    Raises:
        AccountingError: DuckDB rejects a record that reading had accepted.
        ContractError: a rule cannot be built or evaluated.
    """
    parsed = f"({typed_sql(contract, CELLS, few=few)})"
    typed = _typed_rows(contract, month, areas, parsed)
    _create_shape(con, contract, areas, parsed)
    marks = mark_rules(con, contract, contract.rules, SHAPE.name)
    sql = _marked_rows(contract, marks, typed, few)
    con.execute("SET preserve_insertion_order = false")
    _run(con, contract, f"COPY (\n{sql}\n) TO {literal(str(path))} ({_AS_WRITTEN})")
    con.execute("RESET preserve_insertion_order")
    con.execute(f"CREATE VIEW {ALL_ROWS} AS SELECT * FROM read_parquet({literal(str(path))})")
    return JudgedRows(marks, ALL_ROWS, path, partial(_with_texts, con, contract, month, areas), sql)


def _create_shape(
    con: duckdb.DuckDBPyConnection, contract: Contract, areas: AreaJoin, parsed: str
) -> None:
    """Create :data:`SHAPE`."""
    # A transform names the month, whose literals have the same type in all of them.
    typed = _typed_rows(contract, Month.parse(FIRST_MONTH), areas, parsed)
    if typed not in _SHAPES:
        columns = column_types(con, f"SELECT * FROM (\n{typed}\n)")
        _SHAPES[typed] = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
    con.execute(f"CREATE TABLE {SHAPE} ({_SHAPES[typed]})")


def _typed_rows(contract: Contract, month: Month, areas: AreaJoin, parsed: str) -> str:
    """Every column of the rows of a relation like ``parsed``: units, then transforms and derived
    columns in contract order.
    """
    return with_derived(contract, month, _with_areas(areas, parsed))


def _with_areas(areas: AreaJoin, parsed: str) -> str:
    area_columns = "".join(
        f",\n  {sql} AS {column}" for column, sql in (*areas.columns, *areas.suggestions)
    )
    return f"SELECT p.*{area_columns}\nFROM {parsed} AS p\n{areas.joins}"


def _marked_rows(contract: Contract, marks: RuleMarks, typed: str, few: Collection[str]) -> str:
    place = ["delivery_no", "file_no", "row_number"]
    states = set(_states(contract))
    values = [identifier(name) for name in _kept(contract)]
    put_right = put_right_column(contract)
    made = [*marks.columns(), put_right] if put_right else marks.columns()
    fields = contract.delivered_fields
    kept = [kept_column(field, few) for field in fields]
    marked = ", ".join([*place, *values, *kept, *(f"{sql} AS {name}" for name, sql in made)])
    numbered = [f"enum_code({name}) AS {name}" if name in states else name for name in values]
    names = ", ".join([*place, *numbered, *(name for name, _ in made)])
    cells = ", ".join(kept_text(field, few) for field in fields)
    texts = f"CASE WHEN {marks.breaks_any()} THEN [{cells}] END AS cells"
    return f"SELECT {names}, {texts}\nFROM (\nSELECT {marked}\nFROM (\n{typed}\n)\n)"


def _kept(contract: Contract) -> list[str]:
    """The typed columns that something reads after the pass: what is stored, what Great Expectations
    counts over, and what chooses among rows of one key.
    """
    names = [column.name for column in accepted_columns(contract)[2:]]
    names += [f"{f.name}_id" if f.is_area else f.name for f in contract.key_fields]
    names += [contract.supersede_by] if contract.supersede_by else []
    names += [column for rule in contract.rules for column in evaluated_columns(rule)]
    return list(dict.fromkeys(names))


def _states(contract: Contract) -> list[str]:
    """The kept columns that hold a state. They are written as its number: thirty columns of words
    took a sixth of the pass, of numbers a fiftieth.
    """
    kept = set(_kept(contract))
    states = (f"{field.name}_state" for field in contract.delivered_fields if not field.is_area)
    return [identifier(state) for state in states if state in kept]


def create_examined(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    marks: RuleMarks,
    rows: Relation,
    *,
    is_kept: bool,
) -> Relation:
    """Create :data:`EXAMINED`.

    Args:
        rows: :data:`JUDGED`.
        is_kept: as a table. Great Expectations asks a query for each row condition: over few rows
            planning a view with all of its states each time took ten times as long as counting.
    """
    named = " ".join(f"WHEN {number} THEN {literal(state)}" for number, state in enumerate(STATES))
    states = set(_states(contract))
    evaluated = (identifier(column) for rule in marks.rules for column in evaluated_columns(rule))
    columns = [
        f"CASE {column} {named} END AS {column}" if column in states else column
        for column in dict.fromkeys([*evaluated, *marks.condition_columns.values()])
    ]
    kind = "TABLE" if is_kept else "VIEW"
    con.execute(
        f"CREATE {kind} {EXAMINED} AS SELECT {', '.join(columns) or 'row_number'} FROM {rows}"
    )
    return EXAMINED


def _with_texts(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    month: Month,
    areas: AreaJoin,
    names: Collection[str],
    which: str,
) -> Relation:
    """Some rows that break a rule, typed again as far as some fields need it: to plan all of them took
    longer than the rows of a small delivery.
    """
    columns = columns_behind(
        contract, month, [c for name in names for c in _columns_of(contract.field(name))]
    )
    fields = {
        field.name
        for field in contract.delivered_fields
        if columns.intersection(c.lower() for c in _columns_of(field))
    }
    area_fields = {field.name for field in contract.area_fields}
    has_areas = bool(fields & area_fields)
    if has_areas:
        fields |= area_fields
        fields |= columns_read(contract.area_date) if contract.area_date else frozenset()
    cells = ", ".join(
        f"cells[{number}] AS {column}"
        for number, column in enumerate(cell_columns(contract), start=1)
    )
    # Put together in a table first: one row in a hundred is twenty of a vector, and DuckDB takes as long
    # to type twenty as two thousand.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_BROKEN} AS SELECT delivery_no, file_no, row_number, cells "
        f"FROM {ALL_ROWS} SEMI JOIN ({which}) USING (file_no, row_number) WHERE cells IS NOT NULL"
    )
    again = f"SELECT delivery_no, file_no, row_number, {cells} FROM {_BROKEN}"
    parsed = typed_sql(contract, f"({again})", fields)
    relation = _with_areas(areas, f"({parsed})") if has_areas else parsed
    return Relation(f"(\n{with_derived(contract, month, relation, columns)}\n)", _PLACE)


def _columns_of(field: Field) -> list[str]:
    """The columns that a delivered field has in :data:`SHAPE`."""
    own = [column.name for column in parsed_columns(field)]
    return [*own, f"{field.name}_id", f"{field.name}_state"] if field.is_area else own


def _run(con: duckdb.DuckDBPyConnection, contract: Contract, sql: str) -> None:
    """Run the statement that reads and judges; DuckDB's own message may quote a record."""
    try:
        con.execute(sql)
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except duckdb.Error as error:
        failure = _reason(con, contract, type(error).__name__)
    else:
        return
    raise failure


def _reason(con: duckdb.DuckDBPyConnection, contract: Contract, kind: str) -> Exception:
    """Whether the records could not be read, or the rules not be evaluated over them."""
    try:
        con.execute(f"SELECT count(DISTINCT row_number) FROM {CELLS}").fetchone()
    except duckdb.Error:
        return AccountingError("DuckDB rejects a record that reading had accepted.")
    return ContractError(
        f"{contract.path}: DuckDB could not evaluate the rules of {contract.dataset} ({kind}): "
        "a rule or row_condition casts or compares values of another type. DuckDB's message is withheld because it may quote a row."
    )
