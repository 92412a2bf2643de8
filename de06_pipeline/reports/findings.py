"""Everything there is to say about a delivery, row by row, as one table: what the report's page and
its CSV are both made from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from de06_pipeline.contracts.model import Contract, Message, Severity
from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import insert_rows
from de06_pipeline.errors import AccountingError
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.ingest.unquarantined import REPLACED
from de06_pipeline.quality.checks import delivery_checks
from de06_pipeline.reports.spreadsheet import neutral_sql
from de06_pipeline.reports.wording import BROKEN, BROKEN_RECORDS, SUPERSEDED_TEXT, number, two_parts

CSV_COLUMNS = (
    "file",
    "row",
    "column",
    "rule",
    "severity",
    "problem_vi",
    "remedy_vi",
    "problem_en",
    "remedy_en",
    "masked_value",
)
_CSV_TYPES = {"row": "BIGINT"}
_TEXT = "VARCHAR"
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Example:
    """One row that breaks a rule; ``value`` is masked, ``suggestion`` names the nearest valid unit or the
    row that was kept.
    """

    file: str
    row: int
    columns: str
    value: str
    suggestion: Message


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one rule (for unreadable records: of one reason).

    Attributes:
        severity: ``critical``, ``warning`` or ``information``.
        rows: how many rows.
        examples: the first of them by file and row; none where all are counted only.
        unlisted: how many of the rows are counted only and not in the CSV.
    """

    rule_id: str
    severity: str
    problem: Message
    remedy: Message
    rows: int
    examples: tuple[Example, ...] = ()
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding of a row, for who marks it in the file itself; it holds no value of the row.

    Attributes:
        fields: of the contract, that the rule looks at.
        columns: their headers as the file has them.
    """

    row: int
    fields: tuple[str, ...]
    columns: str
    severity: str
    problem: Message
    remedy: Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a delivery is refused: a blocking check, and the file that failed it where it is about
    one.
    """

    check: str
    message: Message
    file: str = ""


def refusals(contract: Contract, outcome: DeliveryOutcome) -> list[Refusal]:
    """Each file that cannot be used in its own words, then the blocking checks that fail for
    another reason.
    """
    files = [
        Refusal(file.problem.check, file.problem.message, file.name)
        for file in outcome.files
        if file.problem
    ]
    said = {refusal.check for refusal in files}
    failed = [
        check
        for check in delivery_checks(contract, outcome.count)
        if check.blocking and not check.passed
    ]
    return files + [
        Refusal(check.name, check.summary) for check in failed if check.name not in said
    ]


