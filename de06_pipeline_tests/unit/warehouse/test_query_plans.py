"""What a publication costs must not grow with the figures of other months: on SQLite, which has no
statistics to go by, no statement of it goes through all figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from de06_pipeline.warehouse.figures.plausibility import (
    counts_of,
    figures_above,
    months_published,
    shares_above_whole,
)
from de06_pipeline.warehouse.figures.publish import PublicationResult, publish
from de06_pipeline_tests.unit.warehouse_samples import (
    COUNTRY,
    JUNE,
    LONG_AN,
    WHEN,
    figure,
    new_warehouse,
    publication,
    sqlite_url,
)


@contextmanager
def _plans() -> Iterator[dict[str, list[str]]]:
    """How SQLite goes about each statement executed in the block."""
    plans: dict[str, list[str]] = {}

    def note(
        connection: Connection, cursor: Any, statement: str, parameters: Any, *_more: Any
    ) -> None:
        many = _more[-1]
        if statement.startswith(("INSERT", "SELECT", "UPDATE", "DELETE")):
            explaining = connection.connection.cursor()
            explaining.execute(
                f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters
            )
            plans[statement] = [str(row[3]) for row in explaining.fetchall()]
            explaining.close()

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _scans(plans: dict[str, list[str]]) -> list[str]:
    return [
        f"{step}: {statement}"
        for statement, steps in plans.items()
        for step in steps
        if step.startswith("SCAN figure") and "figure_past" not in step
    ]


def test_a_publication_looks_up_figures(tmp_path: Path) -> None:
    warehouse = new_warehouse(sqlite_url(tmp_path))
    online = "channel=Trực tuyến"
    publish(
        warehouse,
        publication(figure(COUNTRY, 7), figure(LONG_AN, 7), figure(LONG_AN, 3, breakdown=online)),
        now=WHEN,
    )
    with _plans() as plans:
        result = publish(
            warehouse,
            publication(
                figure(COUNTRY, 8),
                figure(LONG_AN, 7, areas_expected=2),
                figure(COUNTRY, 1, breakdown=online),
            ),
            now=WHEN,
        )
    assert result == PublicationResult(new=1, changed=1, withdrawn=1, recounted=1)
    assert sum("figure" in statement for statement in plans) > 6
    assert _scans(plans) == []


def test_a_look_at_plausibility_looks_up_figures(tmp_path: Path) -> None:
    warehouse = new_warehouse(sqlite_url(tmp_path))
    publish(warehouse, publication(figure(COUNTRY, 7)), now=WHEN)
    code = "dvc.received"
    with _plans() as plans:
        assert months_published(warehouse, [code]) == (JUNE,)
        assert months_published(warehouse, ["dvc.nothing"]) == ()
        figures_above(warehouse, code, code, [JUNE])
        shares_above_whole(warehouse, code, [JUNE])
        counts_of(warehouse, code, ["country"], [JUNE])
    assert len(plans) == 4
    assert _scans(plans) == []
