"""From parsed rows to the rows the rules judge: areas, derived columns, and one winner for each
key.

The order of the accounting is the documented one: a record whose key cannot be read is judged but
never competes; among all others of the delivery the winner of each key stays and the losers are
superseded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from de06_pipeline.areas.attach import AreaJoin
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.quoting import identifier, literal
from de06_pipeline.parsing.typed import with_derived
from de06_pipeline.periods import Month

_ALL_ROWS = "judged_and_superseded"
_AS_WRITTEN = "FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1000"
"""Read a few times and thrown away: to compress, or to look for repeats among codes that are all
different, costs more than it saves.
"""


def load_lookups(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    lookups: Mapping[tuple[str, str], Sequence[str]],
) -> None:
    """Fill ``lookup_<dataset>_<field>(value)`` from other datasets' accepted rows, for the
    contract's lookup flags.
    """
    for field in contract.fields:
        if field.lookup is None:
            continue
        table = f"lookup_{field.lookup.dataset}_{field.lookup.field}"
        con.execute(f"CREATE OR REPLACE TABLE {table} (value VARCHAR)")
        paths = list(lookups.get((field.lookup.dataset, field.lookup.field), ()))
        if paths:
            con.execute(
                f"INSERT INTO {table} SELECT DISTINCT {field.lookup.field} FROM read_parquet(?)",
                [paths],
            )
        else:
            # With nothing to look into the answer is unknown, not "no": `x IN (NULL)` is NULL, and
            # no rule evaluates it.
            con.execute(f"INSERT INTO {table} VALUES (NULL)")


def load_broken(con: duckdb.DuckDBPyConnection, files: Sequence[tuple[int, Path]]) -> None:
    """Make table ``broken(file_no, row_number, reason, shape)`` from what reading set aside."""
    con.execute(
        "CREATE TABLE broken (file_no SMALLINT, row_number BIGINT, reason VARCHAR, shape VARCHAR)"
    )
    for file_no, path in files:
        con.execute(
            """
            INSERT INTO broken
            SELECT ?, row_number, reason, shape
            FROM read_csv(?, delim = '\x1f', quote = '', escape = '', header = false, auto_detect = false,
              columns = {'row_number': 'BIGINT', 'reason': 'VARCHAR', 'shape': 'VARCHAR'})""",
            [file_no, str(path)],
        )


def create_judged(
    con: duckdb.DuckDBPyConnection, contract: Contract, month: Month, areas: AreaJoin, path: Path
) -> str:
    """Make view ``judged`` of ``parsed``: area columns, then transforms and derived columns in
    contract order, in one pass.

    The rows are written to ``path`` as Parquet: packing them as a table of DuckDB's took a third
    more processor time for the whole pass. They are written in the order in which they come: to
    keep theirs DuckDB would write with one thread. Personal texts that nothing reads from here on
    are left out.

    Args:
        path: a file of the step's scratch folder.

    Returns:
        the SELECT that ran.
    """
    area_columns = "".join(
        f",\n  {sql} AS {column}" for column, sql in (*areas.columns, *areas.suggestions)
    )
    relation = f"SELECT p.*{area_columns}\nFROM parsed AS p\n{areas.joins}"
    unread = ", ".join(identifier(name) for name in _unread(contract))
    columns = f"* EXCLUDE ({unread})" if unread else "*"
    sql = f"SELECT {columns} FROM (\n{with_derived(contract, month, relation)}\n)"
    con.execute("SET preserve_insertion_order = false")
    con.execute(f"COPY (\n{sql}\n) TO {literal(str(path))} ({_AS_WRITTEN})")
    con.execute("RESET preserve_insertion_order")
    con.execute(f"CREATE VIEW {_ALL_ROWS} AS SELECT * FROM read_parquet({literal(str(path))})")
    con.execute(f"CREATE VIEW judged AS SELECT * FROM {_ALL_ROWS}")
    return sql


def _unread(contract: Contract) -> list[str]:
    """Delivered fields that are neither stored nor named by a rule or by what chooses the winner of
    a key.
    """
    texts = [
        contract.supersede_by,
        *(
            f"{rule.row_condition} {' '.join(map(str, rule.kwargs.values()))}"
            for rule in contract.rules
        ),
    ]
    read = {name for rule in contract.rules for name in rule.fields} | {
        name for text in texts for name in re.findall(r"\w+", text)
    }
    return [
        f.name
        for f in contract.delivered_fields
        if not (f.stored or f.key or f.is_area or f.name in read)
    ]


def supersede(con: duckdb.DuckDBPyConnection, contract: Contract, unreadable_key: str) -> int:
    """Take the losers of repeated keys out of ``judged`` and into ``superseded(file_no, row_number,
    kept_file_no, kept_row_number)``.

    The latest ``supersede_by`` wins (empty is older than any), then the later file by name, then
    the later row.

    Args:
        unreadable_key: SQL predicate over ``judged``, true where the key cannot be read.

    Returns:
        how many rows lost.
    """
    con.execute(
        "CREATE TABLE superseded (file_no SMALLINT, row_number BIGINT, kept_file_no SMALLINT, kept_row_number BIGINT)"
    )
    keys = ", ".join(_key_column(f.name, f.is_area) for f in contract.key_fields)
    latest = f"{contract.supersede_by} DESC NULLS LAST, " if contract.supersede_by else ""
    # Two passes: hashes first, because repeats are rare and eight bytes a row fit in memory where
    # keys would not.
    con.execute(f"""
        CREATE TEMP TABLE repeated AS
        SELECT hash({keys}) AS key_hash FROM judged WHERE NOT ({unreadable_key}) GROUP BY ALL HAVING count(*) > 1""")
    con.execute(f"""
        INSERT INTO superseded
        SELECT file_no, row_number, kept_file_no, kept_row_number FROM (
          SELECT file_no, row_number,
            row_number() OVER best AS place,
            first_value(file_no) OVER best AS kept_file_no, first_value(row_number) OVER best AS kept_row_number
          FROM judged
          WHERE NOT ({unreadable_key}) AND hash({keys}) IN (SELECT key_hash FROM repeated)
          WINDOW best AS (PARTITION BY {keys} ORDER BY {latest}file_no DESC, row_number DESC)
        ) WHERE place > 1""")
    row = con.execute("SELECT count(*) FROM superseded").fetchone()
    losers = int(row[0]) if row else 0
    if losers:
        con.execute(
            f"CREATE OR REPLACE VIEW judged AS SELECT * FROM {_ALL_ROWS} ANTI JOIN superseded USING (file_no, row_number)"
        )
    return losers


def _key_column(name: str, is_area: bool) -> str:
    return f"{name}_id" if is_area else name
