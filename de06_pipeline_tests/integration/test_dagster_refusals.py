"""A refused delivery: what is recorded, whose figures stand, what runs on and how the command ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value

from de06_pipeline.commands.month_run import MonthRun
from de06_pipeline.definitions import defs
from de06_pipeline.defs.partitions import MONTHS
from de06_pipeline.defs.refusals import REFUSED_TAG, tag_value
from de06_pipeline.defs.standing import VIEW_KEY
from de06_pipeline.defs.verdict import VERDICT_STEP
from de06_pipeline.periods import Month
from de06_pipeline.quality.checks import CHECKS
from de06_pipeline_tests.integration.home import Home, PublishedHome, copy_of
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows, spoiled
from de06_pipeline_tests.integration.whole_months import finish_months

DATASET = "eid_accounts"
MONTH = "2024-01"


def _bad(supplier: str = LONG_AN) -> list[dict[str, str]]:
    """One row in twelve breaks a critical rule: 8 % where 2 % are allowed."""
    return spoiled(DATASET, rows(DATASET, supplier, Month.parse(MONTH)), 1)


def _tolerance(home: Home, run_id: str) -> dg.AssetCheckEvaluation:
    return next(
        evaluation
        for evaluation in home.evaluations(run_id)
        if evaluation.check_name == "tolerance"
    )


@pytest.fixture
def first_refused(home: Home) -> Home:
    """Quảng Nam's delivery is good; Long An's first one is refused."""
    _deliver_first(home)
    return home


def _deliver_first(home: Home) -> None:
    home.deliver(DATASET, MONTH, QUANG_NAM)
    home.deliver(DATASET, MONTH, LONG_AN, _bad())


@pytest.fixture(scope="module")
def refused_run(
    empty_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, MonthRun]:
    """The same, and a run over it; only looked at."""
    home = copy_of(empty_home, tmp_path_factory.mktemp("refused") / "home")
    _deliver_first(home)
    (run,) = home.run(MONTH, datasets=[DATASET])
    return home, run


def test_a_refused_first_delivery_leaves_its_province_unreported_and_the_others_published(
    first_refused: Home,
) -> None:
    printed = first_refused.de06("run", MONTH, "--no-reports", "--dataset", DATASET)
    assert printed.code == 3
    assert printed.says("refused", "tolerance", "long-an", "1/12", "8.3")
    assert "failed" not in printed.text

    statuses = first_refused.statuses("eid.received", MONTH)
    assert statuses["49"] == statuses["502"] == "reported"
    assert statuses["80"] == "not_reported"
    assert statuses.get("803", "not_reported") == "not_reported"
    assert statuses["VN"] == "partial"
    assert first_refused.figures("eid.received", MONTH)["VN"] == (12, None)


def test_a_refusal_is_a_failed_check_of_its_month_and_never_an_error(
    refused_run: tuple[Home, MonthRun],
) -> None:
    home, run = refused_run
    assert run.failures == {}
    evaluation = _tolerance(home, run.run_id)
    assert not evaluation.passed
    assert evaluation.blocking
    assert evaluation.severity is dg.AssetCheckSeverity.WARN
    assert evaluation.partition == "2024-01-01"
    assert not home.events(run.run_id, dg.DagsterEventType.STEP_UP_FOR_RETRY)
    with home.instance() as instance:
        assert instance.get_runs_count() == 1


def _red(home: Home) -> dict[str, set[str]]:
    """The months that the UI shows as failed, asset by asset."""
    red = {}
    with home.instance() as instance:
        for key in defs.resolve_job_def("monthly").asset_layer.executable_asset_keys:
            status = get_and_update_asset_status_cache_value(instance, key, MONTHS)
            subset = status.deserialize_failed_partition_subsets(MONTHS) if status else None
            failed = set(subset.get_partition_keys()) if subset else set()
            if failed:
                red[key.to_user_string()] = failed
    return red


def test_the_month_of_a_refused_delivery_is_red_where_it_was_refused_and_nowhere_else(
    first_refused: Home,
) -> None:
    """Its figures and those of the others are published; a dataset nobody delivers is not red."""
    first_refused.deliver("cccd_issuance", MONTH, QUANG_NAM)
    (run,) = first_refused.run(MONTH)
    assert not run.success
    assert run.failures == {}, "a refusal is no failure to explain"
    red = {"2024-01-01"}
    assert _red(first_refused) == {f"delivery/{DATASET}": red, "delivery/verdict": red}
    with first_refused.instance() as instance:
        recorded = instance.get_run_by_id(run.run_id)
        assert recorded is not None
        assert recorded.status is dg.DagsterRunStatus.FAILURE, "a backfill counts it as failed"
    (failure,) = first_refused.events(run.run_id, dg.DagsterEventType.STEP_FAILURE)
    assert failure.step_key == VERDICT_STEP
    said = failure.step_failure_data.user_failure_data
    assert said is not None
    assert f"REFUSED in {MONTH}: {DATASET}/{LONG_AN}." in (said.description or "")
    assert f"suppliers/{DATASET}/{MONTH}/{LONG_AN}.html" in str(said.metadata["reports"].value)
    order = [e.step_key for e in first_refused.events(run.run_id, dg.DagsterEventType.STEP_START)]
    assert order[-1] == VERDICT_STEP, "after everything else is published"

    first_refused.deliver(DATASET, MONTH, LONG_AN, name="v2/export.csv")
    (run,) = first_refused.run(MONTH, datasets=[DATASET])
    assert run.success
    assert _red(first_refused) == {}


def test_a_refused_delivery_is_seen_on_its_run(
    refused_run: tuple[Home, MonthRun], tmp_path: Path
) -> None:
    home, run = copy_of(refused_run[0].path, tmp_path / "home"), refused_run[1]
    what = f"{DATASET}/{LONG_AN}: tolerance"
    with home.instance() as instance:
        recorded = instance.get_run_by_id(run.run_id)
        entries = list(instance.all_logs(run.run_id))
    assert recorded is not None
    assert recorded.tags[REFUSED_TAG] == what
    said = [
        number for number, entry in enumerate(entries) if f"REFUSED {what}" in entry.user_message
    ]
    assert len(said) == 1
    assert not [e for e in entries[said[0] :] if e.step_key], "nothing of a step comes after it"
    (clean,) = home.run("2024-02", datasets=[DATASET])
    with home.instance() as instance:
        unmarked = instance.get_run_by_id(clean.run_id)
    assert unmarked is not None
    assert REFUSED_TAG not in unmarked.tags


def test_a_run_of_the_command_is_one_of_the_job_that_the_ui_shows(
    refused_run: tuple[Home, MonthRun],
) -> None:
    home, run = refused_run
    with home.instance() as instance:
        recorded = instance.get_run_by_id(run.run_id)
    assert recorded is not None
    origin = recorded.remote_job_origin
    assert origin is not None
    assert (origin.location_name, origin.job_name) == ("de06_pipeline", "monthly")
    assert recorded.tags["dagster/max_retries"] == "0", "the daemon does not start it again"


@pytest.mark.parametrize("more", [(), ("--no-reports",)])
def test_what_stands_is_said_after_every_run_refused_deliveries_first(
    first_refused: Home, more: tuple[str, ...]
) -> None:
    first_refused.deliver("cccd_issuance", MONTH, LONG_AN)
    first_refused.deliver("cccd_issuance", "2024-02", LONG_AN)
    chosen = ("--dataset", DATASET, "--dataset", "cccd_issuance", *more)
    assert first_refused.de06("run", MONTH, *chosen).code == 3
    with first_refused.instance() as instance:
        last = instance.get_latest_materialization_event(VIEW_KEY)
        (record,) = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(VIEW_KEY, "standing"), limit=10
        )
    assert last is not None
    assert last.asset_materialization is not None
    said = last.asset_materialization.metadata
    (figures,) = first_refused.query("SELECT count(*) FROM indicator_monthly")
    assert said["dagster/row_count"].value == figures[0]
    assert "last publication" in said
    schema = said["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    assert {"month", "indicator_code", "value"} <= {column.name for column in schema.columns}

    assert record.event is not None
    assert record.event.dagster_event is not None
    evaluation = record.event.dagster_event.asset_check_evaluation_data
    assert not evaluation.passed
    rows_shown = str(evaluation.metadata["attention"].value).splitlines()[2:]
    assert [DATASET in row and "refused" in row for row in rows_shown][:2] == [True, False]


def test_the_tag_names_a_few_and_counts_the_others() -> None:
    assert tag_value(["a: headers", "b: headers"]) == "a: headers; b: headers"
    assert tag_value(["a", "b", "c", "d", "e"]) == "a; b; c; + 2"


def test_quarantine_within_the_tolerance_is_information_and_beyond_it_to_be_looked_at(
    home: Home,
) -> None:
    many = rows(DATASET, QUANG_NAM, Month.parse(MONTH), count=100)
    home.deliver(DATASET, MONTH, QUANG_NAM, spoiled(DATASET, many, 1))
    (run,) = home.run(MONTH, datasets=[DATASET])
    checks = {e.check_name: e for e in home.evaluations(run.run_id)}
    assert checks["critical_rules"].passed
    assert "2 of 18 rules" in (checks["critical_rules"].description or ""), (
        "it still says what it counted"
    )
    (accepted,) = [
        event.step_materialization_data.materialization
        for event in home.events(run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        if event.asset_key == dg.AssetKey(["accepted", DATASET])
    ]
    assert accepted.metadata["quarantined %"].value == pytest.approx(1.0)
    assert accepted.metadata["rows read"].value == 100

    home.deliver(DATASET, MONTH, QUANG_NAM, spoiled(DATASET, many, 3))
    (run,) = home.run(MONTH, datasets=[DATASET])
    checks = {e.check_name: e for e in home.evaluations(run.run_id)}
    assert not checks["critical_rules"].passed
    assert not checks["tolerance"].passed


def test_every_declared_check_is_evaluated_once_with_its_month(
    refused_run: tuple[Home, MonthRun],
) -> None:
    home, run = refused_run
    evaluations = home.evaluations(run.run_id)
    names = sorted(evaluation.check_name for evaluation in evaluations)
    assert names == sorted([*(check.name for check in CHECKS), "plausibility"]), (
        "one more is of the figures"
    )
    assert {evaluation.partition for evaluation in evaluations} == {"2024-01-01"}


def test_after_a_refusal_the_last_good_delivery_stands(
    published_home: PublishedHome, tmp_path: Path
) -> None:
    home = published_home(tmp_path / "home", DATASET, [MONTH], [QUANG_NAM, LONG_AN])
    before = home.table("indicator_monthly")

    home.deliver(DATASET, MONTH, LONG_AN, _bad())
    printed = home.de06("run", MONTH, "--no-reports", "--dataset", DATASET)
    assert printed.code == 3
    assert printed.says("an earlier delivery stands")
    assert home.table("indicator_monthly") == before
    assert home.figures("eid.received", MONTH)["80"] == (12, None)
    assert home.de06("status", MONTH).says("refused (an earlier delivery stands)")


def test_where_nothing_of_the_dataset_stands_the_blocking_check_stops_what_is_downstream(
    home: Home,
) -> None:
    home.deliver(DATASET, MONTH, LONG_AN, _bad())
    (run,) = home.run(MONTH, datasets=[DATASET])
    assert not run.success
    assert run.failures == {}, "a refusal is no failure to explain twice"
    evaluation = _tolerance(home, run.run_id)
    assert evaluation.severity is dg.AssetCheckSeverity.ERROR
    started = {event.step_key for event in home.events(run.run_id, dg.DagsterEventType.STEP_START)}
    assert not started & {"cells__eid", "warehouse__eid_monthly"}
    assert not home.events(run.run_id, dg.DagsterEventType.STEP_UP_FOR_RETRY)
    assert (
        home.query(
            "SELECT DISTINCT indicator_code FROM indicator_monthly WHERE indicator_code NOT LIKE 'quality.%'"
        )
        == []
    )
    assert home.table("accepted") == []
    assert home.de06("run", MONTH, "--no-reports", "--dataset", DATASET).code == 3


def test_a_corrected_version_replaces_the_refused_one(
    refused_run: tuple[Home, MonthRun], tmp_path: Path
) -> None:
    home = copy_of(refused_run[0].path, tmp_path / "home")
    home.deliver(DATASET, MONTH, LONG_AN, name="v2/export.csv")
    assert home.de06("run", MONTH, "--no-reports", "--dataset", DATASET).code == 0
    assert home.statuses("eid.received", MONTH)["80"] == "reported"
    revisions = "SELECT DISTINCT revision FROM indicator_monthly WHERE indicator_code = 'eid.received' AND province_code = ?"
    assert home.query(revisions, "49") == [(1,)], "what did not change keeps its revision"
    latest = home.query(
        "SELECT file_name, version, status FROM delivery WHERE supplier = ? AND attempt = 2 ORDER BY version",
        LONG_AN,
    )
    assert latest == [("export.csv", 0, "replaced"), ("v2/export.csv", 2, "accepted")]


def test_a_check_without_an_outcome_fails_the_step(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that is missing must not look like one that passed."""
    from de06_pipeline.monthly import ingest_month

    whole: Callable[..., tuple[object, ...]] = ingest_month.month_checks  # type: ignore[attr-defined]
    monkeypatch.setattr(
        ingest_month, "month_checks", lambda *given, **named: whole(*given, **named)[:-1]
    )
    home.deliver(DATASET, MONTH, QUANG_NAM)
    (run,) = home.run(MONTH, datasets=[DATASET])
    assert not run.success
    assert "cross_month" in run.failures["ingest_eid_accounts"]


