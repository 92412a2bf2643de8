"""Recording deliveries: what replaces what, what stays in force, and what writes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import (
    accepted,
    accepted_history,
    accepted_in_force,
    months_accepted,
)
from de06_pipeline.warehouse.deliveries.record import (
    confirm_missing,
    record_delivery,
    record_missing,
)
from de06_pipeline.warehouse.deliveries.records import RuleRecord
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline_tests.unit.warehouse_samples import (
    JULY,
    JUNE,
    WHEN,
    delivery,
    dump,
    new_warehouse,
    quarantine_file,
    sqlite_url,
)

KEY = ("dvc_dossiers", JUNE, "long-an")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return new_warehouse(sqlite_url(tmp_path))


def _statuses(warehouse: Warehouse) -> list[tuple[int, str]]:
    with warehouse.reading() as connection:
        return connection.execute(
            text("SELECT attempt, status FROM delivery ORDER BY delivery_id")
        ).all()


def _in_force(warehouse: Warehouse) -> list[str]:
    return [pointer.content_hash for pointer in accepted(warehouse, "dvc_dossiers", JUNE)]


def test_an_accepted_delivery_comes_into_force(warehouse: Warehouse) -> None:
    assert record_delivery(warehouse, delivery("aaa"))
    [pointer] = accepted(warehouse, "dvc_dossiers", JUNE)
    assert (
        pointer.path,
        pointer.content_hash,
        pointer.row_count,
        pointer.month,
        pointer.run_id,
    ) == (
        "accepted/aaa",
        "aaa",
        9,
        JUNE,
        "run-1",
    )
    with warehouse.reading() as connection:
        row = connection.execute(
            text(
                "SELECT month, file_name, rows_read, rows_quarantined, received_at, status FROM delivery"
            )
        ).one()
    assert tuple(row) == ("2024-06-01", "t6.csv", 10, 1, "2024-07-03 08:00:00.000000", "accepted")


def test_an_identical_second_run_changes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    first = delivery("aaa", quarantine=quarantine_file(tmp_path / "1.parquet", 4))
    record_delivery(warehouse, first)
    before = dump(warehouse)
    again = replace(first, run_id="run-2", quarantine=quarantine_file(tmp_path / "2.parquet", 4))
    assert not record_delivery(warehouse, again)
    assert dump(warehouse) == before


@pytest.mark.parametrize(
    "difference",
    [
        {"fingerprint": "other"},
        {"contract_version": "1.1.0"},
        {"rules": (RuleRecord("dvc_dossiers.received_at.parse", "critical", 10, 2, False, 0.02),)},
        {"files": (replace(delivery().files[0], rows_superseded=1),)},
        {"accepted": replace(delivery().accepted, content_hash="bbb")},  # type: ignore[type-var]
        {"accepted": None},
        {"quarantine": True},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_any_difference_is_recorded(
    warehouse: Warehouse, tmp_path: Path, difference: dict[str, object]
) -> None:
    record_delivery(warehouse, delivery("aaa"))
    if "quarantine" in difference:
        difference = {"quarantine": quarantine_file(tmp_path / "q.parquet")}
    assert record_delivery(warehouse, replace(delivery("aaa"), run_id="run-2", **difference))  # type: ignore[arg-type]


def test_a_correction_replaces(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery("aaa"))
    record_delivery(warehouse, delivery("bbb", run_id="run-2"))
    assert _statuses(warehouse) == [(1, "replaced"), (2, "accepted")]
    assert _in_force(warehouse) == ["bbb"]


def test_a_refusal_leaves_the_accepted_delivery_standing(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery("aaa"))
    record_delivery(warehouse, delivery(None, fingerprint="bad 1", run_id="run-2"))
    assert _statuses(warehouse) == [(1, "accepted"), (2, "refused")]
    record_delivery(warehouse, delivery(None, fingerprint="bad 2", run_id="run-3"))
    assert _statuses(warehouse) == [(1, "accepted"), (2, "replaced"), (3, "refused")]
    assert _in_force(warehouse) == ["aaa"]
    record_delivery(warehouse, delivery("aaa", run_id="run-4"))
    assert _statuses(warehouse) == [
        (1, "replaced"),
        (2, "replaced"),
        (3, "replaced"),
        (4, "accepted"),
    ]


def test_one_supplier_does_not_touch_another(warehouse: Warehouse) -> None:
    for record in (
        delivery("aaa"),
        delivery("bbb", supplier="tay-ninh"),
        delivery("ccc", month=JULY),
        delivery("ddd", dataset="eid_accounts"),
    ):
        record_delivery(warehouse, record)
    record_delivery(warehouse, delivery(None, supplier="tay-ninh", run_id="run-2"))
    assert _in_force(warehouse) == ["aaa", "bbb"]
    assert confirm_missing(warehouse, *KEY, run_id="run-3")
    assert _in_force(warehouse) == ["bbb"]
    assert months_accepted(warehouse, "dvc_dossiers") == (JUNE, JULY)


def test_files_of_lower_versions_are_listed_as_replaced(warehouse: Warehouse) -> None:
    [file] = delivery().files
    old = replace(file, name="v1/t6.csv", version=1, sha256=None, is_replaced=True)
    new = replace(file, name="v2/t6.csv", version=2)
    record = delivery("aaa", files=(old, new))
    assert record_delivery(warehouse, record)
    assert _statuses(warehouse) == [(1, "replaced"), (1, "accepted")]
    assert not record_delivery(warehouse, record)


def test_quarantine_holds_the_last_attempt_only_and_quality_every_run(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    record_delivery(
        warehouse, delivery("aaa", quarantine=quarantine_file(tmp_path / "1.parquet", 3))
    )
    record_delivery(
        warehouse,
        delivery(None, run_id="run-2", quarantine=quarantine_file(tmp_path / "2.parquet", 2)),
    )
    with warehouse.reading() as connection:
        lines = connection.execute(
            text(
                "SELECT month, run_id, row_number, field, masked_value FROM quarantine ORDER BY row_number"
            )
        ).all()
        runs = (
            connection.execute(text("SELECT run_id FROM quality_result ORDER BY run_id"))
            .scalars()
            .all()
        )
    assert [tuple(line) for line in lines] == [
        ("2024-06-01", "run-2", 2, None, None),
        ("2024-06-01", "run-2", 3, "received_at", 'A"×7, ,'),
    ]
    assert runs == ["run-1", "run-2"]


def test_a_retried_step_of_one_run_may_record_again(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery("aaa"))
    assert record_delivery(warehouse, delivery("bbb"))
    assert _in_force(warehouse) == ["bbb"]


def test_nothing_is_recorded_by_halves(warehouse: Warehouse, tmp_path: Path) -> None:
    before = dump(warehouse)
    pq.write_table(pa.table({"file_name": ["t6.csv"]}), tmp_path / "not a quarantine.parquet")
    with pytest.raises(Exception, match="row_number"):
        record_delivery(
            warehouse, delivery("aaa", quarantine=tmp_path / "not a quarantine.parquet")
        )
    assert dump(warehouse) == before


def test_vanished_files_are_missing_until_confirmed(warehouse: Warehouse, tmp_path: Path) -> None:
    record_delivery(warehouse, delivery("aaa", quarantine=quarantine_file(tmp_path / "q.parquet")))
    assert record_missing(warehouse, *KEY, run_id="run-2")
    assert not record_missing(warehouse, *KEY, run_id="run-3")
    assert (_statuses(warehouse), _in_force(warehouse)) == ([(1, "missing")], ["aaa"])
    assert confirm_missing(warehouse, *KEY, run_id="run-4")
    assert not confirm_missing(warehouse, *KEY, run_id="run-5")
    assert (_statuses(warehouse), _in_force(warehouse)) == ([(1, "missing")], [])
    assert dump(warehouse)["quarantine"] == []


def test_files_that_come_back_are_in_force_again(warehouse: Warehouse) -> None:
    record_delivery(warehouse, delivery("aaa"))
    record_missing(warehouse, *KEY, run_id="run-2")
    confirm_missing(warehouse, *KEY, run_id="run-3")
    assert record_delivery(warehouse, delivery("aaa", run_id="run-4"))
    assert (_statuses(warehouse), _in_force(warehouse)) == (
        [(1, "replaced"), (2, "accepted")],
        ["aaa"],
    )


def test_one_file_of_two_may_vanish(warehouse: Warehouse) -> None:
    [file] = delivery().files
    record_delivery(warehouse, delivery("aaa", files=(file, replace(file, name="t6b.csv"))))
    assert record_missing(warehouse, *KEY, run_id="run-2", file_names=["t6b.csv"])
    assert _statuses(warehouse) == [(1, "accepted"), (1, "missing")]
    assert record_delivery(
        warehouse, delivery("aaa", files=(file, replace(file, name="t6b.csv")), run_id="run-3")
    )


def test_what_was_never_delivered_cannot_be_missing(warehouse: Warehouse) -> None:
    assert not record_missing(warehouse, *KEY, run_id="run-1")
    assert not confirm_missing(warehouse, *KEY, run_id="run-1")


def test_snapshots_are_carried_by_supplier(warehouse: Warehouse) -> None:
    for content_hash, supplier, month in (
        ("a4", "long-an", 4),
        ("a5", "long-an", 5),
        ("a7", "long-an", 7),
        ("t3", "tay-ninh", 3),
    ):
        record_delivery(
            warehouse,
            delivery(
                content_hash, dataset="dvc_procedures", supplier=supplier, month=Month(2024, month)
            ),
        )

    def in_force(month: Month, carry: bool) -> list[tuple[str, Month]]:
        return sorted(
            (p.content_hash, p.month)
            for p in accepted_in_force(warehouse, "dvc_procedures", month, carry)
        )

    assert in_force(JUNE, carry=True) == [("a5", Month(2024, 5)), ("t3", Month(2024, 3))]
    assert in_force(JULY, carry=True) == [("a7", JULY), ("t3", Month(2024, 3))]
    assert (in_force(JUNE, carry=False), in_force(JULY, carry=False)) == ([], [("a7", JULY)])
    assert accepted_in_force(warehouse, "dvc_procedures", Month(2024, 2), carry=True) == ()
    assert [
        p.month.month for p in accepted_history(warehouse, "dvc_procedures", "long-an", before=JULY)
    ] == [4, 5]


def test_times_are_aware(warehouse: Warehouse) -> None:
    naive = replace(delivery().files[0], received_at=WHEN.replace(tzinfo=None))
    with pytest.raises(Exception, match="time zone"):
        record_delivery(warehouse, delivery("aaa", files=(naive,)))
    record_delivery(warehouse, delivery("aaa"))
    assert accepted(warehouse, "dvc_dossiers", JUNE)[0].accepted_at.utcoffset() is not None
