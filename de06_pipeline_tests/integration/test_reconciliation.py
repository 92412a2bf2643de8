"""Months compared: open dossiers that vanish, come back or change, and volumes, by supplier and in
any order of the months.
"""

from __future__ import annotations

import csv
import shutil

import pytest

from de06_pipeline.monthly.check_across_months import cross_month_path
from de06_pipeline.monthly.find_attention import attention
from de06_pipeline.monthly.ingest_month import ingest_month
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.cross_month import cross_month_results
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.whole_months import RUN, new_workspace

MAY, JUNE = Month.parse("2024-05"), Month.parse("2024-06")
DATASET, SUPPLIER = "dvc_dossiers", tiny_exports.QUANG_NAM


def _row(
    number: int,
    received: str = "07/05/2024 09:00",
    status: str = "4",
    finished: str = "",
    **fields: str,
) -> dict[str, str]:
    """A dossier received in May; the date in its code follows the receipt first written, so that no
    other rule speaks.
    """
    good = tiny_exports.rows(DATASET, SUPPLIER, MAY, 1, first=0)[0]
    dates = {
        "submitted_at": "07/05/2024 08:00",
        "received_at": received,
        "due_at": "30/06/2024",
        "finished_at": finished,
        "returned_at": "",
    }
    return good | {"dossier_code": f"H47.19-240507-{number:04d}", "status": status} | dates | fields


MAY_ROWS = [
    _row(1),  # vanishes
    _row(2),  # received on another day in June
    _row(3),  # as it should be
    _row(4, status="9", finished="20/05/2024 10:00"),  # closed, and open again in June
]
JUNE_ROWS = [
    _row(9),  # from before June, unknown in May
    _row(2, received="08/05/2024 09:00"),
    _row(3, status="9", finished="03/06/2024 10:00"),
    _row(4),
    _row(
        5,
        received="05/06/2024 09:00",
        submitted_at="05/06/2024 08:00",
        dossier_code="H47.19-240605-0005",
    ),  # new in June
]


def _deliver(landing, month, rows):
    path = landing / DATASET / str(month) / SUPPLIER / "=cmd export.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tiny_exports.csv_text(DATASET, rows), encoding="utf-8")


@pytest.fixture
def workspace(tmp_path):
    _deliver(tmp_path / "landing", MAY, MAY_ROWS)
    _deliver(tmp_path / "landing", JUNE, JUNE_ROWS)
    return new_workspace(tmp_path / "home", tmp_path / "landing", tolerance=1)


def _run(workspace, *months):
    return [ingest_month(workspace, workspace.contract(DATASET), month, RUN) for month in months]


@pytest.mark.parametrize("order", [(MAY, JUNE), (JUNE, MAY)])
def test_each_planted_dossier_is_found_once_whatever_the_order_of_the_months(workspace, order):
    _run(workspace, *order)
    results = {
        r.rule_id.rpartition(".")[2]: (r.evaluated, r.failed)
        for r in cross_month_results(workspace.warehouse, DATASET, JUNE)
    }
    assert results == {
        "vanished": (3, 1),
        "reappeared": (4, 1),
        "reopened": (4, 1),
        "changed": (2, 1),
    }

    with cross_month_path(workspace.settings.reports, DATASET, JUNE, SUPPLIER).open(
        encoding="utf-8-sig", newline=""
    ) as file:
        rows = [
            (
                r["rule_id"].rpartition(".")[2],
                r["previous_row"],
                r["row"],
                r["column"],
                r["previous_value"],
                r["value"],
            )
            for r in csv.DictReader(file)
        ]
    assert sorted(rows) == [
        ("changed", "3", "3", "received_at", "2024-05-07 09:00:00", "2024-05-08 09:00:00"),
        ("reappeared", "", "2", "", "", ""),
        ("reopened", "5", "5", "", "", ""),
        ("vanished", "2", "", "", "", ""),
    ]


def test_the_suppliers_list_names_rows_and_no_dossier_and_holds_no_formula(workspace):
    _run(workspace, MAY, JUNE)
    text = cross_month_path(workspace.settings.reports, DATASET, JUNE, SUPPLIER).read_text(
        encoding="utf-8-sig"
    )
    assert "H47" not in text
    assert "'=cmd export.csv" in text
    assert ",=cmd" not in text


def test_check_and_attention_list_show_it(workspace):
    _, june = _run(workspace, MAY, JUNE)
    check = next(c for c in june.checks if c.name == "cross_month")
    assert not check.passed
    assert "1 trong 3 hồ sơ còn mở cuối tháng 2024-05" in check.rules_markdown
    assert june.records_at_odds == (
        cross_month_path(workspace.settings.reports, DATASET, JUNE, SUPPLIER),
    )
    shown = {(a.what, a.month, a.supplier): a.trouble for a in attention(workspace)}
    assert "vanished" in shown[DATASET, "2024-06", SUPPLIER]


def test_a_corrected_month_takes_the_findings_back(workspace, tmp_path):
    _run(workspace, MAY, JUNE)
    _deliver(tmp_path / "landing", JUNE, [_row(1), *MAY_ROWS[1:3]])
    _, june = (None, _run(workspace, JUNE)[0])
    assert next(c for c in june.checks if c.name == "cross_month").passed
    assert not cross_month_path(workspace.settings.reports, DATASET, JUNE, SUPPLIER).exists()


def test_a_volume_outside_the_band_is_told_also_when_the_earlier_months_come_later(
    workspace, tmp_path
):
    for number, size in enumerate((40, 40, 40, 200), start=9):
        month = Month.parse(f"2024-{number:02d}")
        rows = tiny_exports.rows(DATASET, SUPPLIER, month, size)
        _deliver(tmp_path / "landing", month, rows)
    december = Month.parse("2024-12")
    _run(workspace, december, *(december.plus(-back) for back in (1, 2, 3)))
    volume = next(
        r
        for r in cross_month_results(workspace.warehouse, DATASET, december)
        if r.rule_id.endswith("volume")
    )
    assert (volume.low, volume.high, volume.failed) == (20, 81, 119)


def test_a_volume_is_no_longer_told_of_a_delivery_that_was_withdrawn(workspace, tmp_path):
    months = [Month.parse(f"2024-{number:02d}") for number in (9, 10, 11, 12)]
    for month, size in zip(months, (40, 40, 40, 200), strict=True):
        _deliver(tmp_path / "landing", month, tiny_exports.rows(DATASET, SUPPLIER, month, size))
    _run(workspace, *months)

    def told():
        results = cross_month_results(workspace.warehouse, DATASET, months[-1], failed_only=True)
        return [r.rule_id.rpartition(".")[2] for r in results if r.rule_id.endswith("volume")]

    assert told() == ["volume"]
    shutil.rmtree(tmp_path / "landing" / DATASET / str(months[-1]))
    contract = workspace.contract(DATASET)
    withdrawn = ingest_month(workspace, contract, months[-1], RUN, accept_missing=True)
    assert told() == []
    assert next(c for c in withdrawn.checks if c.name == "cross_month").passed
    assert not [a for a in attention(workspace) if "volume" in a.trouble]
