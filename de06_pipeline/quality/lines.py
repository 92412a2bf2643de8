"""Lines: what is told of a row, a rule and its values, so that a person can correct it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import column_types, number, write_parquet
from de06_pipeline.errors import AccountingError
from de06_pipeline.quality.masking import masked_sql

if TYPE_CHECKING:
    import duckdb

FILES = Relation(
    "numbered_file",
    (("file_no", "SMALLINT"), ("delivery_no", "SMALLINT"), ("file_name", "VARCHAR")),
)
"""The files that lines are about."""
LISTED_ROWS = 50_000
"""Lines kept of one rule, or of one reason why records are broken, in one delivery.

More rows than this have one cause, not fifty thousand. Without a limit a workbook of two megabytes,
a million rows of nothing, becomes gigabytes of lines.
"""
LINE_COLUMNS = (
    "file_name",
    "row_number",
    "field",
    "rule_id",
    "masked_value",
    "suggestion",
    "suggestion_en",
)
_OF_LINES = (
    ("delivery_no", "SMALLINT"),
    *((name, "BIGINT" if name == "row_number" else "VARCHAR") for name in LINE_COLUMNS),
)
QUARANTINE = Relation("quarantine_line", _OF_LINES)
"""Lines about rows and records of a batch that were quarantined."""
UNQUARANTINED = Relation("unquarantined_line", _OF_LINES)
"""Lines about rows of a batch that were not quarantined."""
_NO_LINE = (
    "0::SMALLINT AS delivery_no, '' AS file_name, 0::BIGINT AS row_number, '' AS field, '' AS rule_id, "
    "'' AS masked_value, '' AS suggestion, '' AS suggestion_en"
)
_MASKS = "quarantine_mask"
_SUGGESTIONS = {"suggestion": "area_suggestion_vi", "suggestion_en": "area_suggestion_en"}


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Rows of one file that have no line of their own, since their rule has :data:`LISTED_ROWS`
    lines without them.

    Attributes:
        reason: why the records are broken; empty for rules.
    """

    file_no: int
    rule_id: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class NumberedFile:
    """A file of the deliveries that are judged together, and its name within its own."""

    file_no: int
    delivery_no: int
    name: str


def create_files(con: duckdb.DuckDBPyConnection, files: Sequence[NumberedFile]) -> None:
    """Make table :data:`FILES` of the files that lines will be about."""
    FILES.create_empty(con)
    FILES.insert(con, [(file.file_no, file.delivery_no, file.name) for file in files])


@dataclass(frozen=True, slots=True)
class ListedRules:
    """Rows that get a line for each rule they break.

    Attributes:
        relation: like :data:`~de06_pipeline.quality.judge.VIOLATION`.
        rules: the fields that each of the broken rules is about.
        unlisted: the rows that were left out, counted.
    """

    relation: Relation
    rules: Mapping[str, Sequence[str]]
    unlisted: tuple[Unlisted, ...]


def list_violations(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    violations: Relation,
    most: int = LISTED_ROWS,
) -> ListedRules:
    """Choose the rows of each rule that get a line: of each delivery the first ``most`` by file and
    row.

    Args:
        violations: like :data:`~de06_pipeline.quality.judge.VIOLATION`.

    Raises:
        AccountingError: a violation is of a rule that the contract does not have.
    """
    listed, unlisted = list_first(con, violations, f"{violations}_listed", most)
    broken_rules = [
        rule_id
        for (rule_id,) in con.execute(
            f"SELECT DISTINCT rule_id FROM {listed} ORDER BY ALL"
        ).fetchall()
    ]
    known = {rule.id: rule.fields for rule in contract.rules}
    unknown = [rule_id for rule_id in broken_rules if rule_id not in known]
    if unknown:
        raise AccountingError(
            f"{contract.dataset}: violations of rules that are not in the contract: {', '.join(unknown)}."
        )
    return ListedRules(listed, {rule_id: known[rule_id] for rule_id in broken_rules}, unlisted)


def create_masks(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    rows: Callable[[Collection[str], str], Relation],
    shape: Relation,
    listed: Sequence[ListedRules],
    *,
    own: bool = False,
) -> None:
    """Make the masked values that lines show: of every listed row, once for all of its lines.

    Args:
        rows: gives rows that a SELECT names, with the columns of some fields.
        shape: a table with the columns of all fields.
        own: the lines are for the supplier alone; see :func:`~de06_pipeline.quality.masking.masked`.
    """
    broken = [some for some in listed if some.rules]
    if not broken:
        return
    fields = sorted({name for some in broken for names in some.rules.values() for name in names})
    which = " UNION ".join(f"SELECT file_no, row_number FROM {some.relation}" for some in broken)
    masks = _masks(contract, rows(fields, which), column_types(con, shape), fields, own)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_MASKS} AS {masks}")