@pytest.mark.parametrize("month", [MONTH, "2024-02"])
def test_without_its_dossiers_a_month_has_the_figures_of_its_catalogue(
    home: Home, month: str
) -> None:
    """Delivered for the month, or carried to it: what rests on it alone is published, the rest says
    so.
    """
    home.deliver("dvc_procedures", MONTH, QUANG_NAM)
    if month != MONTH:
        finish_months(home.workspace(), [MONTH], ["dvc_procedures"])
    dossiers = rows("dvc_dossiers", QUANG_NAM, Month.parse(month))
    home.deliver("dvc_dossiers", month, QUANG_NAM, spoiled("dvc_dossiers", dossiers, 1))
    printed = home.de06(
        "run", month, "--no-reports", "--dataset", "dvc_dossiers", "--dataset", "dvc_procedures"
    )
    assert printed.code == 3
    assert home.figures("dvc.services", month)["49"] == (3, None)
    assert home.statuses("dvc.services", month)["49"] == "reported"
    assert home.statuses("dvc.essential_led_by_police", month)["49"] == "reported_zero"
    assert home.statuses("dvc.received", month)["49"] == "not_reported"
    assert home.statuses("dvc.online_rate", month)["49"] == "not_reported"


def test_headline_figures_of_the_country_are_drawn_over_the_months(home: Home) -> None:
    home.deliver("cccd_issuance", MONTH, QUANG_NAM)
    (run,) = home.run(MONTH, datasets=["cccd_issuance"])
    (published,) = [
        event.step_materialization_data.materialization.metadata
        for event in home.events(run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        if event.asset_key == dg.AssetKey(["warehouse", "cccd_monthly"])
    ]
    (received, _) = home.figures("cccd.received", MONTH)["VN"]
    drawn = published["cccd.received (dossier)"]
    assert isinstance(drawn, dg.FloatMetadataValue)
    assert drawn.value == received > 0