class Findings:
    """The findings of one delivery, in a :func:`findings_database`: memory is bounded however many
    there are. The next delivery's take their place there.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, contract: Contract, outcome: DeliveryOutcome
    ) -> None:
        self._con = con
        _create_lines(con, outcome)
        _create_columns(con, contract, outcome)
        _create_unlisted(con, outcome)
        con.execute("""
            CREATE OR REPLACE TEMP VIEW finding AS
            SELECT l.file_name, l.row_number, c.shown AS columns, l.rule_id, l.reason, l.value, l.suggestion, l.suggestion_en
            FROM line AS l JOIN text AS t USING (rule_id, reason) JOIN shown_column AS c USING (file_name, field)""")
        lines, described = (
            con.execute(f"SELECT count(*) FROM {name}").fetchone()
            for name in (
                "(SELECT rule_id FROM line UNION ALL SELECT rule_id FROM unlisted)",
                "(SELECT rule_id FROM finding UNION ALL SELECT rule_id FROM unlisted JOIN text USING (rule_id, reason))",
            )
        )
        if lines != described:
            raise AccountingError(
                f"{contract.dataset}: {lines} lines to report on, but {described} have a text; write one in reports/wording.py."
            )
        _create_statements(con, contract, outcome, self._groups_not_listed(outcome))

    def groups(self, examples: int) -> list[Group]:
        """The findings by rule, the most severe and then the most frequent first, each with its
        first ``examples``.
        """
        rows = self._con.execute(f"""
            SELECT rule_id, t.severity, t.problem_vi, t.problem_en, t.remedy_vi, t.remedy_en,
              coalesce(f.rows, 0) + coalesce(u.rows, 0), coalesce(u.rows, 0), coalesce(f.first, [])
            FROM text AS t
            LEFT JOIN (
              SELECT rule_id, reason, count(*) AS rows,
                arg_min(
                  {{'file': file_name, 'row': row_number, 'columns': columns, 'value': value,
                    'suggestion': suggestion, 'suggestion_en': suggestion_en}},
                  (file_name, row_number), {examples:d}) AS first
              FROM finding GROUP BY rule_id, reason) AS f USING (rule_id, reason)
            LEFT JOIN unlisted AS u USING (rule_id, reason)
            WHERE f.rows IS NOT NULL OR u.rows IS NOT NULL""").fetchall()
        groups = [
            Group(
                rule_id,
                severity,
                Message(wrong_vi, wrong_en),
                Message(right_vi, right_en),
                count,
                tuple(map(_example, first)),
                unlisted,
            )
            for rule_id, severity, wrong_vi, wrong_en, right_vi, right_en, count, unlisted, first in rows
        ]
        return sorted(
            groups,
            key=lambda group: (
                _ORDER.index(group.severity),
                -group.rows,
                group.rule_id,
                group.problem.en,
            ),
        )

    def _groups_not_listed(self, outcome: DeliveryOutcome) -> list[Group]:
        if not outcome.unlisted:
            return []
        return [group for group in self.groups(1) if group.unlisted]

    def marks(self, most: int) -> list[Mark]:
        """The findings by row; of more than ``most`` the gravest."""
        rows = self._con.execute(f"""
            SELECT row_number, field, shown, severity, problem_vi, problem_en,
              concat_ws(' ', remedy_vi, nullif(suggestion, '')), concat_ws(' ', remedy_en, nullif(suggestion_en, ''))
            FROM (
              FROM line AS l JOIN text AS t USING (rule_id, reason) JOIN shown_column AS c USING (file_name, field)
              ORDER BY list_position({list(_ORDER)!r}, t.severity), row_number, rule_id LIMIT {most:d})
            ORDER BY row_number, list_position({list(_ORDER)!r}, severity), rule_id""").fetchall()
        return [
            Mark(
                row,
                tuple(filter(None, fields.split(","))),
                columns,
                severity,
                Message(wrong_vi, wrong_en),
                Message(right_vi, right_en),
            )
            for row, fields, columns, severity, wrong_vi, wrong_en, right_vi, right_en in rows
        ]

    def write_csv(self, path: Path) -> int:
        """Write every finding: statements about files and the delivery first, then by file, row and
        rule. Returns how many lines.

        UTF-8 with a byte-order mark (Excel takes it for the local encoding otherwise), commas,
        ``\\n``. No cell begins a formula.

        Lines are put in order while they are narrow: two million with their sentences would not be
        sorted in a gigabyte. The sentences are then looked up in lists, because DuckDB keeps an
        order through expressions, and not through joins.
        """
        own = {
            name: _column(name) if name in _CSV_TYPES else neutral_sql(_column(name))
            for name in CSV_COLUMNS
        }
        cells = {
            "file": _listed("shown_column", "file_name"),
            "row": "row_number",
            "column": _listed("shown_column", "shown"),
            "rule": _listed("text", "rule_id"),
            "masked_value": neutral_sql("value"),
        }
        cells |= {name: _listed("text", name) for name in ("severity", *_SENTENCES)}
        for remedy, suggestion in (("remedy_vi", "suggestion"), ("remedy_en", "suggestion_en")):
            cells[remedy] = (
                f"concat_ws(' ', {cells[remedy]}, nullif({neutral_sql(suggestion)}, ''))"
            )
        # DuckDB writes no byte-order mark of its own: it stands before the first header.
        headers = {name: name for name in CSV_COLUMNS} | {"file": f"{_BYTE_ORDER_MARK}file"}
        written = self._con.execute(f"""
            COPY (
              SELECT {_select(own, headers)} FROM (FROM statement ORDER BY file, rule, problem_vi)
              UNION ALL
              SELECT {_select(cells, headers)} FROM (
                SELECT c.number AS shown_column_number, l.row_number, t.number AS text_number, l.value, l.suggestion, l.suggestion_en
                FROM line AS l JOIN text AS t USING (rule_id, reason) JOIN shown_column AS c USING (file_name, field)
                ORDER BY l.file_name, l.row_number, l.rule_id, l.value)
            ) TO {literal(str(path))} (FORMAT csv, HEADER)""").fetchone()
        return int(written[0]) if written else 0


_SENTENCES = ("problem_vi", "problem_en", "remedy_vi", "remedy_en")
_ORDER = ("critical", "warning", "information")


@contextmanager
def open_findings(
    contract: Contract, outcome: DeliveryOutcome, workdir: Path, duck: DuckSettings
) -> Iterator[Findings]:
    """Put the findings of a delivery together, in ``workdir``, while its scratch folder is still
    there.

    Raises:
        AccountingError: a line of the quarantine or of the remarks has no text.
    """
    with findings_database(contract, workdir, duck) as con:
        yield Findings(con, contract, outcome)


@contextmanager
def findings_database(
    contract: Contract, workdir: Path, duck: DuckSettings
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database for the findings of any number of deliveries, one after another; what does not fit
    its limit spills into ``workdir``.
    """
    with memory_database(replace(duck, spill_root=workdir).for_rows(0)) as con:
        _create_texts(con, contract)
        _create_following(con, contract)
        yield con


