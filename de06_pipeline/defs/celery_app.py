"""The Celery application of ``de06 worker``: Dagster's tasks, on the broker of the settings."""

from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task

from de06_pipeline.defs.instance import CELERY_SOURCE
from de06_pipeline.settings import Settings

_broker = Settings().celery_broker

app = make_app(  # type: ignore[no-untyped-call]
    {
        "broker": _broker,
        "backend": _broker,
        "config_source": CELERY_SOURCE,
        "task_default_queue": "dagster",
    }
)
execute_job = create_execute_job_task(app)
resume_job = create_resume_job_task(app)
