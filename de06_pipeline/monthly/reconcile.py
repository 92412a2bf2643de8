"""Records that live across months: those open at the end of one month against the next month's
rows.

Both months are put together over all suppliers first, each province's rows from whoever speaks for
it, so that a province that changed its supplier (2025-07-01, or from a national export to its own)
is compared all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import NATIONAL, SupplierBook
from de06_pipeline.contracts.model import Contract, FieldType
from de06_pipeline.duck.connection import memory_database
from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.monthly.in_force import delivered_provinces
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import accepted
from de06_pipeline.warehouse.deliveries.queries import accepted_file_names
from de06_pipeline.warehouse.deliveries.records import AcceptedPointer
from de06_pipeline.warehouse.store import Warehouse

_SHOWN = (FieldType.DATE, FieldType.TIMESTAMP)
"""Types whose values the supplier's report repeats; of others it names only the row."""
_BATCH = 10_000

OWNER = Relation(
    "owner",
    (
        ("before_id", "INTEGER"),
        ("before_supplier", "VARCHAR"),
        ("now_id", "INTEGER"),
        ("supplier", "VARCHAR"),
    ),
)
"""Provinces that both months speak for: the province then and its supplier, the province now and its
supplier.
"""
FILE_NAME = Relation(
    "file_name",
    (
        ("is_before", "BOOLEAN"),
        ("supplier", "VARCHAR"),
        ("file_no", "INTEGER"),
        ("name", "VARCHAR"),
    ),
)
"""The files of both months."""
DELIVERED_FILE = Relation("delivered_file", (("path", "VARCHAR"), ("of_supplier", "VARCHAR")))
"""The files of accepted rows of one month."""
_OF_ROWS = (
    *(("supplier", "VARCHAR"), ("of_supplier", "VARCHAR"), ("is_open", "BOOLEAN")),
    *(("file_no", "SMALLINT"), ("row_number", "BIGINT")),
)
ROWS_BEFORE, ROWS_NOW = Relation("rows_before", _OF_ROWS), Relation("rows_now", _OF_ROWS)
"""The accepted rows of either month, with the contract's key and the fields that may not change
besides: the supplier of this month, who delivered the row, and whether its record is open between
the two months.
"""
WAS_OPEN = Relation("was_open", _OF_ROWS)
"""Those of :data:`ROWS_BEFORE` that are open at its end."""
CARRIED_IN = Relation("carried_in", _OF_ROWS)
"""Those of :data:`ROWS_NOW` that the month before must have held as open."""
FINDING = Relation(
    "finding",
    (
        ("supplier", "VARCHAR"),
        ("kind", "VARCHAR"),
        *(("before_supplier", "VARCHAR"), ("before_file", "SMALLINT"), ("before_row", "BIGINT")),
        *(("now_supplier", "VARCHAR"), ("now_file", "SMALLINT"), ("now_row", "BIGINT")),
        *(("column_name", "VARCHAR"), ("before_value", "VARCHAR"), ("now_value", "VARCHAR")),
    ),
)
"""Records that do not fit: of which supplier this month, why, where they stand in either month; for a
changed column its name and, where it may be shown, both values.
"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One supplier's records compared with the month before.

    Attributes:
        was_open: records open at the end of the month before; ``vanished``: those among them that
            were not delivered again.
        carried_in: delivered records that the month before must have held as open; ``reappeared``:
            those that it did not hold at all, ``reopened``: those that it held as closed.
        changed: records open in both months, by column that may not change and did.
    """

    supplier: str
    was_open: int
    vanished: int
    carried_in: int
    reappeared: int
    reopened: int
    changed: dict[str, int]


