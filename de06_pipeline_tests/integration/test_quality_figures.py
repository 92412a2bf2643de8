"""quality.*: published once a run, after every ingest, also of one that is refused or fails, and taken
back when a delivery is.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest

from de06_pipeline.contracts.model import Contract
from de06_pipeline.errors import LandingError
from de06_pipeline.monthly import ingest_month
from de06_pipeline.monthly.ingest_month import MonthIngest
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM

DATASET = "eid_accounts"


def _of(
    home: Home, indicator: str, breakdown: str = f"dataset={DATASET}"
) -> dict[str, tuple[float | None, float | None, str]]:
    rows = home.query(
        "SELECT coalesce(province_code, 'VN'), numerator, denominator, status FROM indicator_monthly "
        "WHERE indicator_code = ? AND month = '2024-06-01' AND breakdown = ?",
        f"quality.{indicator}",
        breakdown,
    )
    return {area: (numerator, denominator, status) for area, numerator, denominator, status in rows}


def test_rates_of_a_month(home: Home) -> None:
    june = Month(2024, 6)
    rows = tiny_exports.rows(DATASET, QUANG_NAM, june, 100)
    for row in rows[:3]:
        row["citizen_id"] = "123"  # a warning
    rows[3]["province"] = ""  # quarantined
    on_time = home.deliver(DATASET, "2024-06", QUANG_NAM, rows)
    os.utime(on_time, times=(datetime(2024, 7, 3, tzinfo=UTC).timestamp(),) * 2)
    home.put(
        DATASET, "2024-06", "da-nang", tiny_exports.csv_text(DATASET, [])
    )  # a nil return, long after the due day
    home.put(DATASET, "2024-06", LONG_AN, "not;the;columns\n1;2;3\n")  # refused
    (run,) = home.run("2024-06", datasets=[DATASET])

    delivered, in_time, accepted = (
        _of(home, "delivery_rate"),
        _of(home, "on_time_delivery_rate"),
        _of(home, "acceptance_rate"),
    )
    assert [delivered[area] for area in ("VN", "49", "48", "80")] == [
        (2, 63, "reported"),
        (1, 1, "reported"),
        (1, 1, "reported"),
        (0, 1, "reported_zero"),
    ]
    assert [in_time[area][0] for area in ("VN", "49", "48", "80")] == [1, 1, 0, 0]
    assert [accepted[area] for area in ("VN", "49", "48", "80")] == [
        (99, 100, "partial"),
        (99, 100, "reported"),
        (0, 0, "no_denominator"),
        (None, None, "not_reported"),
    ]
    assert _of(home, "rule_failures", "rule=eid_accounts.citizen_id.shape")["49"] == (
        3,
        None,
        "reported",
    )
    assert _of(home, "rule_failures")["48"] == (0, None, "reported_zero")

    events = [
        e
        for e in home.events(run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        if e.asset_key == dg.AssetKey(["warehouse", "quality_monthly"])
    ]
    assert [event.partition for event in events] == ["2024-06-01"]

    on_time.unlink()
    home.run("2024-06", datasets=[DATASET], accept_missing=True)
    assert _of(home, "delivery_rate")["49"] == (0, 1, "reported_zero")
    assert _of(home, "acceptance_rate")["49"] == (None, None, "not_reported")
    assert "rule=eid_accounts.citizen_id.shape" not in dict(
        home.query(
            "SELECT breakdown, status FROM indicator_monthly WHERE indicator_code = 'quality.rule_failures' AND status <> 'withdrawn'"
        )
    )


def test_rates_come_last_and_count_what_was_refused_and_what_did_not_fail(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver(DATASET, "2024-06", QUANG_NAM)
    home.put("cccd_issuance", "2024-06", LONG_AN, "not;the;columns\n1;2;3\n")
    home.deliver("asm_notices", "2024-06", QUANG_NAM)
    ingest = ingest_month.ingest_month

    def failing(workspace: Workspace, contract: Contract, *rest: Any, **named: Any) -> MonthIngest:
        if contract.dataset == "asm_notices":
            raise LandingError("The landing zone cannot be read.")
        return ingest(workspace, contract, *rest, **named)

    monkeypatch.setattr(ingest_month, "ingest_month", failing)
    (run,) = home.run("2024-06")
    assert set(run.failures) == {"ingest_asm_notices"}

    def delivered(dataset: str) -> dict[str, float | None]:
        return {a: n for a, (n, *_) in _of(home, "delivery_rate", f"dataset={dataset}").items()}

    assert [delivered(DATASET)[area] for area in ("49", "80")] == [1, 0]
    assert [delivered("cccd_issuance")[area] for area in ("49", "80")] == [0, 0]
    assert [delivered("asm_notices")[area] for area in ("49", "80")] == [0, 0]
    started = [e.step_key for e in home.events(run.run_id, dg.DagsterEventType.STEP_START)]
    assert started[-2:] == ["warehouse__quality_monthly", "delivery__verdict"]
    assert started.count("warehouse__quality_monthly") == 1
