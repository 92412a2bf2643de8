"""Everything there is to say about a delivery, row by row, as one table: what the report's page and
its CSV are both made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from de06_pipeline.contracts.model import Contract, Message
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.errors import AccountingError
from de06_pipeline.ingest.outcome import DeliveryOutcome
from de06_pipeline.quality.checks import delivery_checks
from de06_pipeline.reports.finding_tables import (
    LINE,
    SENTENCES,
    SHOWN_COLUMN,
    TEXT,
    UNLISTED,
    are_kept,
    create_finding_tables,
    findings_database,
    text_of,
)
from de06_pipeline.reports.spreadsheet import neutral_sql
from de06_pipeline.reports.wording import number, two_parts

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
_BYTE_ORDER_MARK = "\ufeff"

_CSV_ROW = Relation(
    "csv_row",
    (
        ("delivery_no", "INTEGER"),
        *((f'"{name}"', _CSV_TYPES.get(name, "VARCHAR")) for name in CSV_COLUMNS),
    ),
)
"""The rows of each delivery's CSV, in their order."""
_STATEMENT = Relation("statement", _CSV_ROW.columns)
"""With the columns of the CSV: what is said of whole files and of the delivery."""
_FINDING = Relation(
    "finding",
    (
        ("delivery_no", "INTEGER"),
        ("file_name", "VARCHAR"),
        ("row_number", "BIGINT"),
        ("columns", "VARCHAR"),
        ("rule_id", "VARCHAR"),
        ("reason", "VARCHAR"),
        ("value", "VARCHAR"),
        ("suggestion", "VARCHAR"),
        ("suggestion_en", "VARCHAR"),
    ),
)
"""View: a row's finding as people read it."""
_DESCRIBED_LINE = (
    f"{LINE} AS l JOIN {TEXT} AS t USING (rule_id, reason) "
    f"JOIN {SHOWN_COLUMN} AS c USING (delivery_no, file_name, field)"
)


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


