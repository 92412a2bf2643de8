"""The daily events that a stock is made of, read once for all months of a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import create_table
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.request import FiguresRequest
from de06_pipeline.periods import LAST_REPORTED_DAY, Month
from de06_pipeline.registry.model import TOTAL, CellSet

Source = tuple[int, int | None]
"""Province and unit of some cells, as in force in the cells' month."""

Cut = tuple[int, str, Source, date]
"""An area, a breakdown, and some cells of it that count from after a day."""


class Flows:
    """Table ``flow_<cells>(month, day, province_id, unit_id, breakdown, events)`` of one cell set.

    Args:
        cut_days: days after which counting begins. Only months that hold one keep their days; in
            the others every event stands on the last day of its half of the month, which makes no
            difference and far fewer rows.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        request: FiguresRequest,
        cells: CellSet,
        labels: Labels,
        cut_days: Iterable[date],
    ) -> None:
        self._con = con
        self.table = f"flow_{cells.name}"
        broken = {Month.of(day) for day in cut_days if day not in _ends(Month.of(day))}
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {self.table} "
            "(month DATE, day DATE, province_id INTEGER, unit_id INTEGER, breakdown VARCHAR, events BIGINT)"
        )
        months = [
            self._of_month(str(path), cells, month, keep_days=month in broken)
            for month, folder in sorted(request.cells.items())
            if (path := folder / cells.file_name).exists()
        ]
        if months:
            self._read(" UNION ALL ".join(months), cells, labels)

    @staticmethod
    def _of_month(path: str, cells: CellSet, month: Month, *, keep_days: bool) -> str:
        """SQL for one month's cells by day."""
        early, late = _ends(month)
        day = (
            "day"
            if keep_days
            else f"CASE WHEN day <= DATE '{early}' THEN DATE '{early}' ELSE DATE '{late}' END"
        )
        dimensions = "".join(f", {dimension.name}" for dimension in cells.stored_dimensions)
        return (
            f"SELECT DATE '{month.first_day}' AS month, {day} AS day, province_id, unit_id"
            f"{dimensions}, row_count FROM read_parquet({literal(path)})"
        )

    def _read(self, months: str, cells: CellSet, labels: Labels) -> None:
        """Add the events of all months up, in total and by each dimension: a few statements, however
        many months there are.
        """
        by_day = f"{self.table}_cells"
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE {by_day} AS SELECT * EXCLUDE (row_count), "
            f"SUM(row_count) AS row_count FROM ({months}) AS m GROUP BY ALL"
        )
        for dimension in (None, *cells.stored_dimensions):
            join, text = "", "''"
            if dimension:
                table = labels.create(self._con, dimension, cells.rows.dataset, by_day)
                join = f"JOIN {table} AS l ON l.label_value IS NOT DISTINCT FROM TRY_CAST(c.{dimension.name} AS VARCHAR)"
                text = "l.part"
            self._con.execute(
                f"INSERT INTO {self.table} SELECT month, day, province_id, unit_id, {text}, "
                f"TRY_CAST(SUM(c.row_count) AS BIGINT) FROM {by_day} AS c {join} GROUP BY ALL"
            )

    def sources(self, last_day: date) -> dict[Source, set[str]]:
        """The cells' areas with events up to a day, and the breakdowns that occur there (the total
        among them).

        Args:
            last_day: of a month or of its early half.
        """
        rows = self._con.execute(
            f"SELECT province_id, unit_id, list(DISTINCT breakdown) FROM {self.table} WHERE day <= $last_day GROUP BY ALL",
            {"last_day": last_day},
        ).fetchall()
        return {
            (province_id, unit_id): {*breakdowns, TOTAL}
            for province_id, unit_id, breakdowns in rows
        }

    def sums(self, cuts: Iterable[Cut], last_day: date) -> dict[tuple[int, str], int]:
        """Events by area and breakdown, each source counted from after its own day through
        ``last_day``.
        """
        rows = [(area_id, breakdown, *source, as_of) for area_id, breakdown, source, as_of in cuts]
        columns = [
            ("area_id", "INTEGER"),
            ("breakdown", "VARCHAR"),
            ("province_id", "INTEGER"),
            ("unit_id", "INTEGER"),
            ("as_of", "DATE"),
        ]
        create_table(self._con, "cut", columns, rows)
        sums = self._con.execute(
            f"SELECT cut.area_id, cut.breakdown, TRY_CAST(SUM(f.events) AS BIGINT) FROM {self.table} AS f JOIN cut "
            "ON cut.province_id = f.province_id AND cut.unit_id IS NOT DISTINCT FROM f.unit_id AND cut.breakdown = f.breakdown "
            "WHERE f.day <= $last_day AND f.day > cut.as_of GROUP BY ALL",
            {"last_day": last_day},
        ).fetchall()
        return {(area_id, breakdown): events for area_id, breakdown, events in sums}


def _ends(month: Month) -> tuple[date, date]:
    """The last days of a month's halves."""
    return month.first_day.replace(day=LAST_REPORTED_DAY), month.last_day
