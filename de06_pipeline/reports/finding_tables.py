"""The tables that the findings of some deliveries are put together from, in one DuckDB database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Contract, Message, Severity
from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.ingest.unquarantined import REPLACED
from de06_pipeline.reports.spreadsheet import neutral_sql
from de06_pipeline.reports.wording import BROKEN, BROKEN_RECORDS, SUPERSEDED_TEXT, two_parts

SENTENCES = ("problem_vi", "problem_en", "remedy_vi", "remedy_en")

FOLLOWS = Relation("follows", (("rule_id", "VARCHAR"), ("cause", "VARCHAR")))
"""Rules that say nothing new beside another one of the same row, see :func:`following_rules`."""
TEXT = Relation(
    "text",
    (
        ("number", "SMALLINT"),
        ("rule_id", "VARCHAR"),
        ("reason", "VARCHAR"),
        ("severity", "VARCHAR"),
        *((sentence, "VARCHAR") for sentence in SENTENCES),
    ),
)
"""What is wrong and what would be right, for every rule and, of unreadable records, every reason;
numbered from 1.
"""
LINE = Relation(
    "line",
    (
        ("delivery_no", "INTEGER"),
        ("file_name", "VARCHAR"),
        ("row_number", "BIGINT"),
        ("field", "VARCHAR"),
        ("rule_id", "VARCHAR"),
        ("suggestion", "VARCHAR"),
        ("suggestion_en", "VARCHAR"),
        ("reason", "VARCHAR"),
        ("value", "VARCHAR"),
    ),
)
"""View: quarantine and remarks of the deliveries, which are numbered from 1, with the reason of
unreadable records apart from their shape, without what only follows from another finding of the
same row.
"""
_LINES_AT = Relation("lines_at", (("path", "VARCHAR"), ("delivery_no", "INTEGER")))
_EVERY_LINE = Relation("every_line", LINE.columns)
_KEPT_LINE = Relation("kept_line", LINE.columns)
_KEPT_BYTES = 1 << 20
"""Lines in files of so many bytes are read once and kept as a table: to open two files and plan all
of it again for each of five questions cost more than a small delivery's lines. So many are reported
on together, too.
"""
_CONSEQUENCE = Relation(
    "consequence",
    (
        ("rule_id", "VARCHAR"),
        ("delivery_no", "INTEGER"),
        ("file_name", "VARCHAR"),
        ("row_number", "BIGINT"),
    ),
)
SHOWN_COLUMN = Relation(
    "shown_column",
    (
        ("number", "INTEGER"),
        ("delivery_no", "INTEGER"),
        ("file_name", "VARCHAR"),
        ("field", "VARCHAR"),
        ("shown", "VARCHAR"),
    ),
)
"""The headers of a finding's fields as the file has them, else the contract's; numbered from 1."""
UNLISTED = Relation(
    "unlisted",
    (
        ("delivery_no", "INTEGER"),
        ("rule_id", "VARCHAR"),
        ("reason", "VARCHAR"),
        ("rows", "BIGINT"),
    ),
)
"""How many rows of a rule and reason have no line."""

_NO_LINE = (
    "0 AS delivery_no, '' AS file_name, 0 AS row_number, '' AS field, '' AS rule_id, '' AS masked_value, "
    "'' AS suggestion, '' AS suggestion_en"
)


@contextmanager
def findings_database(
    contract: Contract, workdir: Path, duck: DuckSettings
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database for the findings of any number of deliveries; what does not fit its limit spills
    into ``workdir``.
    """
    with memory_database(replace(duck, spill_root=workdir).for_rows(0)) as con:
        _create_texts(con, contract)
        FOLLOWS.create_empty(con)
        FOLLOWS.insert(con, following_rules(contract))
        yield con


def in_sets(outcomes: Sequence[DeliveryOutcome]) -> Iterator[list[DeliveryOutcome]]:
    """The deliveries in their order, in sets whose findings fit a table; one with more findings is a
    set of its own.
    """
    together: list[DeliveryOutcome] = []
    size = 0
    for outcome in outcomes:
        own = _bytes_of_lines(outcome)
        if together and size + own > _KEPT_BYTES:
            yield together
            together, size = [], 0
        together.append(outcome)
        size += own
    if together:
        yield together


def create_finding_tables(
    con: duckdb.DuckDBPyConnection, contract: Contract, outcomes: Sequence[DeliveryOutcome]
) -> None:
    """Create :data:`LINE`, :data:`SHOWN_COLUMN` and :data:`UNLISTED` of some deliveries, numbered in
    their order, in place of those before.
    """
    _create_lines(con, outcomes)
    _create_shown_columns(con, contract, outcomes)
    _create_unlisted(con, outcomes)


def are_kept(outcomes: Sequence[DeliveryOutcome]) -> bool:
    """Whether the deliveries' lines are few enough for tables."""
    return sum(map(_bytes_of_lines, outcomes)) <= _KEPT_BYTES


def text_of(table: Relation, column: str) -> str:
    """SQL for the text of a numbered table that ``<table>_number`` of a line points at."""
    return f"getvariable('{table}_{column}')[{table}_number]"


def following_rules(contract: Contract) -> list[tuple[str, str]]:
    """Pairs of a rule and a critical one over some of its fields: where a row breaks the second, the
    first says nothing new.

    An unreadable day cannot be before another one, and a district is unknown where the province is
    missing; who corrects the one finding would look for the other in vain.
    """
    return [
        (rule.id, cause.id)
        for rule in contract.rules
        for cause in contract.rules
        if cause.severity is Severity.CRITICAL and set(cause.fields) < set(rule.fields)
    ]