def create_lines(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    lines: Relation,
    listed: ListedRules,
    broken: Relation | None = None,
    most: int = LISTED_ROWS,
) -> tuple[Unlisted, ...]:
    """Make table ``lines``: one line for each rule a listed row breaks, and one for each broken
    record, of each delivery the first ``most`` that are broken for one reason.

    Columns: ``delivery_no``, then those of :data:`LINE_COLUMNS`: ``file_name``, ``row_number``,
    ``field`` (names, comma-separated; empty for a broken record), ``rule_id``, ``masked_value``
    (the fields' masks in the same order; for a broken record its reason and shape), ``suggestion`` and
    ``suggestion_en`` (for rules about areas: the nearest valid unit, from the row's ``area_suggestion_vi`` and
    ``area_suggestion_en`` where the table has them).

    Args:
        lines: :data:`QUARANTINE` or :data:`UNQUARANTINED`.
        listed: what the lines are about; :func:`create_masks` has seen it.
        broken: table (file_no, row_number, reason, shape) of records that never became rows.

    Returns:
        the rows and records that were left out, counted.

    Raises:
        AccountingError: a violation has no row or file.
    """
    parts = []
    expected = "0"
    unlisted = listed.unlisted
    if listed.rules:
        areas = {field.name for field in contract.area_fields}
        parts.append(_violation_lines(listed.rules, areas, listed.relation))
        expected += f" + (SELECT count(*) FROM {listed.relation})"
    if broken is not None:
        records, unlisted_records = list_first(
            con, broken, f"{lines}_record", most, broken_rule(contract), "reason"
        )
        unlisted += unlisted_records
        parts.append(_broken_lines(contract, records))
        expected += f" + (SELECT count(*) FROM {records})"
    selects = "\nUNION ALL\n".join(parts) or f"SELECT {_NO_LINE} WHERE false"
    lines.create_as(con, selects)
    made, wanted = number(con, f"SELECT count(*) FROM {lines}"), number(con, f"SELECT {expected}")
    if made != wanted:
        raise AccountingError(
            f"{contract.dataset}: {wanted} rows and rules to quarantine, but {made} quarantine lines."
        )
    return unlisted


def broken_rule(contract: Contract) -> str:
    """What broken records are listed under, where rows have a rule."""
    return f"{contract.dataset}.record.broken"


