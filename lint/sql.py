"""The ``.sql`` files: their layout, and whether the engines they are for can parse them.

``python -m lint.sql``. A linter of SQL proper (sqlfluff) would bring forty packages for seventeen
files, and knows neither DuckDB's lambdas nor which text the templates give.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import sqlglot
from sqlglot.errors import SqlglotError

from de06_pipeline.parsing.macros import create_macros
from de06_pipeline.warehouse.views.dashboards import (
    DASHBOARD,
    WIDE,
    Terms,
    WideColumn,
    dashboard_sql,
    wide_sql,
)
from de06_pipeline.warehouse.views.forms import FormView, form_sql
from de06_pipeline.warehouse.views.render import view_sql
from de06_pipeline.warehouse.views.tables import VIEWS

PACKAGE = Path(__file__).resolve().parent.parent / "de06_pipeline"
MAX_COLUMNS = 100

# What is not SQL to be read for keywords: texts in quotes, remarks, and Jinja's marks.
_NO_CODE = re.compile(r"'(?:[^']|'')*'|--[^\n]*|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_KEYWORDS = re.compile(
    r"\b(select|from|where|join|cross|left|on|group|order|by|union|all|with|as|case|when|then|else|end|and"
    r"|or|not|is|null|in|between|exists|cast|try_cast|create|replace|temp|macro|view|distinct|having)\b(?!\()"
)


def layout_faults(text: str) -> Iterator[tuple[int, str]]:
    """``(line, what is wrong)`` in the text of one file."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_COLUMNS:
            yield number, f"{len(line)} columns; at most {MAX_COLUMNS}"
        if "\t" in line or line != line.rstrip():
            yield number, "a tab, or spaces at the end"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield text.count("\n"), "one line end at the end"
    code = _NO_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for number, (line, of_code) in enumerate(
        zip(text.split("\n"), code.split("\n"), strict=True), 1
    ):
        indent = len(line) - len(line.lstrip(" "))
        if indent % 2 and of_code[indent : indent + 1].strip():
            yield number, "indent by two spaces"
    for match in _KEYWORDS.finditer(code):
        yield code.count("\n", 0, match.start()) + 1, f"'{match[0]}' in capitals"


def parse_faults() -> Iterator[str]:
    """What the engines cannot parse."""
    with duckdb.connect() as con:
        try:
            create_macros(con)
        except duckdb.Error as error:
            yield f"parsing/macros: {error}"
    form = FormView("form_x", "field", {"received": ["a.b"], "finished": ["a.c", "a.d"]})
    queries = {view.name: view_sql(view.name) for view in VIEWS} | {
        "form": form_sql(form),
        DASHBOARD: dashboard_sql([Terms("a.b", 50.0, (30.0, 80.0))], {"dossier": "hồ sơ"}),
        WIDE: wide_sql([WideColumn("a.b", "month", True), WideColumn("a.c", "stock", False)]),
    }
    for name, query in queries.items():
        if "%" in query:
            yield f"{name}: a percent sign, which psycopg takes for a parameter"
        for dialect in ("sqlite", "postgres"):
            try:
                sqlglot.parse_one(query, dialect=dialect)
            except SqlglotError as error:
                yield f"{name} is no {dialect}: {error}"


def main() -> int:
    faults = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: {fault}"
        for path in sorted(PACKAGE.rglob("*.sql"))
        for line, fault in layout_faults(path.read_text(encoding="utf-8"))
    ]
    faults += parse_faults()
    print("\n".join(faults) or "SQL: layout and syntax are right.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
