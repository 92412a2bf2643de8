"""Tell people about failed runs and refused deliveries: in the log always, to a webhook if one is
configured.
"""

import http.client
import json
import logging
import urllib.request

import dagster as dg

from de06_pipeline.defs.refusals import REFUSED_TAG
from de06_pipeline.defs.verdict import VERDICT_STEP
from de06_pipeline.settings import Settings

WEBHOOK_TIMEOUT_SECONDS = 10


def send_alert(log: logging.Logger, text: str, **details: str) -> None:
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


@dg.run_failure_sensor(
    name="alert_on_failure",
    description="A run failed or refused a delivery: says which month, and which step or delivery, in the log and to the webhook.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
    run = context.dagster_run
    month = run.tags.get("dagster/partition", "")
    failed = [event.step_key or "" for event in context.get_step_failure_events()]
    if failed == [VERDICT_STEP]:
        _tell_refused(context.log, run, run.tags.get(REFUSED_TAG, "see the month's deliveries"))
        return
    steps = ", ".join(step for step in failed if step != VERDICT_STEP) or "before the first step"
    send_alert(
        context.log,
        f"de06: the run of {month} failed in {steps}.",
        run_id=run.run_id,
        month=month,
        steps=steps,
    )


@dg.run_status_sensor(
    name="alert_on_refusal",
    description="A run of some assets finished but a supplier's delivery was refused: says whose and why.",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def alert_on_refusal(context: dg.RunStatusSensorContext) -> None:
    run = context.dagster_run
    records = context.instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    failed = []
    for record in records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation is not None and not evaluation.passed and evaluation.blocking:
            failed.append(f"{evaluation.asset_key.path[-1]}: {evaluation.check_name}")
    if failed:
        _tell_refused(context.log, run, ", ".join(failed))


def _tell_refused(log: logging.Logger, run: dg.DagsterRun, what: str) -> None:
    month = run.tags.get("dagster/partition", "")
    send_alert(
        log,
        f"de06: deliveries were refused in {month}: {what}.",
        run_id=run.run_id,
        month=month,
        checks=what,
    )


ALERT_SENSORS = [alert_on_failure, alert_on_refusal]
