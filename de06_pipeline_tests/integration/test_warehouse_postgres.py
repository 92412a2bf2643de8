"""The same warehouse on PostgreSQL: schema, publication, views, deliveries, locks."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from de06_pipeline.errors import UsageError
from de06_pipeline.warehouse.deliveries.accepted import accepted_in_force
from de06_pipeline.warehouse.deliveries.queries import (
    delivery_summaries,
    rule_results,
    source_files,
)
from de06_pipeline.warehouse.deliveries.record import (
    confirm_missing,
    record_delivery,
    record_missing,
)
from de06_pipeline.warehouse.figures.cells import cells, set_cells
from de06_pipeline.warehouse.figures.publish import PublicationResult, publish
from de06_pipeline.warehouse.figures.read import figure_story
from de06_pipeline.warehouse.migrate import check_schema, downgrade, migrate
from de06_pipeline.warehouse.readers import grant_readers
from de06_pipeline.warehouse.restarts import again_after_restart
from de06_pipeline.warehouse.schema import quarantine
from de06_pipeline.warehouse.store import SchemaError, Warehouse
from de06_pipeline_tests.integration.postgres import as_server_user, server_programs
from de06_pipeline_tests.unit.warehouse_samples import (
    A_LUOI,
    COUNTRY,
    JULY,
    JUNE,
    LONG_AN,
    WHEN,
    delivery,
    dump,
    figure,
    new_warehouse,
    publication,
    quarantine_file,
)

pytestmark = pytest.mark.postgres
pytest_plugins = ["de06_pipeline_tests.integration.postgres"]


@pytest.fixture
def warehouse(postgres_url: str) -> Iterator[Warehouse]:
    warehouse = new_warehouse(postgres_url)
    yield warehouse
    warehouse.close()


def test_schema_is_created_once_and_recognised(postgres_url: str) -> None:
    warehouse = Warehouse.open(postgres_url)
    with pytest.raises(SchemaError, match="de06 init"):
        check_schema(warehouse)
    assert migrate(warehouse)
    assert not migrate(warehouse)
    check_schema(warehouse)
    warehouse.close()


def test_migrated_schema_is_the_metadata(warehouse: Warehouse) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from de06_pipeline.warehouse.schema import metadata

    with warehouse.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_publish_revises_and_withdraws(warehouse: Warehouse) -> None:
    first = publish(warehouse, publication(figure(COUNTRY, 7), figure(LONG_AN, 7)), now=WHEN)
    before = dump(warehouse)
    again = publish(warehouse, publication(figure(COUNTRY, 7), figure(LONG_AN, 7), run_id="run-2"))
    assert (first, again) == (PublicationResult(new=2), PublicationResult(unchanged=2))
    assert dump(warehouse) == before
    changed = publish(
        warehouse, publication(figure(COUNTRY, 8), run_id="run-3"), now=WHEN + timedelta(hours=1)
    )
    assert changed == PublicationResult(changed=1, withdrawn=1)
    story = figure_story(warehouse, "dvc.received", JUNE, "80")
    assert story is not None
    assert (story.figure.status, story.figure.numerator, story.figure.revision) == (
        "withdrawn",
        None,
        2,
    )
    assert [(past.numerator, past.superseded_at) for past in story.past] == [
        (7, WHEN + timedelta(hours=1))
    ]


def test_views_compute_values_as_decimals(warehouse: Warehouse) -> None:
    rate = figure(A_LUOI, 1, 3, indicator_code="dvc.online_rate")
    huge = figure(A_LUOI, 2**62, None)
    none = figure(COUNTRY, 0, 0, indicator_code="dvc.online_rate", status="no_denominator")
    publish(warehouse, publication(rate, huge, none))
    with warehouse.reading() as connection:
        rows = connection.execute(
            text("SELECT indicator_code, area_level, value FROM indicator_monthly ORDER BY 1, 2")
        ).all()
    assert [tuple(row)[:2] for row in rows] == [
        ("dvc.online_rate", "country"),
        ("dvc.online_rate", "district"),
        ("dvc.received", "district"),
    ]
    assert rows[0].value is None
    assert abs(rows[1].value - Decimal(100) / 3) < Decimal("1e-12")
    assert rows[2].value == 2**62
    story = figure_story(warehouse, "dvc.received", JUNE, "481")
    assert story is not None
    district = story.figure
    assert (district.province_name, district.district_name, district.numerator) == (
        "Thừa Thiên Huế",
        "A Lưới",
        2**62,
    )


def test_delivery_quarantine_and_pointers(warehouse: Warehouse, tmp_path: Path) -> None:
    record = delivery("aaa", quarantine=quarantine_file(tmp_path / "q.parquet", 3))
    assert record_delivery(warehouse, record)
    assert not record_delivery(warehouse, record)
    with warehouse.reading() as connection:
        rows = connection.execute(quarantine.select().order_by(quarantine.c.row_number)).all()
    assert [(row.row_number, row.field, row.masked_value) for row in rows] == [
        (2, None, None),
        (3, "received_at", 'A"×7, ,'),
        (4, "received_at", 'A"×7, ,'),
    ]
    assert Counter(row.rule_id for row in rows) == {
        "dvc_dossiers.received_at.parse": 2,
        "dvc_dossiers.record.broken": 1,
    }
    assert [rule.failed for rule in rule_results(warehouse, "dvc_dossiers", JUNE, "long-an")] == [1]
    made_from = accepted_in_force(warehouse, "dvc_dossiers", JULY, carry=True)
    given = {
        "path": "cells/1",
        "content_hash": "c",
        "input_hash": "i",
        "inputs": {"code": "1"},
        "accepted": made_from,
        "run_id": "run-1",
    }
    assert set_cells(warehouse, "dvc", JUNE, **given)
    assert not set_cells(warehouse, "dvc", JUNE, **given)
    assert cells(warehouse, "dvc")[JUNE].inputs["code"] == "1"
    assert [file.sha256 for file in source_files(warehouse, "dvc", [JUNE])] == ["f" * 64]
    assert record_missing(warehouse, "dvc_dossiers", JUNE, "long-an", "run-2")
    [summary] = delivery_summaries(warehouse)
    assert (summary.status, summary.is_in_force, summary.rows_read) == ("missing", True, 10)
    assert confirm_missing(warehouse, "dvc_dossiers", JUNE, "long-an", "run-3")
    assert accepted_in_force(warehouse, "dvc_dossiers", JULY, carry=True) == ()


def test_exclusive_holds_others_off(warehouse: Warehouse) -> None:
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        other = Warehouse.open(warehouse.url.render_as_string(hide_password=False))
        entered.set()
        with other.exclusive("dvc"):
            order.append("second")
        other.close()

    with warehouse.exclusive("dvc"), warehouse.exclusive("asm"):
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait()
        thread.join(timeout=0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_exclusive_is_not_waited_for_where_that_is_asked(warehouse: Warehouse) -> None:
    other = Warehouse.open(warehouse.url.render_as_string(hide_password=False))
    with warehouse.exclusive("dvc", waits=False) as is_held:
        assert is_held
        for _ in range(2):  # not taken, so not let go of either
            with other.exclusive("dvc", waits=False) as is_held_too:
                assert not is_held_too
    with other.exclusive("dvc", waits=False) as is_held:
        assert is_held
    other.close()


def test_concurrent_publications_and_migrations(postgres_url: str) -> None:
    openers = [threading.Thread(target=new_warehouse, args=(postgres_url,)) for _ in range(3)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    warehouse = Warehouse.open(postgres_url)
    months = (JUNE, JULY)
    publishers = [
        threading.Thread(
            target=publish,
            args=(warehouse, publication(figure(COUNTRY, 5, month=month), months=(month,))),
        )
        for month in months
    ]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()
    with warehouse.reading() as connection:
        assert connection.execute(
            text("SELECT month, value FROM indicator_monthly ORDER BY month")
        ).all() == [(month.first_day, Decimal(5)) for month in months]
    warehouse.close()


def _restart(server: Path) -> None:
    """Restart the server of the tests, as an administrator would."""
    programs = server_programs()
    assert programs is not None
    prefix, _ = as_server_user()
    subprocess.run(
        [
            *prefix,
            str(programs / "pg_ctl"),
            "restart",
            "--wait",
            "--mode=fast",
            "-D",
            "data",
            "-l",
            "log",
        ],
        cwd=server,
        check=True,
        capture_output=True,
    )


def test_a_publication_survives_a_restart_of_the_server(
    warehouse: Warehouse, postgres_server: Path
) -> None:
    tries = []

    def work() -> PublicationResult:
        with warehouse.exclusive("dvc"):
            tries.append(1)
            with warehouse.writing() as connection:
                if len(tries) == 1:
                    _restart(postgres_server)
                connection.execute(text("SELECT 1"))
            return publish(warehouse, publication(figure(COUNTRY, 7)))

    assert again_after_restart(warehouse, work) == PublicationResult(new=1)
    assert len(tries) == 2
    assert again_after_restart(warehouse, work) == PublicationResult(unchanged=1)


def test_locks_of_a_machine_without_power_are_given_up_within_a_minute(
    warehouse: Warehouse,
) -> None:
    """The server asks it, and hears nothing. A cable that was pulled showed it: the lock was held for
    two hours, and is for a minute now. A socket of this machine has no such numbers, only the order.
    """
    asked: list[str] = []
    event.listen(warehouse.engine, "do_connect", lambda *given: asked.append(str(given[3])))
    warehouse.engine.dispose()
    with warehouse.reading() as connection:
        settings = connection.execute(
            text("SELECT name, source FROM pg_settings WHERE name LIKE 'tcp_keepalives%'")
        )
        changed = {tuple(row) for row in settings}
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
    assert changed == {(name, "session") for name in names}
    assert "keepalives_idle" in asked[0], "and the other way: a server that is gone"


def test_work_that_gets_no_connection_waits_for_the_server(warehouse: Warehouse) -> None:
    """A step that computes when the server is stopped meets it at its next connection."""
    refused = []

    @event.listens_for(warehouse.engine, "do_connect")
    def refuse(*_: Any) -> None:
        if len(refused) < 3:
            refused.append(1)
            raise psycopg.OperationalError("connection refused")

    warehouse.engine.dispose()

    def work() -> PublicationResult:
        return publish(warehouse, publication(figure(COUNTRY, 7)))

    assert again_after_restart(warehouse, work) == PublicationResult(new=1)
    assert len(refused) == 3


def test_another_error_is_not_tried_again(warehouse: Warehouse) -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        with warehouse.writing() as connection:
            connection.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError):
        again_after_restart(warehouse, work)
    assert len(tries) == 1


def test_readers_keep_their_rights_when_views_are_made_anew(
    warehouse: Warehouse, postgres_url: str
) -> None:
    with warehouse.writing() as connection:
        for role in ("bi", "by_hand"):
            connection.execute(text(f"DROP ROLE IF EXISTS {role}"))
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO by_hand"))
        connection.execute(text("GRANT SELECT ON indicator_monthly TO by_hand"))
    grant_readers(warehouse, ["bi"])
    downgrade(warehouse, "0007")
    assert migrate(warehouse)
    publish(warehouse, publication(figure(COUNTRY, 7)))
    for role, readable in (
        ("bi", ("indicator_monthly", "dim_area")),
        ("by_hand", ("indicator_monthly",)),
    ):
        engine = create_engine(make_url(postgres_url).set(username=role))
        with engine.connect() as connection:
            for name in readable:
                assert connection.execute(text(f"SELECT count(*) FROM {name}")).scalar()
        for statement in ("SELECT * FROM quarantine", "DELETE FROM figure"):
            with pytest.raises(ProgrammingError), engine.begin() as connection:
                connection.execute(text(statement))
        engine.dispose()
    with pytest.raises(UsageError, match="nobody_here"):
        grant_readers(warehouse, ["nobody_here"])
    with warehouse.writing() as connection:
        for role in ("bi", "by_hand"):
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


def test_every_migration_has_a_way_back(warehouse: Warehouse) -> None:
    downgrade(warehouse, "base")
    assert migrate(warehouse)
    check_schema(warehouse)