def _create_lines(con: duckdb.DuckDBPyConnection, outcome: DeliveryOutcome) -> None:
    """View ``line``: quarantine and remarks, with the reason of unreadable records apart from their
    shape, without what only follows from another finding of the same row.
    """
    paths = [literal(str(path)) for path in (outcome.quarantine, outcome.unquarantined) if path]
    source = f"read_parquet([{', '.join(paths)}])" if paths else f"(SELECT {_NO_LINE} WHERE false)"
    reasons = ", ".join(literal(reason) for reason in BROKEN_RECORDS)
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW every_line AS
        SELECT file_name, row_number, field, rule_id, suggestion, suggestion_en,
          CASE WHEN NOT ends_with(rule_id, '.{BROKEN}') THEN '' WHEN split_part(masked_value, ': ', 1) IN ({reasons})
            THEN split_part(masked_value, ': ', 1) ELSE '' END AS reason,
          CASE WHEN reason = '' THEN masked_value ELSE substr(masked_value, length(reason) + 3) END AS value
        FROM {source}""")
    if paths:
        con.execute("""
            CREATE OR REPLACE TEMP TABLE consequence AS
            SELECT DISTINCT f.rule_id, l.file_name, l.row_number
            FROM every_line AS l JOIN follows AS f ON f.cause = l.rule_id""")
        con.execute("""
            CREATE OR REPLACE TEMP VIEW line AS
            FROM every_line ANTI JOIN consequence USING (rule_id, file_name, row_number)""")
    else:
        con.execute("CREATE OR REPLACE TEMP VIEW line AS FROM every_line")


def _create_following(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Table ``follows``: the rules that say nothing new beside another one of the same row."""
    con.execute("CREATE OR REPLACE TABLE follows (rule_id VARCHAR, cause VARCHAR)")
    insert_rows(con, "follows", following_rules(contract))


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


_NO_LINE = "'' AS file_name, 0 AS row_number, '' AS field, '' AS rule_id, '' AS masked_value, '' AS suggestion, '' AS suggestion_en"


def _create_texts(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Table ``text``: what is wrong and what would be right, for every rule and reason."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE text (number SMALLINT, rule_id VARCHAR, reason VARCHAR, severity VARCHAR, "
        "problem_vi VARCHAR, problem_en VARCHAR, remedy_vi VARCHAR, remedy_en VARCHAR)"
    )
    rows = [(rule.id, "", rule.severity.value, *two_parts(rule.message)) for rule in contract.rules]
    rows += [
        (f"{contract.dataset}.{BROKEN}", reason, "critical", *texts)
        for reason, texts in BROKEN_RECORDS.items()
    ]
    rows.append((f"{contract.dataset}.{REPLACED}", "", "information", *SUPERSEDED_TEXT))
    texts = [
        (number, rule_id, reason, severity, wrong.vi, wrong.en, right.vi, right.en)
        for number, (rule_id, reason, severity, wrong, right) in enumerate(rows, start=1)
    ]
    insert_rows(con, "text", texts)
    _keep_as_lists(con, "text", ("rule_id", "severity", *_SENTENCES))


