"""A month that broke off anywhere between its first recorded delivery and its last figure is named,
due at night, and whole after one more run.
"""

from __future__ import annotations

import importlib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from de06_pipeline.defs.schedules import nightly
from de06_pipeline.defs.workspace import WorkspaceResource
from de06_pipeline.monthly.find_attention import attention
from de06_pipeline.monthly.find_gaps import Gap, find_gaps
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, PublishedHome
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows
from de06_pipeline_tests.integration.whole_months import finish_months

MONTH = "2024-01"
DATASET = "eid_accounts"
CLOCKS = ("computed_at", "run_id", "revision")
AT_TWO = datetime(2024, 9, 10, 2, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))

PLACES = [
    ("de06_pipeline.monthly.ingest_month", "compare_months"),
    ("de06_pipeline.monthly.ingest_month", "month_checks"),
    ("de06_pipeline.monthly.build_cells", "build_cells"),
    ("de06_pipeline.monthly.build_cells", "set_cells"),
    ("de06_pipeline.monthly.publish_month", "put_in_force"),
    ("de06_pipeline.monthly.publish_month", "publish_composed"),
    ("de06_pipeline.monthly.publish_whole_month", "refresh_rebased"),
    ("de06_pipeline.monthly.publish_whole_month", "check_plausibility"),
    ("de06_pipeline.monthly.publish_quality", "publish_quality"),
    ("de06_pipeline.monthly.publish_report_month", "publish_report_month"),
]
OF_STEPS = ("publish_quality", "publish_report_month")
"""What is noted as finished by the step of Dagster that calls it."""


def _tonight(home: Home) -> list[dg.RunRequest | dg.SkipReason]:
    with (
        home.active(),
        home.instance() as instance,
        dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=AT_TWO,
            resources={"workspace": WorkspaceResource()},
        ) as context,
    ):
        return list(nightly(context))


def _gaps(home: Home) -> list[Gap]:
    return find_gaps(home.workspace())


def _asked(home: Home) -> list[str]:
    return [
        request.partition_key or ""
        for request in _tonight(home)
        if isinstance(request, dg.RunRequest)
    ]


def test_a_month_that_broke_off_anywhere_is_named_retried_and_whole_afterwards(
    home: Home, published_home: PublishedHome, tmp_path: Path
) -> None:
    other = published_home(tmp_path / "undisturbed", DATASET, [MONTH])
    home.deliver(DATASET, MONTH, QUANG_NAM)
    assert _asked(other) == []
    # Each run comes one place further than the one before.
    for module, function in PLACES:
        with pytest.MonkeyPatch.context() as broken:

            def lost(*_: Any, **__: Any) -> None:
                raise ConnectionError("the database is gone")

            # Administrative months and rates are published beside the rest: they come last here.
            for place in {(module, function), *PLACES[PLACES.index((module, function)) :][-2:]}:
                broken.setattr(importlib.import_module(place[0]), place[1], lost)
            if function in OF_STEPS:
                assert not home.run(MONTH, datasets=[DATASET])[0].success
            else:
                with pytest.raises(ConnectionError):
                    finish_months(home.workspace(), [MONTH], [DATASET])
        named = [item.remedy for item in attention(home.workspace())]
        assert any(f"de06 run {MONTH}" in remedy for remedy in named), function
        assert _asked(home) == [f"{MONTH}-01"], function
    assert home.de06("status").says("Needs attention", f"de06 run {MONTH}")
    assert home.run(MONTH, datasets=[DATASET])[0].success
    assert _asked(home) == []
    assert home.table("indicator_monthly", CLOCKS) == other.table("indicator_monthly", CLOCKS)


def test_a_refused_dataset_is_named_and_the_month_not_tried_every_night(home: Home) -> None:
    """What rests on the register alone is published; nothing is left that another night could do."""
    home.deliver("asm_establishments", MONTH, QUANG_NAM)
    home.put("asm_notices", MONTH, QUANG_NAM, b"not;a;notice\n1;2;3\n")
    home.run(MONTH, datasets=["asm_establishments", "asm_notices"])
    assert home.statuses("asm.establishments", MONTH)["49"] == "reported"
    assert set(home.statuses("asm.notices", MONTH).values()) == {"not_reported"}
    assert home.de06("status").says("asm_notices", "refused", "send the supplier its report")
    assert _gaps(home) == []
    assert _asked(home) == []


def test_populations_wait_with_a_refused_dataset_and_the_month_is_not_tried_every_night(
    home: Home,
) -> None:
    """The populations of a month are to be published with its cards, of which nothing stands."""
    home.deliver("population", MONTH, QUANG_NAM)
    home.put("cccd_issuance", MONTH, QUANG_NAM, b"not;a;card\n1;2;3\n")
    home.run(MONTH, datasets=["population", "cccd_issuance"])
    waiting = [gap for gap in _gaps(home) if gap.what == "cccd"]
    assert {gap.waits_for for gap in waiting} == {("cccd_issuance",)}
    assert home.de06("status").says(
        "not published: every delivery of cccd_issuance was refused", "a corrected delivery"
    )
    assert _asked(home) == []
    home.deliver("cccd_issuance", MONTH, QUANG_NAM)
    assert _asked(home) == [f"{MONTH}-01"]


def test_balances_alone_are_published_too(home: Home) -> None:
    """A month with nothing but balances has no cells; what other months take from it still is to be
    published, once.
    """
    balances = rows("opening_balances", QUANG_NAM, Month.parse("2023-12"))
    home.deliver("opening_balances", "2023-12", QUANG_NAM, balances)
    (run,) = home.run("2023-12", datasets=["opening_balances"])
    assert run.success
    assert _asked(home) == []
    sources = home.query("SELECT source FROM published_basis WHERE period_type = 'month'")
    assert {("cccd",), ("eid",), ("asm",)} <= set(sources)


def test_rows_withdrawn_for_good_take_their_figures_with_them(
    published_home: PublishedHome, tmp_path: Path
) -> None:
    home = published_home(tmp_path / "home", DATASET, [MONTH])
    assert home.figures("eid.received", MONTH)["VN"][0] == 12
    (home.landing / DATASET / MONTH / QUANG_NAM / "export.csv").unlink()
    home.run(MONTH, datasets=[DATASET], accept_missing=True)
    assert set(home.statuses("eid.received", MONTH).values()) == {"withdrawn"}
    assert _gaps(home) == []
    assert _asked(home) == []


def test_a_month_with_a_run_in_progress_is_passed_over_with_the_reason(home: Home) -> None:
    home.deliver("eid_accounts", MONTH, LONG_AN)
    with home.active(), home.instance() as instance:
        instance.add_run(
            dg.DagsterRun(
                job_name="monthly",
                status=dg.DagsterRunStatus.STARTED,
                tags={"dagster/partition": f"{MONTH}-01"},
            )
        )
    (skipped,) = _tonight(home)
    assert isinstance(skipped, dg.SkipReason)
    assert "in progress" in (skipped.skip_message or "")


def test_what_was_published_before_this_was_noted_is_not_published_again(
    published_home: PublishedHome, tmp_path: Path
) -> None:
    from de06_pipeline.warehouse.migrate import downgrade, migrate

    home = published_home(tmp_path / "home", DATASET, [MONTH])
    with home.active():
        warehouse = home.workspace().warehouse
        downgrade(warehouse, "0007")
        migrate(warehouse)
    assert _gaps(home) == []
