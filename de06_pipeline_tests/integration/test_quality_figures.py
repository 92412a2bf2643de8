"""quality.*: published by the ingest of each dataset, also of one that is refused, and taken back
when a delivery is.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

import dagster as dg

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