def _create_columns(
    con: duckdb.DuckDBPyConnection, contract: Contract, outcome: DeliveryOutcome
) -> None:
    """Table ``shown_column``: the headers of a finding's fields as the file has them, else the
    contract's.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE shown_column (number INTEGER, file_name VARCHAR, field VARCHAR, shown VARCHAR)"
    )
    labels = {field.name: field.header_vi or field.name for field in contract.fields}
    written = {file.name: file.headers for file in outcome.files}
    used = con.execute("SELECT DISTINCT file_name, field FROM line ORDER BY ALL").fetchall()
    shown = [
        (
            number,
            file,
            names,
            ", ".join(written[file].get(name, labels[name]) for name in names.split(",") if name),
        )
        for number, (file, names) in enumerate(used, start=1)
    ]
    insert_rows(con, "shown_column", shown)
    _keep_as_lists(con, "shown_column", ("file_name", "shown"))


def _create_statements(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    outcome: DeliveryOutcome,
    unlisted: Sequence[Group],
) -> None:
    """Table ``statement``, with the columns of the CSV: what is said of whole files and of the
    delivery.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE statement ({', '.join(f'{_column(n)} {_CSV_TYPES.get(n, _TEXT)}' for n in CSV_COLUMNS)})"
    )
    rows = [
        (
            refusal.file,
            f"{contract.dataset}.delivery.{refusal.check}",
            "refused",
            *two_parts(refusal.message),
        )
        for refusal in refusals(contract, outcome)
    ]
    rows += [
        ("", group.rule_id, group.severity, counted(group), group.remedy) for group in unlisted
    ]
    statements = [
        (file, None, "", rule, severity, wrong.vi, right.vi, wrong.en, right.en, "")
        for file, rule, severity, wrong, right in rows
    ]
    insert_rows(con, "statement", statements)


def counted(group: Group) -> Message:
    """The problem of a rule some or all of whose rows are not listed, with their number."""
    rows, unlisted = number(group.rows), number(group.unlisted)
    if group.unlisted == group.rows:
        return Message(
            f"{group.problem.vi} ({rows} dòng, không liệt kê từng dòng.)",
            f"{group.problem.en} ({rows} rows, not listed one by one.)",
        )
    return Message(
        f"{group.problem.vi} ({rows} dòng, trong đó {unlisted} dòng không liệt kê từng dòng.)",
        f"{group.problem.en} ({rows} rows, {unlisted} of them not listed one by one.)",
    )


def _create_unlisted(con: duckdb.DuckDBPyConnection, outcome: DeliveryOutcome) -> None:
    """Table ``unlisted``: how many rows of a rule and reason have no line."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE unlisted (rule_id VARCHAR, reason VARCHAR, rows BIGINT)"
    )
    rows: Counter[tuple[str, str]] = Counter()
    for (rule_id, reason), count in outcome.unlisted.items():
        rows[rule_id, reason if reason in BROKEN_RECORDS else ""] += count
    insert_rows(con, "unlisted", [(*of, count) for of, count in rows.items()])


def _example(line: dict[str, Any]) -> Example:
    return Example(
        line["file"],
        line["row"],
        line["columns"],
        line["value"],
        Message(line["suggestion"], line["suggestion_en"]),
    )


def _listed(table: str, column: str) -> str:
    """SQL for the text of a numbered table that the line's number points at."""
    return f"getvariable('{table}_{column}')[{table}_number]"


def _keep_as_lists(con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> None:
    """Keep columns of a numbered table as variables, for :func:`_listed`: planned as subqueries of
    the CSV they cost more than a small delivery's lines.
    """
    for column in columns:
        con.execute(f"""
            SET VARIABLE {table}_{column} = (
              SELECT list({neutral_sql(column)} ORDER BY number) FROM {table})""")


def _select(cells: Mapping[str, str], headers: Mapping[str, str]) -> str:
    # An empty text would be written as "" where an empty cell is nothing at all.
    values = {
        name: cell if name in _CSV_TYPES else f"nullif({cell}, '')" for name, cell in cells.items()
    }
    return ", ".join(f"{values[name]} AS {_column(headers[name])}" for name in CSV_COLUMNS)


def _column(name: str) -> str:
    return f'"{name}"'
