"""Laws of publication, over arbitrary sequences of figure tables."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.publish import publish
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.warehouse_samples import (
    COUNTRY,
    JULY,
    JUNE,
    LONG_AN,
    dump,
    figure,
    new_warehouse,
    publication,
    sqlite_url,
)

KEYS = [
    (month, area, code)
    for month in (JUNE, JULY)
    for area in (COUNTRY, LONG_AN)
    for code in ("dvc.received", "dvc.online_rate")
]
Key = tuple[Month, int, str]
Value = tuple[int | None, int | None, str, str]

values = st.tuples(
    st.sampled_from([None, 0, 1, 2]),
    st.sampled_from([None, 0, 3]),
    st.sampled_from(["reported", "partial"]),
    st.sampled_from(["", ">"]),
)
tables = st.dictionaries(st.sampled_from(KEYS), values)
steps = st.lists(
    st.tuples(st.sampled_from([(JUNE,), (JULY,), (JUNE, JULY)]), tables), min_size=1, max_size=6
)


@contextmanager
def _temporary_warehouse() -> Iterator[Warehouse]:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = new_warehouse(sqlite_url(Path(folder)))
        yield warehouse
        warehouse.close()


def _request(months: tuple[Month, ...], table: dict[Key, Value], run_id: str) -> Any:
    rows = [
        figure(
            area,
            numerator,
            denominator,
            month=month,
            indicator_code=code,
            status=status,
            bound=bound,
        )
        for (month, area, code), (numerator, denominator, status, bound) in table.items()
        if month in months
    ]
    return publication(*rows, months=months, run_id=run_id)


def _history(warehouse: Warehouse) -> dict[Key, list[Any]]:
    query = text(
        "SELECT * FROM indicator_history ORDER BY month, area_level, indicator_code, revision"
    )
    history: dict[Key, list[Any]] = {}
    with warehouse.reading() as connection:
        for row in connection.execute(query):
            area = COUNTRY if row.area_level == "country" else LONG_AN
            history.setdefault((Month.parse(row.month), area, row.indicator_code), []).append(row)
    return history


@settings(max_examples=examples(30))
@given(steps)
def test_revisions_follow_the_published_tables(
    sequence: list[tuple[tuple[Month, ...], dict[Key, Value]]],
) -> None:
    """Against a plain model: a dictionary of the values each figure has had."""
    model: dict[Key, list[Value]] = {}
    with _temporary_warehouse() as warehouse:
        for number, (months, table) in enumerate(sequence):
            for key in KEYS:
                if key[0] not in months or (key not in table and key not in model):
                    continue
                value = table.get(key, (None, None, "withdrawn", ""))
                past = model.setdefault(key, [])
                if not past or past[-1] != value:
                    past.append(value)
            request = _request(months, table, f"run-{number}")
            publish(warehouse, request)
            before = dump(warehouse)
            again = publish(warehouse, _request(months, table, "again"))
            assert (again.new, again.changed, again.withdrawn, again.recounted) == (0, 0, 0, 0)
            assert dump(warehouse) == before

            history = _history(warehouse)
            told = {
                key: [(row.numerator, row.denominator, row.status, row.bound) for row in rows]
                for key, rows in history.items()
            }
            assert told == model
            for rows in history.values():
                assert [row.revision for row in rows] == list(range(1, len(rows) + 1))
                assert [row.superseded_at for row in rows] == [
                    row.computed_at for row in rows[1:]
                ] + [None]
                assert all(row.computed_at < row.superseded_at for row in rows[:-1])
        with warehouse.reading() as connection:
            in_force = connection.execute(text("SELECT count(*) FROM indicator_monthly")).scalar()
            used = "SELECT publication_id FROM figure UNION SELECT publication_id FROM figure_past"
            idle = connection.execute(
                text(f"SELECT count(*) FROM publication WHERE publication_id NOT IN ({used})")
            ).scalar()
        assert (in_force, idle) == (len(model), 0)


def test_processes_publishing_different_months_at_once(tmp_path: Path) -> None:
    warehouse = new_warehouse(sqlite_url(tmp_path))
    program = f"""
import sys
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.publish import publish
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import figure, publication
warehouse = Warehouse.open({warehouse.url.render_as_string()!r})
month = Month.parse(sys.argv[1])
for numerator in range(1, 6):
    publish(warehouse, publication(figure({COUNTRY}, numerator, month=month), months=(month,), run_id=sys.argv[1]))
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program, str(month)]) for month in (JUNE, JULY)
    ]
    assert [process.wait() for process in processes] == [0, 0]
    history = _history(warehouse)
    assert {month for month, _, _ in history} == {JUNE, JULY}
    for (month, _, _), rows in history.items():
        assert [(row.numerator, row.revision, row.run_id) for row in rows] == [
            (n, n, str(month)) for n in range(1, 6)
        ]
        assert [row.superseded_at for row in rows] == [row.computed_at for row in rows[1:]] + [None]
