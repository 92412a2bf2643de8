"""A national export beside a province's own delivery: the nearer one counts, and nothing is counted
twice.
"""

from __future__ import annotations

from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.whole_months import finish_months

MONTH = "2024-01"
DATASET = "eid_accounts"


def _national(home: Home) -> None:
    """One file directly in the month's folder, with the rows of both provinces; dossiers are
    numbered province by province.
    """
    records = [
        row
        for number, s in enumerate(("quang-nam", "long-an"))
        for row in tiny_exports.rows(DATASET, s, Month.parse(MONTH), first=100 * number)
    ]
    path = home.landing / DATASET / MONTH / "national.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tiny_exports.csv_text(DATASET, records), encoding="utf-8")


def test_a_national_export_covers_every_province(home: Home) -> None:
    _national(home)
    finish_months(home.workspace(), [MONTH], [DATASET])
    received = home.figures("eid.received", MONTH)
    assert received["49"][0]
    assert received["80"][0]
    assert home.statuses("eid.received", MONTH)["VN"] == "reported"


def test_a_provinces_own_delivery_takes_the_place_of_the_national_rows(home: Home) -> None:
    _national(home)
    own = tiny_exports.rows(DATASET, "quang-nam", Month.parse(MONTH))[:3]
    home.deliver(DATASET, MONTH, "quang-nam", own)
    finish_months(home.workspace(), [MONTH], [DATASET])
    expected = sum(1 for row in own if row["received_on"])
    assert home.figures("eid.received", MONTH)["49"][0] == expected
    assert home.figures("eid.received", MONTH)["80"][0]