class Reconciliation:
    """The two months of a dataset, put together on an open connection; see :func:`reconciliation`."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        contract: Contract,
        month: Month,
        suppliers: Sequence[str],
    ) -> None:
        self._con, self._contract, self._month, self._suppliers = con, contract, month, suppliers

    def counts(self) -> list[Reconciled]:
        """By supplier."""
        open_then, open_now, findings = (
            self._count(WAS_OPEN),
            self._count(CARRIED_IN),
            self._counts_found(),
        )
        return [
            Reconciled(
                supplier=name,
                was_open=open_then.get(name, 0),
                vanished=findings.get((name, "vanished", ""), 0),
                carried_in=open_now.get(name, 0),
                reappeared=findings.get((name, "reappeared", ""), 0),
                reopened=findings.get((name, "reopened", ""), 0),
                changed={
                    column: findings.get((name, "changed", column), 0)
                    for column in self._contract.unchanging
                },
            )
            for name in self._suppliers
        ]

    def records(self, supplier: str) -> Iterator[tuple[object, ...]]:
        """The records that do not fit, as :data:`de06_pipeline.reports.cross_month.COLUMNS`, in the
        order of files and rows.
        """
        records = self._con.execute(
            f"""SELECT {literal(self._contract.dataset + ".delivery.")} || kind, {literal(str(self._month.plus(-1)))}, b.name, before_row,
              {literal(str(self._month))}, n.name, now_row, column_name, before_value, now_value
            FROM {FINDING} AS f
            LEFT JOIN {FILE_NAME} AS b ON b.is_before AND b.supplier = before_supplier AND b.file_no = before_file
            LEFT JOIN {FILE_NAME} AS n ON NOT n.is_before AND n.supplier = now_supplier AND n.file_no = now_file
            WHERE f.supplier = {literal(supplier)}
            ORDER BY kind, before_supplier, before_file, before_row, now_file, now_row, column_name"""
        )
        while batch := records.fetchmany(_BATCH):
            yield from batch

    def _count(self, rows: Relation) -> dict[str, int]:
        return dict(
            self._con.execute(f"SELECT supplier, count(*) FROM {rows} GROUP BY supplier").fetchall()
        )

    def _counts_found(self) -> dict[tuple[str, str, str], int]:
        rows = self._con.execute(
            f"SELECT supplier, kind, column_name, count(*) FROM {FINDING} GROUP BY ALL"
        ).fetchall()
        return {(supplier, kind, column): count for supplier, kind, column, count in rows}


@contextmanager
def reconciliation(
    workspace: Workspace, contract: Contract, month: Month
) -> Iterator[Reconciliation | None]:
    """Compare a month with the one before, for every supplier that both months speak for.

    None where the contract's records do not live across months, or one of the two months has no
    accepted rows.
    """
    before = (
        accepted(workspace.warehouse, contract.dataset, month.plus(-1))
        if contract.open_at_end
        else ()
    )
    now = accepted(workspace.warehouse, contract.dataset, month)
    owners = _owners(workspace.areas, workspace.suppliers, month, before, now)
    if not owners:
        yield None
        return
    with (
        scratch_folder(workspace.settings.scratch) as scratch,
        memory_database(workspace.duck(scratch)) as con,
    ):
        OWNER.create(con, owners)
        _create_names(con, workspace.warehouse, before, now)
        _create_months(con, workspace.lake_files, contract, month, before, now)
        FINDING.create_as(con, " UNION ALL ".join(_kinds(contract)))
        yield Reconciliation(con, contract, month, sorted({supplier for *_, supplier in owners}))


def _owners(
    areas: AreaBook,
    suppliers: SupplierBook,
    month: Month,
    before: Sequence[AcceptedPointer],
    now: Sequence[AcceptedPointer],
) -> list[tuple[int, str, int, str]]:
    """Province then, its supplier then, province now, its supplier now: for provinces that both
    months speak for in full.
    """
    crosswalk = Crosswalk.to(areas, month)
    then, since = _speakers(suppliers, before, month.plus(-1)), _speakers(suppliers, now, month)
    origins = {
        province: sorted(crosswalk.origins(province, month.plus(-1))) for province in sorted(since)
    }
    return [
        (origin, then[origin], province, since[province])
        for province, earlier in origins.items()
        if all(origin in then for origin in earlier)
        for origin in earlier
    ]


def _speakers(
    suppliers: SupplierBook, pointers: Iterable[AcceptedPointer], month: Month
) -> dict[int, str]:
    """Province → the supplier whose rows count for it: its own before a national export."""
    national_first = sorted(pointers, key=lambda p: p.supplier != NATIONAL)
    return {
        area_id: p.supplier
        for p in national_first
        for area_id in delivered_provinces(suppliers, [p], month)
    }


def _create_names(
    con: duckdb.DuckDBPyConnection,
    warehouse: Warehouse,
    before: Sequence[AcceptedPointer],
    now: Sequence[AcceptedPointer],
) -> None:
    rows = [
        (is_before, pointer.supplier, file_no, name)
        for is_before, pointers in ((True, before), (False, now))
        for pointer in pointers
        for file_no, name in enumerate(accepted_file_names(warehouse, pointer), start=1)
    ]
    FILE_NAME.create(con, rows)


def _create_months(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    contract: Contract,
    month: Month,
    before: Sequence[AcceptedPointer],
    now: Sequence[AcceptedPointer],
) -> None:
    """Create :data:`ROWS_BEFORE`, :data:`ROWS_NOW` and, of them, :data:`WAS_OPEN` and
    :data:`CARRIED_IN`.
    """
    columns = ", ".join(
        dict.fromkeys((*_keys(contract), *contract.unchanging, "file_no", "row_number"))
    )
    opened_before = contract.open_at_start or "false"
    for rows_of_month, pointers, province, owner, flag in (
        (ROWS_BEFORE, before, "before_id", "before_supplier", contract.open_at_end),
        (ROWS_NOW, now, "now_id", "supplier", opened_before),
    ):
        DELIVERED_FILE.create(con, [(lake.rows(p), p.supplier) for p in pointers])
        paths = ", ".join(literal(lake.rows(p)) for p in pointers)
        rows = f"read_parquet([{paths}], filename = true, union_by_name = true)"
        # A province has one supplier a month, but several provinces may have become one: the owners
        # are matched once a row.
        con.execute(f"""
            CREATE TEMP TABLE {rows_of_month} AS
            SELECT {columns}, o.supplier AS supplier, f.of_supplier, coalesce({flag}, false) AS is_open
            FROM (SELECT *, DATE '{month.first_day}' AS month_start FROM {rows}) AS r
            JOIN {DELIVERED_FILE} AS f ON f.path = r.filename
            JOIN (SELECT DISTINCT {province} AS id, {owner} AS speaker, supplier FROM {OWNER}) AS o
              ON o.id = r.province_id AND o.speaker = f.of_supplier""")
    con.execute(f"CREATE TEMP VIEW {WAS_OPEN} AS SELECT * FROM {ROWS_BEFORE} WHERE is_open")
    con.execute(f"CREATE TEMP VIEW {CARRIED_IN} AS SELECT * FROM {ROWS_NOW} WHERE is_open")


def _kinds(contract: Contract) -> list[str]:
    same = " AND ".join(f"b.{key} IS NOT DISTINCT FROM n.{key}" for key in _keys(contract))
    of_before = (
        "b.of_supplier AS before_supplier, b.file_no AS before_file, b.row_number AS before_row"
    )
    of_now = "n.of_supplier AS now_supplier, n.file_no AS now_file, n.row_number AS now_row"
    no_now = "CAST(NULL AS VARCHAR) AS now_supplier, CAST(NULL AS SMALLINT) AS now_file, CAST(NULL AS BIGINT) AS now_row"
    no_values = "'' AS column_name, CAST(NULL AS VARCHAR) AS before_value, CAST(NULL AS VARCHAR) AS now_value"
    kinds = [
        f"SELECT b.supplier, 'vanished' AS kind, {of_before}, {no_now}, {no_values} "
        f"FROM {WAS_OPEN} AS b ANTI JOIN {ROWS_NOW} AS n ON {same}"
    ]
    if contract.open_at_start:
        kinds.append(
            f"SELECT n.supplier, CASE WHEN b.file_no IS NULL THEN 'reappeared' ELSE 'reopened' END, {of_before}, {of_now}, {no_values} "
            f"FROM {CARRIED_IN} AS n LEFT JOIN {ROWS_BEFORE} AS b ON {same} WHERE b.is_open IS NOT TRUE"
        )
    for column in contract.unchanging:
        shown = contract.field(column).type in _SHOWN
        values = (
            f"CAST(b.{column} AS VARCHAR), CAST(n.{column} AS VARCHAR)" if shown else "NULL, NULL"
        )
        kinds.append(
            f"SELECT n.supplier, 'changed', {of_before}, {of_now}, {literal(column)}, {values} "
            f"FROM {WAS_OPEN} AS b JOIN {ROWS_NOW} AS n ON {same} WHERE b.{column} IS DISTINCT FROM n.{column}"
        )
    return kinds


def _keys(contract: Contract) -> list[str]:
    return [f"{field.name}_id" if field.is_area else field.name for field in contract.key_fields]
