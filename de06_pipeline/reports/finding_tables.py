"""The tables that a delivery's findings are put together from, in one DuckDB database."""

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
"""View: quarantine and remarks, with the reason of unreadable records apart from their shape, without
what only follows from another finding of the same row.
"""
_EVERY_LINE = Relation("every_line", LINE.columns)
_KEPT_LINE = Relation("kept_line", LINE.columns)
_KEPT_BYTES = 1 << 20
"""Lines in files of so many bytes are read once and kept as a table: to open two files and plan all
of it again for each of five questions cost more than a small delivery's lines.
"""
_CONSEQUENCE = Relation(
    "consequence", (("rule_id", "VARCHAR"), ("file_name", "VARCHAR"), ("row_number", "BIGINT"))
)
SHOWN_COLUMN = Relation(
    "shown_column",
    (
        ("number", "INTEGER"),
        ("file_name", "VARCHAR"),
        ("field", "VARCHAR"),
        ("shown", "VARCHAR"),
    ),
)
"""The headers of a finding's fields as the file has them, else the contract's; numbered from 1."""
UNLISTED = Relation("unlisted", (("rule_id", "VARCHAR"), ("reason", "VARCHAR"), ("rows", "BIGINT")))
"""How many rows of a rule and reason have no line."""

_NO_LINE = (
    "'' AS file_name, 0 AS row_number, '' AS field, '' AS rule_id, '' AS masked_value, "
    "'' AS suggestion, '' AS suggestion_en"
)


@contextmanager
def findings_database(
    contract: Contract, workdir: Path, duck: DuckSettings
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database for the findings of any number of deliveries, one after another; what does not fit
    its limit spills into ``workdir``.
    """
    with memory_database(replace(duck, spill_root=workdir).for_rows(0)) as con:
        _create_texts(con, contract)
        FOLLOWS.create_empty(con)
        FOLLOWS.insert(con, following_rules(contract))
        yield con


def create_finding_tables(
    con: duckdb.DuckDBPyConnection, contract: Contract, outcome: DeliveryOutcome
) -> None:
    """Create :data:`LINE`, :data:`SHOWN_COLUMN` and :data:`UNLISTED` of a delivery, in place of the
    one before.
    """
    _create_lines(con, outcome)
    _create_shown_columns(con, contract, outcome)
    _create_unlisted(con, outcome)


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


def _create_lines(con: duckdb.DuckDBPyConnection, outcome: DeliveryOutcome) -> None:
    written = [path for path in (outcome.quarantine, outcome.unquarantined) if path]
    paths = [literal(str(path)) for path in written]
    source = f"read_parquet([{', '.join(paths)}])" if paths else f"(SELECT {_NO_LINE} WHERE false)"
    reasons = ", ".join(literal(reason) for reason in BROKEN_RECORDS)
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW {_EVERY_LINE} AS
        SELECT file_name, row_number, field, rule_id, suggestion, suggestion_en,
          CASE WHEN NOT ends_with(rule_id, '.{BROKEN}') THEN '' WHEN split_part(masked_value, ': ', 1) IN ({reasons})
            THEN split_part(masked_value, ': ', 1) ELSE '' END AS reason,
          CASE WHEN reason = '' THEN masked_value ELSE substr(masked_value, length(reason) + 3) END AS value
        FROM {source}""")
    lines = f"FROM {_EVERY_LINE}"
    if paths:
        _CONSEQUENCE.create_as(
            con,
            f"""
            SELECT DISTINCT f.rule_id, l.file_name, l.row_number
            FROM {_EVERY_LINE} AS l JOIN {FOLLOWS} AS f ON f.cause = l.rule_id""",
        )
        lines += f" ANTI JOIN {_CONSEQUENCE} USING (rule_id, file_name, row_number)"
    if sum(path.stat().st_size for path in written) <= _KEPT_BYTES:
        _KEPT_LINE.create_as(con, lines)
        lines = f"FROM {_KEPT_LINE}"
    con.execute(f"CREATE OR REPLACE TEMP VIEW {LINE} AS {lines}")


def _create_shown_columns(
    con: duckdb.DuckDBPyConnection, contract: Contract, outcome: DeliveryOutcome
) -> None:
    labels = {field.name: field.header_vi or field.name for field in contract.fields}
    written = {file.name: file.headers for file in outcome.files}
    used = con.execute(f"SELECT DISTINCT file_name, field FROM {LINE} ORDER BY ALL").fetchall()
    shown = [
        (
            number,
            file,
            names,
            ", ".join(written[file].get(name, labels[name]) for name in names.split(",") if name),
        )
        for number, (file, names) in enumerate(used, start=1)
    ]
    SHOWN_COLUMN.create_empty(con)
    SHOWN_COLUMN.insert(con, shown)
    _keep_as_lists(con, SHOWN_COLUMN, ("file_name", "shown"))


def _create_unlisted(con: duckdb.DuckDBPyConnection, outcome: DeliveryOutcome) -> None:
    rows: Counter[tuple[str, str]] = Counter()
    for (rule_id, reason), count in outcome.unlisted.items():
        rows[rule_id, reason if reason in BROKEN_RECORDS else ""] += count
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