def _create_texts(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    texts: list[tuple[str, str, str, tuple[Message, Message]]] = [
        (rule.id, "", rule.severity.value, two_parts(rule.message)) for rule in contract.rules
    ]
    texts += [
        (f"{contract.dataset}.{BROKEN}", reason, "critical", parts)
        for reason, parts in BROKEN_RECORDS.items()
    ]
    texts.append((f"{contract.dataset}.{REPLACED}", "", "information", SUPERSEDED_TEXT))
    TEXT.create_empty(con)
    TEXT.insert(
        con,
        [
            (number, rule_id, reason, severity, wrong.vi, wrong.en, right.vi, right.en)
            for number, (rule_id, reason, severity, (wrong, right)) in enumerate(texts, start=1)
        ],
    )
    _keep_as_lists(con, TEXT, ("rule_id", "severity", *SENTENCES))


def _files_of_lines(outcome: DeliveryOutcome) -> list[Path]:
    return [path for path in (outcome.quarantine, outcome.unquarantined) if path]


def _bytes_of_lines(outcome: DeliveryOutcome) -> int:
    # A file that is gone is its own delivery's matter, once it is read.
    return sum(path.stat().st_size for path in _files_of_lines(outcome) if path.exists())


def _create_lines(con: duckdb.DuckDBPyConnection, outcomes: Sequence[DeliveryOutcome]) -> None:
    paths = [
        (str(path), number)
        for number, outcome in enumerate(outcomes, start=1)
        for path in _files_of_lines(outcome)
    ]
    if paths:
        _LINES_AT.create_empty(con)
        _LINES_AT.insert(con, paths)
        listed = ", ".join(literal(path) for path, _ in paths)
        source = f"read_parquet([{listed}], filename = 'path') JOIN {_LINES_AT} USING (path)"
    else:
        source = f"(SELECT {_NO_LINE} WHERE false)"
    reasons = ", ".join(literal(reason) for reason in BROKEN_RECORDS)
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW {_EVERY_LINE} AS
        SELECT delivery_no, file_name, row_number, field, rule_id, suggestion, suggestion_en,
          CASE WHEN NOT ends_with(rule_id, '.{BROKEN}') THEN '' WHEN split_part(masked_value, ': ', 1) IN ({reasons})
            THEN split_part(masked_value, ': ', 1) ELSE '' END AS reason,
          CASE WHEN reason = '' THEN masked_value ELSE substr(masked_value, length(reason) + 3) END AS value
        FROM {source}""")
    lines = f"FROM {_EVERY_LINE}"
    if paths:
        _CONSEQUENCE.create_as(
            con,
            f"""
            SELECT DISTINCT f.rule_id, l.delivery_no, l.file_name, l.row_number
            FROM {_EVERY_LINE} AS l JOIN {FOLLOWS} AS f ON f.cause = l.rule_id""",
        )
        lines += f" ANTI JOIN {_CONSEQUENCE} USING (rule_id, delivery_no, file_name, row_number)"
    if are_kept(outcomes):
        _KEPT_LINE.create_as(con, lines)
        lines = f"FROM {_KEPT_LINE}"
    con.execute(f"CREATE OR REPLACE TEMP VIEW {LINE} AS {lines}")


def _create_shown_columns(
    con: duckdb.DuckDBPyConnection, contract: Contract, outcomes: Sequence[DeliveryOutcome]
) -> None:
    labels = {field.name: field.header_vi or field.name for field in contract.fields}
    written = {
        (delivery_no, file.name): file.headers
        for delivery_no, outcome in enumerate(outcomes, start=1)
        for file in outcome.files
    }
    used = con.execute(
        f"SELECT DISTINCT delivery_no, file_name, field FROM {LINE} ORDER BY ALL"
    ).fetchall()
    shown = [
        (
            number,
            delivery_no,
            file,
            names,
            ", ".join(
                written[delivery_no, file].get(name, labels[name])
                for name in names.split(",")
                if name
            ),
        )
        for number, (delivery_no, file, names) in enumerate(used, start=1)
    ]
    SHOWN_COLUMN.create_empty(con)
    SHOWN_COLUMN.insert(con, shown)
    _keep_as_lists(con, SHOWN_COLUMN, ("file_name", "shown"))


def _create_unlisted(con: duckdb.DuckDBPyConnection, outcomes: Sequence[DeliveryOutcome]) -> None:
    rows: Counter[tuple[int, str, str]] = Counter()
    for number, outcome in enumerate(outcomes, start=1):
        for (rule_id, reason), count in outcome.unlisted.items():
            rows[number, rule_id, reason if reason in BROKEN_RECORDS else ""] += count
    UNLISTED.create_empty(con)
    UNLISTED.insert(con, [(*of, count) for of, count in rows.items()])


def _keep_as_lists(con: duckdb.DuckDBPyConnection, table: Relation, columns: Sequence[str]) -> None:
    """Keep columns of a numbered table as variables, for :func:`text_of`: planned as subqueries of
    the CSV they cost more than a small delivery's lines.
    """
    for column in columns:
        con.execute(f"""
            SET VARIABLE {table}_{column} = (
              SELECT list({neutral_sql(column)} ORDER BY number) FROM {table})""")