class _Together:
    """The findings of some deliveries, numbered from 1 in their order, in a
    :func:`findings_database`: memory is bounded however many there are.

    Attributes:
        rows: SQL of a relation like :data:`_CSV_ROW`.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        contract: Contract,
        outcomes: Sequence[DeliveryOutcome],
    ) -> None:
        self.con = con
        self._groups: dict[int, dict[int, list[Group]]] = {}
        create_finding_tables(con, contract, outcomes)
        con.execute(f"""
            CREATE OR REPLACE TEMP VIEW {_FINDING} AS
            SELECT l.delivery_no, l.file_name, l.row_number, c.shown AS columns, l.rule_id, l.reason, l.value, l.suggestion, l.suggestion_en
            FROM {_DESCRIBED_LINE}""")
        undescribed = con.execute(f"""
            SELECT sum(lines)::BIGINT, sum(described)::BIGINT FROM (
              SELECT delivery_no, count(*) AS lines, 0 AS described FROM {LINE} GROUP BY ALL
              UNION ALL SELECT delivery_no, count(*), 0 FROM {UNLISTED} GROUP BY ALL
              UNION ALL SELECT delivery_no, 0, count(*) FROM {_FINDING} GROUP BY ALL
              UNION ALL SELECT delivery_no, 0, count(*) FROM {UNLISTED} JOIN {TEXT} USING (rule_id, reason) GROUP BY ALL)
            GROUP BY delivery_no HAVING sum(lines) <> sum(described) ORDER BY delivery_no""").fetchone()
        if undescribed:
            lines, described = undescribed
            raise AccountingError(
                f"{contract.dataset}: {lines} lines to report on, but {described} have a text; write one in reports/wording.py."
            )
        _STATEMENT.create_empty(con)
        _STATEMENT.insert(
            con,
            [
                row
                for delivery_no, outcome in enumerate(outcomes, start=1)
                for row in _statements(
                    delivery_no, contract, outcome, self._not_listed(delivery_no, outcome)
                )
            ],
        )
        # Few are made once for all deliveries; many must not be there twice.
        self.rows = f"({_CSV_ROWS})"
        if are_kept(outcomes):
            _CSV_ROW.create_as(con, _CSV_ROWS)
            self.rows = _CSV_ROW.name

    def _not_listed(self, delivery_no: int, outcome: DeliveryOutcome) -> list[Group]:
        if not outcome.unlisted:
            return []
        return [group for group in self.groups(1).get(delivery_no, ()) if group.unlisted]

    def groups(self, examples: int) -> Mapping[int, list[Group]]:
        """The findings of each delivery by rule, the most severe and then the most frequent first,
        each with its first ``examples``.
        """
        if examples not in self._groups:
            self._groups[examples] = self._grouped(examples)
        return self._groups[examples]

    def _grouped(self, examples: int) -> dict[int, list[Group]]:
        rows = self.con.execute(f"""
            SELECT delivery_no, rule_id, t.severity, t.problem_vi, t.problem_en, t.remedy_vi, t.remedy_en,
              coalesce(f.rows, 0) + coalesce(u.rows, 0), coalesce(u.rows, 0), coalesce(f.first, [])
            FROM (
              SELECT delivery_no, rule_id, reason, count(*) AS rows,
                arg_min(
                  {{'file': file_name, 'row': row_number, 'columns': columns, 'value': value,
                    'suggestion': suggestion, 'suggestion_en': suggestion_en}},
                  (file_name, row_number), {examples:d}) AS first
              FROM {_FINDING} GROUP BY ALL) AS f
            FULL JOIN {UNLISTED} AS u USING (delivery_no, rule_id, reason)
            JOIN {TEXT} AS t USING (rule_id, reason)""").fetchall()
        groups: dict[int, list[Group]] = {}
        for delivery_no, rule_id, severity, *texts, count, unlisted, first in rows:
            wrong_vi, wrong_en, right_vi, right_en = texts
            groups.setdefault(delivery_no, []).append(
                Group(
                    rule_id,
                    severity,
                    Message(wrong_vi, wrong_en),
                    Message(right_vi, right_en),
                    count,
                    tuple(map(_example, first)),
                    unlisted,
                )
            )
        for of_delivery in groups.values():
            of_delivery.sort(
                key=lambda group: (
                    _ORDER.index(group.severity),
                    -group.rows,
                    group.rule_id,
                    group.problem.en,
                )
            )
        return groups


class Findings:
    """The findings of one delivery, until others take their place in the database."""

    def __init__(self, together: _Together, number: int) -> None:
        self._together = together
        self._number = number

    def groups(self, examples: int) -> list[Group]:
        """The findings by rule, the most severe and then the most frequent first, each with its
        first ``examples``.
        """
        return self._together.groups(examples).get(self._number, [])

    def marks(self, most: int) -> list[Mark]:
        """The findings by row; of more than ``most`` the gravest."""
        rows = self._together.con.execute(f"""
            SELECT row_number, field, shown, severity, problem_vi, problem_en,
              concat_ws(' ', remedy_vi, nullif(suggestion, '')), concat_ws(' ', remedy_en, nullif(suggestion_en, ''))
            FROM (
              FROM {_DESCRIBED_LINE}
              WHERE delivery_no = {self._number:d}
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
        """
        # DuckDB writes no byte-order mark of its own: it stands before the first header.
        headers = {name: name for name in CSV_COLUMNS} | {"file": f"{_BYTE_ORDER_MARK}file"}
        columns = ", ".join(
            f"{_column(name)} AS {_column(header)}" for name, header in headers.items()
        )
        written = self._together.con.execute(f"""
            COPY (SELECT {columns} FROM {self._together.rows} WHERE delivery_no = {self._number:d})
            TO {literal(str(path))} (FORMAT csv, HEADER)""").fetchone()
        return int(written[0]) if written else 0


def findings_of(
    con: duckdb.DuckDBPyConnection, contract: Contract, outcomes: Sequence[DeliveryOutcome]
) -> list[Findings]:
    """Put the findings of some deliveries together, in place of those before in a
    :func:`findings_database`; one for each, in their order.

    Raises:
        AccountingError: a line of the quarantine or of the remarks has no text.
    """
    together = _Together(con, contract, outcomes)
    return [Findings(together, number_) for number_ in range(1, len(outcomes) + 1)]


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
        yield findings_of(con, contract, [outcome])[0]


def _statements(
    delivery_no: int, contract: Contract, outcome: DeliveryOutcome, unlisted: Sequence[Group]
) -> list[tuple[Any, ...]]:
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
    return [
        (delivery_no, file, None, "", rule, severity, wrong.vi, right.vi, wrong.en, right.en, "")
        for file, rule, severity, wrong, right in rows
    ]


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


def _example(line: dict[str, Any]) -> Example:
    return Example(
        line["file"],
        line["row"],
        line["columns"],
        line["value"],
        Message(line["suggestion"], line["suggestion_en"]),
    )


def _select(cells: Mapping[str, str]) -> str:
    # An empty text would be written as "" where an empty cell is nothing at all.
    values = {
        name: cell if name in _CSV_TYPES else f"nullif({cell}, '')" for name, cell in cells.items()
    }
    return ", ".join(f"{values[name]} AS {_column(name)}" for name in CSV_COLUMNS)


def _column(name: str) -> str:
    return f'"{name}"'


def _csv_rows() -> str:
    """A SELECT like :data:`_CSV_ROW`.

    Lines are put in order while they are narrow: two million with their sentences would not be
    sorted in a gigabyte. The sentences are then looked up in lists, because DuckDB keeps an order
    through expressions, and not through joins.
    """
    own = {
        name: _column(name) if name in _CSV_TYPES else neutral_sql(_column(name))
        for name in CSV_COLUMNS
    }
    cells = {
        "file": text_of(SHOWN_COLUMN, "file_name"),
        "row": "row_number",
        "column": text_of(SHOWN_COLUMN, "shown"),
        "rule": text_of(TEXT, "rule_id"),
        "masked_value": neutral_sql("value"),
    }
    cells |= {name: text_of(TEXT, name) for name in ("severity", *SENTENCES)}
    for remedy, suggestion in (("remedy_vi", "suggestion"), ("remedy_en", "suggestion_en")):
        cells[remedy] = f"concat_ws(' ', {cells[remedy]}, nullif({neutral_sql(suggestion)}, ''))"
    return f"""
        SELECT delivery_no, {_select(own)} FROM (FROM {_STATEMENT} ORDER BY file, rule, problem_vi)
        UNION ALL
        SELECT delivery_no, {_select(cells)} FROM (
          SELECT l.delivery_no, c.number AS shown_column_number, l.row_number, t.number AS text_number,
            l.value, l.suggestion, l.suggestion_en
          FROM {_DESCRIBED_LINE}
          ORDER BY l.file_name, l.row_number, l.rule_id, l.value)"""


_CSV_ROWS = _csv_rows()