def list_first(
    con: duckdb.DuckDBPyConnection,
    source: Relation,
    listed: str,
    most: int,
    rule_id: str | None = None,
    kind: str = "rule_id",
) -> tuple[Relation, tuple[Unlisted, ...]]:
    """Choose the rows that get a line: of each delivery and kind the first ``most`` by file and row.

    Args:
        source: table with ``file_no`` and ``row_number``.
        listed: name of the table to make of the chosen rows, where some have to be left out.
        rule_id: of all rows of ``source``; None where the column ``kind`` says it.
        kind: SQL for what is limited by itself: a rule, or the reason of a broken record.

    Returns:
        the table with the chosen rows, which is ``source`` where all of them are; and the others,
        counted by file and kind.
    """
    counted = f"""
        SELECT f.delivery_no, coalesce({kind}, '') AS kind
        FROM {source} AS s JOIN {FILES} AS f ON f.file_no = s.file_no
        GROUP BY ALL HAVING count(*) > {most:d}"""
    if not con.execute(counted).fetchone():
        return source, ()
    crowded = f"{listed}_crowded"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {crowded} AS {counted}")
    # A row without a file stays, so that whoever makes lines of it finds out.
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {listed} AS
        SELECT s.* FROM {source} AS s LEFT JOIN {FILES} AS f ON f.file_no = s.file_no
        LEFT JOIN {crowded} AS c ON c.delivery_no = f.delivery_no AND c.kind = coalesce({kind}, '')
        QUALIFY c.kind IS NULL
          OR row_number() OVER (PARTITION BY c.delivery_no, c.kind ORDER BY f.file_name, s.row_number) <= {most:d}""")
    others = con.execute(f"""
        SELECT file_no, kind, sum(rows)::BIGINT FROM (
          SELECT file_no, coalesce({kind}, '') AS kind, count(*) AS rows FROM {source} GROUP BY ALL
          UNION ALL
          SELECT file_no, coalesce({kind}, ''), -count(*) FROM {listed} GROUP BY ALL)
        GROUP BY ALL HAVING sum(rows) > 0 ORDER BY ALL""").fetchall()
    return Relation(listed, source.columns), tuple(
        Unlisted(file_no, rule_id, of, rows) if rule_id else Unlisted(file_no, of, "", rows)
        for file_no, of, rows in others
    )


def count_lines(con: duckdb.DuckDBPyConnection, lines: Relation) -> dict[int, int]:
    """How many lines each delivery has; none for deliveries without."""
    return dict(
        con.execute(f"SELECT delivery_no, count(*) FROM {lines} GROUP BY delivery_no").fetchall()
    )


def write_lines(
    con: duckdb.DuckDBPyConnection, lines: Relation, delivery_no: int, path: Path
) -> int:
    """Write the lines of one delivery as Parquet, ordered by ``file_name``, ``row_number``,
    ``rule_id``; returns how many.
    """
    return write_parquet(
        con,
        f"SELECT {', '.join(LINE_COLUMNS)} FROM {lines} WHERE delivery_no = {delivery_no} "
        "ORDER BY file_name, row_number, rule_id",
        path,
    )


def _violation_lines(
    rules: Mapping[str, Sequence[str]], areas: set[str], violations: Relation
) -> str:
    names = " ".join(
        f"WHEN {literal(rule_id)} THEN {literal(','.join(fields))}"
        for rule_id, fields in rules.items()
    )
    values = " ".join(
        f"WHEN {literal(rule_id)} THEN concat_ws(', ', {', '.join(f'm.{_mask_column(name)}' for name in fields)})"
        for rule_id, fields in rules.items()
    )
    about_areas = [
        literal(rule_id) for rule_id, fields in rules.items() if areas.intersection(fields)
    ]
    is_suggested = f"v.rule_id IN ({', '.join(about_areas)})" if about_areas else "false"
    suggestions = ", ".join(
        f"CASE WHEN {is_suggested} THEN m.{column} ELSE '' END AS {name}"
        for name, column in _SUGGESTIONS.items()
    )
    named = f"CASE v.rule_id {names} END" if rules else "''"
    masked = f"CASE v.rule_id {values} END" if rules else "''"
    return f"""SELECT f.delivery_no, f.file_name, v.row_number, {named} AS field, v.rule_id,
          {masked} AS masked_value,
          {suggestions}
        FROM {violations} AS v
        JOIN {_MASKS} AS m ON m.file_no = v.file_no AND m.row_number = v.row_number
        JOIN {FILES} AS f ON f.file_no = v.file_no"""


def _broken_lines(contract: Contract, broken: Relation) -> str:
    return f"""SELECT f.delivery_no, f.file_name, b.row_number, '' AS field, {literal(broken_rule(contract))} AS rule_id,
          concat_ws(': ', b.reason, b.shape) AS masked_value, '' AS suggestion, '' AS suggestion_en
        FROM {broken} AS b JOIN {FILES} AS f ON f.file_no = b.file_no"""


def _masks(
    contract: Contract,
    table: Relation,
    types: Mapping[str, str],
    names: Sequence[str],
    own: bool,
) -> str:
    """The rows of ``table`` and the masks of the named fields; an empty cell has the empty mask."""
    columns = ["file_no", "row_number"]
    texts = []
    for name in names:
        field = contract.field(name)
        texts.append(f"{_delivered_text(field, types, own)} AS {_mask_column(name)}")
        columns.append(
            f"coalesce({masked_sql(field, _mask_column(name), own=own)}, '') AS {_mask_column(name)}"
        )
    has_areas = any(contract.field(name).is_area for name in names)
    suggestions = [
        f"coalesce({column}, '') AS {column}"
        if has_areas and column in types
        else f"'' AS {column}"
        for column in _SUGGESTIONS.values()
    ]
    columns += _SUGGESTIONS.values()
    selected = ", ".join(["file_no", "row_number", *texts, *suggestions])
    return f"SELECT {', '.join(columns)} FROM (SELECT {selected} FROM {table})"


def _delivered_text(field: Field, types: Mapping[str, str], own: bool) -> str:
    """SQL for a cell as the supplier wrote it where that was kept, else for the value read from it;
    to its own supplier a day is written as offices do, ``dd/MM/yyyy``.
    """
    if field.is_area:
        return f'"{field.name}_text"'
    parts = [f'"{field.name}_raw"'] if f"{field.name}_raw" in types else []
    if field.name in types:
        value = f'"{field.name}"::VARCHAR'
        if types[field.name].startswith("DECIMAL"):
            value = rf"regexp_replace({value}, '\.?0+$', '')"
        elif own and types[field.name].startswith(("DATE", "TIMESTAMP")):
            value = f"strftime(\"{field.name}\", '%d/%m/%Y %H:%M:%S')"
            value = f"regexp_replace({value}, ' 00:00:00$', '')"
        parts.append(value)
    return f"coalesce({', '.join(parts)})" if parts else "NULL::VARCHAR"


def _mask_column(name: str) -> str:
    return f'"mask_{name}"'
