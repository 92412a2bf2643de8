"""Tell people about failed runs and refused deliveries: in the log always, to a webhook if one is
configured.

Runs that the daemon sees are told by sensors, runs of the command line by the command itself, which
marks them, so that nobody is told twice.
"""

import http.client
import json
import logging
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from de06_pipeline.defs.links import report_links
from de06_pipeline.defs.run_state import PARTITION_TAG, TOLD_TAG
from de06_pipeline.defs.verdict import VERDICT_STEP
from de06_pipeline.settings import Settings

if TYPE_CHECKING:
    from de06_pipeline.monthly.workspace import Workspace

WEBHOOK_TIMEOUT_SECONDS = 10
_LISTED = 20
"""Refused deliveries listed in an alert: a chat cuts longer messages."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told of one run: a text for people, and the same by name."""

    text: str
    details: Mapping[str, Any]


def send_alert(log: logging.Logger, text: str, **details: Any) -> None:
    """Log an alert and POST it as JSON to ``DE06_ALERT_WEBHOOK``.

    A broken webhook is logged, never raised.
    """
    log.error(text)
    url = Settings().alert_webhook
    if not url:
        return
    body = json.dumps({"text": text, **details}, ensure_ascii=False).encode()
    try:
        request = urllib.request.Request(
            url, data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT_SECONDS):
            pass
    except (OSError, http.client.HTTPException, ValueError) as error:
        log.warning(f"The alert could not be sent to the webhook ({type(error).__name__}).")


def tell_of_run(instance: dg.DagsterInstance, run_id: str, log: logging.Logger) -> None:
    """Send what is to be said of a finished run, if anything."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return
    if run.status is dg.DagsterRunStatus.FAILURE:
        failed = [
            entry.dagster_event.step_key or ""
            for record in instance.get_records_for_run(
                run_id, of_type=dg.DagsterEventType.STEP_FAILURE
            ).records
            if (entry := record.event_log_entry).dagster_event is not None
        ]
        alert = failure_alert(instance, run, failed)
        send_alert(log, alert.text, **alert.details)
    elif run.status is dg.DagsterRunStatus.SUCCESS and (told := refusal_alert(instance, run)):
        send_alert(log, told.text, **told.details)


def failure_alert(
    instance: dg.DagsterInstance, run: dg.DagsterRun, failed_steps: Iterable[str]
) -> Alert:
    """A run failed: in which steps, and which deliveries it refused. No text of an error, which the
    run shows. A run whose last step says that a delivery was refused tells of that alone.
    """
    month = run.tags.get(PARTITION_TAG, "")
    failed = [step for step in failed_steps if step]
    if failed == [VERDICT_STEP]:
        return refusal_alert(instance, run) or Alert(
            f"de06: a delivery of {month} that was refused before still is.{_place(run)}",
            {**_about(run), "checks": "", "refused": []},
        )
    steps = ", ".join(step for step in failed if step != VERDICT_STEP) or "before the first step"
    again = " It is started again." if run.tags.get("dagster/will_retry") == "true" else ""
    refused = _refused(instance, run)
    return Alert(
        f"de06: the run of {month} failed in {steps}.{again}{_listed(refused)}{_place(run)}",
        {**_about(run), "steps": steps, "refused": refused},
    )


def refusal_alert(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Alert | None:
    """A run refused a delivery: whose, why, and where its report is."""
    failed = _failed_checks(instance, run)
    if not failed:
        return None
    what = ", ".join(f"{dataset}: {check}" for dataset, check in failed)
    refused = _refused(instance, run)
    month = run.tags.get(PARTITION_TAG, "")
    return Alert(
        f"de06: deliveries were refused in {month}: {what}.{_listed(refused)}{_place(run)}",
        {**_about(run), "checks": what, "refused": refused},
    )


def _about(run: dg.DagsterRun) -> dict[str, str]:
    return {
        "run_id": run.run_id,
        "month": run.tags.get(PARTITION_TAG, ""),
        "run_url": _run_url(run),
    }


def _run_url(run: dg.DagsterRun) -> str:
    base = Settings().ui_url
    return f"{base}/runs/{run.run_id}" if base else ""


def _place(run: dg.DagsterRun) -> str:
    return f" Run: {_run_url(run) or run.run_id}"


def _failed_checks(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[tuple[str, str]]:
    """(dataset, check) of each blocking check that failed in a run."""
    records = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    failed = []
    for record in records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation is not None and not evaluation.passed and evaluation.blocking:
            failed.append((evaluation.asset_key.path[-1], evaluation.check_name))
    return failed


def _refused(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[dict[str, str]]:
    """The refused deliveries of the datasets whose checks failed: dataset, supplier, reason, and the
    address or path of the supplier's report.
    """
    from de06_pipeline.monthly.workspace import Workspace

    datasets = {dataset for dataset, _ in _failed_checks(instance, run)}
    partition = run.tags.get(PARTITION_TAG, "")
    if not datasets or not partition:
        return []
    workspace = Workspace(Settings())
    return (
        list(_refused_deliveries(workspace, datasets, partition)) if workspace.has_warehouse else []
    )


def _refused_deliveries(
    workspace: "Workspace", datasets: set[str], partition: str
) -> Iterable[dict[str, str]]:
    from de06_pipeline.periods import Month
    from de06_pipeline.quality.checks import CHECKS
    from de06_pipeline.reports.places import supplier_report
    from de06_pipeline.warehouse.deliveries.queries import delivery_summaries, rule_results

    month = Month.parse(partition)
    meaning = {check.name: check.description for check in CHECKS}
    links = report_links(workspace.settings)
    for summary in delivery_summaries(workspace.warehouse, [month]):
        if summary.status != "refused" or summary.dataset not in datasets:
            continue
        report = supplier_report(
            workspace.settings.reports, summary.dataset, month, summary.supplier
        ).html
        broken = [
            rule.rule_id.rpartition(".")[2]
            for rule in rule_results(workspace.warehouse, summary.dataset, month, summary.supplier)
            if not rule.success and rule.rule_id.startswith(f"{summary.dataset}.delivery.")
        ]
        yield {
            "dataset": summary.dataset,
            "supplier": summary.supplier,
            "reason": " ".join(f"Not met: {name} ({meaning[name]})" for name in broken),
            "report": links.url(report) or str(report),
        }


def _listed(refused: list[dict[str, str]]) -> str:
    lines = [
        f"\n- {each['dataset']} {each['supplier']}: {each['reason']} {each['report']}"
        for each in refused[:_LISTED]
    ]
    more = len(refused) - _LISTED
    return "".join(lines) + (f"\n- and {more} more" if more > 0 else "") + ("\n" if lines else "")


@dg.run_failure_sensor(
    name="alert_on_failure",
    description="A run failed or refused a delivery: says which month, and which step or delivery, in the log and to the webhook.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
    if context.dagster_run.tags.get(TOLD_TAG):
        return
    failed = [event.step_key or "" for event in context.get_step_failure_events()]
    alert = failure_alert(context.instance, context.dagster_run, failed)
    send_alert(context.log, alert.text, **alert.details)


@dg.run_status_sensor(
    name="alert_on_refusal",
    description="A run of some assets finished but a supplier's delivery was refused: says whose and why.",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def alert_on_refusal(context: dg.RunStatusSensorContext) -> None:
    if context.dagster_run.tags.get(TOLD_TAG):
        return
    alert = refusal_alert(context.instance, context.dagster_run)
    if alert is not None:
        send_alert(context.log, alert.text, **alert.details)


ALERT_SENSORS = [alert_on_failure, alert_on_refusal]
